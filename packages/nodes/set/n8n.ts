/**
 * Owns Set as n8n does it: the fields that stay are copied, then each assignment is converted and set in order.
 * Nothing of it depends on our own rules. Runs inside the isolate.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { KEEP } from '../kit/items.ts';
import { readLiteral } from '../kit/literal.ts';
import { fieldAs, N8N_TYPES, textOf, type FieldRules, type N8nType } from '../kit/n8n-types.ts';
import { fieldOf, readNames, withField, withoutField } from '../kit/n8n-values.ts';
import { isObject, put, type JsonObject } from '../kit/paths.ts';
import { readChoice, readFlag, readList, wrongParameter } from '../kit/read.ts';

/** `n8n-1`: versions 1 and 2, which convert nothing. `n8n-3` and `n8n-3.1`: what they do where a text is missing. */
export const N8N_SEMANTICS = ['n8n-1', 'n8n-3', 'n8n-3.1', 'n8n'] as const;
type N8nSet = (typeof N8N_SEMANTICS)[number];

const MISSING: Record<N8nSet, FieldRules['missing']> = {
  'n8n-1': 'null',
  'n8n-3': 'text',
  'n8n-3.1': 'refused',
  'n8n': 'null',
};
const MISMATCH = ['fail', 'keep', 'null'] as const;

export function setAsN8n(params: Record<string, Json>, item: Item, index: number, semantics: N8nSet): Item {
  const dotted = readFlag(params, 'dotPaths', true);
  const rules: FieldRules = {
    keep: readChoice(params, 'mismatch', MISMATCH, 'fail') !== 'fail',
    missing: MISSING[semantics],
  };
  const given: JsonObject = {};
  const { value } = params;
  if (value !== undefined && value !== null) {
    const object = objectOf(value, "'JSON Output'", index);
    for (const key of Object.keys(object)) put(given, key, object[key] as Json);
  }
  const assignments = readList(params, 'assignments', []);
  let json = kept(params, item, dotted);
  for (const [i, one] of assignments.entries()) {
    if (!isObject(one)) return wrongParameter(`assignments[${i}]`, 'an object with name and value', one);
    const name = textOf(one.name);
    if (semantics === 'n8n-1') json = withField(json, name, untyped(one), dotted);
    else put(given, name, assigned(one, name, index, rules));
  }
  for (const name of Object.keys(given)) json = withField(json, name, given[name] as Json, dotted);
  const files = readFlag(params, 'keepFiles', true) ? item.files : undefined;
  return files === undefined ? { json } : { json, files };
}

function untyped({ type, value }: JsonObject): Json {
  if (type === 'boolean') return Boolean(value);
  return value ?? null;
}

function assigned(one: JsonObject, name: string, index: number, rules: FieldRules): Json {
  const type = N8N_TYPES.find((known) => known === one.type) ?? ('string' satisfies N8nType);
  if (one.pieces === undefined) return fieldAs(name, type, one.value, index, rules);
  return fieldAs(name, type, objectOf(one.pieces, `entry "${name}" inside 'Fields to Set'`, index), index, rules);
}

/** An object, its JSON text, or a list of pieces of such a text. */
function objectOf(value: Json, place: string, index: number): JsonObject {
  let found: unknown = value;
  if (Array.isArray(value)) found = value.map((piece: unknown) => textOf(piece)).join('');
  if (typeof found === 'string') {
    try {
      found = JSON.parse(found);
    } catch {
      found = readLiteral(found as string);
      if (found === undefined) refuse(`The ${place} in item ${index} contains invalid JSON`);
    }
  }
  if (!isObject(found)) return refuse(`The ${place} in item ${index} does not contain a valid JSON object`);
  return found;
}

function kept(params: Record<string, Json>, item: Item, dotted: boolean): JsonObject {
  const json: JsonObject = isObject(item.json) ? item.json : {};
  const keep = readChoice(params, 'keep', KEEP, 'all');
  if (keep === 'all') return json;
  let out: JsonObject = keep === 'except' ? json : {};
  if (keep === 'none') return out;
  for (const name of readNames(params, 'names')) {
    if (keep === 'except') out = withoutField(out, name, dotted);
    else {
      const value = fieldOf(json, name, dotted);
      // A path comes out under its last name.
      const last = dotted && name.includes('.') ? (name.split('.').at(-1) as string) : name;
      if (value !== undefined) out = withField(out, last, value, dotted);
    }
  }
  return out;
}

function refuse(message: string): never {
  throw new FailureError(failure('bad-value', message, { retry: 'no', fix: 'Correct the JSON, or its expressions.' }));
}
