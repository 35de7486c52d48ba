/**
 * Owns replacing the values of secrets that were handed out, in text and in JSON, by their names.
 * Does not know where values come from. Values under six characters are not looked for: they would
 * be found in everything.
 *
 * One pass over the text, however many values there are: a rolling hash over six characters, a table
 * of bits that says "certainly not" for nearly all positions, and a comparison at the others.
 */
import { formsOf } from './encodings.ts';

export interface Redactor {
  /** From now on, this value is replaced. */
  remember(name: string, value: string): void;
  text(text: string): string;
  /** Strings, keys and numbers inside. The same value when nothing was found. */
  json<T>(value: T): T;
}

const WINDOW = 6;
/** Values of a run that refreshes tokens for weeks: the oldest are forgotten first. */
const MOST_VALUES = 1_000;
const MOST_CHARACTERS = 8 * 1024 * 1024;
const TABLE_BITS = 18;
/** Deeper than any item may be (item.depth); below it, nothing is shown. */
const DEEPEST = 1_000;

const FACTOR = 0x01000193;
/** FACTOR to the power of the window's length: takes the character out that leaves the window. */
const LEAVING = Array.from({ length: WINDOW }).reduce((power: number) => Math.imul(power, FACTOR), 1);

function hashOf(text: string, from: number): number {
  let hash = 0;
  for (let at = from; at < from + WINDOW; at += 1) hash = (Math.imul(hash, FACTOR) + text.charCodeAt(at)) | 0;
  return hash;
}

/** A few bits of the hash, from all of it. */
function slotOf(hash: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> (32 - TABLE_BITS);
}

interface Form {
  text: string;
  name: string;
}

interface Index {
  bits: Uint32Array;
  /** By hash of the first characters; the longest first, so that a value inside another does not split it. */
  forms: Map<number, Form[]>;
  /** Whether a number can hold one of them. */
  numeric: boolean;
}

function createIndex(values: ReadonlyMap<string, { name: string; forms: string[] }>): Index {
  const bits = new Uint32Array(2 ** TABLE_BITS / 32);
  const forms = new Map<number, Form[]>();
  const seen = new Set<string>();
  let numeric = false;
  for (const { name, forms: texts } of values.values()) {
    for (const text of texts) {
      if (seen.has(text)) continue;
      seen.add(text);
      const hash = hashOf(text, 0);
      const slot = slotOf(hash);
      bits[slot >>> 5] = (bits[slot >>> 5] ?? 0) | (1 << (slot & 31));
      const alike = forms.get(hash);
      if (alike === undefined) forms.set(hash, [{ text, name }]);
      else alike.push({ text, name });
      numeric ||= /^-?[\d.e+-]+$/i.test(text);
    }
  }
  for (const alike of forms.values()) alike.sort((a, b) => b.text.length - a.text.length);
  return { bits, forms, numeric };
}

function replaced(text: string, { bits, forms }: Index): string {
  const last = text.length - WINDOW;
  if (last < 0) return text;
  let out = '';
  let copied = 0;
  /** What is being replaced: values that overlap go as one, or the rest of the second would stay. */
  let begin = -1;
  let end = -1;
  let name = '';
  const put = (): void => {
    if (begin < 0) return;
    out += `${text.slice(copied, begin)}[secret ${name}]`;
    copied = end;
    begin = -1;
  };
  for (let at = 0, hash = hashOf(text, 0); ; at += 1) {
    const slot = slotOf(hash);
    if (((bits[slot >>> 5] ?? 0) & (1 << (slot & 31))) !== 0) {
      const here = at;
      const form = forms.get(hash)?.find((one) => text.startsWith(one.text, here));
      if (form !== undefined) {
        if (begin < 0 || at >= end) {
          put();
          begin = at;
          name = form.name;
        }
        end = Math.max(end, at + form.text.length);
      }
    }
    if (at === last) break;
    const leaves = Math.imul(text.charCodeAt(at), LEAVING);
    hash = (Math.imul(hash, FACTOR) + text.charCodeAt(at + WINDOW) - leaves) | 0;
  }
  put();
  return copied === 0 ? text : out + text.slice(copied);
}

function replacedInside(value: unknown, index: Index, depth: number): unknown {
  if (typeof value === 'string') return replaced(value, index);
  if (typeof value === 'number' && index.numeric) {
    const text = String(value);
    const clean = replaced(text, index);
    return clean === text ? value : clean;
  }
  if (value === null || typeof value !== 'object') return value;
  if (depth > DEEPEST) return '[nested too deep to be shown]';
  if (Array.isArray(value)) {
    const clean = value.map((one: unknown) => replacedInside(one, index, depth + 1));
    return clean.every((one, at) => one === value[at]) ? value : clean;
  }
  let changed = false;
  const entries = Object.entries(value).map(([key, one]: [string, unknown]): [string, unknown] => {
    const cleanKey = replaced(key, index);
    const clean = replacedInside(one, index, depth + 1);
    changed ||= cleanKey !== key || clean !== one;
    return [cleanKey, clean];
  });
  // fromEntries defines members, so a key such as __proto__ stays one.
  return changed ? Object.fromEntries(entries) : value;
}

export function createRedactor(): Redactor {
  const values = new Map<string, { name: string; forms: string[] }>();
  let characters = 0;
  let index: Index | null = null;

  const forget = (value: string): void => {
    for (const form of values.get(value)?.forms ?? []) characters -= form.length;
    values.delete(value);
  };

  /** Made when it is needed: several values are often handed out before any text comes. */
  const current = (): Index => (index ??= createIndex(values));

  return {
    remember(name, value) {
      const known = values.get(value);
      if (known !== undefined) {
        // The newest last.
        values.delete(value);
        values.set(value, known);
        return;
      }
      const forms = formsOf(value);
      if (forms.length === 0) return;
      values.set(value, { name, forms });
      for (const form of forms) characters += form.length;
      for (const oldest of values.keys()) {
        if (values.size <= 1 || (values.size <= MOST_VALUES && characters <= MOST_CHARACTERS)) break;
        forget(oldest);
      }
      index = null;
    },
    text: (text) => (values.size === 0 ? text : replaced(text, current())),
    json: <T>(value: T): T => (values.size === 0 ? value : (replacedInside(value, current(), 0) as T)),
  };
}
