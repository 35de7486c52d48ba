/**
 * Owns Dify's rules for what code may return: exactly the declared outputs, their types, lengths, depth and
 * precision (its variables CODE_MAX_*, at their defaults). Pure; runs inside the isolate too. Rondo's own rules
 * are code/outputs.ts.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { isObject, put, type JsonObject } from './paths.ts';
import { kindOf } from './read.ts';

export const OUTPUT_TYPES = [
  'string',
  'number',
  'boolean',
  'object',
  'array[string]',
  'array[number]',
  'array[object]',
  'array[boolean]',
] as const;

export interface DeclaredOutput {
  type: (typeof OUTPUT_TYPES)[number];
}

const MOST_CHARACTERS = 400_000;
const MOST_TEXTS = 30;
const MOST_OBJECTS = 30;
const MOST_NUMBERS = 1000;
const MOST_DEPTH = 5;
const MOST_DECIMALS = 20;
/** As a number it is 2^63 itself, which is too large already. */
const LARGEST = 2 ** 63;

function refuse(message: string): never {
  throw new FailureError(
    failure('node-failed', `${message}.`, { retry: 'no', fix: 'Correct what main returns, or what outputs declares.' }),
  );
}

/** The declared outputs as Dify keeps them. Throws FailureError for what it refuses. */
export function checkOutputs(declared: Record<string, DeclaredOutput>, returned: Json): JsonObject {
  if (!isObject(returned)) return refuse(`main returned ${kindOf(returned)}, not an object`);
  const kept: JsonObject = {};
  for (const [name, { type }] of Object.entries(declared)) {
    if (!Object.hasOwn(returned, name)) refuse(`Output ${name} is missing`);
    put(kept, name, checked(returned[name] as Json, type, name));
  }
  const more = Object.keys(returned).find((name) => !Object.hasOwn(declared, name));
  if (more !== undefined) refuse(`Output ${more} is not declared`);
  return kept;
}

function checked(value: Json, type: DeclaredOutput['type'], name: string): Json {
  if (value === null) return null;
  switch (type) {
    case 'string':
      return text(value, name);
    case 'number':
      return number(value, name);
    // It is never looked at there.
    case 'boolean':
      return value;
    case 'object':
      return object(value, name, 2);
    case 'array[string]':
      return list(value, name, MOST_TEXTS).map((one, i) => (one === null ? null : text(one, `${name}[${i}]`)));
    case 'array[number]':
      return list(value, name, MOST_NUMBERS).map((one, i) => number(one, `${name}[${i}]`));
    case 'array[object]':
      return list(value, name, MOST_OBJECTS).map((one, i) => (one === null ? null : object(one, `${name}[${i}]`, 2)));
    case 'array[boolean]':
      return list(value, name, Number.POSITIVE_INFINITY).map((one, i) =>
        one === null || typeof one === 'boolean'
          ? one
          : refuse(`Output ${name}[${i}] must be true or false, not ${kindOf(one)}`),
      );
  }
}

function text(value: Json, name: string): string {
  if (typeof value !== 'string') return refuse(`Output ${name} must be text, not ${kindOf(value)}`);
  if (value.length > MOST_CHARACTERS) refuse(`Output ${name} may have at most ${MOST_CHARACTERS} characters`);
  return value.replaceAll('\0', '');
}

function number(value: Json, name: string): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'number') return refuse(`Output ${name} must be a number, not ${kindOf(value)}`);
  if (Math.abs(value) >= LARGEST) refuse(`Output ${name} must be between -(2^63 - 1) and 2^63 - 1`);
  if (decimalsOf(value) > MOST_DECIMALS) refuse(`Output ${name} may have at most ${MOST_DECIMALS} decimals`);
  return value;
}

function decimalsOf(value: number): number {
  const [mantissa = '', exponent = '0'] = String(value).split('e');
  return Math.max(0, (mantissa.split('.')[1]?.length ?? 0) - Number(exponent));
}

function list(value: Json, name: string, most: number): Json[] {
  if (!Array.isArray(value)) return refuse(`Output ${name} must be a list, not ${kindOf(value)}`);
  if (value.length > most) refuse(`Output ${name} may have at most ${most} elements`);
  return value;
}

/** What is inside an object has no declared type: it is only looked at for depth and for lists of one type. */
function object(value: Json, name: string, depth: number): JsonObject {
  if (!isObject(value)) return refuse(`Output ${name} must be an object, not ${kindOf(value)}`);
  if (depth > MOST_DEPTH) refuse(`Output ${name} is nested deeper than ${MOST_DEPTH}`);
  for (const [key, inner] of Object.entries(value)) {
    const place = `${name}.${key}`;
    if (isObject(inner)) object(inner, place, depth + 1);
    else if (Array.isArray(inner)) elements(inner, place, depth);
    else if (typeof inner === 'string') text(inner, place);
    else if (typeof inner === 'number') number(inner, place);
  }
  return value;
}

function elements(inner: Json[], place: string, depth: number): void {
  const every = (is: (one: Json) => boolean): boolean => inner.every((one) => one === null || is(one));
  if (every((one) => typeof one === 'number' || typeof one === 'boolean')) return;
  if (every((one) => typeof one === 'string')) return;
  if (every(isObject)) {
    for (const one of inner) if (one !== null) object(one, place, depth + 1);
    return;
  }
  refuse(`Output ${place} is a list whose elements are not all elements of one type (numbers, texts or objects)`);
}
