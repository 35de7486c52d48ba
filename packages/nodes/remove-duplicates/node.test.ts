/** Remove duplicates: nothing is lost, one of each stays, and types are told apart. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { canonical } from '../kit/order.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function dedupe(params: Record<string, Json>, input: Json[]): Promise<Record<string, Json[]>> {
  return (await runNode(node, { params, input })).output;
}

describe('remove duplicates', () => {
  it('keeps one of each, and gives every item to exactly one output', async () => {
    const value = fc.oneof(fc.nat(3), fc.constantFrom('1', true, null, [1], { a: 1 })) as fc.Arbitrary<Json>;
    await fc.assert(
      fc.asyncProperty(fc.array(value), fc.constantFrom('first', 'last'), async (input, keep) => {
        const { items } = await runNode(node, { params: { keep }, input });
        const [kept = [], removed = []] = items;
        const texts = kept.map((item) => canonical(item.json));
        expect(new Set(texts).size).toBe(texts.length);
        expect(new Set(texts)).toEqual(new Set(input.map(canonical)));
        const positions = [...kept, ...removed].flatMap((item) => item.from ?? []);
        expect(positions.sort((a, b) => a - b)).toEqual(input.map((_, i) => i));
      }),
    );
  });

  it('tells 1 from "1" and a missing field from none, unless it is loose', async () => {
    const input = [{ k: 1 }, { k: '1' }, { k: null }, {}];
    expect((await dedupe({ compare: 'selected', names: ['k'] }, input)).kept).toEqual([
      { k: 1 },
      { k: '1' },
      { k: null },
    ]);
    expect((await dedupe({ compare: 'selected', names: ['k'], loose: true }, input)).kept).toEqual([
      { k: 1 },
      { k: null },
    ]);
  });

  it('does not take two fields for one', async () => {
    const input = [
      { a: 'x,y', b: 'z' },
      { a: 'x', b: 'y,z' },
    ];
    expect((await dedupe({ compare: 'selected', names: ['a', 'b'], loose: true }, input)).kept).toEqual(input);
  });

  it('says what is missing', async () => {
    await expect(dedupe({ compare: 'selected' }, [{}])).rejects.toThrow('names must be a list of at least one path');
  });
});
