/** Owns the work of Summarize by the rules of n8n. Runs inside the isolate. */
import type { Item, Json } from '@rondo/core/model/item.ts';
import { fieldOf, readNames, refuseAsN8n } from '../kit/n8n-values.ts';
import { isObject, put, type JsonObject } from '../kit/paths.ts';
import { readChoice, readFlag, readList, wrongParameter } from '../kit/read.ts';

/** `n8n` is Summarize 1.1, `n8n-1` its version 1, `n8n-lists` the one of Item Lists. */
type N8nSummarize = 'n8n' | 'n8n-1' | 'n8n-lists';

const PREFIXES = {
  list: 'appended_',
  average: 'average_',
  concat: 'concatenated_',
  count: 'count_',
  countUnique: 'unique_count_',
  max: 'max_',
  min: 'min_',
  sum: 'sum_',
} as const;
type Operation = keyof typeof PREFIXES;

interface Summary {
  field: string;
  op: Operation;
  name: string;
  separator: string;
  includeEmpty: boolean;
}

/** What one operation keeps of the values of one group. */
interface Tally {
  values: Json[];
  seen: Set<Json | undefined>;
  best: Json | undefined;
  text: string;
  sum: number;
  count: number;
}

interface Leaf {
  tallies: Tally[];
  from: number[];
}

/** A group by its values, the first field outermost. */
type Groups = Map<Json | undefined, Groups | Leaf>;

export interface N8nState {
  rules: N8nSummarize;
  summaries: Summary[];
  found: boolean[];
  by: string[];
  dotted: boolean;
  skipEmptyKeys: boolean;
  mustExist: boolean;
  asObject: boolean;
  groups: Groups;
  seen: number;
}

const plainName = (name: string): string => name.replace(/[[\]"]/g, '').replace(/[ .]/g, '_');

export function beginAsN8n(params: Record<string, Json>, rules: N8nSummarize): N8nState {
  const summaries = readList(params, 'fields').map(summaryOf);
  if (!summaries.some((summary) => summary.field !== '')) {
    refuseAsN8n("You need to add at least one aggregation to 'Fields to Summarize' with non empty 'Field'");
  }
  return {
    rules,
    summaries,
    found: summaries.map(() => false),
    by: readNames(params, 'by'),
    dotted: readFlag(params, 'dotPaths', true),
    skipEmptyKeys: readFlag(params, 'skipEmptyKeys', false),
    mustExist: readChoice(params, 'missing', ['ignore', 'fail'], 'ignore') === 'fail',
    asObject: readChoice(params, 'shape', ['items', 'object'], 'items') === 'object',
    groups: new Map(),
    seen: 0,
  };
}

function summaryOf(value: Json, index: number): Summary {
  const at = `fields[${index}]`;
  if (!isObject(value)) return wrongParameter(at, 'an object with field and op', value);
  const { field = '', op = 'count', separator = ',', includeEmpty = false } = value;
  if (typeof field !== 'string') return wrongParameter(`${at}.field`, 'a dot path', field);
  if (typeof op !== 'string' || !Object.hasOwn(PREFIXES, op)) {
    return wrongParameter(`${at}.op`, `one of ${Object.keys(PREFIXES).join(', ')}`, op);
  }
  const name = plainName(PREFIXES[op as Operation] + field);
  return { field, op: op as Operation, name, separator: String(separator), includeEmpty: includeEmpty === true };
}

export function addAsN8n(state: N8nState, item: Item): void {
  const position = state.seen;
  state.seen += 1;
  const leaf = leafFor(state, item.json);
  leaf?.from.push(position);
  for (const [i, summary] of state.summaries.entries()) {
    const value = fieldOf(item.json, summary.field, state.dotted);
    if (value !== undefined) state.found[i] = true;
    if (leaf !== undefined) addValue(leaf.tallies[i] as Tally, summary, value);
  }
}

/** Undefined: the item is left out. */
function leafFor(state: N8nState, json: Json): Leaf | undefined {
  let groups = state.groups;
  const keys = state.by.length === 0 ? [null] : state.by.map((path) => keyOf(state, fieldOf(json, path, state.dotted)));
  if (keys.includes(SKIPPED)) return undefined;
  for (const [depth, key] of keys.entries()) {
    let next = groups.get(key as Json | undefined);
    if (next === undefined) {
      next = depth === keys.length - 1 ? { tallies: state.summaries.map(emptyTally), from: [] } : new Map();
      groups.set(key as Json | undefined, next);
    }
    if (!(next instanceof Map)) return next;
    groups = next;
  }
  return undefined;
}

const SKIPPED = Symbol('skipped');

function keyOf(state: N8nState, value: Json | undefined): Json | undefined | typeof SKIPPED {
  const plain = value !== null && typeof value === 'object' ? JSON.stringify(value) : value;
  if (state.rules === 'n8n') return state.skipEmptyKeys && typeof plain !== 'number' && !plain ? SKIPPED : plain;
  return state.skipEmptyKeys && (plain === undefined || plain === '' || plain === false) ? SKIPPED : String(plain);
}

const emptyTally = (): Tally => ({ values: [], seen: new Set(), best: undefined, text: '', sum: 0, count: 0 });

const isEmpty = (value: Json | undefined): boolean => value === undefined || value === null || value === '';

function addValue(tally: Tally, { op, separator, includeEmpty }: Summary, value: Json | undefined): void {
  if (op === 'sum' || op === 'average') {
    if (typeof value !== 'number') return;
    tally.sum += value;
    tally.count += 1;
    return;
  }
  if (isEmpty(value) && (!includeEmpty || op === 'min' || op === 'max')) return;
  switch (op) {
    case 'list':
      tally.values.push(value ?? null);
      break;
    case 'concat': {
      const part = typeof value === 'object' ? JSON.stringify(value) : String(value);
      tally.text += tally.count === 0 ? part : separator + part;
      break;
    }
    case 'countUnique':
      tally.seen.add(value);
      break;
    case 'min':
      if (tally.best === undefined || (value as never) < (tally.best as never)) tally.best = value;
      break;
    case 'max':
      if (tally.best === undefined || (value as never) > (tally.best as never)) tally.best = value;
      break;
    case 'count':
      break;
  }
  tally.count += 1;
}

function resultOf(tally: Tally, op: Operation): Json {
  switch (op) {
    case 'list':
      return tally.values;
    case 'concat':
      return tally.text;
    case 'countUnique':
      return tally.seen.size;
    case 'count':
      return tally.count;
    case 'sum':
      return tally.sum;
    case 'average':
      return tally.count === 0 ? null : tally.sum / tally.count;
    default:
      return tally.best ?? null;
  }
}

export function* endAsN8n(state: N8nState): Generator<Item> {
  if (state.mustExist && state.seen > 0) {
    const missing = state.summaries.find((summary, i) => summary.field !== '' && state.found[i] === false);
    if (missing !== undefined) refuseAsN8n(`The field '${missing.field}' does not exist in any items`);
  }
  const whole = state.by.length === 0 ? state.groups.get(null) : state.groups;
  if (whole === undefined) return;
  const everything = { from: Array.from({ length: state.seen }, (_, i) => i) };
  if (state.asObject || !(whole instanceof Map)) yield { json: treeOf(state, whole), ...everything };
  else yield* rowsOf(state, whole, 0);
}

/** In the order in which n8n gives groups. */
function entriesOf(state: N8nState, groups: Groups): [Json | undefined, Groups | Leaf][] {
  if (state.rules !== 'n8n-lists') return [...groups];
  const isIndex = (key: Json | undefined): boolean =>
    /^(0|[1-9]\d{0,9})$/.test(String(key)) && Number(key) < 2 ** 32 - 1;
  const all = [...groups];
  return [
    ...all.filter(([key]) => isIndex(key)).sort(([a], [b]) => Number(a) - Number(b)),
    ...all.filter(([key]) => !isIndex(key)),
  ];
}

function resultsOf(state: N8nState, leaf: Leaf): JsonObject {
  const out: JsonObject = {};
  const all = state.summaries.map((summary, i) => ({ ...summary, tally: leaf.tallies[i] as Tally }));
  // There, names that were changed moved to the end.
  const changed = (summary: Summary): boolean => /[[\]" .]/.test(summary.field);
  const ordered =
    state.rules === 'n8n-lists' ? [...all.filter((one) => !changed(one)), ...all.filter((one) => changed(one))] : all;
  for (const { name, op, tally } of ordered) put(out, name, resultOf(tally, op));
  return out;
}

function treeOf(state: N8nState, groups: Groups | Leaf): JsonObject {
  if (!(groups instanceof Map)) return resultsOf(state, groups);
  const out: JsonObject = {};
  for (const [key, inner] of groups) put(out, String(key), treeOf(state, inner));
  return out;
}

function* rowsOf(state: N8nState, groups: Groups, depth: number): Generator<Item> {
  const name = plainName(state.by[depth] as string);
  for (const [key, inner] of entriesOf(state, groups)) {
    const rows = inner instanceof Map ? rowsOf(state, inner, depth + 1) : [leafRow(state, inner)];
    for (const { json, from = [] } of rows) {
      const own = json as JsonObject;
      if (key === undefined) yield { json, from };
      else if (state.rules === 'n8n-lists') yield { json: { [name]: key, ...own }, from };
      else {
        put(own, name, key);
        yield { json: own, from };
      }
    }
  }
}

const leafRow = (state: N8nState, leaf: Leaf): Item => ({ json: resultsOf(state, leaf), from: leaf.from });
