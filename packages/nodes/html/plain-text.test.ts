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
    ['<p>a</p><div><h2>b</h2></div>', 'a\n\n\nB'],
    ['<div>a</div><div>b</div> c', 'a\nb\nc'],
    ['<div>a</div><div></div><div>b</div>', 'a\n\nb'],
    ['a<br>b<br><br>c', 'a\nb\n\nc'],
    ['<p>a<br></p><p>b</p>', 'a\n\n\nb'],
    ['<a href="/x">more</a>, <a href="#y">here</a> <a href="mailto:a@b.c">mail</a>', 'more [/x], here mail [a@b.c]'],
    ['<a href="/x"></a> <a href="/y"><img src="i.png"></a>', '/x [i.png] [/y]'],
    ['<img src="i.png" alt="pic">x <img src="j.png">', 'pic [i.png]x [j.png]'],
    ['<ul><li>a<ul><li>in</li></ul></li><li>b</li></ul>c', ' * a\n   * in\n * b\n\nc'],
    ['<ol start="9"><li>x</li><li>y<br>z</li></ol>', ' 9.  x\n 10. y\n     z'],
    ['<blockquote>a<p>b</p></blockquote>', '> a\n> \n> b'],
    ['<pre> a\n  b</pre>', ' a\n  b'],
    ['<table><tr><td>a</td><td>b</td></tr></table>c', 'ab\n\nc'],
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
