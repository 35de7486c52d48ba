/**
 * Owns reading resolved parameters inside a node: the value with its type, or a Failure that names the
 * parameter and says what stood there. No schema is walked, so it costs a kernel a few comparisons per
 * call. null and undefined mean "not given". Runs inside the isolate.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { isObject, type JsonObject } from './paths.ts';

type Params = Record<string, Json>;

/** What a value is, in words for people. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return value === ''
        ? 'empty text'
        : `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value)}`;
    case 'number':
      return `the number ${value}`;
    case 'boolean':
      return String(value);
    case 'object':
      return 'an object';
    default:
      return `a ${typeof value}`;
  }
}

/** Stops with a Failure about one parameter. */
export function wrongParameter(name: string, expected: string, value: unknown, fix?: string): never {
  throw new FailureError(
    failure('wrong-type', `${name} must be ${expected}, not ${kindOf(value)}.`, {
      retry: 'no',
      fix: fix ?? `Correct ${name}, or the expression that gives it.`,
    }),
  );
}

function read<T>(params: Params, name: string, test: (value: Json) => boolean, expected: string, fallback?: T): T {
  const value = params[name];
  if (value === undefined || value === null) {
    if (fallback !== undefined) return fallback;
  } else if (test(value)) return value as T;
  return wrongParameter(name, expected, value);
}

const isText = (value: Json): boolean => typeof value === 'string';
const isFlag = (value: Json): boolean => typeof value === 'boolean';
const isList = (value: Json): boolean => Array.isArray(value);
const isTextList = (value: Json): boolean => Array.isArray(value) && value.every((v) => typeof v === 'string');

export const readText = (params: Params, name: string, fallback?: string): string =>
  read(params, name, isText, 'text', fallback);

export const readFlag = (params: Params, name: string, fallback?: boolean): boolean =>
  read(params, name, isFlag, 'true or false', fallback);

export const readList = (params: Params, name: string, fallback?: Json[]): Json[] =>
  read(params, name, isList, 'a list', fallback);

export const readTextList = (params: Params, name: string, fallback?: string[]): string[] =>
  read(params, name, isTextList, 'a list of texts', fallback);

export const readObject = (params: Params, name: string, fallback?: JsonObject): JsonObject =>
  read(params, name, isObject, 'an object', fallback);

export function readInteger(params: Params, name: string, min: number, max: number, fallback?: number): number {
  const value = params[name];
  if ((value === undefined || value === null) && fallback !== undefined) return fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  return wrongParameter(name, `a whole number ${range}`, value);
}

export function readChoice<T extends string>(params: Params, name: string, choices: readonly T[], fallback?: T): T {
  const value = params[name];
  if ((value === undefined || value === null) && fallback !== undefined) return fallback;
  if ((choices as readonly unknown[]).includes(value)) return value as T;
  return wrongParameter(name, `one of ${choices.join(', ')}`, value);
}
