/** Owns the work of Variable aggregate on one item: the first value that is there. Runs inside the isolate. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { keptFields, withJson } from '../kit/items.ts';
import { isObject, putPath, type JsonObject } from '../kit/paths.ts';
import { readChoice, readList, readObject, readText, wrongParameter } from '../kit/read.ts';

const ACCEPTED = ['filled', 'notNull', 'present'] as const;
const MISSING = ['null', 'omit', 'fail'] as const;
const KEEP = ['all', 'none'] as const;
const NONE: Json[] = [];
const NO_GROUPS = Object.freeze({});

type Accept = (typeof ACCEPTED)[number];

export function run({ params, item }: KernelCall): KernelResult {
  const accept = readChoice(params, 'accept', ACCEPTED, 'filled');
  const missing = readChoice(params, 'missing', MISSING, 'null');
  const json = keptFields(item.json, readChoice(params, 'keep', KEEP, 'none'), []);
  const values = readList(params, 'values', NONE);
  const groups = readObject(params, 'groups', NO_GROUPS);
  const names = Object.keys(groups);
  if (values.length === 0 && names.length === 0) {
    wrongParameter('values', 'a list of at least one value, or groups must be given', params.values ?? null);
  }
  if (values.length > 0) settle(json, readText(params, 'field', 'value'), first(values, accept), missing);
  for (const name of names) {
    const list = groups[name];
    if (!Array.isArray(list)) wrongParameter(`groups.${name}`, 'a list of values', list);
    settle(json, name, first(list, accept), missing);
  }
  return [[withJson(item, json)]];
}

function first(values: readonly (Json | undefined)[], accept: Accept): Json | undefined {
  for (const value of values) if (isThere(value, accept)) return value;
  return undefined;
}

function isThere(value: Json | undefined, accept: Accept): boolean {
  if (value === undefined) return false;
  if (accept === 'present') return true;
  if (value === null) return false;
  if (accept === 'notNull') return true;
  if (Array.isArray(value)) return value.length > 0;
  return isObject(value) ? Object.keys(value).length > 0 : value !== '';
}

function settle(json: JsonObject, name: string, value: Json | undefined, missing: (typeof MISSING)[number]): void {
  if (value !== undefined) putPath(json, name, value);
  else if (missing === 'null') putPath(json, name, null);
  else if (missing === 'fail') {
    const fix = 'Add a value that is always there, or set missing to null or omit.';
    throw new FailureError(failure('node-failed', `No value was there for ${name}.`, { retry: 'no', fix }));
  }
}
