/**
 * Owns cutting XML that comes in pieces into tags and texts, for the parts of a spreadsheet: no document type, no
 * entities but the five and numbers, names without their prefix. A general parser is an order of magnitude slower
 * on a million cells. Does not build trees.
 */

export interface XmlHandler {
  open(name: string, attributes: string): void;
  close(name: string): void;
  text(text: string): void;
}

const DEEPEST = 64;
const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

export class XmlProblem extends Error {}

export function decodeText(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|(\w{1,8}));?/g, (whole, decimal, hex, name) => {
    if (name !== undefined) {
      const found = ENTITIES[name as string];
      if (found === undefined) throw new XmlProblem(`it uses ${whole as string}, which is not allowed`);
      return found;
    }
    const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
}

const patterns = new Map<string, RegExp>();

/** Value of an attribute, whatever prefix it has; undefined when it is not there. */
export function attribute(attributes: string, name: string): string | undefined {
  let pattern = patterns.get(name);
  if (pattern === undefined) {
    pattern = new RegExp(`(?:^|[\\s:])${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`);
    patterns.set(name, pattern);
  }
  const found = pattern.exec(attributes);
  return found === null ? undefined : decodeText(found[1] ?? found[2] ?? '');
}

export class XmlTokens {
  readonly #handler: XmlHandler;
  readonly #longest: number;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #open: string[] = [];
  #rest = '';

  /** `longest`: characters of one tag or text. */
  constructor(handler: XmlHandler, longest: number) {
    this.#handler = handler;
    this.#longest = longest;
  }

  push(piece: Uint8Array): void {
    let text: string;
    try {
      text = this.#rest + this.#decoder.decode(piece, { stream: true });
    } catch {
      throw new XmlProblem('it is not UTF-8');
    }
    let at = 0;
    for (;;) {
      const start = text.indexOf('<', at);
      if (start === -1) break;
      const end = this.#tag(text, at, start);
      if (end === -1) break;
      at = end;
    }
    this.#rest = text.slice(at);
    if (this.#rest.length > this.#longest) throw new XmlProblem('a text or a tag is too long');
  }

  /** Must be called at the end: what is still open then was cut off. */
  end(): void {
    if (this.#open.length > 0 || this.#rest.trim() !== '') throw new XmlProblem('it is cut off');
  }

  /** Hands on the text before the tag at `start`, and the tag; answers where it ends, -1 when that is not known yet. */
  #tag(text: string, from: number, start: number): number {
    const kind = text[start + 1];
    if (kind === undefined) return -1;
    if (kind === '!' || kind === '?') return this.#special(text, from, start);
    let end = start + 1;
    for (; ; end += 1) {
      const c = text.charCodeAt(end);
      if (Number.isNaN(c)) return -1;
      if (c === 0x3e) break;
      if (c === 0x22 || c === 0x27) {
        end = text.indexOf(text[end] as string, end + 1);
        if (end === -1) return -1;
      } else if (c === 0x3c) throw new XmlProblem('a tag inside a tag');
    }
    this.#text(text, from, start);
    const empty = text[end - 1] === '/' && kind !== '/';
    const body = text.slice(kind === '/' ? start + 2 : start + 1, empty ? end - 1 : end);
    const space = body.search(/\s/);
    const full = space === -1 ? body : body.slice(0, space);
    const name = full.slice(full.indexOf(':') + 1);
    if (name === '') throw new XmlProblem('a tag has no name');
    if (kind === '/') this.#close(full, name);
    else {
      this.#handler.open(name, space === -1 ? '' : body.slice(space));
      if (empty) this.#handler.close(name);
      else if (this.#open.push(full) > DEEPEST) throw new XmlProblem('it is nested too deep');
    }
    return end + 1;
  }

  #close(full: string, name: string): void {
    if (this.#open.pop() !== full) throw new XmlProblem(`</${full.slice(0, 40)}> closes what is not open`);
    this.#handler.close(name);
  }

  #text(text: string, from: number, to: number): void {
    if (to > from && this.#open.length > 0) this.#handler.text(decodeText(text.slice(from, to)));
  }

  #special(text: string, from: number, start: number): number {
    const until = (open: string, close: string): number => {
      if (!text.startsWith(open, start)) return open.startsWith(text.slice(start, start + open.length)) ? -1 : -2;
      const end = text.indexOf(close, start + open.length);
      return end === -1 ? -1 : end + close.length;
    };
    const instruction = until('<?', '?>');
    const comment = until('<!--', '-->');
    const data = until('<![CDATA[', ']]>');
    const end = Math.max(instruction, comment, data);
    if (end === -2) throw new XmlProblem('it declares a document type, which is not allowed');
    if (end === -1) return -1;
    this.#text(text, from, start);
    if (data > 0) this.#handler.text(text.slice(start + 9, end - 3));
    return end;
  }
}
