/** Sort: stable, deterministic over mixed types, missing values last. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { canonical } from '../kit/order.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function sort(params: Record<string, Json>, input: Json[]): Promise<Json[] | undefined> {
  return (await runNode(node, { params, input })).output.main;
}

describe('sort', () => {
  it('is stable and gives the same order whatever order came in', async () => {
    const rows = fc.array(fc.record({ v: fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<Json> }));
    await fc.assert(
      fc.asyncProperty(rows, async (input) => {
        const sorted = await sort({ fields: ['v'] }, input);
        const again = await sort({ fields: ['v'] }, [...input].reverse());
        expect(again?.map(canonical)).toEqual(sorted?.map(canonical));
      }),
    );
    const input = Array.from({ length: 50 }, (_, i) => ({ i, k: i % 3 }));
    const out = (await sort({ fields: ['k'] }, input)) as { i: number; k: number }[];
    expect(out).toEqual([0, 1, 2].flatMap((k) => input.filter((row) => row.k === k)));
  });

  it('puts missing values last in both directions', async () => {
    const input = [{ v: null }, { v: 1 }, {}, { v: 2 }];
    expect(await sort({ fields: ['v'] }, input)).toEqual([{ v: 1 }, { v: 2 }, { v: null }, {}]);
    expect(await sort({ fields: ['v'], order: 'descending' }, input)).toEqual([{ v: 2 }, { v: 1 }, { v: null }, {}]);
  });

  it('sorts by an expression that gives several values, then by fields', async () => {
    const input = [
      { a: 1, b: 2, c: 1 },
      { a: 1, b: 1, c: 2 },
      { a: 1, b: 1, c: 1 },
    ];
    const out = await sort({ by: '{{ [$json.a, $json.b] }}', fields: ['c'] }, input);
    expect(out).toEqual([
      { a: 1, b: 1, c: 1 },
      { a: 1, b: 1, c: 2 },
      { a: 1, b: 2, c: 1 },
    ]);
  });

  it('names the field that it cannot read', async () => {
    await expect(sort({ fields: ['a', { field: 'b', order: 'up' }] }, [{}])).rejects.toThrow('fields[1].order must be');
    await expect(sort({ fields: [1] }, [{}])).rejects.toThrow('fields[0] must be a path');
  });
});
