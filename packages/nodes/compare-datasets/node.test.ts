/** Compare datasets: every item leaves by one output, and what differs is said. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function compare(params: Record<string, Json>, a: Json[], b: Json[]): Promise<Record<string, Json[]>> {
  return (await runNode(node, { params, input: [a, b] })).output;
}

describe('compare datasets', () => {
  it('gives every item of both lists to exactly one output', async () => {
    const side = fc.array(fc.record({ k: fc.nat(4), v: fc.nat(2) }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(side, side, async (a, b) => {
        const { items } = await runNode(node, { params: { keys: ['k'] }, input: [a, b] });
        const [onlyA, same, different, onlyB] = items.map((list) => list.flatMap((item) => item.from ?? []));
        const seen = [...(onlyA ?? []), ...(same ?? []), ...(different ?? []), ...(onlyB ?? [])];
        expect([...seen].sort((x, y) => x - y)).toEqual([...a, ...b].map((_, i) => i));
        expect(onlyA?.every((i) => i < a.length)).toBe(true);
        expect(onlyB?.every((i) => i >= a.length)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('counts a field that only one side has as a difference, unless it is loose', async () => {
    const [a, b] = [[{ k: 1 }], [{ k: 1, x: null }]];
    expect((await compare({ keys: ['k'] }, a, b)).different).toEqual([
      { keys: { k: 1 }, same: {}, different: { x: { a: null, b: null } } },
    ]);
    expect((await compare({ keys: ['k'], loose: true }, a, b)).same).toEqual(a);
  });

  it('pairs all with all on request, and items without a key with none', async () => {
    const [a, b] = [
      [{ k: 1 }, {}],
      [{ k: 1 }, { k: 1 }, {}],
    ];
    expect(await compare({ keys: ['k'], matches: 'all' }, a, b)).toEqual({
      onlyA: [{}],
      same: [{ k: 1 }, { k: 1 }],
      different: [],
      onlyB: [{}],
    });
    expect((await compare({ keys: ['k'] }, a, b)).onlyB).toEqual([{ k: 1 }, {}]);
  });

  it('compares nested values whatever the order of their keys, and skips nested paths', async () => {
    const a = [{ k: 1, o: { x: 1, t: 5 }, l: [1] }];
    const b = [{ l: [1], o: { t: 6, x: 1 }, k: 1 }];
    expect((await compare({ keys: ['k'], skip: ['o.t'] }, a, b)).same).toEqual(a);
    expect((await compare({ keys: ['k'], version: 'a' }, a, b)).different).toEqual(a);
  });

  it('refuses to pair too much before it begins', async () => {
    const many = Array.from({ length: 10_000 }, () => ({ k: 1 }));
    await expect(compare({ keys: ['k'], matches: 'all' }, many, many)).rejects.toThrow(
      'Compare datasets would make 100000000 pairs; maxItems allows 1000000.',
    );
    expect((await compare({ keys: ['k'] }, many, many)).same).toHaveLength(10_000);
  });

  it('says what is missing', async () => {
    await expect(compare({}, [{}], [{}])).rejects.toThrow('keys must be a list of at least one path');
    await expect(compare({ keys: [{ a: 'k' }] }, [{}], [{}])).rejects.toThrow('keys[0] must be a path or { a, b }');
  });
});
