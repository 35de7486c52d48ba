/** Owns the work of Split out on one item. Runs inside the isolate. */
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { keptFields } from '../kit/items.ts';
import { getPath, isObject, parsePath, putPath, unsetPath, type JsonObject } from '../kit/paths.ts';
import { readChoice, readFlag, readText, readTextList } from '../kit/read.ts';
import { splitAsN8n } from './n8n.ts';

const INCLUDE = ['none', 'all', 'selected', 'except'] as const;
const SEMANTICS = ['rondo', 'n8n-1', 'n8n-2', 'n8n-2.1', 'n8n'] as const;
const NONE: string[] = [];

export function run({ params, item }: KernelCall): KernelResult {
  const semantics = readChoice(params, 'semantics', SEMANTICS, 'rondo');
  return [semantics === 'rondo' ? split(params, item) : splitAsN8n(params, item, semantics)];
}

function split(params: Record<string, Json>, item: Item): Item[] {
  const field = readText(params, 'field');
  const dotted = readFlag(params, 'dotPaths', true);
  const also = readTextList(params, 'also', NONE);
  const include = readChoice(params, 'include', INCLUDE, 'none');
  const names = readTextList(params, 'names', NONE);
  const given =
    params.destination === undefined || params.destination === null ? null : readText(params, 'destination');
  const paths = [field, ...also].map((path) => (dotted ? parsePath(path) : [path]));
  const lists = paths.map((path) => elements(getPath(item.json, path)));
  let kept = keptFields(item.json, include, names, dotted);
  if (include === 'all' || include === 'except') for (const path of paths) kept = unsetPath(kept, path) as JsonObject;
  const whole = include === 'none' && also.length === 0 && given === null;
  const places = given === null ? paths : [parsePath(given), ...paths.slice(1)];
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
  return out;
}

function elements(value: Json | undefined): Json[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value) : [value];
}
