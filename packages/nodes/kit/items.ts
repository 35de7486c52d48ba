/**
 * Owns what nodes do with whole items: passing one on, picking fields of it. Runs inside the isolate.
 * Does not encode items (core/model/item.ts).
 */
import type { Item, Json } from '@rondo/core/model/item.ts';
import { getPath, isObject, put, putPath, unsetPath, type JsonObject } from './paths.ts';

/** The item as this node's output: the same object, unless it carries the lineage of an earlier node. */
export function pass(item: Item): Item {
  return item.from === undefined ? item : withJson(item, item.json);
}

/** An output item with this value and the files of `item`. */
export function withJson(item: Item, json: Json): Item {
  return item.files === undefined ? { json } : { json, files: item.files };
}

/** An output item that says from which position it comes. */
export function from(item: Item, position: number): Item {
  return item.files === undefined
    ? { json: item.json, from: [position] }
    : { json: item.json, files: item.files, from: [position] };
}

export const KEEP = ['all', 'none', 'selected', 'except'] as const;
export type Keep = (typeof KEEP)[number];

/**
 * A new object with the fields of `json` that are kept: the caller's own at the top, shared below.
 * `names` are dot paths, or plain keys when `dotted` is false.
 */
export function keptFields(json: Json, keep: Keep, names: readonly string[], dotted = true): JsonObject {
  if (keep === 'none' || !isObject(json)) return {};
  if (keep === 'all') return { ...json };
  if (keep === 'selected') {
    const out: JsonObject = {};
    for (const name of names) {
      const value = getPath(json, dotted ? name : [name]);
      if (value === undefined) continue;
      if (dotted) putPath(out, name, value);
      else put(out, name, value);
    }
    return out;
  }
  let out: Json = { ...json };
  for (const name of names) out = unsetPath(out, dotted ? name : [name]);
  return out as JsonObject;
}

const PART = 1000;

/** Items of a single output in parts, so that a large answer is never encoded in one piece. */
export function* inParts(items: Iterable<Item>): Generator<Item[][]> {
  let part: Item[] = [];
  for (const item of items) {
    part.push(item);
    if (part.length === PART) {
      yield [part];
      part = [];
    }
  }
  if (part.length > 0) yield [part];
}
