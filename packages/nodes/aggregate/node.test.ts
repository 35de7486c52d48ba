/** Aggregate: every operation, nothing at all, groups, and flat memory. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { runNode } from '../kit/run.ts';
import { add, begin, end } from './kernel.ts';
import { node } from './node.ts';

async function aggregate(params: Record<string, Json>, input: Json[]): Promise<Json[] | undefined> {
  return (await runNode(node, { params, input })).output.main;
}

describe('aggregate', () => {
  const operations = Object.fromEntries(
    ['count', 'sum', 'average', 'min', 'max', 'first', 'last', 'concat', 'unique', 'countUnique', 'list'].map((op) => [
      op,
      { op, field: 'n' },
    ]),
  );

  it('knows its operations; missing values and null do not count', async () => {
    const input = [{ n: 3 }, { n: null }, { n: 1 }, {}, { n: 3 }];
    expect(await aggregate({ operations }, input)).toEqual([
      {
        count: 3,
        sum: 7,
        average: 7 / 3,
        min: 1,
        max: 3,
        first: 3,
        last: 3,
        concat: '3, 1, 3',
        unique: [3, 1],
        countUnique: 2,
        list: [3, 1, 3],
      },
    ]);
  });

  it('answers for nothing', async () => {
    expect(await aggregate({ operations }, [])).toEqual([
      {
        count: 0,
        sum: 0,
        average: null,
        min: null,
        max: null,
        first: null,
        last: null,
        concat: '',
        unique: [],
        countUnique: 0,
        list: [],
      },
    ]);
    expect(await aggregate({}, [])).toEqual([{ data: [] }]);
    expect(await aggregate({ fields: { a: 'b' } }, [])).toEqual([{ a: [] }]);
    expect(await aggregate({ by: ['k'], operations: { n: 'count' } }, [])).toEqual([]);
  });

  it('counts items where no field is named', async () => {
    expect(await aggregate({ operations: { n: 'count' } }, [{}, { a: 1 }, 5])).toEqual([{ n: 3 }]);
  });

  it('adds without losing what rounding drops', async () => {
    const input = [1e16, 1, -1e16, ...Array.from({ length: 10 }, () => 0.1)];
    expect(await aggregate({ operations: { s: 'sum' } }, input)).toEqual([{ s: 2 }]);
  });

  it('fails on text where numbers are added, and says which item', async () => {
    const run = aggregate({ operations: { s: { op: 'sum', field: 'n' } } }, [{ n: 1 }, { n: '2' }]);
    await expect(run).rejects.toMatchObject({
      failure: {
        code: 'wrong-type',
        item: 1,
        message: 'operations.s: n of item 1 must be a number, not the text "2".',
      },
    });
  });

  it('keeps groups of unlike values apart, in order of their first item', async () => {
    const input = [{ k: 1 }, { k: '1' }, { k: null }, {}, { k: 1 }, JSON.parse('{"k":"__proto__"}') as Json];
    expect(await aggregate({ by: ['k'], operations: { n: 'count' } }, input)).toEqual([
      { k: 1, n: 2 },
      { k: '1', n: 1 },
      { k: null, n: 2 },
      { k: '__proto__', n: 1 },
    ]);
  });

  it('gives list and operations together when both are asked for', async () => {
    expect(await aggregate({ into: 'rows', operations: { n: 'count' } }, [{ a: 1 }])).toEqual([
      { rows: [{ a: 1 }], n: 1 },
    ]);
  });

  it.each<[Record<string, Json>, string]>([
    [{ operations: { s: 'median' } }, 'operations.s must be one of count,'],
    [{ operations: { s: { op: 'sum', field: 5 } } }, 'operations.s.field must be text'],
    [{ fields: { f: 1 } }, 'fields.f must be a dot path'],
    [{ by: ['a.n'], operations: { n: 'count' } }, 'Two results of Aggregate have the name n.'],
  ])('refuses %j', async (params, message) => {
    await expect(aggregate(params, [{}])).rejects.toThrow(message);
  });

  it('holds one value per operation, not the items', () => {
    const params = { operations: { n: 'count', s: { op: 'sum', field: 'v' }, m: { op: 'max', field: 'v' } } };
    const state = begin(params);
    for (let index = 0; index < 10_000; index += 1)
      add(state, { params, item: { json: { v: index } }, index, port: 0 });
    expect(JSON.stringify([...state.groups.values()].map((group) => group.items))).toBe('[[]]');
    expect([...end(state)]).toEqual([[[{ json: { n: 10_000, s: 49_995_000, m: 9999 } }]]]);
  });
});
