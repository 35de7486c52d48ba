/**
 * Owns the mappings of nodes that read files as items, or make files of items: Extract from File, Convert to File,
 * Spreadsheet File. Formats that Rondo does not read or write are named before a run.
 */
import { jsonNumber, jsonText } from '../../json-text.ts';
import type { Json } from '../../../model/item.ts';
import { isExpression, parameter, raw, type Mapped, type Mapping, type N8nNode, type Report } from '../node.ts';
import { flag } from './data-values.ts';
import { entryOf } from './options.ts';

type With = { [key: string]: Json };

/** Names of encodings as they are known on the web. */
export function encodingOf(node: N8nNode, path: string, report: Report): With {
  const given = raw(node, path, '');
  if (given === '' || given === 'utf8' || given === 'utf-8') return {};
  const name = jsonText(given)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
  const plain: Readonly<Record<string, string>> = {
    utf16le: 'utf-16le',
    ucs2: 'utf-16le',
    utf16be: 'utf-16be',
    latin1: 'latin1',
    binary: 'latin1',
    iso88591: 'latin1',
    ascii: 'latin1',
    koi8r: 'koi8-r',
    koi8u: 'koi8-u',
    macintosh: 'macintosh',
    cp866: 'ibm866',
  };
  const numbered = /^(?:windows|win|cp)(125\d|874)$/.exec(name)?.[1];
  const iso = /^iso8859(\d\d?)$/.exec(name)?.[1];
  const found =
    entryOf(plain, name) ?? (numbered === undefined ? undefined : `windows-${numbered}`) ?? (iso && `iso-8859-${iso}`);
  if (typeof found === 'string' && !isExpression(given)) return { encoding: found };
  report.unsupported(`the encoding ${JSON.stringify(given)} is not known.`, path);
  return {};
}

/** Formats of tables: those that are read and written here, and a sentence about the others. */
function tableFormat(format: Json, report: Report, parameterName: string): string | null {
  if (format === 'csv' || format === 'xlsx') return format;
  if (format === 'autodetect') return 'table';
  report.unsupported(
    `files of the format ${JSON.stringify(format)} are not supported; csv and xlsx are.`,
    parameterName,
  );
  return null;
}

function sheetOptions(node: N8nNode, report: Report): With {
  const sheet = parameter(node, 'options.sheetName', '');
  const range = parameter(node, 'options.range', '');
  return {
    ...(flag(node, report, 'options.headerRow', true) === false ? { headers: 'row' } : {}),
    ...(flag(node, report, 'options.includeEmptyCells') === true ? {} : { emptyFields: 'drop' }),
    ...(sheet === '' ? {} : { sheet }),
    ...(range === '' ? {} : { range }),
  };
}

function csvOptions(node: N8nNode, report: Report): With {
  const most = raw(node, 'options.maxRowCount', -1);
  if (jsonNumber(raw(node, 'options.fromLine', 0)) > 1) {
    report.unsupported('reading from a certain line on is not supported.', 'options.fromLine');
  }
  return {
    ...encodingOf(node, 'options.encoding', report),
    delimiter: parameter(node, 'options.delimiter', ','),
    ...(flag(node, report, 'options.enableBOM') === true ? {} : { keepMark: true }),
    ...(flag(node, report, 'options.relaxQuotes') === true ? { badRows: 'keep' } : {}),
    ...(most === -1 || most === 0
      ? {}
      : { maxRows: isExpression(most) ? parameter(node, 'options.maxRowCount', 1) : most }),
  };
}

function readTable(node: N8nNode, format: string, report: Report): Mapped {
  const old = node.type.endsWith('spreadsheetFile') && node.typeVersion < 2;
  if (format !== 'csv' && flag(node, report, 'options.rawData') === true && !old) {
    report.differs(
      'cells are values as they are stored; formats of dates and numbers are not applied.',
      'options.rawData',
    );
  }
  const typed = old && flag(node, report, 'options.rawData') !== true;
  return {
    type: 'extract-file',
    with: {
      file: parameter(node, 'binaryPropertyName', 'data'),
      format,
      ...sheetOptions(node, report),
      ...(format === 'csv' ? csvOptions(node, report) : {}),
      ...(typed ? { types: true, delimiter: ',' } : {}),
    },
  };
}

function writeTable(node: N8nNode, format: string, defaultName: string, report: Report): Mapped {
  const name = parameter(node, 'options.fileName', defaultName);
  const sheet = parameter(node, 'options.sheetName', 'Sheet');
  return {
    type: 'make-file',
    with: {
      name,
      format,
      as: parameter(node, 'binaryPropertyName', 'data'),
      beside: 'none',
      formulaGuard: false,
      ...(format === 'xlsx' ? { sheet } : { delimiter: parameter(node, 'options.delimiter', ',') }),
      ...(flag(node, report, 'options.headerRow', true) === false ? { header: false } : {}),
    },
    loop: { size: 'all' },
  };
}

export const spreadsheetFile: Mapping = (node, report): Mapped | null => {
  const operation = raw(node, 'operation', 'fromFile');
  if (operation === 'fromFile') {
    const chosen = node.typeVersion >= 2 ? raw(node, 'fileFormat', 'autodetect') : 'autodetect';
    const format = tableFormat(chosen, report, 'fileFormat');
    return format === null ? null : readTable(node, format, report);
  }
  const format = tableFormat(raw(node, 'fileFormat', 'xls'), report, 'fileFormat');
  return format === null ? null : writeTable(node, format, `spreadsheet.${format}`, report);
};

const KEEP: Readonly<Record<string, string>> = { json: 'fields', binary: 'files', both: 'all' };

export const extractFromFile: Mapping = (node, report): Mapped | null => {
  const operation = raw(node, 'operation', 'csv');
  const content: Readonly<Record<string, string>> = {
    text: 'text',
    xml: 'text',
    fromIcs: 'text',
    fromJson: 'json',
    binaryToPropery: 'binary',
  };
  const format = entryOf(content, operation);
  if (operation === 'fromIcs') {
    report.unsupported('calendar files are not read as values.', 'operation');
    return null;
  }
  if (operation === 'pdf') {
    report.unsupported('PDF files cannot be read. Extract their text before, and give it as text.', 'operation');
    return null;
  }
  if (format === undefined) {
    const table = tableFormat(operation, report, 'operation');
    return table === null ? null : readTable(node, table, report);
  }
  const keep = raw(node, 'options.keepSource', '');
  return {
    type: 'extract-file',
    with: {
      file: parameter(node, 'binaryPropertyName', 'data'),
      format,
      into: parameter(node, 'destinationKey', 'data'),
      keep: entryOf(KEEP, keep) ?? 'none',
      ...(format === 'binary' ? {} : encodingOf(node, 'options.encoding', report)),
      ...(flag(node, report, 'options.stripBOM', true) === false ? { keepMark: true } : {}),
    },
  };
};

export const convertToFile: Mapping = (node, report): Mapped | null => {
  const operation = raw(node, 'operation', 'csv');
  const as = parameter(node, 'binaryPropertyName', 'data');
  const source = parameter(node, 'sourceProperty', '');
  const mime = parameter(node, 'options.mimeType', '');
  const given = { as, beside: 'none', ...(mime === '' ? {} : { mime }) };
  const encoding = (): With => encodingOf(node, 'options.encoding', report);
  const mark = (): void => {
    if (flag(node, report, 'options.addBOM') === true)
      report.differs('no byte order mark is written.', 'options.addBOM');
  };
  switch (operation) {
    case 'toText':
      mark();
      return {
        type: 'make-file',
        with: {
          name: parameter(node, 'options.fileName', 'file.txt'),
          format: 'text',
          field: source,
          separator: '',
          ...given,
          ...encoding(),
        },
      };
    case 'toJson': {
      mark();
      const each = raw(node, 'mode', 'once') === 'each';
      return {
        type: 'make-file',
        with: {
          name: parameter(node, 'options.fileName', 'file.json'),
          format: 'json',
          layout: flag(node, report, 'options.format') === true ? 'pretty' : 'compact',
          ...(each ? { single: true } : {}),
          ...given,
          ...encoding(),
        },
        ...(each ? {} : { loop: { size: 'all' } }),
      };
    }
    case 'toBinary': {
      const text = flag(node, report, 'options.dataIsBase64', true) === false;
      return {
        type: 'extract-file',
        with: {
          from: text ? 'text' : 'base64',
          field: source,
          format: 'binary',
          name: parameter(node, 'options.fileName', 'file'),
          ...given,
        },
      };
    }
    case 'iCal':
      report.unsupported('calendar files are not written.', 'operation');
      return null;
    default: {
      const format = tableFormat(operation, report, 'operation');
      return format === null ? null : writeTable(node, format, `file.${format}`, report);
    }
  }
};

export const iCalendar: Mapping = (_node, report) => {
  report.unsupported('calendar files are not written.');
  return null;
};
