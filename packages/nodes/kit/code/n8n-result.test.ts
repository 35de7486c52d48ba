/** What code of n8n may return, and what it is told otherwise. */
import { describe, expect, it } from 'vitest';
import { itemsOfAll, itemsOfEach, itemsOfFunction, itemsOfFunctionItem } from './n8n-result.ts';

describe('once for all items', () => {
  it('takes objects, items and lists of either', () => {
    expect(itemsOfAll(null)).toEqual([]);
    expect(itemsOfAll({ a: 1 })).toEqual([{ json: { a: 1 } }]);
    expect(itemsOfAll({ json: { a: 1 }, from: [2] })).toEqual([{ json: { a: 1 }, from: [2] }]);
    expect(itemsOfAll([{ a: 1 }, { b: 2 }])).toEqual([{ json: { a: 1 } }, { json: { b: 2 } }]);
    expect(itemsOfAll([{ files: { f: { blob: 'x', size: 1 } } }])).toEqual([
      { json: {}, files: { f: { blob: 'x', size: 1 } } },
    ]);
    expect(itemsOfAll([{ json: {}, error: { message: 'no' } }])).toEqual([{ json: { error: 'no' } }]);
  });

  it.each<[unknown, string]>([
    [undefined, "Code doesn't return items properly"],
    ['text', "Code doesn't return items properly"],
    [[{ a: 1 }, 5], "Code doesn't return items properly [item 1]"],
    [[{ json: {}, extra: 1 }], 'Unknown top-level item key: extra [item 0]'],
    [[{ json: {} }, { a: 1 }], 'Unknown top-level item key: a [item 1]'],
    [[{ json: {} }, {}], 'Inconsistent item format'],
    [[{ json: [1] }], "A 'json' property isn't an object [item 0]"],
    [[{ json: {}, binary: 7 }], "A 'binary' property isn't an object [item 0]"],
  ])('refuses %j', (value, message) => {
    expect(() => itemsOfAll(value)).toThrow(message);
  });
});

describe('for each item', () => {
  it('takes one object, or nothing; the item comes from its own', () => {
    expect(itemsOfEach(undefined, 0)).toEqual([]);
    expect(itemsOfEach({ a: 1 }, 0)).toEqual([{ json: { a: 1 } }]);
    expect(itemsOfEach({ json: { a: 1 }, from: [9] }, 0)).toEqual([{ json: { a: 1 } }]);
  });

  it.each<[unknown, string]>([
    [5, "Code doesn't return an object [item 3]"],
    [[{}], "Code doesn't return a single object [item 3]"],
    [{ json: 5 }, "A 'json' property isn't an object [item 3]"],
    [{ json: {}, extra: 1 }, 'Unknown top-level item key: extra [item 3]'],
  ])('refuses %j', (value, message) => {
    expect(() => itemsOfEach(value, 3)).toThrow(message);
  });
});

describe('Function and Function Item', () => {
  it('take lists, and the json', () => {
    expect(itemsOfFunction([{ json: { a: 1 } }])).toEqual([{ json: { a: 1 } }]);
    expect(itemsOfFunction([{ a: 1 }])).toEqual([{ json: { a: 1 } }]);
    expect(() => itemsOfFunction(undefined)).toThrow('No data got returned. Always return an Array of items!');
    expect(() => itemsOfFunction([5])).toThrow("Code doesn't return items properly [item 0]");
    const files = { f: { blob: 'x', size: 1 } };
    expect(itemsOfFunctionItem({ a: 1 }, { json: {}, files })).toEqual([{ json: { a: 1 }, files }]);
    expect(() => itemsOfFunctionItem(null, { json: {} })).toThrow('Always an object has to be returned!');
  });
});
