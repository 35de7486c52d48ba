/** Owns the work of Aggregate by the rules of n8n. Runs inside the isolate. */
import type { FileRef, Item, Json } from '@rondo/core/model/item.ts';
import { fieldOf, readNames, refuseAsN8n, withField } from '../kit/n8n-values.ts';
import { isObject, put, type JsonObject } from '../kit/paths.ts';
import { readChoice, readFlag, readText, wrongParameter } from '../kit/read.ts';

/** `n8n` is Aggregate; `n8n-lists` that of Item Lists, `n8n-1` of those before 2.1. */
type N8nAggregate = 'n8n' | 'n8n-1' | 'n8n-lists';

interface Field {
  path: string;
  /** Null: the last word of the path. */
  name: string | null;
}

interface Group {
  keys: Json[];
  values: Json[][];
  items: Json[];
  /** Positions of the items that the answer was made of. */
  from: number[];
  files: Record<string, FileRef>;
}

export interface N8nState {
  rules: N8nAggregate;
  fields: Field[];
  into: string | null;
  include: (typeof INCLUDE)[number];
  names: ReadonlySet<string>;
  by: string[];
  keepMissing: boolean;
  flatten: boolean;
  dotted: boolean;
  keepFiles: boolean;
  uniqueFiles: boolean;
  groups: Map<string, Group>;
  /** Whether any item had the field. */
  found: boolean[];
  seen: number;
}

const INCLUDE = ['all', 'selected', 'except'] as const;

export function beginAsN8n(params: Record<string, Json>, rules: N8nAggregate): N8nState {
  const given = params.fields ?? null;
  const fields = given === null ? [] : readFields(given);
  const into = given === null ? readText(params, 'into', 'data') : null;
  const dotted = readFlag(params, 'dotPaths', true);
  const by = readNames(params, 'by');
  if (into === null) checkNames(fields, by, dotted);
  else {
    const clash = by.find((path) => overlap(into, path));
    if (clash !== undefined) refuseAsN8n(`The destination field '${into}' conflicts with a Group By field '${clash}'`);
  }
  const names = readNames(params, 'names');
  const state: N8nState = {
    rules,
    fields,
    into,
    // A list without names leaves everything as it is.
    include: names.length === 0 ? 'all' : readChoice(params, 'include', INCLUDE, 'all'),
    names: new Set(names),
    by,
    keepMissing: readFlag(params, 'keepMissing', false),
    flatten: readFlag(params, 'flatten', false),
    dotted,
    keepFiles: readFlag(params, 'keepFiles', false),
    uniqueFiles: readFlag(params, 'uniqueFiles', false),
    groups: new Map(),
    found: fields.map(() => false),
    seen: 0,
  };
  if (by.length === 0) state.groups.set('', groupOf(state, []));
  return state;
}

/** The parameter `fields`: an object of paths by name, or a list of { field, name }. */
export function readFields(given: Json): Field[] {
  if (isObject(given)) {
    return Object.entries(given).map(([name, path]) =>
      typeof path === 'string' ? { name, path } : wrongParameter(`fields.${name}`, 'a dot path', path),
    );
  }
  if (!Array.isArray(given)) return wrongParameter('fields', 'an object of dot paths, or a list of { field }', given);
  return given.map((entry, i) => {
    if (!isObject(entry) || typeof entry.field !== 'string') {
      return wrongParameter(`fields[${i}]`, 'an object with field and name', entry);
    }
    const { field, name = null } = entry;
    if (name !== null && typeof name !== 'string') wrongParameter(`fields[${i}].name`, 'text', name);
    return { path: field, name };
  });
}

const lastWord = (path: string, dotted: boolean): string => (dotted ? (path.split('.').pop() ?? path) : path);

const outputName = (field: Field, dotted: boolean): string =>
  field.name === null || field.name === '' ? lastWord(field.path, dotted) : field.name;

/** Whether one path leads to a place inside the other. */
function overlap(a: string, b: string): boolean {
  const [short = [], long = []] = [a.split('.'), b.split('.')].sort((x, y) => x.length - y.length);
  return short.every((word, i) => word === long[i]);
}

function checkNames(fields: readonly Field[], by: readonly string[], dotted: boolean): void {
  if (fields.length === 0) refuseAsN8n('No fields specified');
  const used = new Set<string>();
  for (const field of fields) {
    const name = field.name ?? field.path;
    if (used.has(name)) refuseAsN8n(`The '${name}' output field is used more than once`);
    used.add(name);
    const own = field.name ?? lastWord(field.path, dotted);
    const clash = by.find((path) => overlap(own, path));
    if (clash !== undefined) refuseAsN8n(`The output field '${own}' conflicts with a Group By field '${clash}'`);
  }
}

const groupOf = (state: N8nState, keys: Json[]): Group => ({
  keys,
  values: state.fields.map(() => []),
  items: [],
  from: [],
  files: {},
});

export function addAsN8n(state: N8nState, item: Item): void {
  const position = state.seen;
  state.seen += 1;
  const group = groupFor(state, item);
  if (state.into !== null) {
    const kept = keptTop(state, item.json);
    if (kept === null) return;
    group.items.push(kept);
  }
  group.from.push(position);
  if (state.keepFiles && item.files !== undefined) joinFiles(group.files, item.files, state.uniqueFiles);
  for (const [i, field] of state.fields.entries()) {
    if (field.path === '') {
      if (state.rules === 'n8n-1') refuseAsN8n('Field to aggregate is blank');
      continue;
    }
    const value = fieldOf(item.json, field.path, state.dotted);
    if (value !== undefined) state.found[i] = true;
    addValue(state, group.values[i] as Json[], value);
  }
}

function groupFor(state: N8nState, item: Item): Group {
  const keys = state.by.map((path) => {
    const key = fieldOf(item.json, path) ?? null;
    if (key === null || typeof key !== 'object') return key;
    return refuseAsN8n(`Field "${path}" has a non-scalar value which cannot be used for grouping.`);
  });
  const text = keys.length === 0 ? '' : JSON.stringify(keys);
  let group = state.groups.get(text);
  if (group === undefined) {
    group = groupOf(state, keys);
    state.groups.set(text, group);
  }
  return group;
}

/** Null: nothing of the item is left. */
function keptTop(state: N8nState, json: Json): Json | null {
  if (state.include === 'all' || !isObject(json)) return json;
  const out: JsonObject = {};
  for (const key of Object.keys(json)) {
    if (state.names.has(key) === (state.include === 'selected')) put(out, key, json[key] as Json);
  }
  return Object.keys(out).length === 0 ? null : out;
}

function addValue(state: N8nState, into: Json[], value: Json | undefined): void {
  if (!state.keepMissing && (value === undefined || value === null)) return;
  if (!Array.isArray(value)) into.push(value ?? null);
  else {
    const list = state.keepMissing ? value : value.filter((one) => one !== null);
    if (state.flatten) for (const one of list) into.push(one);
    else into.push(list);
  }
}

/** Adds files; a name that is taken gets a number. */
export function joinFiles(into: Record<string, FileRef>, files: Record<string, FileRef>, unique: boolean): void {
  for (const [name, file] of Object.entries(files)) {
    if (unique && Object.values(into).some((other) => looksLike(other, file))) continue;
    let free = name;
    for (let i = 1; Object.hasOwn(into, free); i += 1) free = `${name}_${i}`;
    Object.defineProperty(into, free, { value: file, writable: true, enumerable: true, configurable: true });
  }
}

const extension = (file: FileRef): string | undefined => /\.([^.]+)$/.exec(file.name ?? '')?.[1];
const looksLike = (a: FileRef, b: FileRef): boolean =>
  a.mime === b.mime && a.size === b.size && extension(a) === extension(b);

export function* endAsN8n(state: N8nState): Generator<Item> {
  if (state.rules === 'n8n-1' && state.seen > 0 && !state.keepMissing) {
    const missing = state.fields.find((_, i) => state.found[i] === false);
    if (missing !== undefined) refuseAsN8n(`Couldn't find the field '${missing.path}' in the input data`);
  }
  for (const group of state.groups.values()) {
    let json: JsonObject = {};
    for (const [i, path] of state.by.entries()) json = withField(json, path, group.keys[i] as Json);
    if (state.into !== null) json = withField(json, state.into, group.items, false);
    for (const [i, field] of state.fields.entries()) {
      if (field.path === '') continue;
      json = withField(json, outputName(field, state.dotted), group.values[i] as Json[], state.dotted);
    }
    const item: Item = Object.keys(group.files).length === 0 ? { json } : { json, files: group.files };
    // Only the first item counts as the one that a group, or a list of Item Lists, was made from.
    const isFirstOnly = state.by.length > 0 || (state.rules !== 'n8n' && state.into !== null);
    item.from = isFirstOnly ? group.from.slice(0, 1) : group.from;
    yield item;
  }
}
