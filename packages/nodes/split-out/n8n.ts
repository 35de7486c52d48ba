/** Owns the work of Split out on one item by the rules of n8n. Runs inside the isolate. */
import type { FileRef, Item, Json } from '@rondo/core/model/item.ts';
import { assign, fieldOf, readNames, refuseAsN8n, splitNames, withoutField } from '../kit/n8n-values.ts';
import { isObject, put, type JsonObject } from '../kit/paths.ts';
import { readChoice, readFlag, readText } from '../kit/read.ts';

/** `n8n` is Split Out and the latest Item Lists; the others are older Item Lists. */
type N8nSplit = 'n8n-1' | 'n8n-2' | 'n8n-2.1' | 'n8n';

const INCLUDE = ['none', 'all', 'selected'] as const;
const FILES = '$binary';

interface Part {
  json: JsonObject;
  files?: Record<string, FileRef>;
}

export function splitAsN8n(params: Record<string, Json>, item: Item, rules: N8nSplit): Item[] {
  const text = readText(params, 'field', '');
  const dotted = readFlag(params, 'dotPaths', true);
  const include = readChoice(params, 'include', INCLUDE, 'none');
  const names = readNames(params, 'names');
  const destinations = splitNames(readText(params, 'destination', ''));
  const several = rules !== 'n8n-1';
  const fields = several ? text.split(',').map((field) => field.trim().replace(/^\$json\./, '')) : [text];
  if (destinations.length > 0 && destinations.length !== fields.length) {
    refuseAsN8n('If multiple fields to split out are given, the same number of destination fields must be given');
  }
  if (include === 'selected' && names.length === 0) refuseAsN8n('No fields specified');
  const spread = include === 'none' && fields.length === 1 && destinations.length === 0;
  const parts: Part[] = [];
  for (const [i, field] of fields.entries()) {
    const name = destinations[i] ?? field;
    for (const [at, element] of elementsOf(item, field, dotted, rules).entries()) {
      const part = (parts[at] ??= { json: {} });
      if (field === FILES && isObject(element)) {
        part.files = { ...part.files, ...(element as unknown as Record<string, FileRef>) };
      } else if (spread && (isSpread(element) || (element === null && rules === 'n8n-1'))) {
        for (const [key, member] of Object.entries(element ?? {})) put(part.json, key, member);
      } else put(part.json, name, element);
    }
  }
  const files = readFlag(params, 'keepFiles', false) ? item.files : undefined;
  return parts.map((part) => {
    const json = withOthers(item, part.json, { include, names, fields, dotted, first: rules === 'n8n-1' });
    const own = part.files ?? files;
    return own === undefined ? { json } : { json, files: own };
  });
}

const isSpread = (element: Json): element is Json[] | JsonObject => element !== null && typeof element === 'object';

function elementsOf(item: Item, field: string, dotted: boolean, rules: N8nSplit): Json[] {
  if (field === FILES && rules === 'n8n') {
    return Object.entries(item.files ?? {}).map(([name, file]) => ({ [name]: file as unknown as Json }));
  }
  const value = fieldOf(item.json, field, dotted);
  if (value === undefined) {
    if (rules === 'n8n-1' || rules === 'n8n-2') refuseAsN8n(`Couldn't find the field '${field}' in the input data`);
    return [];
  }
  if (Array.isArray(value)) return value;
  if (rules === 'n8n-1') refuseAsN8n(`The provided field '${field}' is not an array`);
  if (isObject(value)) return Object.values(value);
  if (rules !== 'n8n') refuseAsN8n(`The provided field '${field}' is not an array or object`);
  return [value];
}

interface Others {
  include: (typeof INCLUDE)[number];
  names: string[];
  fields: string[];
  dotted: boolean;
  /** The other fields stand before the elements, and the split field is never among them. */
  first: boolean;
}

function withOthers(item: Item, json: JsonObject, how: Others): JsonObject {
  if (how.include === 'none' || !isObject(item.json)) return json;
  if (how.include === 'all') {
    let copy = item.json;
    for (const field of how.fields) copy = withoutField(copy, field, how.dotted);
    return { ...copy, ...json };
  }
  const names = how.first ? how.names.filter((name) => !how.fields.includes(name)) : how.names;
  const selected: JsonObject = how.first ? {} : json;
  for (const name of names) assign(selected, name, fieldOf(item.json, name, how.dotted));
  return how.first ? { ...selected, ...json } : selected;
}
