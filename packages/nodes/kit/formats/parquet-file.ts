/**
 * Owns writing rows as a Parquet file, as a stream of row groups: which type a column has, and the file. A column
 * is boolean, INT64, DOUBLE or text; one with lists, objects or values of several types is JSON, so that all come
 * back as they were. Does not read; keeps one row group.
 */
import type { SchemaElement } from 'hyparquet';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';

/** none: nothing but null so far. */
export type ColumnKind = 'none' | 'boolean' | 'integer' | 'number' | 'text' | 'json';

const GROUP_ROWS = 50_000;
const GROUP_CHARACTERS = 16 * 1024 * 1024;

function kindOfValue(value: Json | undefined): ColumnKind {
  if (value === undefined || value === null) return 'none';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0) ? 'integer' : 'number';
  return typeof value === 'string' ? 'text' : 'json';
}

/** The type that holds what was there and this value. */
export function widened(kind: ColumnKind, value: Json | undefined): ColumnKind {
  const other = kindOfValue(value);
  if (other === 'none' || other === kind) return kind;
  if (kind === 'none') return other;
  const numbers = (kind === 'integer' || kind === 'number') && (other === 'integer' || other === 'number');
  return numbers ? 'number' : 'json';
}

function element(name: string, kind: ColumnKind): SchemaElement {
  const more = { name, repetition_type: 'OPTIONAL' as const };
  switch (kind) {
    case 'boolean':
      return { ...more, type: 'BOOLEAN' };
    case 'integer':
      return { ...more, type: 'INT64' };
    case 'number':
      return { ...more, type: 'DOUBLE' };
    case 'json':
      return { ...more, type: 'BYTE_ARRAY', converted_type: 'JSON' };
    default:
      return { ...more, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
  }
}

function stored(value: Json | undefined, kind: ColumnKind): unknown {
  if (value === undefined || value === null) return null;
  return kind === 'integer' ? BigInt(value as number) : value;
}

function weight(value: Json | undefined): number {
  if (typeof value === 'string') return value.length + 8;
  return value !== null && typeof value === 'object' ? JSON.stringify(value).length : 8;
}

export async function* parquetFile(
  columns: readonly string[],
  kinds: readonly ColumnKind[],
  rows: AsyncIterable<readonly (Json | undefined)[]>,
): AsyncGenerator<Uint8Array> {
  if (columns.length === 0) {
    throw new FailureError(
      failure('node-failed', 'A Parquet file needs at least one column, and there is no item with a field.', {
        retry: 'no',
        fix: 'List the columns in the parameter columns.',
      }),
    );
  }
  const { ByteWriter, ParquetWriter } = await import('hyparquet-writer');
  const writer = new ByteWriter();
  const root: SchemaElement = { name: 'root', num_children: columns.length };
  const schema = [root, ...columns.map((name, at) => element(name, kinds[at] ?? 'none'))];
  const parquet = new ParquetWriter({ writer, schema, createdBy: 'rondo' });
  let data: unknown[][] = columns.map(() => []);
  let characters = 0;
  const written = (): Uint8Array => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  const group = async (): Promise<Uint8Array> => {
    const columnData = columns.map((name, at) => ({ name, data: data[at] as unknown[] }));
    await parquet.write({ columnData, rowGroupSize: GROUP_ROWS });
    data = columns.map(() => []);
    characters = 0;
    return written();
  };
  for await (const values of rows) {
    for (const [at, column] of data.entries()) {
      column.push(stored(values[at], kinds[at] ?? 'none'));
      characters += weight(values[at]);
    }
    if ((data[0]?.length ?? 0) >= GROUP_ROWS || characters >= GROUP_CHARACTERS) yield await group();
  }
  if ((data[0]?.length ?? 0) > 0) yield await group();
  await parquet.finish();
  yield written();
}
