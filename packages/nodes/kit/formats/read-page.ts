/**
 * Owns reading one page of any format as items, and the parameters that say how: shared by the nodes that read
 * files and those that read what an item carries. Does not find the bytes.
 */
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult, ParameterSpec } from '@rondo/core/model/node-type.ts';
import { isObject } from '../paths.ts';
import { readChoice, readInteger } from '../read.ts';
import { ENCODINGS } from './encoding.ts';
import { READ_FORMATS, type ReadFormat } from './names.ts';
import type { ByteSource } from './source.ts';
import type { Sizes } from './text-reading.ts';

export const READ_PARAMETERS: Record<string, ParameterSpec> = {
  format: {
    type: 'string',
    description:
      'auto: by the extension, else text · table: by the extension, which must be that of a table · ndjson: a JSON value per line · json: a list gives its elements, anything else one item · csv · xlsx: values of formulas, dates as ISO text · parquet: dates as ISO text, whole numbers beyond 2^53 and decimals of more than 15 digits as text · lines: { text, line } per line · text: { text }, the whole as one item · binary: one item that carries the bytes.',
    default: 'auto',
    enum: READ_FORMATS,
  },
  headers: {
    type: 'any',
    description:
      'csv, xlsx: true, the first row names the columns; false, they are column_1, column_2 and so on; a list of names for a file without such a row; or a text: each row is a list under that name.',
    default: true,
  },
  delimiter: {
    type: 'string',
    description: 'csv: character between fields. auto: a tab for .tsv, else what divides the first rows most evenly.',
    default: 'auto',
  },
  quote: {
    type: 'string',
    description: 'csv: character around fields, doubled inside. Empty for none.',
    default: '"',
  },
  types: {
    type: 'boolean',
    description: 'csv: numbers, true, false and empty fields become values; 007 and long ids stay text.',
    default: false,
  },
  badRows: {
    type: 'string',
    description:
      'csv: rows with too many fields or a wrong quote. error: a failure that names the line · skip: left out, and logged · keep: further fields as column_4 and so on, quotes as written.',
    default: 'error',
    enum: ['error', 'skip', 'keep'],
  },
  encoding: {
    type: 'string',
    description: 'Of texts. auto: by the byte order mark, else UTF-8. latin1 is Windows-1252.',
    default: 'auto',
    enum: ENCODINGS,
  },
  keepMark: {
    type: 'boolean',
    description: 'Of texts: the byte order mark is part of the text, and so of the name of the first column.',
    default: false,
  },
  itemsPath: {
    type: 'string',
    description: 'json: dot path of the list inside an object, such as data.items. Read as a stream, too.',
  },
  sheet: {
    type: 'any',
    description: 'xlsx: name of the sheet, or its number from 1. Default: the first that is not hidden.',
  },
  range: {
    type: 'string',
    description: 'xlsx: cells to read, such as A2:F100, B3 (from there on) or A:F. The header is its first row.',
  },
  emptyFields: {
    type: 'string',
    description: 'csv, xlsx: fields without a value: kept, or left out of their item.',
    default: 'keep',
    enum: ['keep', 'drop'],
  },
  maxRows: { type: 'integer', description: 'Most items of one file.', min: 1 },
  columns: { type: 'list', description: 'parquet: names of the columns to read. Default: all.' },
  bytes: {
    type: 'string',
    description: 'parquet: columns of bytes without a declared meaning as base64 or as text.',
    default: 'base64',
    enum: ['base64', 'text'],
  },
};

interface Counted {
  given: number;
  carry: Json;
}

/** A page; `format` is none of auto and binary. At most `maxRows` in all pages. */
export async function readPage(
  call: EffectCall,
  source: ByteSource,
  format: Exclude<ReadFormat, 'binary'>,
  sizes?: Sizes,
): Promise<EffectResult> {
  const dropped = readChoice(call.params, 'emptyFields', ['keep', 'drop'] as const, 'keep') === 'drop';
  const most = readInteger(call.params, 'maxRows', 1, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  if (!dropped && most === Number.MAX_SAFE_INTEGER) return pageOf(call, source, format, sizes);
  const before = call.carry as unknown as Counted | undefined;
  const page = await pageOf({ ...call, carry: before?.carry }, source, format, sizes);
  const given = before?.given ?? 0;
  const items = (page.items ?? []).slice(0, most - given).map((item) => (dropped ? withoutEmpty(item) : item));
  const all = given + items.length;
  if (page.done !== false || all >= most) return { items, done: true };
  return { items, done: false, carry: { given: all, carry: page.carry ?? null } };
}

function withoutEmpty(item: Item): Item {
  if (!isObject(item.json)) return item;
  const fields = Object.entries(item.json).filter(([, value]) => value !== '' && value !== null);
  return { ...item, json: Object.fromEntries(fields) };
}

/** Heavy formats are loaded when they are read. */
async function pageOf(
  call: EffectCall,
  source: ByteSource,
  format: Exclude<ReadFormat, 'binary'>,
  sizes?: Sizes,
): Promise<EffectResult> {
  const { readTextPage, SIZES } = await import('./text-pages.ts');
  if (format === 'xlsx') return (await import('./xlsx-pages.ts')).readXlsxPage(call, source, (sizes ?? SIZES).items);
  if (format === 'parquet')
    return (await import('./parquet-pages.ts')).readParquetPage(call, source, (sizes ?? SIZES).items);
  return readTextPage(call, source, format, sizes ?? SIZES);
}
