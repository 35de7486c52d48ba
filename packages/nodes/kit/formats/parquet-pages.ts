/**
 * Owns reading a Parquet file page by page: rows of a row group, in windows whose size follows from how wide the
 * rows are. What the file claims about sizes and counts is checked before hyparquet allocates by it.
 */
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { AsyncBuffer, FileMetaData, RowGroup, SchemaTree } from 'hyparquet';
import { FailureError } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { put, type JsonObject } from '../paths.ts';
import { readTextList, wrongParameter } from '../read.ts';
import { keptFor } from './kept.ts';
import { jsonOf, RAW_PARSERS } from './parquet-values.ts';
import { readExactly, steady, unreadable, type ByteSource } from './source.ts';

interface Carry {
  stamp: string;
  row: number;
}

interface OpenFile {
  buffer: AsyncBuffer;
  /** As the file says; and without what hyparquet would round. */
  metadata: FileMetaData;
  raw: FileMetaData;
  columns: readonly SchemaTree[];
  rows: number;
  /** Decoded rows that were not handed on yet, and the number of the first. */
  window: unknown[][];
  start: number;
  /** The row group whose pages were checked. */
  checked: number;
}

/** Decoded bytes of one window. */
const WINDOW_BYTES = 16 * 1024 * 1024;
const WINDOW_ROWS = { least: 1_000, most: 50_000 };
/** A page of more values than this is no page. */
const PAGE_VALUES = 1 << 24;

function damaged(source: ByteSource, where: string, error: unknown): Error {
  if (error instanceof FailureError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return unreadable(source.name, `${where}: it is damaged or of a kind that cannot be read (${reason})`);
}

/** Decimals and texts that hyparquet would change stay as they are stored. */
function withoutRounding(metadata: FileMetaData): FileMetaData {
  const schema = metadata.schema.map((element) => {
    if (element.converted_type === 'DECIMAL') {
      const { converted_type: _, ...plain } = element;
      return plain;
    }
    return element.converted_type === 'ENUM' ? { ...element, converted_type: 'UTF8' as const } : element;
  });
  return { ...metadata, schema };
}

async function openFile(call: EffectCall, source: ByteSource): Promise<OpenFile> {
  const { parquetMetadataAsync, parquetSchema } = await import('hyparquet');
  const { size } = await source.read(0, 0);
  if (size < 12) throw unreadable(source.name, 'it is too short for a Parquet file');
  const head = Buffer.from(await readExactly(source, 0, 4, 'the mark of a Parquet file')).toString('latin1');
  const tail = Buffer.from(await readExactly(source, size - 8, 8, 'the end of a Parquet file'));
  if (head !== 'PAR1') throw unreadable(source.name, head === 'PARE' ? 'it is encrypted' : 'it is no Parquet file');
  if (tail.toString('latin1', 4) !== 'PAR1')
    throw unreadable(source.name, `the end of a Parquet file is missing at byte ${size}: it is cut off`);
  const most = call.ports.limit('file.group');
  if (tail.readUInt32LE(0) > most)
    throw new FailureError({ ...limitFailure('file.group', most, `${source.name}, footer`), retry: 'no' });
  const buffer: AsyncBuffer = {
    byteLength: size,
    slice: async (start, end = size) => {
      const bytes = await readExactly(source, start, Math.max(0, end - start), 'a part of the Parquet file');
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    },
  };
  try {
    const metadata = await parquetMetadataAsync(buffer, { parsers: RAW_PARSERS, geoparquet: false });
    const columns = parquetSchema(metadata).children;
    // What the row groups hold counts, not what the footer sums up.
    const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
    return { buffer, metadata, raw: withoutRounding(metadata), columns, rows, window: [], start: 0, checked: -1 };
  } catch (error) {
    throw damaged(source, 'footer', error);
  }
}

function chosen(call: EffectCall, source: ByteSource, file: OpenFile): readonly SchemaTree[] {
  const wanted = readTextList(call.params, 'columns', []);
  if (wanted.length === 0) return file.columns;
  return wanted.map((name) => {
    const found = file.columns.find((column) => column.element.name === name);
    if (found !== undefined) return found;
    const known = file.columns
      .slice(0, 20)
      .map((column) => column.element.name)
      .join(', ');
    return wrongParameter('columns', `columns of ${source.name} (${known})`, name);
  });
}

interface GroupPlace {
  index: number;
  group: RowGroup;
  first: number;
  end: number;
}

function groupOf(file: OpenFile, row: number): GroupPlace {
  let first = 0;
  for (const [index, group] of file.metadata.row_groups.entries()) {
    const end = first + Number(group.num_rows);
    if (row < end) return { index, group, first, end };
    first = end;
  }
  throw new RangeError(`there is no row ${row}`);
}

/** Walks the headers of the pages of the chosen columns, and refuses those that ask for more than they may. */
async function checkPages(
  call: EffectCall,
  source: ByteSource,
  file: OpenFile,
  place: GroupPlace,
  names: ReadonlySet<string>,
): Promise<void> {
  const { parquetHeader } = await import('hyparquet/src/column.js');
  const most = call.ports.limit('file.group');
  const where = `row group ${place.index + 1}`;
  const tooMuch = (): never => {
    throw new FailureError({ ...limitFailure('file.group', most, `${source.name}, ${where}`), retry: 'no' });
  };
  let unpacked = 0;
  for (const { meta_data: column } of place.group.columns) {
    if (column === undefined || !names.has(column.path_in_schema[0] ?? '')) continue;
    call.signal.throwIfAborted();
    const start = Number(column.dictionary_page_offset ?? 0) || Number(column.data_page_offset);
    const from = Math.min(start, Number(column.data_page_offset));
    const length = Number(column.total_compressed_size);
    if (!(from >= 4 && length >= 0) || length > most) tooMuch();
    const view = new DataView(await file.buffer.slice(from, from + length));
    const reader = { view, offset: 0 };
    let values = 0;
    while (reader.offset < view.byteLength - 1) {
      const header = parquetHeader(reader);
      const count =
        header.data_page_header?.num_values ??
        header.data_page_header_v2?.num_values ??
        header.dictionary_page_header?.num_values ??
        0;
      const { compressed_page_size: packed, uncompressed_page_size: size } = header;
      if (!(packed >= 0 && size >= 0 && count >= 0) || reader.offset + packed > view.byteLength)
        throw new RangeError('a page is longer than its column');
      unpacked += size;
      if (unpacked > most || count > PAGE_VALUES) tooMuch();
      if (header.dictionary_page_header === undefined) values += count;
      reader.offset += packed;
    }
    if (column.path_in_schema.length === 1 && values !== Number(place.group.num_rows))
      throw new RangeError(
        `the column ${column.path_in_schema.join('.')} has ${values} values for ${place.group.num_rows} rows`,
      );
  }
}

async function unpackers(): Promise<Record<string, (input: Uint8Array, length: number) => Uint8Array>> {
  const { compressors } = await import('hyparquet-compressors');
  // The native ones are faster and stop at the length that was checked.
  return {
    ...compressors,
    GZIP: (input, length) => gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
    BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
    ZSTD: (input, length) => zstdDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
  };
}

async function fill(call: EffectCall, source: ByteSource, file: OpenFile, row: number): Promise<void> {
  const columns = chosen(call, source, file);
  const names = columns.map((column) => column.element.name);
  const { parquetRead } = await import('hyparquet');
  let where = `row ${row + 1}`;
  try {
    const place = groupOf(file, row);
    where = `row group ${place.index + 1} (rows ${place.first + 1} to ${place.end})`;
    if (file.checked !== place.index) {
      await checkPages(call, source, file, place, new Set(names));
      file.checked = place.index;
    }
    const perRow = Math.max(1, Number(place.group.total_byte_size) / Math.max(1, place.end - place.first));
    const count = Math.min(WINDOW_ROWS.most, Math.max(WINDOW_ROWS.least, Math.floor(WINDOW_BYTES / perRow)));
    const rowEnd = Math.min(place.end, row + count);
    let rows: unknown[][] = [];
    await parquetRead({
      file: file.buffer,
      metadata: file.raw,
      columns: names,
      rowStart: row,
      rowEnd,
      rowFormat: 'array',
      utf8: false,
      useOffsetIndex: true,
      geoparquet: false,
      parsers: RAW_PARSERS,
      compressors: await unpackers(),
      onComplete: (found) => {
        rows = found as unknown[][];
      },
    });
    if (rows.length !== rowEnd - row) throw new RangeError(`${rows.length} of ${rowEnd - row} rows are there`);
    file.window = rows;
    file.start = row;
  } catch (error) {
    throw damaged(source, where, error);
  }
}

export async function readParquetPage(call: EffectCall, given: ByteSource, most: number): Promise<EffectResult> {
  const known = call.carry as unknown as Carry | undefined;
  const stamp = known?.stamp ?? (await given.read(0, 0)).stamp;
  const source = steady(given, stamp);
  const row = known?.row ?? 0;
  return keptFor(
    call,
    `parquet ${source.key} ${stamp}`,
    () => openFile(call, source),
    async () => {},
    () => true,
    async (file) => {
      await source.read(0, 0);
      const columns = chosen(call, source, file);
      if (row >= file.rows) return { items: [], done: true };
      if (row < file.start || row >= file.start + file.window.length) await fill(call, source, file, row);
      const asText = call.params['bytes'] === 'text';
      const rows = file.window.slice(row - file.start, row - file.start + most);
      const items = rows.map((values): Item => {
        const json: JsonObject = {};
        for (const [at, column] of columns.entries())
          put(json, column.element.name, jsonOf(values[at], column, asText));
        return { json };
      });
      const next = row + items.length;
      if (next >= file.rows) return { items, done: true };
      const carry: Carry = { stamp, row: next };
      return { items, carry: carry as unknown as Json, done: false };
    },
  );
}
