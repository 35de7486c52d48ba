/** Summarize: groups, empty values, numbers that are none, flat memory. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { runNode } from '../kit/run.ts';
import { add, begin, end } from './kernel.ts';
import { node } from './node.ts';

async function summarize(params: Record<string, Json>, input: Json[]): Promise<Json[] | undefined> {
  return (await runNode(node, { params, input })).output.main;
}

describe('summarize', () => {
  it('passes over empty values unless they are to count', async () => {
    const input = [{ v: 'a' }, { v: '' }, { v: null }, {}, { v: 'a' }];
    const ops = ['count', 'countUnique', 'unique', 'list', 'concat'] as const;
    const fields = (includeEmpty: boolean): Json => ops.map((op) => ({ field: 'v', op, name: op, includeEmpty }));
    expect(await summarize({ fields: fields(false) }, input)).toEqual([
      { count: 2, countUnique: 1, unique: ['a'], list: ['a', 'a'], concat: 'a, a' },
    ]);
    expect(await summarize({ fields: fields(true) }, input)).toEqual([
      { count: 5, countUnique: 3, unique: ['a', '', null], list: ['a', '', null, null, 'a'], concat: 'a, , , , a' },
    ]);
  });

  it('fails on text where numbers are added, skips it or converts it', async () => {
    const input = [{ n: 1 }, { n: '2' }, { n: 'x' }];
    const fields = [{ field: 'n', op: 'sum', name: 's' }];
    await expect(summarize({ fields }, input)).rejects.toThrow(
      'sum of n: item 1 must have a number, not the text "2".',
    );
    expect(await summarize({ fields, numbers: 'skip' }, input)).toEqual([{ s: 1 }]);
    await expect(summarize({ fields, numbers: 'convert' }, input)).rejects.toThrow('item 2 must have a number');
  });

  it('keeps the type of group values, and groups with hostile names', async () => {
    const input = [{ k: 1 }, { k: '1' }, { k: '__proto__' }, {}];
    const fields = [{ field: 'k', op: 'count', name: 'n', includeEmpty: true }];
    expect(await summarize({ by: ['k'], fields }, input)).toEqual([
      { k: 1, n: 1 },
      { k: '1', n: 1 },
      { k: '__proto__', n: 1 },
      { k: null, n: 1 },
    ]);
    const [tree] = (await summarize({ by: ['k'], fields, shape: 'object' }, input.slice(2))) ?? [];
    expect(JSON.stringify(tree)).toBe('{"__proto__":{"n":1},"null":{"n":1}}');
  });

  it('answers for nothing', async () => {
    const fields = [
      { field: 'a.b', op: 'sum' },
      { field: 'x', op: 'average' },
    ];
    expect(await summarize({ fields }, [])).toEqual([{ sum_a_b: 0, average_x: null }]);
    expect(await summarize({ fields, by: ['k'] }, [])).toEqual([]);
    expect(await summarize({ fields, by: ['k'], shape: 'object' }, [])).toEqual([{}]);
  });

  it.each<[Record<string, Json>, string]>([
    [{ fields: [] }, 'fields must be a list of at least one'],
    [{ fields: [{ field: 'a', op: 'median' }] }, 'fields[0].op must be one of count,'],
    [{ fields: [{ op: 'sum' }] }, 'fields[0].field must be a dot path'],
    [{ fields: [{ field: 'a', op: 'sum', name: 'k' }], by: ['x.k'] }, 'Two results of Summarize have the name k.'],
  ])('refuses %j', async (params, message) => {
    await expect(summarize(params, [{}])).rejects.toThrow(message);
  });

  it('holds one value per group and operation, not the items', () => {
    const params = { fields: [{ field: 'v', op: 'sum' }] };
    const state = begin(params);
    for (let index = 0; index < 5000; index += 1) add(state, { params, item: { json: { v: 1 } }, index, port: 0 });
    expect(JSON.stringify([...state.groups.values()]).length).toBeLessThan(100);
    expect([...end(state)]).toEqual([[[{ json: { sum_v: 5000 } }]]]);
  });
});
