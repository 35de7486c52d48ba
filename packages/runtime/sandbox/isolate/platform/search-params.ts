/**
 * Owns URLSearchParams and the encoding of forms. Does not know URLs; one may listen to its changes.
 */
import { decodeUtf8, encodeUtf8 } from '../functions/bytes.ts';

/** `%41` becomes its byte; what is no such mark stays. */
export function percentDecoded(text: string): string {
  if (!text.includes('%')) return text;
  const bytes: number[] = [];
  const raw = encodeUtf8(text);
  for (let i = 0; i < raw.length; i += 1) {
    const pair = raw[i] === 0x25 ? String.fromCharCode(raw[i + 1] ?? 0, raw[i + 2] ?? 0) : '';
    if (/^[0-9a-f]{2}$/i.test(pair)) {
      bytes.push(Number.parseInt(pair, 16));
      i += 2;
    } else bytes.push(raw[i] as number);
  }
  return decodeUtf8(Uint8Array.from(bytes));
}

const percent = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;

/** Bytes of UTF-8 beyond ASCII, and the letters that `marked` fits, become percent marks. */
export function percentEncoded(text: string, marked: RegExp): string {
  let out = '';
  for (const letter of text) {
    out += letter < '\x7f' && !marked.test(letter) ? letter : Array.from(encodeUtf8(letter), percent).join('');
  }
  return out;
}

const formEncoded = (text: string): string => percentEncoded(text, /[^A-Za-z0-9*._ -]/).replaceAll(' ', '+');
const formDecoded = (text: string): string => percentDecoded(text.replaceAll('+', ' '));

type Pair = [name: string, value: string];

export function parseForm(text: string): Pair[] {
  return text
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [formDecoded(part), ''] : [formDecoded(part.slice(0, at)), formDecoded(part.slice(at + 1))];
    });
}

function pairsOf(given: unknown): Pair[] {
  if (given === null || given === undefined) return [];
  if (typeof given !== 'object') return parseForm(String(given).replace(/^\?/, ''));
  const list = Symbol.iterator in given ? [...(given as Iterable<unknown>)] : Object.entries(given);
  return list.map((pair) => {
    const parts = [...(pair as Iterable<unknown>)];
    if (parts.length !== 2) throw new TypeError('Each pair must have a name and a value.');
    return [String(parts[0]), String(parts[1])];
  });
}

export class URLSearchParams {
  #pairs: Pair[];
  readonly #changed: ((text: string) => void) | null;

  constructor(given?: unknown, changed: unknown = null) {
    this.#pairs = pairsOf(given);
    this.#changed = typeof changed === 'function' ? (changed as (text: string) => void) : null;
  }

  get size(): number {
    return this.#pairs.length;
  }

  append(name: unknown, value: unknown): void {
    this.#pairs.push([String(name), String(value)]);
    this.#tell();
  }

  delete(name: unknown, value?: unknown): void {
    this.#pairs = this.#pairs.filter(([one, held]) => one !== String(name) || (value !== undefined && held !== value));
    this.#tell();
  }

  get(name: unknown): string | null {
    return this.#pairs.find(([one]) => one === String(name))?.[1] ?? null;
  }

  getAll(name: unknown): string[] {
    return this.#pairs.filter(([one]) => one === String(name)).map(([, value]) => value);
  }

  has(name: unknown, value?: unknown): boolean {
    return this.#pairs.some(([one, held]) => one === String(name) && (value === undefined || held === value));
  }

  set(name: unknown, value: unknown): void {
    const at = this.#pairs.findIndex(([one]) => one === String(name));
    if (at < 0) this.#pairs.push([String(name), String(value)]);
    else {
      this.#pairs[at] = [String(name), String(value)];
      this.#pairs = this.#pairs.filter(([one], i) => i <= at || one !== String(name));
    }
    this.#tell();
  }

  sort(): void {
    this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    this.#tell();
  }

  forEach(call: (value: string, name: string, all: URLSearchParams) => void): void {
    for (const [name, value] of this.#pairs) call(value, name, this);
  }

  *entries(): Generator<Pair> {
    for (const [name, value] of this.#pairs) yield [name, value];
  }

  *keys(): Generator<string> {
    for (const [name] of this.#pairs) yield name;
  }

  *values(): Generator<string> {
    for (const [, value] of this.#pairs) yield value;
  }

  [Symbol.iterator](): Generator<Pair> {
    return this.entries();
  }

  toString(): string {
    return this.#pairs.map(([name, value]) => `${formEncoded(name)}=${formEncoded(value)}`).join('&');
  }

  #tell(): void {
    this.#changed?.(this.toString());
  }
}
