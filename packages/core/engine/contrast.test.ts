/** What the failed have in common and the completed have not: one fact per field, the plainest, with its numbers. */
import { describe, expect, it } from 'vitest';
import { contrastOf } from './contrast.ts';

const products = (count: number, of: (at: number) => object): object[] =>
  Array.from({ length: count }, (_, at) => of(at));

describe('contrast of failed and completed', () => {
  it('finds the value that all failed have and no completed one', () => {
    const failed = products(96, (at) => ({ id: at, priceText: 'auf Anfrage' }));
    const completed = products(500, (at) => ({ id: 1_000 + at, priceText: `${at} EUR` }));
    expect(contrastOf(failed, completed)).toEqual([
      { path: 'priceText', says: '= "auf Anfrage"', failed: 1, completed: 0 },
    ]);
  });

  it('finds emptiness, another type and the length of a list, deep inside', () => {
    const failed = products(10, () => ({ customer: { email: null }, tags: [], size: '12' }));
    const completed = products(10, (at) => ({ customer: { email: `a${at}@b.c` }, tags: ['x'], size: at }));
    expect(contrastOf(failed, completed).map(({ path, says }) => `${path} ${says}`)).toEqual([
      'tags.length = 0',
      'size = "12"',
      'customer.email is empty',
      'tags is empty',
    ]);
  });

  it('says nothing of what holds for 89 % of the failed, or for 11 % of the completed', () => {
    const failed = products(100, (at) => ({ a: at < 89 ? 'x' : `y${at}`, b: 'z' }));
    const completed = products(100, (at) => ({ a: `c${at}`, b: at < 11 ? 'z' : `d${at}` }));
    expect(contrastOf(failed, completed)).toEqual([]);
    expect(contrastOf(failed, [])).toEqual([]);
  });

  it('is bounded: twelve fields, long values cut, deep and odd keys do not end it', () => {
    const wide = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`f${at}`, 'bad']));
    expect(contrastOf([wide], [{}])).toHaveLength(12);
    const [long] = contrastOf([{ text: 'x'.repeat(500) }], [{ text: 'y' }]);
    expect(long?.says).toHaveLength(82);
    let deep: object = { end: 1 };
    for (let at = 0; at < 50; at += 1) deep = { deep };
    expect(contrastOf([deep], [{}]).length).toBeLessThan(12);
    expect(contrastOf([JSON.parse('{"__proto__":{"a\\nb":"bad"}}')], [{}])).toMatchObject([
      { path: '__proto__.a b', says: '= "bad"' },
      { path: '__proto__', says: 'is an object' },
    ]);
  });
});
