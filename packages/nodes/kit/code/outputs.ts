/**
 * Owns whether what `main` returned fits the outputs that were declared: every name there, no other, each of its
 * type; null fits every type, and every element of a list. With the rules `dify` exactly what Dify accepts is
 * accepted (declared-outputs.ts). Runs inside the isolate. Does not run code.
 */
import { parsePointed } from '@rondo/core/dify/numbers.ts';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import * as dify from '../declared-outputs.ts';
import { isObject, put, type JsonObject } from '../paths.ts';
import { kindOf, wrongParameter } from '../read.ts';
import { unfit } from './result.ts';

export const OUTPUT_TYPES = [...dify.OUTPUT_TYPES, 'any', 'array[any]'] as const;
type OutputType = (typeof OUTPUT_TYPES)[number];

export const RULES = ['types', 'dify'] as const;
export type Rules = (typeof RULES)[number];

const EXPECTED: Record<string, string> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
};

/** Types by name; null: nothing is declared. Throws a Failure that names the output whose type is none. */
export function readOutputs(params: Record<string, Json>, rules: Rules): Map<string, OutputType> | null {
  const { outputs } = params;
  if (outputs === undefined || outputs === null) return null;
  if (!isObject(outputs)) return wrongParameter('outputs', 'an object of types by name', outputs);
  const types: readonly string[] = rules === 'dify' ? dify.OUTPUT_TYPES : OUTPUT_TYPES;
  const declared = new Map<string, OutputType>();
  for (const [name, type] of Object.entries(outputs)) {
    if (!types.includes(type as string)) wrongParameter(`outputs.${name}`, `one of ${types.join(', ')}`, type);
    declared.set(name, type as OutputType);
  }
  return declared;
}

/** The result as it becomes the output. Throws a Failure that names the output which does not fit. */
export function checkOutputs(result: unknown, declared: Map<string, OutputType> | null, rules: Rules): JsonObject {
  const found = unfit(result);
  if (found !== null) {
    const names = declared === null ? 'result: ...' : [...declared.keys()].map((name) => `${name}: ...`).join(', ');
    refuse(`main returned ${found}, not an object`, `Return an object such as { ${names} }.`);
  }
  const object = result as JsonObject;
  if (declared === null) return object;
  if (rules === 'dify') return asInDify(object, declared);
  for (const name of Object.keys(object)) {
    if (declared.has(name)) continue;
    refuse(`main returned ${name}, which is not declared`, `Declare ${name} in outputs, or do not return it.`);
  }
  const out: JsonObject = {};
  for (const [name, type] of declared) {
    const value = Object.hasOwn(object, name) ? object[name] : undefined;
    if (value === undefined)
      return refuse(`main did not return ${name}`, `Return ${name}, which is declared in outputs; it may be null.`);
    check(value, type, name);
    put(out, name, value);
  }
  return out;
}

/** There everything is JSON before it is looked at. */
function asInDify(object: JsonObject, declared: Map<string, OutputType>): JsonObject {
  const types: Record<string, dify.DeclaredOutput> = {};
  for (const [name, type] of declared) put(types as never, name, { type } as never);
  return dify.checkOutputs(types, parsePointed(JSON.stringify(object)) as Json);
}

function refuse(message: string, fix: string): never {
  throw new FailureError(failure('node-failed', `${message}.`, { retry: 'no', fix }));
}

function wrong(name: string, type: string, value: unknown): never {
  const expected = EXPECTED[type] ?? 'a list';
  return refuse(
    `Output ${name} must be ${expected}, not ${unfit(value) ?? kindOf(value)}`,
    `Correct what main returns, or the type that outputs declares.`,
  );
}

const is = (value: unknown, type: string): boolean =>
  type === 'any' || (type === 'object' ? unfit(value) === null : typeof value === type);

function check(value: Json, type: OutputType, name: string): void {
  if (value === null) return;
  const element = /^array\[(.*)\]$/.exec(type)?.[1];
  if (element === undefined) {
    if (!is(value, type)) wrong(name, type, value);
    return;
  }
  if (!Array.isArray(value)) return wrong(name, type, value);
  for (let i = 0; i < value.length; i += 1) {
    if (value[i] !== null && !is(value[i], element)) wrong(`${name}[${i}]`, element, value[i]);
  }
}
