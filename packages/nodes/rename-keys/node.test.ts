/** Rename keys: order, moves, clashes, and names that are not there. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function rename(params: Record<string, Json>, json: Json): Promise<string> {
  return JSON.stringify((await runNode(node, { params, input: [json] })).output.main?.[0]);
}

describe('rename keys', () => {
  it('keeps the place of the key, and the first of two names takes the value', async () => {
    expect(await rename({ keys: { b: 'x' } }, { a: 1, b: 2, c: 3 })).toBe('{"a":1,"x":2,"c":3}');
    expect(await rename({ keys: { a: 'b' } }, { a: 1, b: 2 })).toBe('{"b":1}');
    expect(await rename({ keys: { a: 'b', b: 'c' } }, { a: 1 })).toBe('{"c":1}');
    expect(await rename({ keys: { a: 'a' } }, { a: 1 })).toBe('{"a":1}');
  });

  it('moves a value to another place', async () => {
    expect(await rename({ keys: { 'a.b': 'c.d' } }, { a: { b: 1, x: 2 }, c: { y: 3 } })).toBe(
      '{"a":{"x":2},"c":{"y":3,"d":1}}',
    );
    expect(await rename({ keys: { 'l[0]': 'first' } }, { l: [1, 2] })).toBe('{"l":[2],"first":1}');
  });

  it('renames to and from hostile names', async () => {
    expect(await rename({ keys: { a: '__proto__' } }, { a: 1 })).toBe('{"__proto__":1}');
    const json = JSON.parse('{"__proto__":1,"constructor":2}') as Json;
    expect(await rename({ patterns: [{ search: '^(.)', replace: 'x$1' }] }, json)).toBe(
      '{"x__proto__":1,"xconstructor":2}',
    );
  });

  it('leaves what is not there alone, or fails', async () => {
    expect(await rename({ keys: { z: 'y' } }, { a: 1 })).toBe('{"a":1}');
    await expect(rename({ keys: { 'z.q': 'y' }, missing: 'fail' }, { a: 1 })).rejects.toThrow('There is no field z.q.');
    await expect(rename({ keys: { a: 'b' }, clash: 'fail' }, { a: 1, b: 2 })).rejects.toThrow(
      'a cannot become b: there is such a field already.',
    );
    const patterns = [{ search: '\\d' }];
    await expect(rename({ patterns, clash: 'fail' }, { a1: 1, a2: 2 })).rejects.toThrow('a2 cannot become a');
    expect(await rename({ patterns }, { a1: 1, a2: 2 })).toBe('{"a":2}');
  });

  it('names what is wrong', async () => {
    await expect(rename({ keys: { a: 5 } }, {})).rejects.toThrow('keys.a must be the new name');
    await expect(rename({ patterns: [{ search: '(' }] }, {})).rejects.toThrow('patterns[0].search is not a pattern');
  });
});
