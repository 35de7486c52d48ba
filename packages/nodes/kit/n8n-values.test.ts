/** Fields and comparisons by the rules of n8n, where they are not ours. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import {
  fieldOf,
  isAlike,
  isEqual,
  isLess,
  leafNames,
  order,
  pickFields,
  readNames,
  withField,
  withoutField,
} from './n8n-values.ts';

describe('fields', () => {
  it('are names before they are paths', () => {
    const json: Json = { 'a.b': 1, 'a': { b: 2, list: [1, 2] }, 'text': 'abc' };
    expect(fieldOf(json, 'a.b')).toBe(1);
    expect(fieldOf({ a: { b: 2 } }, 'a.b')).toBe(2);
    expect(fieldOf({ a: { b: 2 } }, 'a.b', false)).toBeUndefined();
    expect(fieldOf(json, 'a.list[1]')).toBe(2);
    expect(fieldOf(json, 'a.list.length')).toBe(2);
    expect(fieldOf(json, 'text.length')).toBe(3);
  });

  it('are set and removed without touching what was given', () => {
    const json = { a: { b: 1 }, list: [1, 2] };
    expect(withField(json, 'a.c', 2)).toEqual({ a: { b: 1, c: 2 }, list: [1, 2] });
    expect(withField(json, 'a.c', 2, false)).toEqual({ 'a': { b: 1 }, 'list': [1, 2], 'a.c': 2 });
    expect(withoutField(json, 'a.b')).toEqual({ a: {}, list: [1, 2] });
    expect(withoutField(json, 'list[0]')).toEqual({ a: { b: 1 }, list: [null, 2] });
    expect(json).toEqual({ a: { b: 1 }, list: [1, 2] });
    const hostile = withField({}, '__proto__.polluted', true);
    expect(JSON.stringify(hostile)).toBe('{"__proto__":{"polluted":true}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('are picked at their place, and have names down to single values', () => {
    expect(pickFields({ a: { b: 1, c: 2 }, d: 3 }, ['a.b', 'x'])).toEqual({ a: { b: 1 } });
    expect(leafNames({ a: { b: [1, { c: 2 }] }, d: null, e: [], f: {} })).toEqual(['a.b.0', 'a.b.1.c', 'd']);
  });

  it('may be named in one text', () => {
    expect(readNames({ names: ' a, b.c ,' }, 'names')).toEqual(['a', 'b.c']);
    expect(readNames({ names: ['a,b'] }, 'names')).toEqual(['a,b']);
    expect(() => readNames({ names: 5 }, 'names')).toThrow('names must be a list of texts');
  });
});

describe('comparisons', () => {
  it.each<[Json | undefined, Json | undefined, boolean]>([
    [{ a: 1, b: [2] }, { b: [2], a: 1 }, true],
    [1, '1', false],
    [null, undefined, false],
    [{ a: undefined as never }, {}, false],
    [[1], { 0: 1 }, false],
  ])('%j equals %j: %s', (a, b, expected) => expect(isEqual(a, b)).toBe(expected));

  it('takes what is no text as a number', () => {
    expect(isLess('b', 'a')).toBe(false);
    expect(isLess('10', '9')).toBe(true);
    expect(isLess('10', 9)).toBe(false);
    expect(isLess(null, 1)).toBe(true);
    expect(isLess(undefined, 1)).toBe(false);
    expect([order({}, 1), order(1, {}), order([5], 6)]).toEqual([1, 1, -1]);
  });

  it.each<[Json | undefined, Json | undefined, boolean, boolean]>([
    [1, '1', true, true],
    ['TRUE', true, true, true],
    [true, 1, true, true],
    ['0', false, true, true],
    [null, [], true, true],
    ['', undefined, true, true],
    [{ a: 1 }, '{"a":1}', true, true],
    [{ a: 1 }, 'a', false, false],
    [null, 0, false, true],
    ['0', null, false, true],
    [null, 'x', false, false],
    [1, '1.0', false, false],
  ])('%j is like %j: %s, and %s where null is zero', (a, b, plain, zero) => {
    expect([isAlike(a, b, false), isAlike(b, a, false)]).toEqual([plain, plain]);
    expect(isAlike(a, b, true)).toBe(zero);
  });
});
