/** Dot paths: what they read, set and take away, for every key there is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { formatPath, getPath, lastName, parsePath, putPath, setPath, unsetPath, type JsonObject } from './paths.ts';

const parsed = (text: string): Json => JSON.parse(text) as Json;

describe('parsePath', () => {
  it.each([
    ['a', ['a']],
    ['a.b[0].c', ['a', 'b', 0, 'c']],
    ['[2].x', [2, 'x']],
    ['a["x.y"].z', ['a', 'x.y', 'z']],
    ["a['it\\'s']", ['a', "it's"]],
    ['a[0][1]', ['a', 0, 1]],
    ['a.0', ['a', '0']],
    ['', ['']],
    ['a..b', ['a', '', 'b']],
    ['a[x]', ['a[x]']],
    ['a[0]b', ['a[0]b']],
    ['__proto__.x', ['__proto__', 'x']],
  ])('%s', (text, keys) => {
    expect(parsePath(text)).toEqual(keys);
  });
});

describe('getPath', () => {
  it('reads own properties and positions only', () => {
    const value = parsed('{"a":{"b":[{"c":1}]},"__proto__":{"x":2}}');
    expect(getPath(value, 'a.b[0].c')).toBe(1);
    expect(getPath(value, 'a.b.0.c')).toBe(1);
    expect(getPath(value, '__proto__.x')).toBe(2);
    expect(getPath(value, 'a.__proto__')).toBeUndefined();
    expect(getPath(value, 'a.constructor.name')).toBeUndefined();
    expect(getPath(value, 'a.b.length')).toBeUndefined();
    expect(getPath('text', 'length')).toBeUndefined();
    expect(getPath(null, 'a')).toBeUndefined();
  });
});

describe('setPath', () => {
  it('makes what is missing, lists for positions in brackets', () => {
    expect(setPath({}, 'a.b[1].c', 1)).toEqual({ a: { b: [null, { c: 1 }] } });
    expect(setPath({ a: 5 }, 'a.b', 1)).toEqual({ a: { b: 1 } });
    expect(setPath([1, 2], '1', 9)).toEqual([1, 9]);
  });

  it('refuses aloud what cannot be', () => {
    expect(() => setPath({ a: [1] }, 'a.name', 1)).toThrow(
      'Cannot set a.name: "name" is not a position of the list there.',
    );
    expect(() => setPath({ a: [] }, 'a[99999999]', 1)).toThrow(/more than 10000 behind the end/);
  });

  it('defines __proto__ as a key and leaves prototypes alone', () => {
    const out = setPath({}, '__proto__.polluted', true);
    expect(JSON.stringify(out)).toBe('{"__proto__":{"polluted":true}}');
    expect('polluted' in {}).toBe(false);
    expect(JSON.stringify(setPath({}, 'constructor.prototype.x', 1))).toBe('{"constructor":{"prototype":{"x":1}}}');
  });
});

const key = fc.oneof(
  fc.string(),
  fc.constantFrom('__proto__', 'constructor', 'a.b', 'a[0]', '"', '\\', '0', 'toString', ''),
);
const anyJson = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json);
const anyObject = fc.dictionary(key, anyJson).map((value) => JSON.parse(JSON.stringify(value)) as JsonObject);

function frozen<T>(value: T): T {
  if (value !== null && typeof value === 'object') {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
}

describe('every path', () => {
  it('is read back from its text', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(key, fc.nat(50)), { minLength: 1, maxLength: 5 }), (keys) => {
        expect(parsePath(formatPath(keys))).toEqual(keys);
      }),
    );
  });

  it('gives what was set, and leaves the value it was set in as it was', () => {
    fc.assert(
      fc.property(anyObject, fc.array(key, { minLength: 1, maxLength: 4 }), anyJson, (object, keys, value) => {
        fc.pre(passable(object, keys));
        const before = JSON.stringify(object);
        const out = setPath(frozen(object), keys, value);
        expect(JSON.stringify(getPath(out, keys))).toBe(JSON.stringify(value));
        expect(JSON.stringify(object)).toBe(before);
      }),
    );
  });

  it('is gone after it was taken away, and only that', () => {
    fc.assert(
      fc.property(anyObject, fc.array(key, { minLength: 1, maxLength: 3 }), anyJson, (object, keys, value) => {
        fc.pre(passable(object, keys));
        const out = unsetPath(frozen(setPath(object, keys, value)), keys);
        if (!Array.isArray(getPath(out, keys.slice(0, -1)))) expect(getPath(out, keys)).toBeUndefined();
        expect('polluted' in {}).toBe(false);
      }),
    );
  });
});

/** Whether no list stands where a key is needed. */
function passable(object: Json, keys: string[]): boolean {
  return keys.every((_, i) => !Array.isArray(i === 0 ? object : getPath(object, keys.slice(0, i))));
}

describe('putPath, unsetPath, lastName', () => {
  it('changes the top and copies below', () => {
    const inner = Object.freeze({ b: 1 });
    const target: JsonObject = { a: inner };
    putPath(target, 'a.c', 2);
    expect(target).toEqual({ a: { b: 1, c: 2 } });
    expect(inner).toEqual({ b: 1 });
  });

  it('closes the gap in a list, and answers the same value when nothing is there', () => {
    const value = { a: [1, 2, 3] };
    expect(unsetPath(value, 'a[1]')).toEqual({ a: [1, 3] });
    expect(unsetPath(value, 'b.c')).toBe(value);
  });

  it('finds the name that a path is about', () => {
    expect(['a', 'a.b', 'a.b[0]', 'a["x.y"]'].map(lastName)).toEqual(['a', 'b', 'b', 'x.y']);
  });
});
