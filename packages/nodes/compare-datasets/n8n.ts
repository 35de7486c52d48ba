/** Owns the work of Compare datasets by the rules of n8n. Holds the items of both inputs. Runs inside the isolate. */
import type { Item, Json } from '@rondo/core/model/item.ts';
import { from } from '../kit/items.ts';
import {
  assign,
  fieldOf,
  isAlike,
  isEqual,
  readNames,
  refuseAsN8n,
  withField,
  withoutField,
} from '../kit/n8n-values.ts';
import { canonical } from '../kit/order.ts';
import { isObject, put, type JsonObject } from '../kit/paths.ts';
import { readChoice, readFlag, readList, wrongParameter } from '../kit/read.ts';

type N8nCompare = 'n8n' | 'n8n-1' | 'n8n-2' | 'n8n-2.1';

/** Versions, as far as they differ. */
const VERSION: Record<N8nCompare, number> = { 'n8n-1': 1, 'n8n-2': 2, 'n8n-2.1': 2.1, 'n8n': 2.2 };

interface Key {
  a: string;
  b: string;
}

interface Entry {
  json: JsonObject;
  item: Item;
  /** Among the items of both inputs. */
  position: number;
}

export interface N8nState {
  rules: N8nCompare;
  version: number;
  keys: Key[];
  skip: string[];
  loose: boolean;
  all: boolean;
  give: 'both' | 'a' | 'b';
  /** Null: the item as it is. */
  except: string[] | null;
  dotted: boolean;
  lists: [Item[], Item[]];
}

type Equal = (a: Json | undefined, b: Json | undefined) => boolean;

export function beginAsN8n(params: Record<string, Json>, rules: N8nCompare): N8nState {
  const keys = readList(params, 'keys', []).map(readKey);
  if (keys.length === 1 && keys[0]?.a === '' && keys[0].b === '') {
    refuseAsN8n('You need to define at least one pair of fields in "Fields to Match" to match on');
  }
  const dotted = readFlag(params, 'dotPaths', true);
  const skip = readNames(params, 'skip');
  const nested = dotted ? undefined : skip.find((name) => name.includes('.'));
  if (nested !== undefined) {
    refuseAsN8n(`Dot notation is disabled, but field to skip comparing '${nested}' contains dot`);
  }
  return {
    rules,
    version: VERSION[rules],
    keys,
    skip,
    loose: readFlag(params, 'loose', false),
    all: readChoice(params, 'matches', ['first', 'all'], 'first') === 'all',
    give: readChoice(params, 'version', ['both', 'a', 'b'], 'both'),
    except: readNames(params, 'except').length === 0 ? null : readNames(params, 'except'),
    dotted,
    lists: [[], []],
  };
}

function readKey(value: Json, index: number): Key {
  if (typeof value === 'string') return { a: value, b: value };
  if (isObject(value) && typeof value.a === 'string' && typeof value.b === 'string') return { a: value.a, b: value.b };
  return wrongParameter(`keys[${index}]`, 'a path or { a, b }', value);
}

/** Only in A, same, different, only in B. */
export function endAsN8n(state: N8nState): Item[][] {
  const entriesA = entriesOf(state, 0);
  const entriesB = entriesOf(state, 1);
  const equal: Equal = state.loose ? (a, b) => isAlike(a, b, state.version >= 2) : isEqual;
  const find = finder(state, entriesB, equal);
  const paired = new Set<Entry>();
  const ports: [Item[], Item[], Item[], Item[]] = [[], [], [], []];
  for (const entry of entriesA) {
    const matches = find(entry);
    if (matches.length === 0) ports[0].push(from(entry.item, entry.position));
    for (const match of matches) paired.add(match);
    let same: Entry | null = null;
    for (const match of matches) {
      if (isSame(state, entry, match, equal))
        same ??= state.loose && state.give === 'b' && !state.except ? match : entry;
      else ports[2].push(difference(state, entry, match, equal));
    }
    if (same !== null) ports[1].push(from(same.item, same.position));
  }
  for (const entry of entriesB) if (!paired.has(entry)) ports[3].push(from(entry.item, entry.position));
  return ports;
}

function entriesOf(state: N8nState, side: 0 | 1): Entry[] {
  const before = side === 0 ? 0 : state.lists[0].length;
  const entries = state.lists[side]
    .map((item, i) => ({ item, position: before + i, json: isObject(item.json) ? item.json : {} }))
    .filter((entry) => Object.keys(entry.json).length > 0);
  if (state.version >= 2.2 || entries.length === 0) return entries;
  for (const key of state.keys) {
    const name = side === 0 ? key.a : key.b;
    if (entries.some((entry) => fieldOf(entry.json, name, state.dotted) !== undefined)) continue;
    refuseAsN8n(`Field '${name}' is not present in any of items in 'Input ${side === 0 ? 'A' : 'B'}'`);
  }
  return entries;
}

/** Partners of an item of A, in the order of B; without a key it has none. */
function finder(state: N8nState, entriesB: readonly Entry[], equal: Equal): (entry: Entry) => Entry[] {
  const valuesOf = (entry: Entry, side: 'a' | 'b'): (Json | undefined)[] =>
    state.keys.map((key) => fieldOf(entry.json, key[side], state.dotted));
  const textOf = (values: readonly (Json | undefined)[]): string | null =>
    values.includes(undefined) ? null : JSON.stringify(values.map(canonical));
  const rows = entriesB.map((entry) => ({ entry, values: valuesOf(entry, 'b') }));
  const byText = new Map<string, Entry[]>();
  if (!state.loose) {
    for (const { entry, values } of rows) {
      const text = textOf(values);
      if (text === null) continue;
      const known = byText.get(text);
      if (known === undefined) byText.set(text, [entry]);
      else known.push(entry);
    }
  }
  return (entry) => {
    const values = valuesOf(entry, 'a');
    if (values.includes(undefined)) return [];
    const found = state.loose
      ? rows.filter((row) => row.values.every((value, i) => equal(values[i], value))).map((row) => row.entry)
      : (byText.get(textOf(values) ?? '') ?? []);
    return state.all ? found : found.slice(0, 1);
  };
}

function isSame(state: N8nState, a: Entry, b: Entry, equal: Equal): boolean {
  const [left, right] = [compared(state, a.json), compared(state, b.json)];
  if (!state.loose) return isEqual(left, right);
  return Object.keys(left).every((name) => equal(left[name], own(right, name)));
}

const own = (json: JsonObject, name: string): Json | undefined => (Object.hasOwn(json, name) ? json[name] : undefined);

function compared(state: N8nState, json: JsonObject): JsonObject {
  let out = json;
  for (const name of state.skip) out = withoutField(out, name, state.dotted);
  return out;
}

function difference(state: N8nState, a: Entry, b: Entry, equal: Equal): Item {
  if (state.give === 'both') {
    const files = { ...a.item.files, ...b.item.files };
    const item: Item = { json: bothVersions(state, a.json, b.json, equal), from: [a.position, b.position] };
    return Object.keys(files).length === 0 ? item : { ...item, files };
  }
  const [kept, other] = state.give === 'a' ? [a, b] : [b, a];
  if (state.except === null) return from(kept.item, kept.position);
  const json: JsonObject = { ...kept.json };
  for (const name of state.except) {
    if (state.dotted) put(json, name, fieldOf(other.json, name) ?? null);
    else assign(json, name, own(other.json, name));
  }
  return { ...from(kept.item, kept.position), json };
}

function bothVersions(state: N8nState, a: JsonObject, b: JsonObject, equal: Equal): JsonObject {
  const keys: JsonObject = {};
  for (const key of state.keys) assign(keys, key.a, own(a, key.a));
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const everywhere = state.loose && state.version >= 2.1;
  const same: JsonObject = {};
  const [different, skipped]: [JsonObject, JsonObject] = [{}, {}];
  let count = 0;
  for (const name of names) {
    const shared = Object.hasOwn(a, name) && Object.hasOwn(b, name);
    if ((shared || everywhere) && equal(own(a, name), own(b, name))) assign(same, name, own(a, name));
    // Alike, but there was nothing that could be shown as the same: it is among the differences.
    if (Object.hasOwn(same, name)) continue;
    const values = [valueOf(state, own(a, name)), valueOf(state, own(b, name))] as const;
    if (state.skip.includes(name)) put(skipped, name, named(state, values));
    else {
      const [shown, hidden] = withoutSkipped(state, name, values, count);
      put(different, name, named(state, shown));
      if (hidden !== null) put(skipped, name, named(state, hidden));
    }
    count += 1;
  }
  return { keys, same, different, ...(Object.keys(skipped).length === 0 ? {} : { skipped }) };
}

type Two = readonly [Json, Json];

const valueOf = (state: N8nState, value: Json | undefined): Json =>
  (state.version >= 2 ? value : value || null) ?? null;

const named = (state: N8nState, [a, b]: Two): JsonObject =>
  state.version >= 2 ? { inputA: a, inputB: b } : { input1: a, input2: b };

/** What is shown of a field, and the parts of it that were skipped. */
function withoutSkipped(state: N8nState, name: string, values: Two, index: number): [Two, Two | null] {
  const paths = state.skip.filter((path) => path.startsWith(name) && path.includes('.'));
  if (state.version < 2.1 || !state.dotted || paths.length === 0) return [values, null];
  if (values.some((value) => typeof value !== 'object')) {
    refuseAsN8n(`The field '${name}' in item ${index} is not an object. It is not possible to use dot notation.`);
  }
  const parts = values.map((value): [Json, Json] => {
    let shown = value;
    let hidden: JsonObject = {};
    for (const path of paths) {
      const inner = path.replace(`${name}.`, '');
      const found = fieldOf(shown, inner);
      if (found !== undefined) hidden = withField(hidden, inner, found);
      if (isObject(shown)) shown = withoutField(shown, inner);
    }
    return [shown, hidden];
  });
  const [[shownA, hiddenA], [shownB, hiddenB]] = parts as [[Json, Json], [Json, Json]];
  return [
    [shownA, shownB],
    [hiddenA, hiddenB],
  ];
}
