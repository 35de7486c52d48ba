/**
 * Owns HTML as plain text for people, in lines of 80 characters: headings in capitals, lists with marks, addresses behind
 * their links, as html-to-text writes it. Does not parse; blocks while it works, so call it within withinTime.
 */

/** Of cheerio's tree, as far as it is read. */
export interface TextNode {
  type: string;
  name?: string;
  data?: string;
  attribs?: Record<string, string>;
  children?: TextNode[];
  parent?: TextNode | null;
}

type Skip = (node: TextNode) => boolean;

const WIDTH = 80;
const BLOCKS: ReadonlySet<string> = new Set('article aside div footer form header main nav section'.split(' '));

/** Words in lines of limited width. */
class Lines {
  readonly #lines: string[] = [];
  #line: string[] = [];
  #length = 0;
  #blank = false;
  readonly #width: number;

  constructor(width: number) {
    this.#width = width;
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0 && this.#line.length === 0;
  }

  break(count = 1): void {
    this.#lines.push(this.#line.join(' '));
    for (let i = 1; i < count; i += 1) this.#lines.push('');
    this.#line = [];
    this.#length = 0;
    this.#blank = false;
  }

  /** A word that no blank parts from the one before it becomes part of it. */
  add(text: string): void {
    for (const [i, word] of text.split(/[ \t\r\n\f\u200b]+/).entries()) {
      if (i > 0) this.#blank = true;
      if (word === '') continue;
      const last = this.#line.length - 1;
      if (last >= 0 && !this.#blank) {
        this.#line[last] += word;
        this.#length += word.length;
      } else this.#push(word);
      this.#blank = false;
    }
  }

  #push(word: string): void {
    if (this.#line.length > 0 && this.#length + 1 + word.length > this.#width) this.break();
    this.#length += word.length + (this.#line.length === 0 ? 0 : 1);
    this.#line.push(word);
  }

  end(): string {
    return [...this.#lines, this.#line.join(' ')].join('\n');
  }
}

/** A block while it is written. Line breaks around it count once: the larger number of two neighbours. */
class Block {
  before: number;
  /** Line breaks that come before whatever follows. */
  due = 0;
  /** Grows with everything that is written and can be seen. */
  written = 0;
  #text = '';
  #lines: Lines;
  readonly width: number;
  readonly isKept: boolean;

  constructor(before: number, width: number, isKept = false) {
    this.before = before;
    this.width = width;
    this.isKept = isKept;
    this.#lines = new Lines(width);
  }

  /** Words between blocks. */
  inline(text: string): void {
    if (text.trim() !== '') this.written += 1;
    if (this.isKept) {
      this.#text += text;
      return;
    }
    if (text === '' || (this.due > 0 && text.trim() === '')) return;
    if (this.due > 0) this.#lines.break(this.due);
    this.#lines.add(text);
    this.due = 0;
  }

  break(): void {
    if (this.isKept) this.#text += '\n';
    else this.#lines.break();
  }

  block(text: string, before: number, after: number): void {
    if (text !== '') this.written += 1;
    const own = this.end();
    const breaks = Math.max(this.due, before);
    this.#lines = new Lines(this.width);
    if (own === '') {
      this.#text = text;
      this.before = Math.max(this.before, breaks);
    } else this.#text = own + '\n'.repeat(breaks) + text;
    this.due = after;
  }

  end(): string {
    return this.#text + (this.#lines.isEmpty ? '' : this.#lines.end());
  }
}

/** `isSkipped`: elements that are left out with all they hold. */
export function plainText(roots: readonly TextNode[], isSkipped: Skip): string {
  const out = new Block(0, WIDTH);
  for (const root of roots) write(root, out, false, isSkipped);
  return out.end();
}

function write(node: TextNode, out: Block, capitals: boolean, skip: Skip): void {
  if (node.type === 'text') out.inline(capitals ? (node.data ?? '').toUpperCase() : (node.data ?? ''));
  if (node.type === 'root') all(node, out, capitals, skip);
  if (node.type !== 'tag' || skip(node)) return;
  const name = node.name ?? '';
  switch (name) {
    case 'br':
      out.break();
      return;
    case 'wbr':
      return;
    case 'hr':
      out.block('-'.repeat(WIDTH), 2, 2);
      return;
    case 'img':
      image(node, out);
      return;
    case 'a':
      link(node, out, capitals, skip);
      return;
    case 'ul':
    case 'ol':
      list(node, out, capitals, skip);
      return;
    case 'pre':
      within(node, out, capitals, skip, { before: 2, after: 2, isKept: true });
      return;
    case 'blockquote':
      within(node, out, capitals, skip, { before: 2, after: 2, mark: '> ' });
      return;
    case 'p':
    case 'table':
      within(node, out, capitals, skip, { before: 2, after: 2 });
      return;
    case 'h1':
    case 'h2':
    case 'h3':
      within(node, out, true, skip, { before: 3, after: 2 });
      return;
    case 'h4':
    case 'h5':
    case 'h6':
      within(node, out, true, skip, { before: 2, after: 2 });
      return;
    default:
      if (BLOCKS.has(name)) within(node, out, capitals, skip, { before: 1, after: 1 });
      else all(node, out, capitals, skip);
  }
}

function all(node: TextNode, out: Block, capitals: boolean, skip: Skip): void {
  for (const child of node.children ?? []) write(child, out, capitals, skip);
}

interface Around {
  before: number;
  after: number;
  /** White space stays as it is. */
  isKept?: boolean;
  /** Stands before every line. */
  mark?: string;
}

function within(node: TextNode, out: Block, capitals: boolean, skip: Skip, around: Around): void {
  const { mark = '' } = around;
  const own = new Block(around.before, out.width - mark.length, around.isKept === true || out.isKept);
  all(node, own, capitals, skip);
  const text = own.end();
  const marked = mark === '' ? text : text.replace(/^\n+|\n+$/g, '').replace(/^/gm, mark);
  out.block(marked, own.before, Math.max(own.due, around.after));
}

function image({ attribs = {} }: TextNode, out: Block): void {
  const { alt = '', src = '' } = attribs;
  out.inline(src === '' ? alt : `${alt === '' ? '' : `${alt} `}[${src}]`);
}

function link(node: TextNode, out: Block, capitals: boolean, skip: Skip): void {
  const href = (node.attribs?.['href'] ?? '').replace(/^mailto:/, '');
  const before = out.written;
  all(node, out, capitals, skip);
  if (href !== '' && !href.startsWith('#')) out.inline(out.written === before ? href : ` [${href}]`);
}

function list(node: TextNode, out: Block, capitals: boolean, skip: Skip): void {
  const isInner = node.parent?.name === 'li';
  const entries = (node.children ?? []).filter((child) => child.type !== 'text' || (child.data ?? '').trim() !== '');
  if (entries.length === 0) return;
  let number = Number(node.attribs?.['start'] ?? 1);
  const marks = entries.map((entry) => {
    if (entry.name !== 'li') return '';
    const mark = node.name === 'ol' ? ` ${number}. ` : ' * ';
    number += 1;
    return isInner ? mark.trimStart() : mark;
  });
  const widest = Math.max(...marks.map((mark) => mark.length));
  const own = new Block(isInner ? 1 : 2, out.width);
  for (const [i, entry] of entries.entries()) {
    const inner = new Block(0, out.width - widest);
    write(entry, inner, capitals, skip);
    const mark = (marks[i] ?? '').padEnd(widest);
    own.block(mark + inner.end().replaceAll('\n', `\n${' '.repeat(widest)}`), 1, Math.max(inner.due, 1));
  }
  const text = own.end();
  if (text !== '') out.block(text, own.before, isInner ? 1 : 2);
}
