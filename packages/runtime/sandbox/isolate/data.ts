/**
 * Owns the border between JavaScript values and data: what an expression or code gave becomes JSON
 * or a clear error. Copies only what has to change. Does not serialise (output.ts).
 */
import type { Json } from '@rondo/core/model/item.ts';
import { Float } from '@rondo/core/template/value.ts';

/** Deeper than any limit on items; a value that goes deeper is circular or hostile. */
const MOST_LEVELS = 500;

const objectPrototype = Object.prototype;
const { getPrototypeOf, keys, defineProperty, freeze, isFrozen } = Object;

class NotData extends TypeError {}

const NAMES: Record<string, string> = {
  function: 'a function',
  symbol: 'a symbol',
  bigint: 'a BigInt (use Number(...) or String(...))',
};

/** The value as data. `undefined` becomes null at the top and in lists, and is left out of objects. */
export function toData(value: unknown): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return value - value === 0 ? value : null;
    case 'undefined':
      return null;
    case 'object':
      return value === null ? null : structure(value, 0);
    default:
      throw new NotData(`the result is ${NAMES[typeof value]}, which is not data`);
  }
}

function structure(value: object, level: number): Json {
  if (level > MOST_LEVELS) throw new NotData('the result is circular or nested too deeply');
  if (Array.isArray(value)) return list(value, level);
  const prototype = getPrototypeOf(value) as object | null;
  if (prototype !== objectPrototype && prototype !== null) {
    // A whole number with a point, which writes itself as one.
    if (value instanceof Float) return value as unknown as Json;
    const special = instance(value);
    if (special !== value)
      return special !== null && typeof special === 'object' ? structure(special, level + 1) : toData(special);
    return plain(value as Record<string, unknown>, level, {});
  }
  const own = value as { toJSON?: unknown };
  if (typeof own.toJSON === 'function') return nested(own.toJSON(), level);
  return plain(value as Record<string, unknown>, level, null);
}

/** Members that change make a copy; otherwise the same object is the answer. */
function plain(value: Record<string, unknown>, level: number, start: Record<string, Json> | null): Json {
  let copy = start;
  const names = keys(value);
  for (let i = 0; i < names.length; i += 1) {
    const name = names[i] as string;
    const member = value[name];
    if (member === undefined || typeof member === 'function' || typeof member === 'symbol') {
      if (member !== undefined) throw new NotData(`${name} is ${NAMES[typeof member]}, which is not data`);
      if (copy === null) copy = part(value, names, i);
      continue;
    }
    const data = nested(member, level);
    if (copy === null && data !== member) copy = part(value, names, i);
    if (copy !== null) define(copy, name, data);
  }
  return copy ?? (value as { [key: string]: Json });
}

function nested(member: unknown, level: number): Json {
  return member !== null && typeof member === 'object' ? structure(member, level + 1) : toData(member);
}

function part(value: Record<string, unknown>, names: string[], count: number): Record<string, Json> {
  const copy: Record<string, Json> = {};
  for (let i = 0; i < count; i += 1) define(copy, names[i] as string, value[names[i] as string] as Json);
  return copy;
}

function list(value: unknown[], level: number): Json {
  let copy: Json[] | null = null;
  for (let i = 0; i < value.length; i += 1) {
    const member = value[i];
    const data = nested(member, level);
    if (copy === null && data !== member) copy = value.slice(0, i) as Json[];
    if (copy !== null) copy.push(data);
  }
  return copy ?? (value as Json[]);
}

/** What stands for an instance of a class; the same object when its own fields do. */
function instance(value: object): unknown {
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return (value as { toJSON(): unknown }).toJSON();
  if (value instanceof Error) return { name: value.name, message: value.message };
  if (value instanceof Map) throw new NotData('the result is a Map; use Object.fromEntries(map) or [...map]');
  if (value instanceof Set) throw new NotData('the result is a Set; use [...set]');
  if (value instanceof Promise) throw new NotData('the result is a promise; only code can await');
  if (value instanceof RegExp) throw new NotData('the result is a regular expression, which is not data');
  if (value instanceof Number || value instanceof String || value instanceof Boolean) return value.valueOf();
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
    throw new NotData('the result is binary; use [...bytes]');
  return value;
}

/** The value as JSON.stringify has it: a Map is `{}`, functions are left out. */
export function asJson(value: unknown): Json {
  try {
    return toData(value);
  } catch (error) {
    if (!(error instanceof NotData)) throw error;
    return JSON.parse(JSON.stringify(value) ?? 'null') as Json;
  }
}

/** Sets an own member whatever its name is; plain assignment would lose `__proto__`. */
export function define(target: object, name: string, value: unknown): void {
  if (name === '__proto__') {
    defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
  } else (target as Record<string, unknown>)[name] = value;
}

/** A copy that shares nothing. The value is data. */
export function cloneData<T>(value: T): T {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(cloneData) as T;
  if (value instanceof Float) return value;
  const copy: Record<string, unknown> = {};
  const names = keys(value);
  for (let i = 0; i < names.length; i += 1) {
    const name = names[i] as string;
    define(copy, name, cloneData((value as Record<string, unknown>)[name]));
  }
  return copy as T;
}

/** Data that several units see must not change. */
export function freezeData<T>(value: T): T {
  if (value === null || typeof value !== 'object' || isFrozen(value)) return value;
  const names = keys(value);
  for (let i = 0; i < names.length; i += 1) freezeData((value as Record<string, unknown>)[names[i] as string]);
  return freeze(value);
}

/** The message of anything that was thrown; what was thrown may be hostile. */
export function messageOf(error: unknown): string {
  try {
    if (error instanceof Error) return String(error.message) || error.name;
    if (error !== null && typeof error === 'object' && typeof (error as { message?: unknown }).message === 'string') {
      return (error as { message: string }).message;
    }
    return String(error);
  } catch {
    return 'an error without a message';
  }
}
