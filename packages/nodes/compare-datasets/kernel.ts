/**
 * Owns the work of Compare datasets: which items of A and B belong together, and in what they differ. Holds
 * the items of both inputs. Runs inside the isolate.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { FileRef, Item, Json } from '@rondo/core/model/item.ts';
import type { FoldModule } from '@rondo/core/model/node-type.ts';
import { from } from '../kit/items.ts';
import { canonical, looseCanonical } from '../kit/order.ts';
import { getPath, isObject, parsePath, put, unsetPath, type JsonObject, type Path } from '../kit/paths.ts';
import { readChoice, readFlag, readInteger, readList, readTextList, wrongParameter } from '../kit/read.ts';
import { beginAsN8n, endAsN8n, type N8nState } from './n8n.ts';

interface Key {
  a: string;
  b: string;
}

type State = OwnState | N8nState;

interface OwnState {
  rules: 'rondo';
  dotted: boolean;
  keys: Key[];
  skip: string[];
  loose: boolean;
  firstOnly: boolean;
  version: (typeof VERSIONS)[number];
  except: string[];
  /** Most pairs. */
  most: number;
  lists: [Item[], Item[]];
}

const SEMANTICS = ['rondo', 'n8n', 'n8n-1', 'n8n-2', 'n8n-2.1'] as const;
const VERSIONS = ['both', 'a', 'b'] as const;
const MATCHES = ['first', 'all'] as const;
const PART = 1000;

export function begin(params: Record<string, Json>): State {
  const semantics = readChoice(params, 'semantics', SEMANTICS, 'rondo');
  return semantics === 'rondo' ? beginOwn(params) : beginAsN8n(params, semantics);
}

function beginOwn(params: Record<string, Json>): OwnState {
  const keys = readList(params, 'keys', []).map(keyOf);
  if (keys.length === 0) wrongParameter('keys', 'a list of at least one path', params.keys ?? null);
  return {
    rules: 'rondo',
    dotted: readFlag(params, 'dotPaths', true),
    keys,
    skip: readTextList(params, 'skip', []),
    loose: readFlag(params, 'loose', false),
    firstOnly: readChoice(params, 'matches', MATCHES, 'first') === 'first',
    version: readChoice(params, 'version', VERSIONS, 'both'),
    except: readTextList(params, 'except', []),
    most: readInteger(params, 'maxItems', 1, 10_000_000, 1_000_000),
    lists: [[], []],
  };
}

function keyOf(value: Json, index: number): Key {
  if (typeof value === 'string') return { a: value, b: value };
  if (isObject(value) && typeof value.a === 'string' && typeof value.b === 'string') return { a: value.a, b: value.b };
  return wrongParameter(`keys[${index}]`, 'a path or { a, b }', value);
}

export const add: FoldModule<State>['add'] = (state, { item, port }) => {
  state.lists[port === 0 ? 0 : 1].push(item);
};

/** Outputs: only in A, same, different, only in B. */
export function end(state: State): Item[][] | Iterable<Item[][]> {
  return state.rules === 'rondo' ? endOwn(state) : endAsN8n(state);
}

function* endOwn(state: OwnState): Generator<Item[][]> {
  const [listA, listB] = state.lists;
  const partners = new Map<string, number[]>();
  for (const [at, item] of listB.entries()) {
    const key = keyText(state, item, 'b');
    if (key === null) continue;
    const known = partners.get(key);
    if (known === undefined) partners.set(key, [at]);
    else known.push(at);
  }
  if (!state.firstOnly) checkPairs(state, partners);
  const paired = new Set<number>();
  const taken = new Map<string, number>();
  let ports: Item[][] = [[], [], [], []];
  let count = 0;
  const positionOfB = listA.length;
  for (const [at, item] of listA.entries()) {
    const key = keyText(state, item, 'a');
    const all = key === null ? [] : (partners.get(key) ?? []);
    // With first, the second of two equal items goes with the second of the other side, as far as there is one.
    const turn = key === null ? 0 : (taken.get(key) ?? 0);
    const found = state.firstOnly ? all.slice(turn, turn + 1) : all;
    if (key !== null) taken.set(key, turn + 1);
    if (found.length === 0) ports[0]?.push(from(item, at));
    for (const other of found) {
      paired.add(other);
      const [port, out] = compared(state, item, listB[other] as Item, [at, positionOfB + other]);
      ports[port]?.push(out);
    }
    count += Math.max(1, found.length);
    if (count >= PART) {
      yield ports;
      ports = [[], [], [], []];
      count = 0;
    }
  }
  yield ports;
  for (let start = 0; start < listB.length; start += PART) {
    const rest: Item[] = [];
    for (let at = start; at < Math.min(start + PART, listB.length); at += 1) {
      if (!paired.has(at)) rest.push(from(listB[at] as Item, positionOfB + at));
    }
    if (rest.length > 0) yield [[], [], [], rest];
  }
}

/** Said before the first pair is made. */
function checkPairs(state: OwnState, partners: ReadonlyMap<string, readonly number[]>): void {
  let count = 0;
  for (const item of state.lists[0]) {
    const key = keyText(state, item, 'a');
    count += key === null ? 0 : (partners.get(key)?.length ?? 0);
  }
  if (count <= state.most) return;
  const message = `Compare datasets would make ${count} pairs; maxItems allows ${state.most}.`;
  const fix = 'Use more keys or matches: first, or raise maxItems if so many are meant.';
  throw new FailureError(failure('limit-reached', message, { retry: 'no', fix }));
}

const pathOf = (state: OwnState, text: string): Path => (state.dotted ? parsePath(text) : [text]);

/** Null when a key is missing: such an item has no partner. */
function keyText(state: OwnState, item: Item, side: 'a' | 'b'): string | null {
  const values: string[] = [];
  for (const key of state.keys) {
    const value = getPath(item.json, pathOf(state, key[side]));
    if (value === undefined) return null;
    values.push(textOf(state, value));
  }
  return JSON.stringify(values);
}

const textOf = (state: OwnState, value: Json | undefined): string =>
  state.loose ? looseCanonical(value) : value === undefined ? '' : canonical(value);

/** Position of the output, and the item for it. */
function compared(state: OwnState, itemA: Item, itemB: Item, positions: number[]): [number, Item] {
  const jsonA = isObject(itemA.json) ? itemA.json : { value: itemA.json };
  const jsonB = isObject(itemB.json) ? itemB.json : { value: itemB.json };
  const [a, b] = [without(state, jsonA), without(state, jsonB)];
  // Keys of other names are equal by the other rule.
  const keyNames = new Set(
    state.keys.filter((key) => key.a !== key.b).flatMap((key) => [topOf(state, key.a), topOf(state, key.b)]),
  );
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => !keyNames.has(name));
  const differing = names.filter((name) => textOf(state, own(a, name)) !== textOf(state, own(b, name)));
  const files = filesOf(itemA, itemB);
  const item = (json: Json): Item =>
    files === undefined ? { json, from: positions } : { json, files, from: positions };
  if (differing.length === 0) return [1, item(state.version === 'b' ? itemB.json : itemA.json)];
  if (state.version !== 'both') return [2, item(chosen(state, jsonA, jsonB, differing))];
  const keys: JsonObject = {};
  for (const key of state.keys) put(keys, key.a, getPath(itemA.json, pathOf(state, key.a)) ?? null);
  const same: JsonObject = {};
  const different: JsonObject = {};
  const skipped: JsonObject = {};
  for (const name of names) {
    if (differing.includes(name)) put(different, name, { a: own(a, name) ?? null, b: own(b, name) ?? null });
    else if (!Object.hasOwn(keys, name)) put(same, name, own(a, name) as Json);
  }
  for (const path of state.skip) {
    const keys = pathOf(state, path);
    put(skipped, path, { a: getPath(jsonA, keys) ?? null, b: getPath(jsonB, keys) ?? null });
  }
  return [2, item({ keys, same, different, ...(state.skip.length === 0 ? {} : { skipped }) })];
}

const topOf = (state: OwnState, path: string): string => String(pathOf(state, path)[0] ?? '');
const own = (json: JsonObject, name: string): Json | undefined => (Object.hasOwn(json, name) ? json[name] : undefined);

function without(state: OwnState, json: JsonObject): JsonObject {
  let out: Json = json;
  for (const path of state.skip) out = unsetPath(out, pathOf(state, path));
  return out as JsonObject;
}

/** The version that is kept, with the fields of `except` from the other. */
function chosen(state: OwnState, a: JsonObject, b: JsonObject, differing: readonly string[]): JsonObject {
  const [kept, other] = state.version === 'a' ? [a, b] : [b, a];
  const out: JsonObject = { ...kept };
  for (const name of state.except) {
    if (!differing.includes(name)) continue;
    const value = own(other, name);
    if (value === undefined) delete out[name];
    else put(out, name, value);
  }
  return out;
}

function filesOf(a: Item, b: Item): Record<string, FileRef> | undefined {
  if (a.files === undefined && b.files === undefined) return undefined;
  return Object.fromEntries([...Object.entries(a.files ?? {}), ...Object.entries(b.files ?? {})]);
}
