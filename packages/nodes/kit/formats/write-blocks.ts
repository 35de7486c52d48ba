/**
 * Owns turning blocks of items into the content of a file: text at once, tables of XLSX and Parquet from rows that
 * were put aside as NDJSON, because their columns and types are known at the end only. The state between blocks is
 * JSON. Holds the parameters that say how, which two nodes share. Does not write files.
 */
import type { Json } from '@rondo/core/model/item.ts';
import type { ParameterSpec } from '@rondo/core/model/node-type.ts';
import { getPath, type JsonObject } from '../paths.ts';
import { readFlag, readText, readTextList } from '../read.ts';
import { extensionOf, WRITE_FORMATS, writeFormat, type WriteFormat } from './names.ts';
import { widened, type ColumnKind } from './parquet-file.ts';
import {
  columnsOf,
  csvLine,
  csvRows,
  field,
  jsonClose,
  jsonElements,
  jsonLines,
  rowOf,
  textLines,
} from './row-text.ts';

export const WRITE_PARAMETERS: Record<string, ParameterSpec> = {
  format: {
    type: 'string',
    description:
      'auto: by the extension, else ndjson · ndjson: a JSON value per line · json: one list · csv · xlsx · parquet · text: a line per item.',
    default: 'auto',
    enum: WRITE_FORMATS,
  },
  columns: {
    type: 'list',
    description:
      'csv, xlsx, parquet: fields to write, as dot paths, in this order. Default: those of all items; for csv those of the first block of items, where a field that appears later is a failure.',
  },
  delimiter: { type: 'string', description: 'csv: character between fields. Default: a tab for .tsv, else a comma.' },
  formulaGuard: {
    type: 'boolean',
    description:
      'csv: a text that a spreadsheet would run as a formula (it begins with = + - or @) gets an apostrophe in front. Turn it off for files that only programs read. XLSX needs no guard: texts are written as texts.',
    default: true,
  },
  byteOrderMark: {
    type: 'boolean',
    description: 'csv: begin with the mark by which Excel knows UTF-8.',
    default: false,
  },
  sheet: { type: 'string', description: 'xlsx: name of the sheet.', default: 'Sheet1' },
  field: { type: 'string', description: 'text: field that holds the text of an item.', default: 'text' },
  separator: { type: 'string', description: 'text: what follows each item. Default: a line end.' },
};

export interface Layout {
  /** For failures: `file "a.csv"`. */
  name: string;
  format: WriteFormat;
  delimiter: string;
  guard: boolean;
  mark: boolean;
  sheet: string;
  field: string;
  separator: string;
  /** As dot paths; null: the fields of the items. */
  listed: string[] | null;
}

/** What is known of the items so far; goes through JSON between calls. */
export interface Written {
  items: number;
  columns?: string[];
  /** parquet: of each column. */
  kinds?: ColumnKind[];
}

export function layoutOf(params: Record<string, Json>, path: string, name: string): Layout {
  const delimiter = readText(params, 'delimiter', '');
  const listed = readTextList(params, 'columns', []);
  return {
    name,
    format: writeFormat(readText(params, 'format', 'auto'), path),
    delimiter: delimiter === '' ? (/^(tsv|tab)$/.test(extensionOf(path)) ? '\t' : ',') : delimiter,
    guard: readFlag(params, 'formulaGuard', true),
    mark: readFlag(params, 'byteOrderMark', false),
    sheet: readText(params, 'sheet', 'Sheet1'),
    field: readText(params, 'field', 'text'),
    separator: readText(params, 'separator', '\n'),
    listed: params['columns'] === undefined || params['columns'] === null ? null : listed,
  };
}

export function isTable(format: WriteFormat): format is 'xlsx' | 'parquet' {
  return format === 'xlsx' || format === 'parquet';
}

/** Text of a block, and the state after it. `header`: the first line of csv names the columns. */
export function blockText(
  layout: Layout,
  before: Written,
  values: readonly Json[],
  header: boolean,
): { text: string; after: Written } {
  const { format, name } = layout;
  const items = before.items + values.length;
  if (format === 'ndjson') return { text: jsonLines(values), after: { ...before, items } };
  if (format === 'json') return { text: jsonElements(values, before.items === 0), after: { ...before, items } };
  if (format === 'text')
    return { text: textLines(values, layout.field, layout.separator), after: { ...before, items } };
  const rows = values.map((json) => rowOf(json, format, name));
  if (format === 'csv') {
    const columns = layout.listed ?? before.columns ?? columnsOf(rows);
    const head = header && before.items === 0 ? (layout.mark ? '\ufeff' : '') + csvLine(columns, layout) : '';
    return { text: head + csvRows(rows, columns, layout.listed === null, layout, name), after: { items, columns } };
  }
  const columns = layout.listed ?? columnsOf(rows, before.columns);
  const kinds = columns.map((column, at) =>
    rows.reduce(
      (kind, row) => widened(kind, valueAt(layout, row, column)),
      before.kinds?.[at] ?? ('none' as ColumnKind),
    ),
  );
  return { text: jsonLines(rows), after: { items, columns, ...(format === 'parquet' ? { kinds } : {}) } };
}

export function closingText(format: WriteFormat, state: Written): string {
  return format === 'json' ? jsonClose(state.items === 0) : '';
}

function valueAt(layout: Layout, row: JsonObject, column: string): Json | undefined {
  return layout.listed === null ? field(row, column) : getPath(row, column);
}

/** The file of a table; `rows` are those that blockText was given. */
export async function* tableFile(
  layout: Layout,
  state: Written,
  rows: AsyncIterable<Json>,
): AsyncGenerator<Uint8Array> {
  const columns = layout.listed ?? state.columns ?? [];
  async function* values(): AsyncGenerator<(Json | undefined)[]> {
    for await (const json of rows) {
      const row = rowOf(json, layout.format, layout.name);
      yield columns.map((column) => valueAt(layout, row, column));
    }
  }
  if (layout.format === 'xlsx') yield* (await import('./xlsx-file.ts')).xlsxFile(columns, values(), layout.sheet);
  else yield* (await import('./parquet-file.ts')).parquetFile(columns, state.kinds ?? [], values());
}
