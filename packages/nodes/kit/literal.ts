/**
 * Owns reading the text of a JavaScript object that holds plain values: keys without quotes, single quotes, commas
 * at the end. Nothing is evaluated. Runs inside the isolate.
 */
import type { Json } from '@rondo/core/model/item.ts';
import { put, type JsonObject } from './paths.ts';

const TOKEN =
  /\s*(?:([{}[\],:])|"((?:[^"\\\n]|\\[^])*)"|'((?:[^'\\\n]|\\[^])*)'|([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|([\p{ID_Start}$_][\p{ID_Continue}$]*))/uy;
const SPACE = /\s*/y;
const MOST_DEPTH = 200;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', 0: '\0' };
const WORDS = new Map<string, Json>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

type Token = { mark: string } | { text: string } | { number: number } | { word: string };

/** undefined when the text is something else. */
export function readLiteral(text: string): Json | undefined {
  const reader = new Reader(text);
  try {
    const value = reader.value(0);
    return reader.atEnd() ? value : undefined;
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

class Unreadable extends Error {}

class Reader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  atEnd(): boolean {
    SPACE.lastIndex = this.at;
    SPACE.exec(this.text);
    return SPACE.lastIndex === this.text.length;
  }

  value(depth: number): Json {
    if (depth > MOST_DEPTH) throw new Unreadable();
    const token = this.next();
    if ('text' in token) return token.text;
    if ('number' in token) return token.number;
    if ('word' in token) {
      const known = WORDS.get(token.word);
      if (known === undefined) throw new Unreadable();
      return known;
    }
    if (token.mark === '{') return this.object(depth);
    if (token.mark === '[') return this.list(depth);
    throw new Unreadable();
  }

  private object(depth: number): Json {
    const object: JsonObject = {};
    while (!this.takes('}')) {
      const key = this.next();
      const name = 'text' in key ? key.text : 'word' in key ? key.word : 'number' in key ? String(key.number) : null;
      if (name === null || !this.takes(':')) throw new Unreadable();
      put(object, name, this.value(depth + 1));
      if (this.takes(',')) continue;
      if (this.takes('}')) break;
      throw new Unreadable();
    }
    return object;
  }

  private list(depth: number): Json {
    const list: Json[] = [];
    while (!this.takes(']')) {
      list.push(this.value(depth + 1));
      if (this.takes(',')) continue;
      if (this.takes(']')) break;
      throw new Unreadable();
    }
    return list;
  }

  private takes(mark: string): boolean {
    const before = this.at;
    const token = this.next();
    if ('mark' in token && token.mark === mark) return true;
    this.at = before;
    return false;
  }

  private next(): Token {
    TOKEN.lastIndex = this.at;
    const match = TOKEN.exec(this.text);
    if (match === null) throw new Unreadable();
    this.at = TOKEN.lastIndex;
    const [, mark, double, single, number, word] = match;
    if (mark !== undefined) return { mark };
    if (number !== undefined) return { number: Number(number) };
    if (word !== undefined) return { word };
    return { text: unescaped(double ?? single ?? '') };
  }
}

function unescaped(text: string): string {
  return text.replace(
    /\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([^]))/g,
    (_, wide, four, two, one) => {
      const code = wide ?? four ?? two;
      if (code !== undefined) return String.fromCodePoint(Math.min(Number.parseInt(code as string, 16), 0x10ffff));
      return one === '\n' ? '' : (ESCAPES[one as string] ?? (one as string));
    },
  );
}
