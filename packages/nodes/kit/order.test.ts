/** Order and identity of JSON values hold for all of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { canonical, compareJson, looseCanonical } from './order.ts';

const anyJson = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>;

describe('compareJson', () => {
  it('is a total order', () => {
    fc.assert(
      fc.property(anyJson, anyJson, anyJson, (a, b, c) => {
        expect(Math.sign(compareJson(a, b)) + Math.sign(compareJson(b, a))).toBe(0);
        if (compareJson(a, b) <= 0 && compareJson(b, c) <= 0) expect(compareJson(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });

  it('orders types as the documentation says', () => {
    const sorted: Json[] = [false, true, -1, 2, 10, 'B', 'a', [1], [1, 2], { a: 1 }, null];
    expect([...sorted].reverse().sort((a, b) => compareJson(a, b))).toEqual(sorted);
    expect(compareJson('B', 'a', false)).toBeGreaterThan(0);
  });
});

describe('canonical', () => {
  it('is the same for equal values only', () => {
    expect(canonical({ a: 1, b: [null] })).toBe(canonical({ b: [null], a: 1 }));
    expect(canonical(1)).not.toBe(canonical('1'));
    fc.assert(fc.property(anyJson, anyJson, (a, b) => (canonical(a) === canonical(b)) === (compareJson(a, b) === 0)));
  });

  it('has a loose form', () => {
    for (const [a, b] of [
      [1, '1'],
      ['01', 1],
      [true, 'true'],
      [null, ''],
      [[], undefined],
    ] as [Json, Json][]) {
      expect(looseCanonical(a)).toBe(looseCanonical(b));
    }
    expect(looseCanonical('a')).not.toBe(looseCanonical('b'));
  });
});
