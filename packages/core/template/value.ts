/**
 * Owns values as Python sees them: truth, spelling, equality, order, lookup. Item data are JSON
 * values; a whole number that Python would show as 5.0 is a Float.
 */

export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

export class Undefined {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** Text that needs no escaping any more. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export class Namespace {
  readonly fields = new Map<string, unknown>();
}

export type Callable = (args: unknown[], named: Map<string, unknown>) => unknown;

export const isCallable = (value: unknown): value is Callable => typeof value === 'function';

/** A number for results of float arithmetic. */
export const float = (value: number): number | Float => (Number.isInteger(value) ? new Float(value) : value);

export const isFloat = (value: unknown): boolean => value instanceof Float || (typeof value === 'number' && !Number.isInteger(value));

export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (value instanceof Float) return value.value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return null;
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  return !(value instanceof Float || value instanceof Undefined || value instanceof Markup || value instanceof Namespace);
}

export function truthy(value: unknown): boolean {
  if (value === null || value === undefined || value instanceof Undefined) return false;
  if (value instanceof Float) return value.value !== 0;
  if (value instanceof Markup) return value.text !== '';
  if (Array.isArray(value)) return value.length > 0;
  if (isMapping(value)) return Object.keys(value).length > 0;
  return Boolean(value) || Number.isNaN(value);
}

/** str(value): what a print shows. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Markup) return value.text;
  if (value instanceof Undefined || value === undefined) return '';
  return repr(value);
}

export function repr(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return quote(value);
  if (value instanceof Float) return spellFloat(value.value);
  if (typeof value === 'number') return spellNumber(value);
  if (value instanceof Markup) return `Markup(${quote(value.text)})`;
  if (value instanceof Undefined) return 'Undefined';
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
  if (typeof value === 'function') return '<function>';
  if (value instanceof Namespace) return `<Namespace {${[...value.fields].map(([k, v]) => `${quote(k)}: ${repr(v)}`).join(', ')}}>`;
  return `{${Object.entries(value as object).map(([k, v]) => `${quote(k)}: ${repr(v)}`).join(', ')}}`;
}

function quote(s: string): string {
  const mark = s.includes("'") && !s.includes('"') ? '"' : "'";
  let out = mark;
  for (const c of s) {
    if (c === '\\') out += '\\\\';
    else if (c === mark) out += `\\${mark}`;
    else if (c === '\n') out += '\\n';
    else if (c === '\r') out += '\\r';
    else if (c === '\t') out += '\\t';
    else if (c < ' ' || c === '\u007f') out += `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`;
    else out += c;
  }
  return out + mark;
}

function spellFloat(n: number): string {
  if (Number.isInteger(n) && Math.abs(n) < 1e16) return `${n}.0`;
  return spellNumber(n);
}

function spellNumber(n: number): string {
  if (Number.isNaN(n)) return 'nan';
  if (!Number.isFinite(n)) return n > 0 ? 'inf' : '-inf';
  if (Number.isInteger(n)) return Math.abs(n) < 1e21 ? String(n) : BigInt(n).toString();
  const s = String(n);
  // JavaScript writes 1e-7 and 0.00001 where Python writes 1e-07 and 1e-05.
  const small = Math.abs(n) < 1e-4 ? n.toExponential() : s;
  return small.replace(/e([+-])(\d)$/, 'e$10$2');
}

export function equal(a: unknown, b: unknown): boolean {
  const x = numberOf(a);
  const y = numberOf(b);
  if (x !== null && y !== null) return x === y;
  if (a instanceof Markup || b instanceof Markup) return text(a) === text(b);
  if (a instanceof Undefined && b instanceof Undefined) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((v, i) => equal(v, b[i]));
  if (isMapping(a) && isMapping(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((k) => Object.hasOwn(b, k) && equal(a[k], b[k]));
  }
  return (a ?? null) === (b ?? null);
}

/** Less than 0, 0 or more; throws for what Python does not order. */
export function order(a: unknown, b: unknown): number {
  const x = numberOf(a);
  const y = numberOf(b);
  if (x !== null && y !== null) return x - y;
  if ((typeof a === 'string' || a instanceof Markup) && (typeof b === 'string' || b instanceof Markup)) {
    const s = text(a);
    const t = text(b);
    return s < t ? -1 : s > t ? 1 : 0;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
      const d = order(a[i], b[i]);
      if (d !== 0) return d;
    }
    return a.length - b.length;
  }
  throw new Error(`${typeName(a)} and ${typeName(b)} cannot be ordered`);
}

export function typeName(value: unknown): string {
  if (value === null) return 'None';
  if (value instanceof Undefined || value === undefined) return 'an undefined value';
  if (typeof value === 'string' || value instanceof Markup) return 'text';
  if (Array.isArray(value)) return 'a list';
  if (numberOf(value) !== null) return typeof value === 'boolean' ? 'a boolean' : 'a number';
  return isMapping(value) ? 'an object' : 'a function';
}

/** Elements that `for` goes through: of lists, characters, keys. */
export function elements(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return [...value];
  if (value instanceof Markup) return [...value.text];
  if (value instanceof Undefined || value === undefined) return [];
  if (isMapping(value)) return Object.keys(value);
  throw new Error(`${typeName(value)} is not a list`);
}

/** Own data only; nothing of JavaScript's prototypes can be reached. */
export function lookup(object: unknown, key: unknown): unknown {
  if (object instanceof Namespace) return object.fields.get(String(key));
  if (Array.isArray(object) || typeof object === 'string' || object instanceof Markup) {
    const list = object instanceof Markup ? object.text : object;
    const n = numberOf(key);
    if (n === null || typeof key === 'boolean') return undefined;
    const chars = typeof list === 'string' ? [...list] : list;
    return chars[n < 0 ? chars.length + n : n];
  }
  if (isMapping(object)) {
    const name = key instanceof Markup ? key.text : String(key instanceof Float ? key.value : key);
    return Object.hasOwn(object, name) ? object[name] : undefined;
  }
  return undefined;
}
