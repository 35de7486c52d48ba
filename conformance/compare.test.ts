import { describe, expect, it } from 'vitest';
import { difference } from './compare.ts';

describe('difference', () => {
  it.each([
    [null, null],
    [
      { a: 1, b: [2] },
      { b: [2], a: 1 },
    ],
    [{ a: undefined }, {}],
    [Number.NaN, null],
    [-0, 0],
  ])('%j equals %j', (a, b) => expect(difference(a, b)).toBeNull());

  it.each([
    [1, '1', '$: expected 1, found "1"'],
    [{ a: { 'b c': [1, 2] } }, { a: { 'b c': [1, 3] } }, '$.a["b c"][1]: expected 2, found 3'],
    [{ a: 1 }, {}, '$.a: expected 1, found nothing'],
    [{}, { a: null }, '$.a: expected nothing, found null'],
    [[1, 2], [1], '$: expected 2 elements, found 1; the first missing: 2'],
    [[], [{}], '$: expected 0 elements, found 1; the first too many: {}'],
    [{}, [], '$: expected {}, found []'],
    [undefined, null, '$: expected nothing, found null'],
  ])('%j and %j: %s', (a, b, text) => expect(difference(a, b)).toBe(text));

  it('does not take an own key __proto__ for something else', () => {
    expect(difference(JSON.parse('{"__proto__": {"x": 1}}'), {})).toBe(
      '$["__proto__"]: expected {"x":1}, found nothing'.replace('["__proto__"]', '.__proto__'),
    );
  });

  it('cuts long values', () => {
    expect(difference('a'.repeat(500), 1)?.length).toBeLessThan(230);
  });
});
