/**
 * Owns Dify's rules for what code may return: exactly the declared outputs, their types, lengths, depth and
 * precision (its variables CODE_MAX_*, at their defaults). Pure; runs inside the isolate too. Rondo's own rules
 * are code/outputs.ts.
 */
import { hasPoint, numberIn } from '@rondo/core/dify/values.ts';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { isObject, put, type JsonObject } from './paths.ts';

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

/** Dify's names of the errors. */
const VALIDATION = 'OutputValidationError';
const DEPTH = 'DepthLimitError';

function refuse(message: string, type = VALIDATION): never {
  throw new FailureError(
    failure('node-failed', message, {
      retry: 'no',
      fix: 'Correct what main returns, or what outputs declares.',
      data: { type },
    }),
  );
}

/** The declared outputs as Dify keeps them. Throws FailureError, in Dify's words, for what it refuses. */
export function checkOutputs(declared: Record<string, DeclaredOutput>, returned: Json): JsonObject {
  if (!isObject(returned)) return refuse(`result must be a dict, got ${className(returned)} instead`, 'CodeNodeError');
  const kept: JsonObject = {};
  for (const [name, { type }] of Object.entries(declared)) {
    if (!Object.hasOwn(returned, name)) refuse(`Output ${name} is missing.`);
    put(kept, name, checked(returned[name] as Json, type, name));
  }
  const isOther = (name: string): boolean => !Object.hasOwn(declared, name);
  if (Object.keys(returned).some(isOther)) refuse('Not all output parameters are validated.', 'CodeNodeError');
  return kept;
}

/** The class that the value has in Python. */
function className(value: Json): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'str';
  if (Array.isArray(value)) return 'list';
  if (hasPoint(value)) return 'float';
  return typeof value === 'number' ? 'int' : 'dict';
}

const shownClass = (value: Json): string => `<class '${className(value)}'>`;

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
      return list(value, name, MOST_NUMBERS).map((one, i) => {
        const numeric = numberIn(one) !== null || typeof one === 'boolean';
        return numeric
          ? number(one, `${name}[${i}]`)
          : refuse(`The element at index ${i} of output variable \`${name}\` must be a number.`);
      });
    case 'array[object]':
      return list(value, name, MOST_OBJECTS).map((one, i) =>
        one === null ? null : object(one, `${name}[${i}]`, 2, ` at index ${i}`),
      );
    case 'array[boolean]':
      return list(value, name, Number.POSITIVE_INFINITY).map((one, i) =>
        one === null || typeof one === 'boolean'
          ? one
          : refuse(`Output ${name}[${i}] is not a boolean, got ${shownClass(one)} instead.`),
      );
  }
}

function text(value: Json, name: string): string {
  if (typeof value !== 'string') return refuse(`Output ${name} must be a string, got ${className(value)} instead.`);
  if (value.length > MOST_CHARACTERS)
    refuse(`The length of output variable \`${name}\` must be less than ${MOST_CHARACTERS} characters`);
  return value.replaceAll('\0', '');
}

/** Numbers with a point stay such. */
function number(value: Json, name: string): Json {
  if (typeof value === 'boolean') return value ? 1 : 0;
  const plain = numberIn(value);
  if (plain === null) return refuse(`Output ${name} is not a number, got ${shownClass(value)} instead.`);
  if (Math.abs(plain) >= LARGEST)
    refuse(`Output variable \`${name}\` is out of range, it must be between ${LARGEST_RANGE}.`);
  if (decimalsOf(plain) > MOST_DECIMALS)
    refuse(`Output variable \`${name}\` has too high precision, it must be less than ${MOST_DECIMALS} digits.`);
  return value;
}

const LARGEST_RANGE = '-9223372036854775807 and 9223372036854775807';

function decimalsOf(value: number): number {
  const [mantissa = '', exponent = '0'] = String(value).split('e');
  return Math.max(0, (mantissa.split('.')[1]?.length ?? 0) - Number(exponent));
}

function list(value: Json, name: string, most: number): Json[] {
  if (!Array.isArray(value)) return refuse(`Output ${name} is not an array, got ${shownClass(value)} instead.`);
  if (value.length > most) refuse(`The length of output variable \`${name}\` must be less than ${most} elements.`);
  return value;
}

const isDict = (value: Json): value is JsonObject => isObject(value) && numberIn(value) === null;

/** What is inside an object has no declared type: it is only looked at for depth and for lists of one type. */
function object(value: Json, name: string, depth: number, where = ''): JsonObject {
  if (!isDict(value)) return refuse(`Output ${name} is not an object, got ${shownClass(value)} instead${where}.`);
  if (depth > MOST_DEPTH) refuse(`Depth limit ${MOST_DEPTH} reached, object too deep.`, DEPTH);
  for (const [key, inner] of Object.entries(value)) {
    const place = `${name}.${key}`;
    if (Array.isArray(inner)) elements(inner, place, depth);
    else if (isDict(inner)) object(inner, place, depth + 1);
    else if (typeof inner === 'string') text(inner, place);
    else if (numberIn(inner) !== null) number(inner, place);
  }
  return value;
}

function elements(inner: Json[], place: string, depth: number): void {
  const every = (is: (one: Json) => boolean): boolean => inner.every((one) => one === null || is(one));
  if (every((one) => numberIn(one) !== null || typeof one === 'boolean')) return;
  if (every((one) => typeof one === 'string')) return;
  if (every(isDict)) {
    for (const one of inner) if (one !== null) object(one, place, depth + 1);
    return;
  }
  // Lists of lists are taken for lists of objects there, which fails in Python.
  if (every(Array.isArray)) refuse("'list' object has no attribute 'items'", 'AttributeError');
  refuse(`Output ${place} is not a valid array. make sure all elements are of the same type.`);
}
