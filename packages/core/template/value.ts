/**
 * Owns values as Python sees them: kinds, truth, equality, order, elements. Item data are JSON
 * values; a whole number that Python would show as 5.0 is a Float, one too large for a number a
 * bigint. Does not own their spelling (spell.ts) or their attributes (access.ts).
 */
import { chargeList, spend } from './budget.ts';

/** Whatever is neither data nor a list: never taken for a mapping. */
abstract class Special {}

/** Writes itself into JSON with its point. */
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

export class Float extends Special {
  readonly value: number;
  constructor(value: number) {
    super();
    this.value = value;
  }

  toJSON(): unknown {
    return rawJson(Object.is(this.value, -0) ? '-0.0' : `${this.value}.0`);
  }
}

/** Prints as nothing; `message` says what is missing, for when it is used. */
export class Undefined extends Special {
  readonly message: string;
  constructor(message: string) {
    super();
    this.message = message;
  }
}

/** Text that needs no escaping any more. */
export class Markup extends Special {
  readonly text: string;
  constructor(text: string) {
    super();
    this.text = text;
  }
}

export class Namespace extends Special {
  readonly fields = new Map<string, unknown>();
}

export type Callable = (args: unknown[], named: Map<string, unknown>) => unknown;

/** Functions, macros, `loop`: what has attributes of its own and may be called. */
export class Native extends Special {
  readonly label: string;
  readonly call: Callable | null;
  readonly attribute: (name: string) => unknown;
  constructor(label: string, call: Callable | null, attribute: (name: string) => unknown = () => undefined) {
    super();
    this.label = label;
    this.call = call;
    this.attribute = attribute;
  }
}

/** Results of an array's own methods are plain lists. */
class Sequence extends Array<unknown> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
}

export class Tuple extends Sequence {}

/** What groupby makes: a tuple with names. */
export class Group extends Tuple {}

/** Ranges and views of dicts: elements of a list, spelled otherwise. */
export class View extends Sequence {
  label = '';
}

function filled<T extends Sequence>(list: T, items: Iterable<unknown>): T {
  for (const item of items) list.push(item);
  return list;
}

export const tuple = (items: Iterable<unknown>): Tuple => filled(new Tuple(), items);
export const group = (key: unknown, list: unknown[]): Group => filled(new Group(), [key, made(list)]);

export function view(label: string, items: Iterable<unknown>): View {
  const list = filled(new View(), items);
  list.label = label;
  chargeList(list.length);
  return list;
}

/** Lists made by the template; others are data of the item, which a template must not change. */
const own = new WeakSet<unknown[]>();

export function made<T extends unknown[]>(list: T): T {
  own.add(list);
  return list;
}

export const isMade = (list: unknown[]): boolean => own.has(list);

function keyId(key: unknown): string {
  if (typeof key === 'string') return `s${key}`;
  if (key instanceof Markup) return `s${key.text}`;
  const n = numeric(key);
  if (n !== null) return `n${n}`;
  if (key === null) return 'none';
  if (key instanceof Tuple) return `t${JSON.stringify(key.map(keyId))}`;
  throw new Error(`${typeName(key)} cannot be a key`);
}

/** A dict made in the template: keys of any simple kind, in the order of insertion. */
export class Dict extends Special {
  readonly #entries = new Map<string, [unknown, unknown]>();
  get size(): number {
    return this.#entries.size;
  }
  has(key: unknown): boolean {
    return this.#entries.has(keyId(key));
  }
  get(key: unknown): unknown {
    return this.#entries.get(keyId(key))?.[1];
  }
  set(key: unknown, value: unknown): void {
    const id = keyId(key);
    const entry = this.#entries.get(id);
    if (entry === undefined) this.#entries.set(id, [key, value]);
    else entry[1] = value;
  }
  delete(key: unknown): void {
    this.#entries.delete(keyId(key));
  }
  entries(): [unknown, unknown][] {
    return [...this.#entries.values()];
  }
}

export type Mapping = Dict | Record<string, unknown>;

export function isMapping(value: unknown): value is Mapping {
  if (value instanceof Dict) return true;
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Special);
}

export const entriesOf = (m: Mapping): [unknown, unknown][] => (m instanceof Dict ? m.entries() : Object.entries(m));

export const keysOf = (m: Mapping): unknown[] => (m instanceof Dict ? m.entries().map(([k]) => k) : Object.keys(m));

export function sizeOf(m: Mapping): number {
  if (m instanceof Dict) return m.size;
  const { length } = Object.keys(m);
  chargeList(length);
  return length;
}

/** Own data only; nothing of JavaScript's prototypes can be reached. */
export function valueOf(m: Mapping, key: unknown): unknown {
  if (m instanceof Dict) return m.get(key);
  const name = key instanceof Markup ? key.text : key;
  return typeof name === 'string' && Object.hasOwn(m, name) ? m[name] : undefined;
}

export const isText = (value: unknown): value is string | Markup =>
  typeof value === 'string' || value instanceof Markup;

export const plainText = (value: string | Markup): string => (typeof value === 'string' ? value : value.text);

export const isCallable = (value: unknown): boolean => value instanceof Native && value.call !== null;

/** A number for results of float arithmetic. */
export const float = (value: number): number | Float =>
  Number.isInteger(value) && Math.abs(value) < 1e21 ? new Float(value) : value;

/** From 1e21 on JavaScript spells numbers with an exponent; no JSON writer means an int by those. */
export const isFloat = (value: unknown): boolean =>
  value instanceof Float || (typeof value === 'number' && !(Number.isInteger(value) && Math.abs(value) < 1e21));

export function numeric(value: unknown): number | bigint | null {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (value instanceof Float) return value.value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return null;
}

export function numberOf(value: unknown): number | null {
  const n = numeric(value);
  return n === null ? null : Number(n);
}

export function truthy(value: unknown): boolean {
  if (value === null || value === undefined || value instanceof Undefined) return false;
  if (value instanceof Float) return value.value !== 0;
  if (value instanceof Markup) return value.text !== '';
  if (Array.isArray(value)) return value.length > 0;
  if (isMapping(value)) return sizeOf(value) > 0;
  return Boolean(value) || Number.isNaN(value);
}

/** Whether two numbers are the same one: a bigint may stand beside a number. */
function same(a: number | bigint, b: number | bigint): boolean {
  // oxlint-disable-next-line eqeqeq -- the only comparison that is exact between the two kinds
  return a == b;
}

export function equal(a: unknown, b: unknown): boolean {
  spend();
  const x = numeric(a);
  const y = numeric(b);
  if (x !== null && y !== null) return same(x, y);
  if (isText(a) && isText(b)) {
    spend(plainText(a).length >> 10);
    return plainText(a) === plainText(b);
  }
  if (a instanceof Undefined && b instanceof Undefined) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a instanceof Tuple !== b instanceof Tuple) return false;
    return a.length === b.length && a.every((v, i) => equal(v, b[i]));
  }
  if (isMapping(a) && isMapping(b)) {
    if (sizeOf(a) !== sizeOf(b)) return false;
    return entriesOf(a).every(([k, v]) => hasKey(b, k) && equal(v, valueOf(b, k)));
  }
  return (a ?? null) === (b ?? null);
}

export function hasKey(m: Mapping, key: unknown): boolean {
  if (m instanceof Dict) return m.has(key);
  return isText(key) && Object.hasOwn(m, plainText(key));
}

/** By code points, as Python; UTF-16 order differs where surrogates meet U+E000 and above. */
function orderText(s: string, t: string): number {
  const n = Math.min(s.length, t.length);
  spend(n >> 10);
  for (let i = 0; i < n; i += 1) {
    const x = s.charCodeAt(i);
    const y = t.charCodeAt(i);
    if (x === y) continue;
    const surrogate = (c: number): boolean => c >= 0xd800 && c <= 0xdfff;
    if (surrogate(x) !== surrogate(y)) return surrogate(x) ? (y >= 0xe000 ? 1 : x - y) : x >= 0xe000 ? -1 : x - y;
    return x - y;
  }
  return s.length - t.length;
}

/** Less than 0, 0 or more, NaN where floats do not compare; throws for what Python does not order. */
export function order(a: unknown, b: unknown): number {
  spend();
  const x = numeric(a);
  const y = numeric(b);
  if (x !== null && y !== null) return x < y ? -1 : x > y ? 1 : same(x, y) ? 0 : Number.NaN;
  if (isText(a) && isText(b)) return orderText(plainText(a), plainText(b));
  if (Array.isArray(a) && Array.isArray(b) && a instanceof Tuple === b instanceof Tuple) {
    for (let i = 0; i < Math.min(a.length, b.length); i += 1) if (!equal(a[i], b[i])) return order(a[i], b[i]);
    return a.length - b.length;
  }
  refuse(a);
  refuse(b);
  throw new Error(`${typeName(a)} and ${typeName(b)} cannot be ordered`);
}

/** Whatever is done with an undefined value but printing and testing it is an error. */
export function refuse(value: unknown): void {
  if (value instanceof Undefined) throw new Error(value.message);
}

export function typeName(value: unknown): string {
  if (value === null) return 'None';
  if (value instanceof Undefined || value === undefined) return 'an undefined value';
  if (isText(value)) return 'text';
  if (Array.isArray(value)) return value instanceof Tuple ? 'a tuple' : 'a list';
  if (numeric(value) !== null) return typeof value === 'boolean' ? 'a boolean' : 'a number';
  return isMapping(value) ? 'a dict' : 'a function';
}

/** The first characters of a text, without taking all of it apart. */
export const firstCharacters = (s: string, count: number): string[] =>
  Array.from(s.slice(0, count * 2)).slice(0, count);

/** Elements that `for` goes through: of lists, characters, keys. */
export function elements(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (isText(value)) {
    chargeList(plainText(value).length);
    return [...plainText(value)];
  }
  if (value instanceof Undefined || value === undefined) return [];
  if (isMapping(value)) return keysOf(value);
  throw new Error(`${typeName(value)} is not a list`);
}

/** len() of a text is in code points. */
export function textLength(s: string): number {
  let n = s.length;
  for (let i = 0; i < s.length - 1; i += 1) {
    const c = s.charCodeAt(i);
    if (c < 0xd800 || c > 0xdbff) continue;
    const next = s.charCodeAt(i + 1);
    if (next >= 0xdc00 && next <= 0xdfff) {
      n -= 1;
      i += 1;
    }
  }
  return n;
}
