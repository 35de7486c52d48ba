/** Owns the work of Set on one item. Runs inside the isolate. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { CONVERT_TYPES, convertTo, type ConvertType } from '../kit/convert.ts';
import { KEEP, keptFields } from '../kit/items.ts';
import { getPath, isObject, put, putPath, type JsonObject } from '../kit/paths.ts';
import { readChoice, readFlag, readObject, readTextList, wrongParameter } from '../kit/read.ts';

const NOTHING = Object.freeze({});
const NO_NAMES: string[] = [];
const MISMATCH = ['fail', 'keep', 'null'] as const;

export function run({ params, item }: KernelCall): KernelResult {
  const dotted = readFlag(params, 'dotPaths', true);
  const keep = readChoice(params, 'keep', KEEP, 'all');
  const json = keptFields(item.json, keep, readTextList(params, 'names', NO_NAMES), dotted);
  const value = valueOf(params.value);
  for (const key of Object.keys(value)) put(json, key, value[key] as Json);
  const fields = readObject(params, 'fields', NOTHING);
  for (const key of Object.keys(fields)) {
    // An expression that found nothing sets null, so that the field is there.
    const field = fields[key] ?? null;
    if (dotted) putPath(json, key, field);
    else put(json, key, field);
  }
  convertFields(params, json, dotted);
  const files = readFlag(params, 'keepFiles', true) ? item.files : undefined;
  return [[files === undefined ? { json } : { json, files }]];
}

/** An object, or the JSON text of one. */
function valueOf(value: Json | undefined): JsonObject {
  if (value === undefined || value === null) return NOTHING;
  if (isObject(value)) return value;
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

function convertFields(params: Record<string, Json>, json: JsonObject, dotted: boolean): void {
  const types = readObject(params, 'types', NOTHING);
  const mismatch = readChoice(params, 'mismatch', MISMATCH, 'fail');
  for (const path of Object.keys(types)) {
    const type = types[path] as ConvertType;
    if (!CONVERT_TYPES.includes(type)) wrongParameter(`types.${path}`, `one of ${CONVERT_TYPES.join(', ')}`, type);
    const keys = dotted ? path : [path];
    const before = getPath(json, keys);
    if (before === undefined) continue;
    let after = convertTo(before, type);
    if (after === undefined) {
      if (mismatch === 'keep') continue;
      if (mismatch === 'fail') {
        const fix = 'Correct the value, or set mismatch to keep or null.';
        wrongParameter(`types.${path}: the value`, `readable as ${type}`, before, fix);
      }
      after = null;
    }
    if (after !== before) putPath(json, keys, after as Json);
  }
}
