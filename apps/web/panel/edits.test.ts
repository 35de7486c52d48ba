/** Changing a definition at a place: what a field of the form does to it, and what it leaves alone. */
import { describe, expect, it } from 'vitest';
import { withEdits, withKey, withValue } from './edits.ts';

describe('a change at a place', () => {
  it('makes what lies on the way, and keeps the identity of everything else', () => {
    const before = { a: { x: 1 }, b: { y: 2 } };
    const after = withValue(before, ['a', 'list', 0, 'n'], 5);
    expect(after).toEqual({ a: { x: 1, list: [{ n: 5 }] }, b: { y: 2 } });
    expect(after.b).toBe(before.b);
    expect(withValue(before, ['c', 'd'], undefined)).toBe(before);
  });

  it('takes sections away that have nothing left, and no others', () => {
    const node = { loop: { retry: { times: 3 } }, with: { fields: { a: 1 } } };
    expect(withEdits(node, [{ path: ['loop', 'retry', 'times'] }])).toEqual({ with: { fields: { a: 1 } } });
    expect(withEdits(node, [{ path: ['with', 'fields', 'a'] }])).toEqual({ ...node, with: { fields: {} } });
  });

  it('treats keys such as __proto__ as keys', () => {
    const made = withValue({}, ['__proto__'], 1);
    expect(Object.keys(made)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('renames a key in its place, and never over another one', () => {
    expect(Object.keys(withKey({ a: 1, b: 2, c: 3 }, 'b', 'z'))).toEqual(['a', 'z', 'c']);
    const same = { a: 1, b: 2 };
    expect(withKey(same, 'a', 'b')).toBe(same);
  });
});
