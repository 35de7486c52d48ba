/** HTML as text: paragraphs, headings, lists, links, lines of limited width. */
import { load } from 'cheerio';
import { describe, expect, it } from 'vitest';
import { plainText, type TextNode } from './plain-text.ts';

const text = (html: string, skipped = ''): string => {
  const $ = load(html);
  const hidden = new Set<unknown>(skipped === '' ? [] : $(skipped).toArray());
  return plainText($('body').contents().toArray() as unknown as TextNode[], (node) => hidden.has(node));
};

describe('plain text', () => {
  it.each([
    ['<h1>My  <b>page</b></h1><p>one</p><p>two</p>', 'MY PAGE\n\none\n\ntwo'],
    ['<p>a</p><h2>b</h2>c', 'a\n\n\nB\n\nc'],
    ['<div>a</div><div>b</div> c', 'a\nb\nc'],
    ['a<br>b<br><br>c', 'a\nb\n\nc'],
    ['<a href="/x">more</a>, <a href="#y">here</a> <a href="mailto:a@b.c">mail</a>', 'more [/x], here mail [a@b.c]'],
    ['<img src="i.png" alt="pic">x <img src="j.png">', 'pic [i.png]x [j.png]'],
    [
      '<ul><li>a<ul><li>in</li></ul></li><li>b</li></ul><ol start="9"><li>x</li><li>y</li></ol>',
      ' * a\n   \n    * in\n * b\n\n  9. x\n 10. y',
    ],
    ['<blockquote>a<p>b</p></blockquote>', '> a\n> \n> b'],
    ['<pre>\n a\n  b\n</pre>', ' a\n  b'],
    ['<script>x</script><style>y</style>z<!-- c -->', 'z'],
    [' \n ', ''],
  ])('%s', (html, expected) => expect(text(html)).toBe(expected));

  it('leaves out what is to be skipped', () => {
    expect(text('<p>a <i>b</i></p><p class="x">c</p>', 'i, .x')).toBe('a');
  });

  it('breaks lines between words at 80 characters', () => {
    const lines = text(`<p>${'word '.repeat(40)}</p><p>${'x'.repeat(100)}</p>`).split('\n');
    expect(lines.map((line) => line.length)).toEqual([79, 79, 39, 0, 100]);
  });
});
