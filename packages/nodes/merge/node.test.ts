/** Merge: joins compared with their definition on random input, clashes, lineage, ports. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { portsOf } from '../kit/define.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function merge(params: Record<string, Json>, ...input: Json[][]): Promise<Json[]> {
  return (await runNode(node, { params, input })).output.main ?? [];
}

interface Row {
  k?: number;
  [other: string]: Json | undefined;
}

const side = (name: string): fc.Arbitrary<Row[]> =>
  fc
    .array(fc.record({ k: fc.nat(4) }, { requiredKeys: [] }), { maxLength: 6 })
    .map((rows) => rows.map((row, i) => ({ ...row, [name]: i })));

describe('merge by key', () => {
  it('gives what the definition of each join gives', async () => {
    await fc.assert(
      fc.asyncProperty(side('l'), side('r'), async (left, right) => {
        const fits = (a: Row, b: Row): boolean => a.k !== undefined && a.k === b.k;
        const pairs = left.flatMap((a) => right.filter((b) => fits(a, b)).map((b) => ({ ...a, ...b })));
        const lonely = left.filter((a) => !right.some((b) => fits(a, b)));
        const others = right.filter((b) => !left.some((a) => fits(a, b)));
        const byLeft = left.flatMap((a): Row[] => (lonely.includes(a) ? [a] : pairs.filter((p) => p.l === a.l)));
        const byRight = right.flatMap((b): Row[] => (others.includes(b) ? [b] : pairs.filter((p) => p.r === b.r)));
        const expected = { inner: pairs, left: byLeft, right: byRight, outer: [...byLeft, ...others], anti: lonely };
        for (const [join, rows] of Object.entries(expected)) {
          expect(await merge({ mode: 'key', keys: ['k'], join }, left as Json[], right as Json[])).toEqual(rows);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('pairs with the first partner only, on request', async () => {
    const right = [
      { k: 1, r: 1 },
      { k: 1, r: 2 },
    ];
    expect(await merge({ mode: 'key', keys: ['k'], matches: 'first' }, [{ k: 1 }], right)).toEqual([{ k: 1, r: 1 }]);
  });

  it('compares objects whatever the order of their keys, and 1 with "1" only when loose', async () => {
    const left = [{ k: { a: 1, b: 2 } }, { k: 1 }];
    const right = [
      { k: { b: 2, a: 1 }, r: 1 },
      { k: '1', r: 2 },
    ];
    expect(await merge({ mode: 'key', keys: ['k'] }, left, right)).toHaveLength(1);
    expect(await merge({ mode: 'key', keys: ['k'], loose: true }, left, right)).toHaveLength(2);
  });

  it('gives the items of one side, each once', async () => {
    const left = [{ k: 1, l: 1 }, { k: 1, l: 2 }, { k: 2 }];
    const right = [{ k: 1, r: 1 }, { k: 1, r: 2 }, { k: 3 }];
    const join = (join: string, side: string): Promise<Json[]> =>
      merge({ mode: 'key', keys: ['k'], join, side }, left, right);
    expect(await join('inner', 'input1')).toEqual(left.slice(0, 2));
    expect(await join('inner', 'input2')).toEqual(right.slice(0, 2));
    expect(await join('left', 'input1')).toEqual(left);
    expect(await join('right', 'input1')).toEqual(left.slice(0, 2));
    expect(await join('right', 'input2')).toEqual(right);
    expect(await join('outer', 'input2')).toEqual(right);
    expect(await join('anti', 'both')).toEqual([{ k: 2 }, { k: 3 }]);
    expect(await join('anti', 'input2')).toEqual([{ k: 3 }]);
  });

  it('refuses to pair too much before it begins', async () => {
    const many = Array.from({ length: 20_000 }, () => ({ k: 1 }));
    const keyed = { mode: 'key', keys: ['k'] };
    await expect(merge(keyed, many, many)).rejects.toThrow(
      'Merge would make 400000000 items of its inputs; maxItems allows 1000000.',
    );
    // Asking only which items have a partner is no such work.
    expect(await merge({ ...keyed, side: 'input2' }, many, many)).toHaveLength(20_000);
    expect(await merge({ ...keyed, join: 'anti', side: 'both' }, many, many)).toEqual([]);
    await expect(merge({ mode: 'cross', maxItems: 3 }, [1, 2], [3, 4])).rejects.toThrow('maxItems allows 3');
  });

  it('says what is missing', async () => {
    await expect(merge({ mode: 'key' }, [{}], [{}])).rejects.toThrow('keys must be a list of at least one path');
    await expect(merge({ mode: 'key', keys: ['k'], inputs: 3 }, [{}])).rejects.toThrow(
      'inputs must be 2 with mode key',
    );
    await expect(merge({ mode: 'key', keys: [{ left: 'k' }] }, [{}])).rejects.toThrow('keys[0] must be');
  });
});

describe('merge', () => {
  it('has as many inputs as it says', () => {
    const names = (inputs: Json): string[] => portsOf(node, 'inputs', { inputs }).map((port) => port.name);
    expect(names(3)).toEqual(['input1', 'input2', 'input3']);
    expect(names('x')).toHaveLength(2);
    expect(names(99)).toHaveLength(2);
  });

  it('takes the shorter list by position, or the longer with unpaired', async () => {
    const lists = [[{ a: 1 }, { a: 2 }], [{ b: 1 }], [{ c: 1 }, { c: 2 }]];
    expect(await merge({ inputs: 3, mode: 'position' }, ...lists)).toEqual([{ a: 1, b: 1, c: 1 }]);
    expect(await merge({ inputs: 3, mode: 'position', unpaired: true }, ...lists)).toEqual([
      { a: 1, b: 1, c: 1 },
      { a: 2, c: 2 },
    ]);
  });

  it('takes the first input that has items', async () => {
    expect(await merge({ mode: 'first', inputs: 3 }, [], [{ b: 1 }], [{ c: 1 }])).toEqual([{ b: 1 }]);
  });

  it('crosses every item with every other', async () => {
    const out = await merge({ mode: 'cross' }, [{ a: 1 }, { a: 2 }], [{ b: 1 }, { b: 2 }]);
    expect(out).toEqual([
      { a: 1, b: 1 },
      { a: 1, b: 2 },
      { a: 2, b: 1 },
      { a: 2, b: 2 },
    ]);
    expect(await merge({ mode: 'cross' }, [{ a: 1 }], [])).toEqual([]);
  });

  it.each([
    ['last', false, { v: 2, o: { y: 2 }, l: [9] }],
    ['first', false, { v: 1, o: { x: 1 }, l: [1, 2] }],
    ['last', true, { v: 2, o: { x: 1, y: 2 }, l: [9, 2] }],
    ['first', true, { v: 1, o: { x: 1, y: 2 }, l: [1, 2] }],
    ['suffix', false, { v_1: 1, o_1: { x: 1 }, l_1: [1, 2], v_2: 2, o_2: { y: 2 }, l_2: [9] }],
  ])('settles a clash: %s, deep %s', async (clash, deep, expected) => {
    const left = [{ v: 1, o: { x: 1 }, l: [1, 2] }];
    const right = [{ v: 2, o: { y: 2 }, l: [9] }];
    expect(await merge({ mode: 'position', clash, deep }, left, right)).toEqual([expected]);
  });

  it('keeps filled values, and suffixes all fields on request', async () => {
    const pair: [Json[], Json[]] = [[{ a: 1, b: 'x' }], [{ a: null, c: '' }]];
    expect(await merge({ mode: 'position', keepFilled: true }, ...pair)).toEqual([{ a: 1, b: 'x', c: '' }]);
    expect(await merge({ mode: 'position', clash: 'suffix-all' }, ...pair)).toEqual([
      { a_1: 1, b_1: 'x', a_2: null, c_2: '' },
    ]);
  });

  it('counts lineage over all inputs', async () => {
    const input = [[{ a: 1 }, { a: 2 }], [{ b: 1 }]];
    const { items } = await runNode(node, { params: {}, input });
    expect(items[0]?.map((item) => item.from)).toEqual([[0], [1], [2]]);
    const paired = await runNode(node, { params: { mode: 'position' }, input });
    expect(paired.items[0]?.[0]?.from).toEqual([0, 2]);
    const chosen = await runNode(node, { params: { mode: 'choose', take: 2 }, input });
    expect(chosen.items[0]).toEqual([{ json: { b: 1 }, from: [2] }]);
  });

  it('hands on values of any kind, but merges objects only', async () => {
    expect(await merge({}, [1, 'x'], [null])).toEqual([1, 'x', null]);
    await expect(merge({ mode: 'position' }, [{ a: 1 }], [5])).rejects.toThrow(
      'An item of input2 is the number 5; only objects can be merged.',
    );
  });
});
