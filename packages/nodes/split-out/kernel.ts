/** Owns the work of Split out on one item. Runs inside the isolate. */
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { keptFields } from '../kit/items.ts';
import { getPath, isObject, parsePath, putPath, unsetPath, type JsonObject } from '../kit/paths.ts';
import { readChoice, readFlag, readText, readTextList } from '../kit/read.ts';

const INCLUDE = ['none', 'all', 'selected', 'except'] as const;
const NONE: string[] = [];

export function run({ params, item }: KernelCall): KernelResult {
  const field = readText(params, 'field');
  const also = readTextList(params, 'also', NONE);
  const include = readChoice(params, 'include', INCLUDE, 'none');
  const names = readTextList(params, 'names', NONE);
  const given =
    params.destination === undefined || params.destination === null ? null : readText(params, 'destination');
  const paths = [field, ...also];
  const lists = paths.map((path) => elements(getPath(item.json, path)));
  let kept = keptFields(item.json, include, names);
  if (include === 'all' || include === 'except') for (const path of paths) kept = unsetPath(kept, path) as JsonObject;
  const whole = include === 'none' && also.length === 0 && given === null;
  const places = [given ?? field, ...also].map(parsePath);
  const files = readFlag(params, 'keepFiles', false) ? item.files : undefined;
  const out: Item[] = [];
  const count = lists.reduce((most, list) => Math.max(most, list.length), 0);
  for (let i = 0; i < count; i += 1) {
    const first = lists[0]?.[i];
    if (whole && isObject(first)) {
      out.push(files === undefined ? { json: first } : { json: first, files });
      continue;
    }
    const json = { ...kept };
    for (const [at, list] of lists.entries()) {
      if (i < list.length) putPath(json, places[at] ?? [], list[i] as Json);
    }
    out.push(files === undefined ? { json } : { json, files });
  }
  return [out];
}

function elements(value: Json | undefined): Json[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value) : [value];
}
