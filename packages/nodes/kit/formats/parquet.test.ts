/** Owns the tests of Parquet files: values, pages, damage, limits. */
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { parquetFile, widened, type ColumnKind } from './parquet-file.ts';
import { readParquetPage } from './parquet-pages.ts';
import { allPages, failureOf, type PageOptions } from './reading.testing.ts';
import { bytesSource } from './source.ts';

interface Options extends PageOptions {
  most?: number;
}

async function read(bytes: Uint8Array, params: Record<string, Json> = {}, options: Options = {}): Promise<Json[]> {
  const source = bytesSource(bytes, 'a.parquet', 'k');
  const items = await allPages((call) => readParquetPage(call, source, options.most ?? 1000), { ...options, params });
  return items.map((item) => item.json);
}

async function made(columns: string[], rows: Json[][]): Promise<Buffer> {
  const kinds = columns.map((_, at) => rows.reduce((kind, row) => widened(kind, row[at]), 'none' as ColumnKind));
  async function* all(): AsyncGenerator<Json[]> {
    yield* rows;
  }
  const parts: Uint8Array[] = [];
  for await (const part of parquetFile(columns, kinds, all())) parts.push(part);
  return Buffer.concat(parts);
}

type Schema = NonNullable<Parameters<typeof parquetWriteBuffer>[0]['schema']>;
type Columns = Parameters<typeof parquetWriteBuffer>[0]['columnData'];

const written = (columnData: Columns, more: Partial<Parameters<typeof parquetWriteBuffer>[0]> = {}): Uint8Array =>
  new Uint8Array(parquetWriteBuffer({ columnData, ...more }));

describe('values', () => {
  it('whole numbers keep all digits; decimals, dates, times, bytes and lists have one form each', async () => {
    const schema: Schema = [
      { name: 'root', num_children: 10 },
      { name: 'long', type: 'INT64', repetition_type: 'OPTIONAL' },
      { name: 'money', type: 'INT64', converted_type: 'DECIMAL', precision: 12, scale: 2, repetition_type: 'REQUIRED' },
      {
        name: 'huge',
        type: 'FIXED_LEN_BYTE_ARRAY',
        type_length: 16,
        converted_type: 'DECIMAL',
        precision: 38,
        scale: 3,
        repetition_type: 'REQUIRED',
      },
      { name: 'day', type: 'INT32', converted_type: 'DATE', repetition_type: 'REQUIRED' },
      { name: 'millis', type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'REQUIRED' },
      {
        name: 'local',
        type: 'INT64',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' },
        repetition_type: 'REQUIRED',
      },
      { name: 'time', type: 'INT32', converted_type: 'TIME_MILLIS', repetition_type: 'REQUIRED' },
      { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'REQUIRED' },
      { name: 'real', type: 'DOUBLE', repetition_type: 'REQUIRED' },
      { name: 'list', converted_type: 'LIST', repetition_type: 'OPTIONAL', num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', type: 'INT64', repetition_type: 'OPTIONAL' },
    ] as Schema;
    const columnData = [
      { name: 'long', data: [1n, 9007199254740993n, null] },
      { name: 'money', data: [1050n, -5n, 0n] },
      { name: 'huge', data: [123456789012345678901234567890n, -1n, 0n] },
      { name: 'day', data: [0, 19782, -1] },
      { name: 'millis', data: [0n, 1709209530123n, -1n] },
      { name: 'local', data: [0n, 1709209530123456n, 1000n] },
      { name: 'time', data: [0, 49530250, 1] },
      { name: 'bytes', data: [Buffer.from('hi'), Buffer.from([255, 0]), Buffer.alloc(0)] },
      { name: 'real', data: [1.5, Number.NaN, Number.POSITIVE_INFINITY] },
      { name: 'list', data: [[1n, null], [], null] },
    ] as Columns;
    const rows = await read(written(columnData, { schema }));
    expect(rows[0]).toEqual({
      long: 1,
      money: 10.5,
      huge: '123456789012345678901234567.890',
      day: '1970-01-01',
      millis: '1970-01-01T00:00:00.000Z',
      local: '1970-01-01T00:00:00.000',
      time: '00:00:00',
      bytes: 'aGk=',
      real: 1.5,
      list: [1, null],
    });
    expect(rows[1]).toEqual({
      long: '9007199254740993',
      money: -0.05,
      huge: '-0.001',
      day: '2024-02-29',
      millis: '2024-02-29T12:25:30.123Z',
      local: '2024-02-29T12:25:30.123456',
      time: '13:45:30.250',
      bytes: '/wA=',
      real: null,
      list: [],
    });
    expect(rows[2]).toMatchObject({ long: null, day: '1969-12-31', millis: '1969-12-31T23:59:59.999Z', list: null });
    expect((await read(written(columnData, { schema }), { bytes: 'text', columns: ['bytes'] }))[0]).toEqual({
      bytes: 'hi',
    });
  });

  it('what we write comes back as it was: types, null, mixed columns, hostile names', async () => {
    const row = fc.tuple(
      fc.option(fc.boolean()),
      fc.option(fc.maxSafeInteger()),
      fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
      fc.option(fc.string({ unit: 'grapheme' })),
      fc.option(fc.oneof(fc.integer(), fc.string(), fc.boolean())),
      fc.option(fc.array(fc.dictionary(fc.constantFrom('a', 'b'), fc.integer()), { maxLength: 3 })),
    );
    const columns = ['flag', 'whole', 'real', 'text', '__proto__', 'nested'];
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (rows) => {
        const back = await read(await made(columns, rows as Json[][]), {}, { most: 7 });
        const values = back.map((json) => Object.entries(json as object).map(([, value]) => value as Json));
        // As items they are JSON, which has no -0.
        expect(JSON.parse(JSON.stringify(values))).toEqual(JSON.parse(JSON.stringify(rows)));
        expect(Object.keys(back[0] as object)).toEqual(columns);
      }),
      { numRuns: 60 },
    );
  });

  it.each(['SNAPPY', 'GZIP', 'ZSTD', 'UNCOMPRESSED'] as const)('%s', async (codec) => {
    const bytes = written([{ name: 'a', data: Array.from({ length: 3000 }, (_, n) => `text ${n % 9}`) }], {
      codec,
      compressors: { GZIP: (input) => gzipSync(input), ZSTD: (input) => zstdCompressSync(input) },
    });
    const rows = await read(bytes);
    expect([rows.length, rows[2999]]).toEqual([3000, { a: 'text 2' }]);
  });

  it('a file without rows gives no items, one without columns is refused', async () => {
    expect(await read(await made(['a'], []))).toEqual([]);
    expect((await failureOf(made([], []))).message).toContain('at least one column');
  });
});

describe('pages', () => {
  const count = 12_345;
  const table = written(
    [
      { name: 'id', data: Array.from({ length: count }, (_, n) => n), type: 'INT32' },
      { name: 'name', data: Array.from({ length: count }, (_, n) => `n${n}`), type: 'STRING' },
    ],
    { rowGroupSize: 5000, pageSize: 4096 },
  );

  it('go over row groups, and go on in the middle, whether what was open is kept or not', async () => {
    for (const forgetful of [false, true]) {
      let pages = 0;
      const rows = await read(table, {}, { forgetful, onPage: () => (pages += 1) });
      expect(rows).toHaveLength(count);
      expect(
        rows.every((row, n) => (row as { id: number }).id === n && (row as { name: string }).name === `n${n}`),
      ).toBe(true);
      expect(pages).toBeGreaterThan(12);
    }
  });

  it('reads the chosen columns in their order; one that is not there is named', async () => {
    expect((await read(table, { columns: ['name'] }))[5000]).toEqual({ name: 'n5000' });
    const failed = await failureOf(read(table, { columns: ['nome'] }));
    expect([failed.code, failed.message]).toEqual(['wrong-type', expect.stringContaining('id, name')]);
  });
});

describe('damage and limits', () => {
  const table = written([
    { name: 'id', data: Array.from({ length: 2000 }, (_, n) => n), type: 'INT32' },
    { name: 'name', data: Array.from({ length: 2000 }, (_, n) => `name ${n}`), type: 'STRING' },
  ]);

  it('cut off anywhere says so', async () => {
    for (const length of [0, 3, 11, 100, table.byteLength - 9, table.byteLength - 1]) {
      const failed = await failureOf(read(table.subarray(0, length)));
      expect([failed.code, failed.message]).toEqual(['file-failed', expect.stringContaining('a.parquet')]);
    }
    expect((await failureOf(read(table.subarray(0, table.byteLength - 1)))).message).toContain('cut off');
    expect((await failureOf(read(Buffer.from('no parquet at all')))).message).toContain('no Parquet file');
  });

  it('a damaged page names its row group, and any changed byte at most fails', async () => {
    for (let at = 4; at < table.byteLength; at += 113) {
      const copy = Uint8Array.from(table);
      copy[at] = (copy[at] as number) ^ 0xff;
      const found = await read(copy).then(
        (rows) => rows.length <= 2000,
        async (error: unknown) => (await failureOf(Promise.reject(error))).message,
      );
      if (typeof found === 'string') expect(found).toContain('a.parquet');
      else expect(found).toBe(true);
    }
    const broken = Uint8Array.from(table).fill(0xff, 4, 200);
    expect((await failureOf(read(broken))).message).toMatch(/row group 1/);
  });

  it('claims of sizes are checked before memory is taken', async () => {
    const failed = await failureOf(read(table, {}, { limits: { 'file.group': 1000 } }));
    expect([failed.code, failed.message]).toEqual(['limit-reached', expect.stringContaining('file.group')]);
  });
});
