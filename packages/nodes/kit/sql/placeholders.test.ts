import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bind } from './placeholders.ts';
import type { Dialect, TextRules } from './session.ts';

const QUESTION: TextRules = {
  positional: 'question',
  backslashEscapes: true,
  dollarQuotes: false,
  hashComments: true,
  backticks: true,
  brackets: false,
  onlyFirst: false,
  spreadLists: true,
};
const DOLLAR: TextRules = {
  ...QUESTION,
  positional: 'dollar',
  backslashEscapes: false,
  dollarQuotes: true,
  hashComments: false,
  backticks: false,
  spreadLists: false,
};

const dialectOf = (text: TextRules): Dialect => ({
  name: 'Test',
  quote: (name) => name,
  placeholder: (n) => (text.positional === 'dollar' ? `$${n}` : '?'),
  mostValues: 5,
  text,
  begin: 'BEGIN',
  nullsFirst: '',
  write: () => [],
  problem: () => ({ kind: 'other', message: '' }),
});
const mysql = dialectOf(QUESTION);
const postgres = dialectOf(DOLLAR);
const sqlite = dialectOf({
  ...QUESTION,
  backslashEscapes: false,
  hashComments: false,
  brackets: true,
  onlyFirst: true,
});

describe('bind', () => {
  it('never puts a value into the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        for (const dialect of [mysql, postgres, sqlite]) {
          const { text, values } = bind('SELECT :v', { v: value }, dialect);
          expect(text).toBe(`SELECT ${dialect.placeholder(1)}`);
          expect(values).toEqual([value]);
        }
      }),
    );
  });

  it('leaves everything in quotes as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (inside) => {
        fc.pre(!/\{\{/.test(inside));
        const quoted = `'${inside.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
        for (const dialect of [mysql, postgres, sqlite]) {
          expect(bind(`SELECT ${quoted}, :v`, { v: 1 }, dialect)).toEqual({
            text: `SELECT ${quoted}, ${dialect.placeholder(1)}`,
            values: [1],
          });
        }
      }),
    );
  });

  it('reads strings as each database does', () => {
    expect(bind("SELECT 'a\\' :x', :v", { v: 1 }, mysql).values).toEqual([1]);
    // A backslash is nothing special here: the string ends before :x.
    expect(() => bind("SELECT 'a\\' :x', :v", { v: 1 }, postgres)).toThrow(/has no x|:x/);
    expect(bind("SELECT e'a\\' :x', :v", { v: 1 }, postgres).text).toBe("SELECT e'a\\' :x', $1");
    expect(bind('SELECT $a$ :x $b$ $a$, :v', { v: 1 }, postgres).text).toBe('SELECT $a$ :x $b$ $a$, $1');
    expect(bind('SELECT a[1:2], b::text, :v AS "::x"', { v: 1 }, postgres).text).toBe(
      'SELECT a[1:2], b::text, $1 AS "::x"',
    );
    expect(bind('SET @a := 1 # :x', null, mysql).text).toBe('SET @a := 1 # :x');
    expect(bind("SELECT 'never ended :x", null, mysql).text).toBe("SELECT 'never ended :x");
  });

  it('uses one number for one name, and a list for several values', () => {
    expect(bind('SELECT :a, :b, :a', { a: 1, b: 2 }, postgres)).toEqual({ text: 'SELECT $1, $2, $1', values: [1, 2] });
    expect(bind('SELECT :a, :a', { a: [1, 2] }, mysql)).toEqual({ text: 'SELECT ?, ?, ?, ?', values: [1, 2, 1, 2] });
    expect(bind('SELECT :a', { a: [1, 2] }, postgres).values).toEqual([[1, 2]]);
    expect(() => bind('SELECT :a', { a: [1, 2, 3, 4, 5, 6] }, mysql)).toThrow(/more values than Test takes/);
    expect(() => bind('SELECT $0', [], postgres)).toThrow(/placeholders/);
  });

  it('takes names that every object has only when they are given', () => {
    expect(() => bind('SELECT :constructor', {}, mysql)).toThrow(/params has no constructor/);
    expect(bind('SELECT :__proto__', JSON.parse('{"__proto__":7}'), mysql).values).toEqual([7]);
  });

  it('takes one statement where the database would drop the rest', () => {
    expect(bind('SELECT 1; -- end', null, sqlite).text).toBe('SELECT 1 -- end');
    expect(() => bind('SELECT 1; SELECT 2', null, sqlite)).toThrow(/more than one statement/);
    const trigger = 'CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT 2; END';
    expect(bind(`${trigger};`, null, sqlite).text).toBe(trigger);
  });
});
