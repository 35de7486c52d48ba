/** Limit: compared with slice on every length, and never holding more than max. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runNode } from '../kit/run.ts';
import { add, begin } from './kernel.ts';
import { node } from './node.ts';

describe('limit', () => {
  it('gives the slice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(12), fc.nat(8), fc.constantFrom('first', 'last'), async (length, max, keep) => {
        const input = Array.from({ length }, (_, n) => ({ n }));
        const { items } = await runNode(node, { params: { max, keep }, input });
        const expected = keep === 'first' ? input.slice(0, max) : max === 0 ? [] : input.slice(-max);
        expect(items[0]).toEqual(expected.map((json) => ({ json, from: [json.n] })));
      }),
    );
  });

  it.each(['first', 'last'])('keeps memory flat with %s', (keep) => {
    const state = begin({ max: 3, keep });
    for (let index = 0; index < 1000; index += 1) add(state, { params: {}, item: { json: index }, index, port: 0 });
    expect(state.items).toHaveLength(3);
  });

  it('refuses a number that is none', async () => {
    await expect(runNode(node, { params: { max: -1 } })).rejects.toThrow('max must be a whole number of at least 0');
  });
});
