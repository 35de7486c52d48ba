/** Owns the work of Rename keys on one item by the rules of n8n. Runs inside the isolate. */
import type { Item, Json } from '@rondo/core/model/item.ts';
import { withJson } from '../kit/items.ts';
import { fieldOf, withField, withoutField } from '../kit/n8n-values.ts';
import { isObject, put, type JsonObject } from '../kit/paths.ts';

export interface Renaming {
  from: string;
  to: string;
}

export interface Replacement {
  search: RegExp;
  replace: string;
  /** Levels of objects and lists; 0 is the top only. */
  depth: number;
}

export function renameAsN8n(item: Item, keys: readonly Renaming[], patterns: readonly Replacement[]): Item {
  if (!isObject(item.json)) return withJson(item, item.json);
  let json: JsonObject = item.json;
  for (const { from, to } of keys) {
    if (from === '' || to === '' || from === to) continue;
    const value = fieldOf(item.json, from);
    if (value !== undefined) json = withoutField(withField(json, to, value), from);
  }
  for (const pattern of patterns) json = replaced(json, pattern, 0) as JsonObject;
  return withJson(item, json);
}

function replaced(value: Json, pattern: Replacement, depth: number): Json {
  const deeper = (inner: Json): Json => (depth < pattern.depth ? replaced(inner, pattern, depth + 1) : inner);
  if (Array.isArray(value)) return value.map(deeper);
  if (!isObject(value)) return value;
  const out: JsonObject = {};
  for (const [key, inner] of Object.entries(value)) put(out, key, deeper(inner));
  for (const key of Object.keys(value)) {
    const fresh = key.replace(pattern.search, pattern.replace);
    if (fresh === key) continue;
    put(out, fresh, out[key] as Json);
    delete out[key];
  }
  return out;
}
