/** Characters that hide or turn others are named; those that a script or an emoji needs are left alone. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hasOdd, textParts, visibleText } from './odd-characters.ts';

it('names what would not be seen, and keeps the text as it is', () => {
  expect(visibleText('invoice\u202egpj.exe')).toBe('invoice\u2039RLO\u203agpj.exe');
  expect(visibleText('a\u200bb\ufeff')).toBe('a\u2039ZWSP\u203ab\u2039BOM\u203a');
  expect(visibleText('\u001b[31mred')).toBe('\u2039ESC\u203a[31mred');
  expect(visibleText('x\u0000\u0001\u{e0041}\ud800')).toBe(
    'x\u2039NUL\u203a\u2039U+0001\u203a\u2039TAG\u203a\u2039U+D800\u203a',
  );
  expect(visibleText('line\rover')).toBe('line\u2039CR\u203aover');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(
        textParts(text)
          .map((one) => one.text)
          .join(''),
      ).toBe(text);
      // What is shown holds none of them, but where they do their work.
      for (const { text: part, name } of textParts(text)) if (name !== null) expect([...part]).toHaveLength(1);
    }),
  );
});

it('leaves alone what writing needs', () => {
  for (const text of [
    'plain, \u00e4\u00f6\u00fc \u2013 \u201cquoted\u201d',
    'two\nlines\tand\r\nWindows',
    '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
    '\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
    '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645',
    '\u0915\u094d\u200d\u0937',
    '\u05e9\u05dc\u05d5\u05dd',
    '\u2764\ufe0f',
  ])
    expect(visibleText(text)).toBe(text);
  expect(hasOdd('plain')).toBe(false);
});
