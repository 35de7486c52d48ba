/** Tests of text.ts: nothing that a terminal obeys gets through; widths hold. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, padEnd, printable, printableLines, shellWord, width, wrap } from './text.ts';

const OBEYED = /[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u;

describe('printable', () => {
  it('escapes what a terminal would obey', () => {
    expect(printable('a\u001b[31mred\u0007\n\t\u009b2J\u202eabc')).toBe(
      'a\\u001b[31mred\\u0007\\n\\t\\u009b2J\\u202eabc',
    );
    expect(printable('Grüße 世界 👋')).toBe('Grüße 世界 👋');
  });

  it('never lets a control character through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(OBEYED);
        expect(printableLines(text).replace(/[\n\t]/g, '')).not.toMatch(OBEYED);
      }),
    );
  });

  it('keeps lines where lines are wanted', () => {
    expect(printableLines('a\n\tb\u001b')).toBe('a\n\tb\\u001b');
  });
});

describe('widths', () => {
  it('counts wide, combining and coloured text as a terminal does', () => {
    expect(width('abc')).toBe(3);
    expect(width('世界')).toBe(4);
    expect(width('e\u0301')).toBe(1);
    expect(width('\u001b[31mab\u001b[39m')).toBe(2);
    expect(padEnd('世', 4)).toBe('世  ');
  });

  it('cuts to the width and leaves what fits', () => {
    expect(cut('abcdef', 6)).toBe('abcdef');
    expect(cut('abcdefg', 6)).toBe('abcde…');
    expect(cut('世界世界', 5)).toBe('世界…');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
        expect(width(cut(printable(text), columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('wraps at words', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
  });
});

it('quotes shell words that need it', () => {
  expect(shellWord('each')).toBe('each');
  expect(shellWord("it's [3]")).toBe("'it'\\''s [3]'");
});
