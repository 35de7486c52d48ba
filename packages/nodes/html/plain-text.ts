/**
 * Owns HTML as plain text for people, in lines of limited width: headings in capitals, lists with marks, addresses behind
 * their links. Does not parse; blocks while it works, so call it within withinTime.
 */

/** Of cheerio's tree, as far as it is read. */
export interface TextNode {
  type: string;
  name?: string;
  data?: string;
  attribs?: Record<string, string>;
  children?: TextNode[];
}

const WIDTH = 80;
const HIDDEN: ReadonlySet<string> = new Set(['script', 'style', 'head', 'template', 'noscript', 'title']);
const BLOCKS: ReadonlySet<string> = new Set(
  'article aside div footer form header main nav section table thead tbody tfoot tr'.split(' '),
);

/** Empty lines around an element are one more line break than lines: the larger of two neighbours counts. */
interface Chunk {
  breaks: number;
  text: string;
}

class Writer {
  #chunks: Chunk[] = [];
  #words: string[] = [];
  #blank = false;
  #pending = 0;
  readonly #width: number;

  constructor(width: number) {
    this.#width = width;
  }

  word(text: string, glued: boolean): void {
    const last = this.#words.length - 1;
    if (glued && last >= 0) this.#words[last] += text;
    else this.#words.push(text);
  }

  inline(raw: string): void {
    const text = raw.replace(/[ \t\r\n\f\u200b]+/g, ' ');
    if (text === '') return;
    const parts = text.split(' ');
    for (const [i, part] of parts.entries()) {
      if (i > 0) this.#blank = true;
      if (part === '') continue;
      this.word(part, !this.#blank);
      this.#blank = false;
    }
  }

  /** A line break inside a paragraph. */
  line(): void {
    this.flush();
    this.#pending = Math.max(this.#pending, 0) + (this.#chunks.length > 0 ? 1 : 0);
  }

  open(breaks: number): void {
    this.flush();
    this.#pending = Math.max(this.#pending, breaks);
  }

  block(text: string, breaks: number): void {
    this.open(breaks);
    this.#add(text);
    this.#pending = breaks;
  }

  close(breaks: number): void {
    this.flush();
    this.#pending = Math.max(this.#pending, breaks);
  }

  flush(): void {
    if (this.#words.length > 0) this.#add(wrapped(this.#words, this.#width));
    this.#words = [];
    this.#blank = false;
  }

  #add(text: string): void {
    this.#chunks.push({ breaks: this.#chunks.length === 0 ? 0 : Math.max(this.#pending, 1), text });
    this.#pending = 0;
  }

  end(): string {
    this.flush();
    return this.#chunks.map(({ breaks, text }) => '\n'.repeat(breaks) + text).join('');
  }
}

function wrapped(words: readonly string[], width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line === '') line = word;
    else if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line].join('\n');
}

interface Style {
  capitals: boolean;
  width: number;
}

/** `isSkipped`: elements that are left out with all they hold. */
export function plainText(roots: readonly TextNode[], isSkipped: (node: TextNode) => boolean): string {
  const writer = new Writer(WIDTH);
  for (const root of roots) write(root, writer, { capitals: false, width: WIDTH }, isSkipped);
  return writer.end();
}

type Skip = (node: TextNode) => boolean;

function write(node: TextNode, out: Writer, style: Style, skip: Skip): void {
  if (node.type === 'text') out.inline(style.capitals ? (node.data ?? '').toUpperCase() : (node.data ?? ''));
  if (node.type === 'root') writeAll(node, out, style, skip);
  const { name = '' } = node;
  if (name === '' || HIDDEN.has(name) || skip(node)) return;
  switch (name) {
    case 'br':
      out.line();
      return;
    case 'hr':
      out.block('-'.repeat(style.width), 2);
      return;
    case 'img':
      image(node, out);
      return;
    case 'a':
      link(node, out, style, skip);
      return;
    case 'ul':
    case 'ol':
      list(node, out, style, skip);
      return;
    case 'pre':
      out.block(textOf(node).replace(/^\n/, '').replace(/\s+$/, ''), 2);
      return;
    case 'blockquote':
      out.block(inner(node, style.width - 2, skip).replace(/^/gm, '> '), 2);
      return;
    case 'p':
      around(node, out, style, skip, 2, 2);
      return;
    case 'h1':
    case 'h2':
    case 'h3':
      around(node, out, { ...style, capitals: true }, skip, 3, 2);
      return;
    case 'h4':
    case 'h5':
    case 'h6':
      around(node, out, { ...style, capitals: true }, skip, 2, 2);
      return;
    default:
      if (BLOCKS.has(name)) around(node, out, style, skip, 1, 1);
      else writeAll(node, out, style, skip);
  }
}

function writeAll(node: TextNode, out: Writer, style: Style, skip: Skip): void {
  for (const child of node.children ?? []) write(child, out, style, skip);
}

function around(node: TextNode, out: Writer, style: Style, skip: Skip, before: number, after: number): void {
  out.open(before);
  writeAll(node, out, style, skip);
  out.close(after);
}

function inner(node: TextNode, width: number, skip: Skip): string {
  const writer = new Writer(width);
  writeAll(node, writer, { capitals: false, width }, skip);
  return writer.end();
}

function textOf(node: TextNode): string {
  if (node.type === 'text') return node.data ?? '';
  if (node.name === 'br') return '\n';
  return (node.children ?? []).map(textOf).join('');
}

function image({ attribs = {} }: TextNode, out: Writer): void {
  const { alt = '', src = '' } = attribs;
  out.inline(src === '' ? alt : `${alt}${alt === '' ? '' : ' '}[${src}]`);
}

function link(node: TextNode, out: Writer, style: Style, skip: Skip): void {
  const href = (node.attribs?.['href'] ?? '').replace(/^mailto:/, '');
  writeAll(node, out, style, skip);
  if (href === '' || href.startsWith('#')) return;
  out.inline(textOf(node).trim() === '' ? `[${href}]` : ` [${href}]`);
}

function list(node: TextNode, out: Writer, style: Style, skip: Skip): void {
  const entries = (node.children ?? []).filter((child) => child.name === 'li' && !skip(child));
  const start = Number(node.attribs?.['start'] ?? 1);
  const marks = entries.map((_, i) => (node.name === 'ol' ? ` ${start + i}. ` : ' * '));
  const widest = Math.max(0, ...marks.map((mark) => mark.length));
  const lines = entries.map((entry, i) => {
    const mark = (marks[i] ?? '').padStart(widest);
    return mark + inner(entry, style.width - widest, skip).replaceAll('\n', `\n${' '.repeat(widest)}`);
  });
  if (lines.length > 0) out.block(lines.join('\n'), 2);
}
