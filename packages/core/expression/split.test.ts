import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { split } from './split.ts';

describe('split', () => {
  const code = (text: string, offset: number, closed = true) => ({ kind: 'code', code: text, offset, closed });
  const text = (value: string) => ({ kind: 'text', text: value });
  it.each([
    ['', []],
    ['plain } text', [text('plain } text')]],
    ['{{ 1 }}', [code(' 1 ', 2)]],
    [' {{1}} ', [text(' '), code('1', 3), text(' ')]],
    ['{{a}}{{b}}', [code('a', 2), code('b', 7)]],
    ['{{ "}}" }}', [code(' "}}" ', 2)]],
    ['{{ {a:{b:1}}}} x', [code(' {a:{b:1}}', 2), text(' x')]],
    ['{{ `${{a:1}.a}}}` }}', [code(' `${{a:1}.a}}}` ', 2)]],
    ['{{ /}}/.test(a) }}', [code(' /}}/.test(a) ', 2)]],
    ['{{ a /* }} */ }}', [code(' a /* }} */ ', 2)]],
    ['{{ f({}); }}', [code(' f({}); ', 2)]],
    ["{{ ' }} rest", [code(" ' ", 2), text(' rest')]],
    ['a {{ 1', [text('a '), code(' 1', 4, false)]],
    ['\\{{ 1 }}', [text('{{ 1 }}')]],
    ['\\\\{{1}}', [text('\\'), code('1', 4)]],
    ['\\\\\\{{1}}', [text('\\{{1}}')]],
    ['C:\\dir\\ {{1}}', [text('C:\\dir\\ '), code('1', 10)]],
  ])('%j', (input, expected) => {
    expect(split(input)).toEqual(expected);
  });

  it('keeps every character of text without backslashes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('{{', '}}', '{', '}', '"', '`', '$', 'a', ' ', ';', '/', '(', ')', '\n')),
        (bits) => {
          const input = bits.join('');
          const back = split(input).map((part) =>
            part.kind === 'text' ? part.text : `{{${part.code}${part.closed ? '}}' : ''}`,
          );
          expect(back.join('')).toBe(input);
        },
      ),
    );
  });

  it('takes linear time on text made to confuse it', () => {
    const started = performance.now();
    split('{{`}} '.repeat(50_000));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
