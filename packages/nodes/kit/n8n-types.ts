/**
 * Owns how n8n reads a value as one of its field types, with the errors that Set gives for one that does not fit.
 * What workflows imported from there rely on: empty text is the number 0, the words true and false in any case and
 * numbers equal to 0 and 1 are booleans, lists and objects may be text. Runs inside the isolate.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { millisOf } from './dates.ts';
import { readLiteral } from './literal.ts';
import { isObject } from './paths.ts';

export const N8N_TYPES = ['string', 'number', 'boolean', 'array', 'object', 'dateTime'] as const;
export type N8nType = (typeof N8N_TYPES)[number];

/** What does not fit is `undefined`; nothing that fits is. */
export type Read = { value: unknown } | undefined;

/** strict: the value has to be of the type already; texts are made of other values only when they may. */
export function readAs(value: unknown, type: N8nType, strict: boolean): Read {
  switch (type) {
    case 'string':
      if (typeof value === 'string') return { value };
      return strict ? undefined : { value: textOf(value) };
    case 'number':
      if (strict && typeof value !== 'number') return undefined;
      return numberOf(value);
    case 'boolean':
      if (strict && typeof value !== 'boolean') return undefined;
      return booleanOf(value);
    case 'array':
      if (Array.isArray(value)) return { value };
      return strict ? undefined : listOf(value);
    case 'object':
      if (isPlain(value)) return { value };
      return strict ? undefined : objectOf(value);
    case 'dateTime': {
      const ms = momentOf(value);
      return ms === null ? undefined : { value: ms };
    }
  }
}

const isPlain = (value: unknown): boolean => isObject(value) && typeof asMoment(value) !== 'string';

/** A date as its ISO text; other values as they are. */
function asMoment(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  const { toISO, toISOString } = value as { toISO?: unknown; toISOString?: unknown };
  const write = typeof toISO === 'function' ? toISO : toISOString;
  if (typeof write !== 'function') return value;
  try {
    return write.call(value) as unknown;
  } catch {
    // A Date that is no date.
    return null;
  }
}

export function textOf(value: unknown): string {
  const plain = asMoment(value);
  return typeof plain === 'object' && plain !== null ? JSON.stringify(plain) : String(plain);
}

function numberOf(value: unknown): Read {
  if (typeof value === 'symbol' || typeof value === 'bigint') return { value: Number(value.toString()) };
  // Own toString of user objects may throw.
  const number = isObject(value) ? Number.NaN : Number(value);
  return Number.isNaN(number) ? undefined : { value: number };
}

function booleanOf(value: unknown): Read {
  if (typeof value === 'boolean') return { value };
  if (typeof value === 'string') {
    const word = value.toLowerCase();
    if (word === 'true' || word === 'false') return { value: word === 'true' };
    if (value.trim() === '') return undefined;
  }
  const number = isObject(value) ? Number.NaN : Number(value);
  if (number === 0) return { value: false };
  return number === 1 ? { value: true } : undefined;
}

function listOf(value: unknown): Read {
  const text = textOf(value);
  for (const one of [text, text.replaceAll("'", '"')]) {
    try {
      const read: unknown = JSON.parse(one);
      return Array.isArray(read) ? { value: read } : undefined;
    } catch {
      // With the other kind of quotes it may be JSON.
    }
  }
  return undefined;
}

function objectOf(value: unknown): Read {
  const text = textOf(value);
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    read = readLiteral(text);
  }
  return isObject(read) ? { value: read } : undefined;
}

function momentOf(value: unknown): number | null {
  const ms = millisOf(value);
  if (ms !== null || typeof value !== 'string') return ms;
  const parsed = Date.parse(value.trim());
  return Number.isNaN(parsed) ? null : parsed;
}

export interface FieldRules {
  /** A value that does not fit stays as it is. */
  keep: boolean;
  /** A missing value is null; before 3.2 it was an error for texts (`refused`), and before that the text. */
  missing: 'null' | 'refused' | 'text';
}

/** The value of a field that Set assigns. Throws a Failure in n8n's words. `index` is the position of the item. */
export function fieldAs(name: string, type: N8nType, given: unknown, index: number, rules: FieldRules): Json {
  const isMissing = given === undefined || given === null;
  if (isMissing && rules.missing === 'null') return null;
  let value = given;
  if (type === 'string') {
    if (isMissing && rules.missing === 'refused') {
      if (rules.keep) return null;
      return refuse(`'${name}' expects a string but we got '${String(value)}'`, name, index);
    }
    value = textOf(value);
  }
  const read = isMissing && type !== 'string' ? { value } : readAs(value, type, false);
  if (read !== undefined) return (read.value ?? null) as Json;
  if (rules.keep) return (value ?? null) as Json;
  return refuse(`'${name}' expects a ${type} but we got ${describe(value)}`, name, index);
}

function describe(value: unknown): string {
  if (value === null) return "'null'";
  if (Array.isArray(value)) return 'array';
  return typeof value === 'object' ? 'object' : `'${String(value)}'`;
}

function refuse(message: string, name: string, index: number): never {
  throw new FailureError(
    failure('wrong-type', `${message} [item ${index}]`, {
      retry: 'no',
      fix: `Correct the value of "${name}", choose another type, or set mismatch to keep.`,
    }),
  );
}
