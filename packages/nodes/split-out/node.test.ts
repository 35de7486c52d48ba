/** Split out: lists, objects, single values, several lists side by side. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function split(params: Record<string, Json>, ...input: Json[]): Promise<Json[] | undefined> {
  return (await runNode(node, { params, input })).output.main;
}

describe('split-out', () => {
  it.each<[string, Json, Json[]]>([
    ['a list of values', [1, null, 'x'], [{ f: 1 }, { f: null }, { f: 'x' }]],
    ['a list of objects', [{ a: 1 }, 2], [{ a: 1 }, { f: 2 }]],
    ['an object', { x: { a: 1 }, y: 2 }, [{ a: 1 }, { f: 2 }]],
    ['one value', 5, [{ f: 5 }]],
    ['null', null, [{ f: null }]],
    ['an empty list', [], []],
  ])('takes %s', async (_, value, expected) => {
    expect(await split({ field: 'f' }, { f: value })).toEqual(expected);
  });

  it('gives nothing for a field that is not there', async () => {
    expect(await split({ field: 'f' }, { g: 1 }, 'text')).toEqual([]);
  });

  it('puts the element in the place of the list, or where it is told', async () => {
    const json = { id: 1, o: { rows: [{ a: 1 }], n: 2 } };
    expect(await split({ field: 'o.rows', include: 'all' }, json)).toEqual([{ id: 1, o: { n: 2, rows: { a: 1 } } }]);
    expect(await split({ field: 'o.rows', destination: 'row.data' }, json)).toEqual([{ row: { data: { a: 1 } } }]);
  });

  it('leaves fields out, and keeps files on request', async () => {
    const json = { id: 1, secret: 'x', rows: [1] };
    expect(await split({ field: 'rows', include: 'except', names: ['secret'] }, json)).toEqual([{ id: 1, rows: 1 }]);
    const items = [[{ json: { rows: [{ a: 1 }, 2] }, files: { f: { blob: 'b', size: 1 } } }]];
    const kept = await runNode(node, { params: { field: 'rows', keepFiles: true }, items });
    expect(kept.items[0]?.map((item) => item.files)).toEqual([
      { f: { blob: 'b', size: 1 } },
      { f: { blob: 'b', size: 1 } },
    ]);
    expect((await runNode(node, { params: { field: 'rows' }, items })).items[0]?.[0]?.files).toBeUndefined();
  });

  it('shares nothing between the new items that one of them could change', async () => {
    const { items } = await runNode(node, { params: { field: 'f', include: 'all' }, input: [{ f: [1, 2], o: {} }] });
    expect(items[0]?.[0]?.json).not.toBe(items[0]?.[1]?.json);
  });
});
