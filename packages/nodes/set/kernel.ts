/** Owns the work of Set on one item. Runs inside the isolate. */
import type { Json } from '@rondo/core/model/item.ts';
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { KEEP, keptFields } from '../kit/items.ts';
import { put, putPath } from '../kit/paths.ts';
import { readChoice, readFlag, readObject, readTextList } from '../kit/read.ts';

const NOTHING = Object.freeze({});
const NO_NAMES: string[] = [];

export function run({ params, item }: KernelCall): KernelResult {
  const dotted = readFlag(params, 'dotPaths', true);
  const keep = readChoice(params, 'keep', KEEP, 'all');
  const json = keptFields(item.json, keep, readTextList(params, 'names', NO_NAMES), dotted);
  const value = readObject(params, 'value', NOTHING);
  for (const key of Object.keys(value)) put(json, key, value[key] as Json);
  const fields = readObject(params, 'fields', NOTHING);
  for (const key of Object.keys(fields)) {
    // An expression that found nothing sets null, so that the field is there.
    const field = fields[key] ?? null;
    if (dotted) putPath(json, key, field);
    else put(json, key, field);
  }
  const files = readFlag(params, 'keepFiles', true) ? item.files : undefined;
  return [[files === undefined ? { json } : { json, files }]];
}
