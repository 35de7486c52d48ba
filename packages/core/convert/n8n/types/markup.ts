/**
 * Owns the mappings of nodes that read and write markup: XML, HTML, HTML Extract, Markdown.
 */
import { jsonText } from '../../json-text.ts';
import type { Json } from '../../../model/item.ts';
import { isExpression, parameter, raw, value, type Mapped, type Mapping, type N8nNode, type Report } from '../node.ts';
import { choice, flag, resultField, rows } from './data-values.ts';

const xml: Mapping = (node, report) => {
  const mode = choice(node, report, 'mode', 'xmlToJson', { xmlToJson: 'json', jsonToxml: 'xml' });
  if (mode === null) return null;
  // Items that fail are left out there.
  const loop = node.onError === 'stopWorkflow' ? {} : { loop: { onError: 'drop' as const } };
  const names = {
    ...given('prefix', parameter(node, 'options.attrkey', '$'), '$'),
    ...given('textField', parameter(node, 'options.charkey', '_'), '_'),
  };
  if (mode === 'xml') {
    const [bare, data] = [flag(node, report, 'options.headless'), flag(node, report, 'options.cdata')];
    if (bare === null || data === null) return null;
    const settings: Record<string, Json> = {
      to: 'xml',
      value: '{{ $json }}',
      field: resultField(node, report, 'dataPropertyName', 'data'),
      ...names,
      ...given('root', parameter(node, 'options.rootName', 'root'), 'root'),
      ...given('declaration', !bare, true),
      ...given('data', data, false),
      semantics: 'n8n',
    };
    return { type: 'xml', with: settings, ...loop };
  }
  const on = (name: string, otherwise: boolean): boolean | null => flag(node, report, `options.${name}`, otherwise);
  const [lists, root, ignored, merged] = [
    on('explicitArray', false),
    on('explicitRoot', true),
    on('ignoreAttrs', false),
    on('mergeAttrs', true),
  ];
  const [collapse, lowerCase, trim] = [on('normalize', false), on('normalizeTags', false), on('trim', false)];
  if ([lists, root, ignored, merged, collapse, lowerCase, trim].includes(null)) return null;
  return {
    type: 'xml',
    with: {
      source: parameter(node, 'dataPropertyName', 'data'),
      attributes: ignored ? 'ignore' : merged ? 'merge' : 'group',
      ...names,
      ...(lists ? { lists: ['*'] } : {}),
      ...given('keepRoot', root, true),
      ...given('collapse', collapse, false),
      ...given('lowerCase', lowerCase, false),
      ...given('trim', trim, false),
      semantics: 'n8n',
    },
    ...loop,
  };
};

function given(name: string, json: Json, otherwise: Json): Record<string, Json> {
  return json === otherwise ? {} : { [name]: json };
}

const html: Mapping = (node, report) => {
  const operation = choice(node, report, 'operation', 'generateHtmlTemplate', {
    generateHtmlTemplate: 'template',
    extractHtmlContent: 'extract',
    convertToHtmlTable: 'table',
  });
  switch (operation) {
    case null:
      return null;
    case 'template':
      return htmlTemplate(node, report);
    case 'extract':
      return htmlExtraction(node, report, node.typeVersion < 1.2 ? 'text' : 'plain', false);
    case 'table':
      return htmlTable(node, report);
  }
};

const LINE = 'margin:0; padding:7px 20px 7px 0px; border-bottom:1px solid #eee';
const STYLES = {
  table: "style='border-spacing:0; font-family:helvetica,arial,sans-serif'",
  head: `style='${LINE}; text-align:left; color:#888; font-weight:normal'`,
  cell: `style='${LINE}'`,
};

function htmlTable(node: N8nNode, report: Report): Mapped | null {
  const [capitalize, bare] = [
    flag(node, report, 'options.capitalize', false),
    flag(node, report, 'options.customStyling', false),
  ];
  if (capitalize === null || bare === null) return null;
  // The blanks are there without a style and without attributes, too.
  const tag = (style: string, name: string): string =>
    `${bare ? '' : style} ${jsonText(parameter(node, `options.${name}`, ''))}`;
  for (const name of ['rowAttributes', 'cellAttributes']) {
    if (isExpression(raw(node, `options.${name}`, ''))) {
      report.differs('this is evaluated once, for the first item, not for each row.', `options.${name}`);
    }
  }
  return {
    type: 'html',
    with: {
      operation: 'table',
      value: node.executeOnce ? '{{ [$input.first().json] }}' : '{{ $input.all().map((item) => item.json) }}',
      field: 'table',
      ...given('caption', parameter(node, 'options.caption', ''), ''),
      ...given('capitalize', capitalize, false),
      attributes: {
        table: tag(STYLES.table, 'tableAttributes'),
        head: tag(STYLES.head, 'headerAttributes'),
        row: tag('', 'rowAttributes'),
        cell: tag(STYLES.cell, 'cellAttributes'),
      },
      semantics: 'n8n',
    },
    loop: { size: 'all' },
  };
}

/** Expressions stand in the text whether or not it is marked as one. */
function htmlTemplate(node: N8nNode, report: Report): Mapped | null {
  const text = raw(node, 'html', null);
  if (typeof text !== 'string') {
    report.unsupported('html is not in the file.', 'html');
    return null;
  }
  // What an expression gives is written as JavaScript writes it: undefined, too.
  const written = text.replace(/^=/, '').replace(/\{\{([\s\S]*?)\}\}/g, (whole, code: string) => {
    const expression = code.trim().replace(/;$/, '');
    return expression === '' || expression.includes(';') ? whole : `{{ String(${expression}\n) }}`;
  });
  const template = value(`=${written}`);
  return {
    type: 'set',
    with: { keep: 'none', fields: { html: template }, types: { html: 'string' }, keepFiles: false },
  };
}

const GET: Readonly<Record<string, string>> = { attribute: 'attribute', html: 'html', value: 'value' };

function htmlExtraction(node: N8nNode, report: Report, text: string, trims: boolean): Mapped | null {
  const source = choice(node, report, 'sourceData', 'json', { json: 'source', binary: 'file' });
  const [trim, collapse] = [
    flag(node, report, 'options.trimValues', trims),
    flag(node, report, 'options.cleanUpText', false),
  ];
  if (source === null || trim === null || collapse === null) return null;
  const fields: Json[] = [];
  for (const [i, row] of rows(node, 'extractionValues.values').entries()) {
    const { returnValue = 'text', returnArray = false } = row;
    const get =
      returnValue === 'text'
        ? text
        : Object.hasOwn(GET, jsonText(returnValue))
          ? GET[jsonText(returnValue)]
          : undefined;
    if (get === undefined || typeof returnArray !== 'boolean') {
      report.unsupported('what is returned must be chosen, not computed.', `extractionValues.values.${i}`);
      return null;
    }
    fields.push({
      name: value(row.key ?? ''),
      selector: value(row.cssSelector ?? ''),
      ...(get === 'text' ? {} : { get }),
      ...(get === 'attribute' ? given('attribute', value(row.attribute ?? ''), '') : {}),
      ...(get === 'plain' ? given('without', value(row.skipSelectors ?? ''), '') : {}),
      ...given('all', returnArray, false),
    });
  }
  return {
    type: 'html',
    with: {
      [source]: parameter(node, 'dataPropertyName', 'data'),
      fields,
      ...given('trim', trim, true),
      ...given('collapse', collapse, false),
      semantics: 'n8n',
    },
  };
}

const markdown: Mapping = (node, report) => {
  const mode = choice(node, report, 'mode', 'htmlToMarkdown', { htmlToMarkdown: 'markdown', markdownToHtml: 'html' });
  if (mode === null) return null;
  const field = parameter(node, 'destinationKey', 'data');
  report.differs('another library writes the text: white space and details of notation may differ.');
  if (mode === 'markdown') return toMarkdown(node, report, field);
  const on = (name: string, otherwise = false): boolean | null => flag(node, report, `options.${name}`, otherwise);
  const [page, breaks, bare] = [on('completeHTMLDocument'), on('simpleLineBreaks'), on('noHeaderId')];
  const gfm = ['tables', 'strikethrough', 'tasklists', 'simplifiedAutoLink'].map((name) => on(name));
  if (page === null || breaks === null || bare === null || gfm.includes(null)) return null;
  warnOf(node, report, [
    'completeHTMLDocument',
    'simpleLineBreaks',
    'noHeaderId',
    'tables',
    'strikethrough',
    'tasklists',
  ]);
  return {
    type: 'markdown',
    with: {
      to: 'html',
      value: parameter(node, 'markdown', ''),
      unsafe: true,
      gfm: gfm.includes(true),
      headingIds: !bare,
      typography: true,
      trimEnd: true,
      ...given('page', page, false),
      ...given('breaks', breaks, false),
      field,
    },
  };
};

function toMarkdown(node: N8nNode, report: Report, field: Json): Mapped {
  const bullet = raw(node, 'options.bulletMarker', '*');
  warnOf(node, report, ['bulletMarker']);
  return {
    type: 'markdown',
    with: {
      to: 'markdown',
      value: parameter(node, 'html', ''),
      bullet: bullet === '-' || bullet === '+' ? bullet : '*',
      field,
    },
  };
}

/** Says which options have nothing native. */
function warnOf(node: N8nNode, report: Report, known: readonly string[]): void {
  const options = raw(node, 'options', {});
  if (options === null || typeof options !== 'object') return;
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) report.differs(`the option ${name} has no effect.`, `options.${name}`);
  }
}

export const MARKUP_MAPPINGS: Readonly<Record<string, Mapping>> = {
  'n8n-nodes-base.xml': xml,
  'n8n-nodes-base.html': html,
  'n8n-nodes-base.htmlExtract': (node, report) => htmlExtraction(node, report, 'text', true),
  'n8n-nodes-base.markdown': markdown,
};
