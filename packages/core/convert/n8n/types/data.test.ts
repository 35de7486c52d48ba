/** Data nodes of n8n on the native definition: what each version becomes, and what is refused before a run. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../model/item.ts';
import type { Mapped, N8nNode, Report } from '../node.ts';
import { MAPPINGS } from './index.ts';

interface Answer {
  mapped: Mapped | null;
  unsupported: string[];
  differs: string[];
}

function map(type: string, typeVersion: number, parameters: Record<string, Json>, more: Partial<N8nNode> = {}): Answer {
  const answer: Answer = { mapped: null, unsupported: [], differs: [] };
  const report: Report = {
    unsupported: (message) => answer.unsupported.push(message),
    differs: (message) => answer.differs.push(message),
    changed: () => {},
    strict: false,
    timezone: null,
  };
  const node: N8nNode = {
    name: 'Node',
    type: `n8n-nodes-base.${type}`,
    typeVersion,
    parameters,
    credentials: {},
    executeOnce: false,
    onError: 'stopWorkflow',
    attached: {},
    ...more,
  };
  answer.mapped = MAPPINGS[node.type]?.(node, report) ?? null;
  return answer;
}
const settings = (type: string, version: number, parameters: Record<string, Json>): Record<string, Json> | undefined =>
  map(type, version, parameters).mapped?.with;

describe('lists', () => {
  it('splits out', () => {
    expect(map('splitOut', 1, { fieldToSplitOut: 'a, b', options: {} }).mapped).toEqual({
      type: 'split-out',
      with: { field: 'a, b', semantics: 'n8n' },
    });
    expect(
      settings('splitOut', 1, {
        fieldToSplitOut: '={{ $json.f }}',
        include: 'selectedOtherFields',
        fieldsToInclude: 'x, y.z',
        options: { destinationFieldName: 'd', disableDotNotation: true, includeBinary: true },
      }),
    ).toEqual({
      field: '{{ $json.f }}',
      include: 'selected',
      names: ['x', 'y.z'],
      destination: 'd',
      dotPaths: false,
      keepFiles: true,
      semantics: 'n8n',
    });
  });

  it('aggregates', () => {
    const fields = [
      { fieldToAggregate: 'a.b' },
      { fieldToAggregate: 'c', renameField: true, outputFieldName: '={{ 1 }}' },
    ];
    const options = { mergeLists: true, keepMissing: '={{ $json.k }}', groupByFields: 'g' };
    expect(settings('aggregate', 1, { fieldsToAggregate: { fieldToAggregate: fields }, options })).toEqual({
      fields: [{ field: 'a.b' }, { field: 'c', name: '{{ 1 }}' }],
      keepMissing: '{{ $json.k }}',
      flatten: true,
      by: ['g'],
      semantics: 'n8n',
    });
    expect(
      settings('aggregate', 1, {
        aggregate: 'aggregateAllItemData',
        include: 'specifiedFields',
        fieldsToInclude: ['a'],
      }),
    ).toEqual({ into: 'data', include: 'selected', names: ['a'], semantics: 'n8n' });
  });

  it('limits and sorts', () => {
    expect(map('limit', 1, {}).mapped).toEqual({ type: 'limit', with: { max: 1 } });
    expect(settings('limit', 1, { maxItems: '3', keep: 'lastItems' })).toEqual({ max: 3, keep: 'last' });
    expect(
      settings('sort', 1, {
        sortFieldsUi: { sortField: [{ fieldName: 'a' }, { fieldName: 'b', order: 'descending' }] },
      }),
    ).toEqual({
      fields: [
        { field: 'a', order: 'ascending' },
        { field: 'b', order: 'descending' },
      ],
      semantics: 'n8n',
    });
    expect(settings('sort', 1, { type: 'random' })).toEqual({ shuffle: true });
    expect(map('sort', 1, { type: 'code', code: "name = 'x';\nreturn a.json[name] - b.json[name];" }).mapped).toEqual({
      type: 'sort-by-code',
      with: { code: "let name; name = 'x';\nreturn a.json[name] - b.json[name];" },
    });
    expect(map('sort', 1, { type: 'code', code: '1' }).unsupported).toHaveLength(1);
  });

  it('removes duplicates, within a run and over runs', () => {
    expect(map('removeDuplicates', 1, {}).mapped).toEqual({
      type: 'remove-duplicates',
      with: { semantics: 'n8n-1' },
      outputs: ['kept'],
    });
    expect(
      settings('removeDuplicates', 2, {
        compare: 'selectedFields',
        fieldsToCompare: 'a',
        options: { removeOtherFields: true },
      }),
    ).toEqual({
      compare: 'selected',
      names: ['a'],
      onlyCompared: true,
      semantics: 'n8n',
    });
    const seen = {
      operation: 'removeItemsSeenInPreviousExecutions',
      dedupeValue: '={{ $json.id }}',
      options: { historySize: 50 },
    };
    expect(map('removeDuplicates', 2, seen)).toMatchObject({
      mapped: {
        type: 'remove-seen',
        with: { mode: 'new', value: '{{ $json.id }}', history: 50 },
        outputs: ['new', 'seen'],
      },
      differs: [expect.stringContaining('same value')],
    });
    expect(
      settings('removeDuplicates', 2, { operation: 'clearDeduplicationHistory', options: { scope: 'workflow' } }),
    ).toEqual({
      mode: 'forget',
      scope: '{{ $workflow.id || $workflow.name }}',
    });
  });

  it('summarizes; a field that is nowhere fails in version 1 only', () => {
    const values = [
      { aggregation: 'concatenate', field: 'a', separateBy: 'other', customSeparator: ' / ' },
      { field: 'b' },
    ];
    expect(settings('summarize', 1.1, { fieldsToSummarize: { values }, fieldsToSplitBy: 'x, y' })).toEqual({
      fields: [
        { field: 'a', op: 'concat', separator: ' / ' },
        { field: 'b', op: 'count' },
      ],
      by: ['x', 'y'],
      semantics: 'n8n',
    });
    expect(settings('summarize', 1, { fieldsToSummarize: { values: [{ field: 'b' }] } })).toMatchObject({
      missing: 'fail',
      semantics: 'n8n-1',
    });
    expect(settings('summarize', 1, { options: { continueIfFieldNotFound: true } })).not.toHaveProperty('missing');
  });

  it('knows the versions of Item Lists', () => {
    const rules = (version: number, parameters: Record<string, Json>): Json | undefined =>
      settings('itemLists', version, parameters)?.semantics;
    expect([1, 2, 2.1, 2.2, 3.1].map((version) => rules(version, {}))).toEqual([
      'n8n-1',
      'n8n-2',
      'n8n-2.1',
      'n8n',
      'n8n',
    ]);
    expect([1, 2.1].map((version) => rules(version, { operation: 'aggregateItems' }))).toEqual(['n8n-1', 'n8n-lists']);
    expect([3, 3.1].map((version) => rules(version, { operation: 'removeDuplicates' }))).toEqual([
      'n8n-1',
      'n8n-lists',
    ]);
    expect(
      settings('itemLists', 1, { include: 'selectedOtherFields', fieldsToInclude: { fields: [{ fieldName: 'a' }] } }),
    ).toMatchObject({
      names: ['a'],
    });
    expect(settings('itemLists', 2, { operation: 'summarize' })).toMatchObject({
      missing: 'fail',
      semantics: 'n8n-lists',
    });
  });

  it('hands items on where n8n continues after an error', () => {
    const answer = map('sort', 1, { type: 'random' }, { onError: 'continueRegularOutput' });
    expect(answer.mapped?.loop).toEqual({ onError: 'pass' });
  });

  it('says what an expression cannot decide', () => {
    expect(map('splitOut', 1, { fieldToSplitOut: 'a', include: '={{ 1 }}' }).unsupported[0]).toContain(
      'include is computed',
    );
    expect(map('limit', 1, { keep: 'middle' }).unsupported[0]).toContain('firstItems, lastItems');
  });
});

describe('compare datasets', () => {
  it('has the defaults and rules of its version', () => {
    const keys = { mergeByFields: { values: [{ field1: 'id', field2: '={{ 1 }}' }] } };
    expect(
      map('compareDatasets', 1, { ...keys, options: { fuzzyCompare: true, multipleMatches: 'all' } }).mapped,
    ).toEqual({
      type: 'compare-datasets',
      with: { keys: [{ a: 'id', b: '{{ 1 }}' }], version: 'b', loose: true, matches: 'all', semantics: 'n8n-1' },
      inputs: ['a', 'b'],
      outputs: ['onlyA', 'same', 'different', 'onlyB'],
    });
    expect(
      settings('compareDatasets', 2.3, { ...keys, fuzzyCompare: true, options: { skipFields: 'a, b' } }),
    ).toMatchObject({
      version: 'both',
      skip: ['a', 'b'],
      loose: true,
      semantics: 'n8n',
    });
    expect(settings('compareDatasets', 2, { ...keys, resolve: 'mix', exceptWhenMix: 'x' })).toMatchObject({
      version: 'a',
      except: ['x'],
      semantics: 'n8n-2',
    });
  });
});

describe('rename keys', () => {
  it('renames by name and by pattern', () => {
    const replacements = [
      { searchRegex: '^a', replaceRegex: '$&', options: { caseInsensitive: true, depth: 2 } },
      { searchRegex: 'b', replaceRegex: '' },
    ];
    expect(
      settings('renameKeys', 1, {
        keys: { key: [{ currentKey: '={{ $json.k }}', newKey: 'n' }] },
        additionalOptions: { regexReplacement: { replacements } },
      }),
    ).toEqual({
      keys: [{ from: '{{ $json.k }}', to: 'n' }],
      patterns: [
        { search: '^a', replace: '$&', caseSensitive: false, depth: 2 },
        { search: 'b', replace: '' },
      ],
      semantics: 'n8n',
    });
  });
});

describe('dates', () => {
  it('of version 2 stand alone in the item, in fields of their own names', () => {
    expect(settings('dateTime', 2, {})).toEqual({
      operation: 'now',
      zone: '{{ $now.zoneName }}',
      field: 'currentDate',
      keep: 'none',
      semantics: 'n8n',
    });
    expect(
      settings('dateTime', 2, {
        operation: 'formatDate',
        date: '={{ $json.d }}',
        format: 'custom',
        customFormat: 'yyyy',
        options: { includeInputFields: true },
      }),
    ).toEqual({
      operation: 'format',
      value: '{{ $json.d }}',
      valueZone: '{{ ($json.d\n)?.zoneName }}',
      format: 'yyyy',
      zone: '',
      field: 'formattedDate',
      semantics: 'n8n',
    });
    expect(settings('dateTime', 2, { operation: 'roundDate', date: 'x', mode: 'roundUp' })).toMatchObject({
      direction: 'up',
      unit: 'month',
      field: 'roundedDate',
    });
    expect(settings('dateTime', 2, { operation: 'getTimeBetweenDates', outputFieldName: 'a.b' })).toMatchObject({
      units: ['day'],
      field: '["a.b"]',
    });
  });

  it('of version 1 have formats of Moment', () => {
    expect(settings('dateTime', 1, { value: 'x', options: { toTimezone: 'UTC', fromFormat: '' } })).toEqual({
      operation: 'format',
      value: 'x',
      field: 'data',
      semantics: 'n8n-1',
      inputFormat: '',
      format: 'MM/DD/YYYY',
      zone: '{{ $now.zoneName }}',
      resultZone: 'UTC',
    });
    expect(
      settings('dateTime', 1, { action: 'calculate', value: 'x', operation: 'subtract', duration: 2 }),
    ).toMatchObject({
      operation: 'subtract',
      amount: 2,
      unit: 'days',
    });
  });
});

describe('markup', () => {
  it('reads and writes XML', () => {
    expect(settings('xml', 1, { options: { explicitArray: true, mergeAttrs: false, attrkey: '@' } })).toEqual({
      source: 'data',
      attributes: 'group',
      prefix: '@',
      lists: ['*'],
      semantics: 'n8n',
    });
    expect(
      map('xml', 1, { mode: 'jsonToxml', options: { headless: true } }, { onError: 'continueRegularOutput' }).mapped,
    ).toEqual({
      type: 'xml',
      with: { to: 'xml', value: '{{ $json }}', field: 'data', declaration: false, semantics: 'n8n' },
      loop: { onError: 'drop' },
    });
  });

  it('takes fields out of HTML, with the text of its version', () => {
    const values = [
      { key: 'a', cssSelector: 'p', skipSelectors: 'i' },
      { key: 'b', cssSelector: 'x', returnValue: 'attribute', returnArray: true },
    ];
    const parameters = { operation: 'extractHtmlContent', extractionValues: { values } };
    expect(settings('html', 1.2, parameters)).toEqual({
      source: 'data',
      fields: [
        { name: 'a', selector: 'p', get: 'plain', without: 'i' },
        { name: 'b', selector: 'x', get: 'attribute', all: true },
      ],
      trim: false,
      semantics: 'n8n',
    });
    expect(settings('htmlExtract', 1, parameters)).toMatchObject({ fields: [{ name: 'a', selector: 'p' }, {}] });
    expect(settings('htmlExtract', 1, parameters)).not.toHaveProperty('trim');
  });

  it('fills a page whose expressions are not marked', () => {
    expect(settings('html', 1, { html: '<p>{{ $json.a }}</p>' })).toEqual({
      keep: 'none',
      fields: { html: '<p>{{ String($json.a\n) }}</p>' },
      types: { html: 'string' },
      keepFiles: false,
    });
  });

  it('says that Markdown is written by another library', () => {
    expect(map('markdown', 1, { html: '={{ $json.h }}', options: { ignore: 'h1' } })).toMatchObject({
      mapped: { type: 'markdown', with: { to: 'markdown', value: '{{ $json.h }}', field: 'data' } },
      differs: [expect.stringContaining('another library'), expect.stringContaining('ignore')],
    });
  });
});

describe('crypto', () => {
  it('hashes, signs and makes values', () => {
    expect(settings('crypto', 1, { value: '={{ $json.a }}' })).toEqual({
      operation: 'hash',
      value: '{{ $json.a }}',
      algorithm: 'MD5',
      encoding: 'hex',
      field: 'data',
    });
    expect(settings('crypto', 1, { action: 'hmac', type: 'SHA256', binaryData: true, secret: 'k' })).toMatchObject({
      file: 'data',
      key: 'k',
    });
    expect(settings('crypto', 1, { action: 'generate', encodingType: 'hex', stringLength: 8 })).toMatchObject({
      operation: 'random',
      kind: 'text',
      length: 8,
    });
    const named = map('totp', 1, {}, { credentials: { totpApi: { name: 'My phone' } } });
    expect(named.mapped?.with).toMatchObject({ operation: 'totp', secret: 'My phone', algorithm: 'SHA1', digits: 6 });
  });
});

describe('move binary data', () => {
  it('reads files into fields', () => {
    expect(settings('moveBinaryData', 1, {})).toEqual({ file: 'data', format: 'json' });
    expect(settings('moveBinaryData', 1, { setAllData: false, options: { encoding: 'base64' } })).toEqual({
      file: 'data',
      format: 'binary',
      into: 'data',
      keep: 'fields',
    });
  });

  it('writes fields into files', () => {
    expect(settings('moveBinaryData', 1, { mode: 'jsonToBinary', options: { fileName: 'a.json' } })).toMatchObject({
      name: 'a.json',
      format: 'json',
      single: true,
      beside: 'none',
    });
  });
});

describe('HTML tables', () => {
  it('keep their styles and go over all items', () => {
    const options = { capitalize: true, rowAttributes: 'class="r"' };
    const answer = map('html', 1.2, { operation: 'convertToHtmlTable', options });
    expect(answer.differs).toEqual([]);
    expect(answer.mapped).toMatchObject({
      type: 'html',
      with: {
        capitalize: true,
        attributes: {
          table: "style='border-spacing:0; font-family:helvetica,arial,sans-serif' ",
          row: ' class="r"',
          cell: "style='margin:0; padding:7px 20px 7px 0px; border-bottom:1px solid #eee' ",
        },
      },
      loop: { size: 'all' },
    });
    const bare = map('html', 1.2, { operation: 'convertToHtmlTable', options: { customStyling: true } });
    expect(bare.mapped?.with?.['attributes']).toEqual({ table: ' ', head: ' ', row: ' ', cell: ' ' });
  });
});
