/**
 * Owns the data functions of objects, and how fields are set so that data may have any key:
 * assignment to `__proto__` would change the object instead of its data.
 */
import { ExpressionError, typeOf, type FunctionTable } from './error.ts';

export type Plain = Record<string, unknown>;

/** An object of data: not a list, date, map or instance of a class. */
export function isPlain(value: unknown): value is Plain {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Values from another context of the isolate have an Object.prototype of their own.
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

export function setOwn(target: Plain, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

/** What compact() drops: null, undefined, '', the text nil, and empty lists and objects. */
export function isEmptyValue(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === 'nil') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isPlain(value) && Object.keys(value).length === 0;
}

/** A field that only becomes empty by being cleaned stays, as an empty object. */
export function compactObject(object: Plain): Plain {
  const kept: Plain = {};
  for (const [key, value] of Object.entries(object)) {
    if (!isEmptyValue(value)) setOwn(kept, key, isPlain(value) ? compactObject(value) : value);
  }
  return kept;
}

function filter(object: Plain, keep: (key: string, value: unknown) => boolean): Plain {
  return Object.fromEntries(Object.entries(object).filter(([key, value]) => keep(key, value)));
}

function wanted(name: string, text: unknown): string {
  if (typeof text === 'string' && text !== '') return text;
  throw new ExpressionError(`${name}() needs a text to look for.`);
}

/** As forms are encoded: blanks as +, and only letters, digits and *-._ as they are. */
function formEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

function merge(object: Plain, [other]: readonly unknown[]): Plain {
  if (!isPlain(other)) throw new ExpressionError(`merge() needs an object, not ${typeOf(other)}.`);
  const merged: Plain = {};
  for (const source of [object, other]) {
    for (const [key, value] of Object.entries(source)) if (!Object.hasOwn(merged, key)) setOwn(merged, key, value);
  }
  return merged;
}

export const objects: FunctionTable<Plain> = {
  isEmpty: (object) => Object.keys(object).length === 0,
  isNotEmpty: (object) => Object.keys(object).length > 0,
  // Only what the object itself has: inherited names such as toString are not data.
  hasField: (object, [name]) => Object.hasOwn(object, String(name)),
  removeField: (object, [name]) => filter(object, (key) => key !== String(name)),
  removeFieldsContaining: (object, [text]) => {
    const part = wanted('removeFieldsContaining', text);
    return filter(object, (_, value) => !(typeof value === 'string' && value.includes(part)));
  },
  keepFieldsContaining: (object, [text]) => {
    const part = wanted('keepFieldsContaining', text);
    return filter(object, (_, value) => typeof value === 'string' && value.includes(part));
  },
  compact: compactObject,
  merge,
  urlEncode: (object) =>
    Object.entries(object)
      .map(([key, value]) => `${formEncode(key)}=${formEncode(String(value))}`)
      .join('&'),
  keys: (object) => Object.keys(object),
  values: (object) => Object.values(object),
  toJsonString: (object) => JSON.stringify(object),
  toInt: () => undefined,
  toFloat: () => undefined,
  toBoolean: () => undefined,
  toDateTime: () => undefined,
};
