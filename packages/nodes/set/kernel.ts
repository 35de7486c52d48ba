/** Owns the work of Set on one item. Runs inside the isolate. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { CONVERT_TYPES, convertTo, type ConvertType } from '../kit/convert.ts';
import { KEEP, keptFields } from '../kit/items.ts';
import { splitNames } from '../kit/n8n-values.ts';
import { getPath, isObject, put, putPath, type JsonObject } from '../kit/paths.ts';
import { readChoice, readFlag, readInteger, readList, readObject, readTextList, wrongParameter } from '../kit/read.ts';
import { N8N_SEMANTICS, setAsN8n } from './n8n.ts';

const NOTHING = Object.freeze({});
const NO_NAMES: string[] = [];
const NO_ASSIGNMENTS: Json[] = [];
const MISMATCH = ['fail', 'keep', 'null'] as const;
const SEMANTICS = ['rondo', ...N8N_SEMANTICS] as const;

export function run({ params, item, index }: KernelCall): KernelResult {
  const semantics = readChoice(params, 'semantics', SEMANTICS, 'rondo');
  const made = semantics === 'rondo' ? set(params, item) : setAsN8n(params, item, index, semantics);
  const copies = readInteger(params, 'copies', 0, 10_000, 0);
  return [copies === 0 ? [made] : Array.from({ length: copies + 1 }, () => made)];
}

function set(params: Record<string, Json>, item: Item): Item {
  const dotted = readFlag(params, 'dotPaths', true);
  const keep = readChoice(params, 'keep', KEEP, 'all');
  const json = keptFields(item.json, keep, namesOf(params), dotted);
  const value = valueOf(params.value);
  for (const key of Object.keys(value)) put(json, key, value[key] as Json);
  const fields = readObject(params, 'fields', NOTHING);
  for (const key of Object.keys(fields)) {
    // An expression that found nothing sets null, so that the field is there.
    const field = fields[key] ?? null;
    if (dotted) putPath(json, key, field);
    else put(json, key, field);
  }
  const mismatch = readChoice(params, 'mismatch', MISMATCH, 'fail');
  const types = readObject(params, 'types', NOTHING);
  for (const path of Object.keys(types)) {
    const keys = dotted ? path : [path];
    const before = getPath(json, keys);
    const after = converted(before ?? null, types[path], mismatch, `types.${path}`);
    if (before !== undefined && after !== before) putPath(json, keys, after);
  }
  const assignments = readList(params, 'assignments', NO_ASSIGNMENTS);
  for (let i = 0; i < assignments.length; i += 1) assign(json, assignments[i], mismatch, dotted, `assignments[${i}]`);
  const files = readFlag(params, 'keepFiles', true) ? item.files : undefined;
  return files === undefined ? { json } : { json, files };
}

/** A text is a piece of the JSON text itself; what was missing is null. */
const pieceText = (piece: Json): string => (typeof piece === 'string' ? piece : JSON.stringify(piece ?? null));

const namesOf = (params: Record<string, Json>): string[] =>
  typeof params.names === 'string' ? splitNames(params.names) : readTextList(params, 'names', NO_NAMES);

function assign(json: JsonObject, one: Json | undefined, mismatch: Mismatch, dotted: boolean, place: string): void {
  if (!isObject(one)) return wrongParameter(place, 'an object with name and value', one);
  if (typeof one.name !== 'string') return wrongParameter(`${place}.name`, 'text', one.name);
  const given = one.pieces === undefined ? (one.value ?? null) : valueOf(one.pieces);
  const value = one.type === undefined ? given : converted(given, one.type, mismatch, `${place}.type`);
  if (dotted) putPath(json, one.name, value);
  else put(json, one.name, value);
}

/** An object, the JSON text of one, or pieces of such a text. */
function valueOf(given: Json | undefined): JsonObject {
  if (given === undefined || given === null) return NOTHING;
  if (isObject(given)) return given;
  const value = Array.isArray(given) ? given.map(pieceText).join('') : given;
  if (typeof value !== 'string') return wrongParameter('value', 'an object or its JSON text', value);
  try {
    const parsed: unknown = JSON.parse(value);
    if (isObject(parsed)) return parsed;
    return wrongParameter('value', 'the JSON text of an object', parsed);
  } catch (error) {
    if (error instanceof FailureError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    const fix = 'Put texts in quotes; write {{ JSON.stringify(x) }} where a text comes from an expression.';
    throw new FailureError(failure('bad-value', `value is not valid JSON: ${why}.`, { retry: 'no', fix }));
  }
}

type Mismatch = (typeof MISMATCH)[number];

function converted(before: Json, type: Json | undefined, mismatch: Mismatch, place: string): Json {
  if (!CONVERT_TYPES.includes(type as ConvertType)) wrongParameter(place, `one of ${CONVERT_TYPES.join(', ')}`, type);
  const after = convertTo(before, type as ConvertType);
  if (after !== undefined) return after;
  if (mismatch === 'keep') return before;
  if (mismatch === 'null') return null;
  const fix = 'Correct the value, or set mismatch to keep or null.';
  return wrongParameter(`${place}: the value`, `readable as ${String(type)}`, before, fix);
}
