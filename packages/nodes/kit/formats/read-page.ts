/**
 * Owns reading one page of any format as items, and the parameters that say how: shared by the nodes that read
 * files and those that read what an item carries. Does not find the bytes.
 */
import type { EffectCall, EffectResult, ParameterSpec } from '@rondo/core/model/node-type.ts';
import { READ_FORMATS, type ReadFormat } from './names.ts';
import type { ByteSource } from './source.ts';
import type { Sizes } from './text-reading.ts';

export const READ_PARAMETERS: Record<string, ParameterSpec> = {
  format: {
    type: 'string',
    description:
      'auto: by the extension, else text · ndjson: a JSON value per line · json: a list gives its elements, anything else one item · csv · xlsx: values of formulas, dates as ISO text · parquet: dates as ISO text, whole numbers beyond 2^53 and decimals of more than 15 digits as text · lines: { text, line } per line · text: { text }, the whole as one item · binary: one item that carries the bytes.',
    default: 'auto',
    enum: READ_FORMATS,
  },
  headers: {
    type: 'any',
    description:
      'csv, xlsx: true, the first row names the columns; false, they are column_1, column_2 and so on; or a list of names for a file without such a row.',
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
    enum: ['auto', 'utf-8', 'utf-16le', 'utf-16be', 'latin1'],
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
  columns: { type: 'list', description: 'parquet: names of the columns to read. Default: all.' },
  bytes: {
    type: 'string',
    description: 'parquet: columns of bytes without a declared meaning as base64 or as text.',
    default: 'base64',
    enum: ['base64', 'text'],
  },
};

/** A page; `format` is none of auto and binary. Heavy formats are loaded when they are read. */
export async function readPage(
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
