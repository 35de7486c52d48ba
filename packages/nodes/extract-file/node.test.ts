/** Owns the tests of Extract from File and Make File: what one makes the other reads. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ExcelJS from 'exceljs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { createFolderBlobs, type BlobStore } from '@rondo/runtime/blobs/blobs.ts';
import { nodeContract } from '../kit/contract.ts';
import { allPages, failureOf, type PageOptions } from '../kit/formats/reading.testing.ts';
import type { Sizes } from '../kit/formats/text-reading.ts';
import { node as makeNode } from '../make-file/node.ts';
import { run as runMake } from '../make-file/run.ts';
import { node as extractNode } from './node.ts';
import { run as runExtract } from './run.ts';

let folder = '';
let blobs: BlobStore;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rondo-extract-'));
  blobs = createFolderBlobs(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const make = async (values: Json[], params: Record<string, Json>, more: PageOptions = {}): Promise<Item> =>
  (await allPages(runMake, { items: values.map((json) => ({ json })), params, ports: { blobs }, ...more }))[0] as Item;
const extract = async (
  item: Item,
  params: Record<string, Json> = {},
  more: PageOptions & { sizes?: Sizes } = {},
): Promise<Json[]> =>
  (await allPages((call) => runExtract(call, more.sizes), { items: [item], params, ports: { blobs }, ...more })).map(
    (one) => one.json,
  );
const fileOf = async (bytes: Uint8Array, name: string): Promise<Item> => ({
  json: {},
  files: { data: { ...(await blobs.put(bytes)), name } },
});

for (const node of [extractNode, makeNode]) {
  describe(`contract of ${node.type}`, () => {
    for (const { name, check } of nodeContract(node)) it(name, check);
  });
}

const SMALL: Sizes = { items: 2, smallest: 5, largest: 30 };

describe('there and back', () => {
  const values: Json[] = [
    { id: 1, name: 'tea, "green"', nested: { a: [1, null] } },
    { id: -2.5, name: '=1+1', nested: null },
    { id: null, name: 'ü😀\n', nested: { a: [] } },
  ];
  it.each<[string, Record<string, Json>, Json[]]>([
    ['a.ndjson', {}, values],
    ['a.json', {}, values],
    ['a.parquet', {}, values],
    [
      'a.xlsx',
      {},
      [
        { id: 1, name: 'tea, "green"', nested: '{"a":[1,null]}' },
        { id: -2.5, name: '=1+1', nested: null },
        { id: null, name: 'ü😀\n', nested: '{"a":[]}' },
      ],
    ],
    [
      'a.csv',
      { formulaGuard: false },
      [
        { id: 1, name: 'tea, "green"', nested: '{"a":[1,null]}' },
        { id: -2.5, name: '=1+1', nested: null },
        { id: null, name: 'ü😀\n', nested: '{"a":[]}' },
      ],
    ],
  ])('%s as a file and as base64, in pages that go on after a restart', async (name, params, expected) => {
    const read = { types: true };
    const item = await make(values, { name, ...params, as: 'out' });
    expect(item.json).toMatchObject({ name, items: 3, size: item.files?.['out']?.size });
    const text = await make(values, { name, ...params, to: 'base64', as: 'deep.out' });
    expect(text.files).toBeUndefined();
    for (const options of [{}, { sizes: SMALL }, { sizes: SMALL, forgetful: true }]) {
      expect(await extract(item, read, options)).toEqual(expected);
      expect(await extract(text, { ...read, from: 'base64', field: 'deep.out', name }, options)).toEqual(expected);
    }
  });

  it('exceljs reads what is made', async () => {
    const item = await make(values, { name: 'a.xlsx', columns: ['nested.a', 'id'], sheet: 'Tea' });
    const workbook = new ExcelJS.Workbook();
    await workbook.xlsx.load((await blobs.get(item.files?.['data']?.blob ?? '')) as unknown as ArrayBuffer);
    expect(workbook.getWorksheet('Tea')?.getSheetValues().slice(1)).toEqual([
      [undefined, 'nested.a', 'id'],
      [undefined, '[1,null]', 1],
      [undefined, undefined, -2.5].slice(0, 3),
      [undefined, '[]'],
    ]);
  });

  it('a text field in, a text out; base64 that becomes a file', async () => {
    const made = await make([{ a: 1 }, { a: 2 }], { name: 'x.csv', to: 'text' });
    expect((made.json as { data: Json }).data).toBe('a\n1\n2\n');
    expect(await extract(made, { from: 'text', name: 'x.csv' })).toEqual([{ a: '1' }, { a: '2' }]);
    const url: Item = { json: { picture: `data:image/png;base64,${Buffer.from([137, 80]).toString('base64')}` } };
    const found = await allPages(runExtract, {
      items: [url],
      params: { from: 'base64', field: 'picture', format: 'binary', name: 'p.png', as: 'pic' },
      ports: { blobs },
    });
    expect(found[0]?.json).toEqual({ name: 'p.png', mime: 'image/png', size: 2 });
    expect([...(await blobs.get(found[0]?.files?.['pic']?.blob ?? ''))]).toEqual([137, 80]);
  });

  it('the examples are true', async () => {
    for (const example of extractNode.examples) {
      const items = (example.input as Json[]).map((json) => ({ json }));
      const found = await allPages((call) => runExtract(call), { items, params: example.with, ports: { blobs } });
      expect(found.map((item) => item.json)).toEqual(example.output);
    }
    for (const example of makeNode.examples)
      expect([(await make((example.input ?? []) as Json[], example.with)).json]).toEqual(example.output);
  });
});

describe('what is refused', () => {
  it('no file, one of several that is not named, a wrong field, no base64', async () => {
    const two: Item = {
      json: {},
      files: { a: { blob: '0'.repeat(64), size: 1 }, b: { blob: '1'.repeat(64), size: 1 } },
    };
    for (const [item, params, words] of [
      [{ json: {} }, {}, 'carries no file'],
      [two, {}, '2 files: a, b'],
      [two, { file: 'c' }, 'its files: a, b'],
      [two, { file: '__proto__' }, 'its files: a, b'],
      [two, { file: 'a', format: 'csv' }, 'does not exist'],
      [{ json: { data: 5 } }, { from: 'text' }, 'data must be text'],
      [{ json: { data: 'ä' } }, { from: 'base64' }, 'not base64'],
    ] as const) {
      const failed = await failureOf(extract(item as Item, params as Record<string, Json>));
      expect([failed.retry, failed.message]).toEqual(['no', expect.stringContaining(words)]);
    }
    const hostile: Item = { json: {}, files: { a: { blob: '../../etc/passwd', size: 1 } } };
    expect((await failureOf(extract(hostile, { format: 'text' }))).message).toContain('not an id');
  });

  it.each(['csv', 'json', 'ndjson', 'xlsx', 'parquet'])('damaged %s names the file and the place', async (format) => {
    const content =
      { csv: 'a\n"x\n', json: '[1,', ndjson: '1\n{\n', xlsx: 'PK', parquet: 'PAR1xxxxPAR2' }[format] ?? '';
    const failed = await failureOf(extract(await fileOf(Buffer.from(content), 'my.bin'), { format }));
    expect([failed.code, failed.message]).toEqual(['file-failed', expect.stringContaining('my.bin')]);
  });

  it('a table of things that are no objects, a column that comes late, a text that is too long for a field', async () => {
    for (const name of ['a.csv', 'a.xlsx', 'a.parquet'])
      expect((await failureOf(make([1], { name }))).message).toContain('holds objects');
    const failed = await failureOf(
      make([{ t: 'x'.repeat(5000) }], { name: 'a.json', to: 'text' }, { limits: { 'item.bytes': 1000 } }),
    );
    expect([failed.code, failed.message]).toEqual(['limit-reached', expect.stringContaining('to: file')]);
  });

  it('cancelled calls end', async () => {
    const signal = AbortSignal.abort();
    await expect(make([{ a: 1 }], { name: 'a.parquet' }, { signal })).rejects.toThrow('aborted');
    await expect(extract(await fileOf(Buffer.from('a\n1'), 'a.csv'), {}, { signal })).rejects.toThrow('aborted');
  });
});
