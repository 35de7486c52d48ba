/** Options by which files of imported workflows keep their results: reading, making, packing. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { node as compressNode } from '../compress/node.ts';
import { node as decompressNode } from '../decompress/node.ts';
import { failureOf, openWorld, type World } from '../kit/http/ports.testing.ts';
import { runNode } from '../kit/run.ts';
import { node as makeNode } from '../make-file/node.ts';
import { node as readNode } from '../read-file/node.ts';
import { node as extractNode } from './node.ts';

let world: World;
beforeAll(() => {
  world = openWorld();
  mkdirSync(join(world.folder, 'in'));
});
afterAll(() => world.close());

const run = async (node: NodeType, params: Record<string, Json>, items: Item[] = [{ json: {} }]): Promise<Item[]> =>
  (await runNode(node, { params, items: [items], ports: world.ports })).items[0] ?? [];
const values = async (text: string, params: Record<string, Json>): Promise<Json[]> =>
  (await run(extractNode, { from: 'text', field: 't', ...params }, [{ json: { t: text } }])).map((one) => one.json);
const carrying = async (bytes: Uint8Array, name: string, json: Json = {}): Promise<Item> => {
  const stored = await world.ports.blobs?.put(bytes);
  return { json, files: { data: { blob: stored?.blob ?? '', size: bytes.byteLength, name } } };
};
const contentOf = async (item: Item | undefined, name = 'data'): Promise<Buffer> =>
  Buffer.from((await world.ports.blobs?.get(item?.files?.[name]?.blob ?? '')) ?? []);

describe('rows of a table', () => {
  const csv = 'A,B,C\n1,,3\n4,5,\n7,8,9\n';

  it('as lists, without their empty fields, or only the first of them', async () => {
    expect(await values('A,B\n1,2\n', { format: 'csv', headers: 'row' })).toEqual([
      { row: ['A', 'B'] },
      { row: ['1', '2'] },
    ]);
    const dropped = [
      { A: '1', C: '3' },
      { A: '4', B: '5' },
      { A: '7', B: '8', C: '9' },
    ];
    expect(await values(csv, { format: 'csv', emptyFields: 'drop' })).toEqual(dropped);
    expect(await values(csv, { format: 'csv', emptyFields: 'drop', maxRows: 2 })).toEqual(dropped.slice(0, 2));
    expect(await values(csv, { format: 'csv', types: true, maxRows: 1 })).toEqual([{ A: 1, B: null, C: 3 }]);
  });

  it('over several pages, too', async () => {
    const rows = Array.from({ length: 2500 }, (_, n) => `${n}`).join('\n');
    expect(await values(`n\n${rows}\n`, { format: 'csv', maxRows: 2001 })).toHaveLength(2001);
    expect(await values(`n\n${rows}\n`, { format: 'csv', emptyFields: 'drop' })).toHaveLength(2500);
  });

  it('a byte order mark may stay, and table refuses what is none', async () => {
    expect(await values('\ufeffa,b\n1,2\n', { format: 'csv' })).toEqual([{ a: '1', b: '2' }]);
    expect(await values('\ufeffa,b\n1,2\n', { format: 'csv', keepMark: true })).toEqual([{ '\ufeffa': '1', 'b': '2' }]);
    expect(await values('a\n1\n', { format: 'table', name: 'x.csv' })).toEqual([{ a: '1' }]);
    expect((await failureOf(values('a', { format: 'table', name: 'x.xls' }))).message).toContain('x.xls');
  });

  it('xlsx rows as lists', async () => {
    const [book] = await run(makeNode, { name: 'a.xlsx' }, [{ json: { x: 1, y: null, z: 'q' } }]);
    const rows = await run(extractNode, { format: 'xlsx', headers: 'row' }, [book as Item]);
    expect(rows.map((row) => row.json)).toEqual([{ row: ['x', 'y', 'z'] }, { row: [1, null, 'q'] }]);
  });
});

describe('the whole content in a field', () => {
  it('as text, as a value, as base64, beside what is to stay', async () => {
    const item = await carrying(Buffer.from('{"a":1}'), 'a.json', { id: 7 });
    const into = (params: Record<string, Json>): Promise<Item[]> => run(extractNode, params, [item]);
    expect(await into({ format: 'text', into: 'c.text' })).toEqual([{ json: { c: { text: '{"a":1}' } } }]);
    expect(await into({ format: 'json', into: 'v', keep: 'fields' })).toEqual([{ json: { id: 7, v: { a: 1 } } }]);
    expect(await into({ format: 'binary', into: 'b', keep: 'files' })).toEqual([
      { json: { b: 'eyJhIjoxfQ==' }, files: item.files },
    ]);
    expect(await into({ format: 'text', into: '__proto__.x', keep: 'all' })).toHaveLength(1);
    expect((await failureOf(into({ format: 'csv', into: 'x' }))).message).toContain('format');
  });

  it('in encodings of one byte, also where nothing says which', async () => {
    for (const encoding of ['windows-1250', 'iso-8859-2', 'koi8-r', 'utf-16be']) {
      const text = encoding === 'koi8-r' ? 'Привет' : 'žluťoučký kůň';
      const [made] = await run(makeNode, { name: 'a.txt', format: 'text', field: 't', separator: '', encoding }, [
        { json: { t: text } },
      ]);
      const [read] = await run(extractNode, { format: 'text', into: 't', encoding }, [made as Item]);
      expect([encoding, read?.json]).toEqual([encoding, { t: text }]);
    }
    const old = await carrying(Buffer.from([0xe9, 0x74, 0xe9]), 'a.txt');
    expect((await run(extractNode, { format: 'text', into: 't' }, [old]))[0]?.json).toEqual({ t: 'été' });
    const broken = await carrying(Buffer.from('{"a"'), 'a.json');
    expect((await failureOf(run(extractNode, { format: 'json', into: 't' }, [broken]))).message).toContain(
      'not valid JSON',
    );
  });
});

describe('files that are made', () => {
  it('JSON in one line, indented, or of one item; CSV without a header', async () => {
    const items: Item[] = [{ json: { a: 1, b: [2] } }];
    const text = async (params: Record<string, Json>): Promise<string> =>
      (await contentOf((await run(makeNode, { name: 'a.json', ...params }, items))[0])).toString();
    expect(await text({ layout: 'compact' })).toBe('[{"a":1,"b":[2]}]');
    expect(await text({ layout: 'pretty', single: true })).toBe('{\n  "a": 1,\n  "b": [\n    2\n  ]\n}');
    expect(await text({ name: 'a.csv', header: false })).toBe('1,[2]\n');
    const [made] = await run(makeNode, { name: 'a.bin', format: 'json', mime: 'x/y', beside: 'none', as: 'f' }, items);
    expect([made?.json, made?.files?.['f']?.mime]).toEqual([{}, 'x/y']);
  });

  it('packed and unpacked beside the item', async () => {
    const item = await carrying(Buffer.from('abc'), 'a.txt', { id: 1 });
    const packed = await run(compressNode, { format: 'zip', files: ['data'], as: 'zip', beside: 'item' }, [item]);
    expect([packed[0]?.json, Object.keys(packed[0]?.files ?? {})]).toEqual([{ id: 1 }, ['data', 'zip']]);
    const [unpacked] = await run(decompressNode, { file: 'zip', together: 'file_', beside: 'item' }, packed);
    expect([unpacked?.json, Object.keys(unpacked?.files ?? {})]).toEqual([{ id: 1 }, ['data', 'zip', 'file_0']]);
    expect((await contentOf(unpacked, 'file_0')).toString()).toBe('abc');
  });
});

describe('files on disk', () => {
  it('all that fit a pattern, or the one of that name', async () => {
    for (const name of ['a.json', 'b.json', 'c.txt']) writeFileSync(join(world.folder, 'in', name), name);
    const read = (path: string): Promise<Item[]> =>
      run(readNode, { path, pattern: true, format: 'binary', file: 'data', beside: 'none' });
    expect((await read('in/*.json')).map((item) => item.files?.['data']?.name)).toEqual(['a.json', 'b.json']);
    expect((await read('in/c.txt')).map((item) => item.files?.['data']?.mime)).toEqual(['text/plain']);
    expect(await read('in/*.csv')).toEqual([]);
    const [named] = await run(
      readNode,
      { path: 'in/c.txt', format: 'binary', name: 'x.md', mime: 'a/b', beside: 'item' },
      [{ json: { id: 1 } }],
    );
    expect([named?.json, named?.files?.['file']]).toMatchObject([{ id: 1 }, { name: 'x.md', mime: 'a/b' }]);
  });
});
