import { describe, expect, it } from 'vitest';
import { cutText, MOST_BYTES, tableOf, treeLines } from './value-lines.ts';

const none = new Set<string>();
const tree = (value: unknown, more: Partial<Parameters<typeof treeLines>[1]> = {}) =>
  treeLines(value, { toggled: none, whole: none, openDepth: 2, most: 200, ...more });

describe('the tree', () => {
  it('opens two levels and folds the rest', () => {
    const lines = tree({ a: { b: { c: 1 } }, list: [true, null] });
    expect(lines.map(({ path, text, inside, open }) => [path, text, inside, open])).toEqual([
      ['$', '', 2, true],
      ['$.a', '', 1, true],
      ['$.a.b', '', 1, false],
      ['$.list', '', 2, true],
      ['$.list[0]', 'true', null, false],
      ['$.list[1]', 'null', null, false],
    ]);
  });

  it('opens and closes what was toggled', () => {
    const toggled = new Set(['$.a', '$.x y["q"]']);
    expect(tree({ a: { b: 1 }, list: [] }, { toggled }).map((line) => line.path)).toEqual(['$', '$.a', '$.list']);
  });

  it('shows keys such as __proto__ like any other', () => {
    const lines = tree(JSON.parse('{"__proto__": {"admin": true}, "constructor": 1, "a b": 2}'));
    expect(lines.map((line) => line.path)).toEqual([
      '$',
      '$.__proto__',
      '$.__proto__.admin',
      '$.constructor',
      '$["a b"]',
    ]);
  });

  it('ends at the limit, whatever is inside', () => {
    const started = performance.now();
    expect(tree(Array.from({ length: 1_000_000 }, (_, id) => ({ id }))).length).toBe(200);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('cuts long strings until they are wanted', () => {
    const long = 'ä"'.repeat(1_000);
    const cut = tree({ long })[1];
    expect(cut?.cut).toBe(2_000);
    expect(cut?.text.length).toBeLessThan(700);
    const whole = tree({ long }, { whole: new Set(['$.long']) })[1];
    expect(whole?.cut).toBe(null);
    expect(JSON.parse(whole?.text ?? '')).toBe(long);
  });
});

describe('text', () => {
  it('is whole when it is short', () => expect(cutText('a\nb')).toEqual({ text: 'a\nb', cutOf: null }));

  it('is cut at 200 lines or at 64 kB', () => {
    const lines = cutText('x\n'.repeat(201));
    expect(lines.text.split('\n')).toHaveLength(200);
    expect(lines.cutOf).toBe(402);
    expect(cutText('ü'.repeat(70_000))).toEqual({ text: 'ü'.repeat(MOST_BYTES), cutOf: 140_000 });
  });
});

describe('the table', () => {
  it('has the fields of all rows as columns, and leaves holes empty', () => {
    expect(tableOf([{ a: 1 }, { b: { c: 2 } }, 'text'])).toEqual({
      columns: ['a', 'b'],
      moreColumns: 0,
      rows: [
        ['1', ''],
        ['', '{"c":2}'],
        ['text', ''],
      ],
      total: 3,
    });
  });

  it('has one column for a list of values, and none for what is no list', () => {
    expect(tableOf([1, 'b'])).toMatchObject({ columns: ['value'], rows: [['1'], ['b']] });
    expect(tableOf({ a: 1 })).toBe(null);
  });

  it('says how much more there is', () => {
    const wide = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`c${at}`, at]));
    expect(tableOf(Array.from({ length: 500 }, () => wide))).toMatchObject({ moreColumns: 10, total: 500 });
  });
});
