/** Owns the work of Remove duplicates: which of equal items stays. Holds the items that stay. Runs inside the isolate. */
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { FoldModule } from '@rondo/core/model/node-type.ts';
import { from, inParts, keptFields } from '../kit/items.ts';
import { canonical, looseCanonical } from '../kit/order.ts';
import { getPath, isObject } from '../kit/paths.ts';
import { readChoice, readFlag, readTextList, wrongParameter } from '../kit/read.ts';
import { beginAsN8n, endAsN8n, type N8nState } from './n8n.ts';

type State = OwnState | N8nState;

interface OwnState {
  rules: 'rondo';
  dotted: boolean;
  onlyCompared: boolean;
  compare: (typeof COMPARE)[number];
  names: string[];
  loose: boolean;
  last: boolean;
  kept: Map<string, Item>;
  removed: Item[];
  seen: number;
}

const SEMANTICS = ['rondo', 'n8n', 'n8n-1', 'n8n-lists'] as const;
const COMPARE = ['all', 'selected', 'except'] as const;
const SIDES = ['first', 'last'] as const;

export function begin(params: Record<string, Json>): State {
  const semantics = readChoice(params, 'semantics', SEMANTICS, 'rondo');
  return semantics === 'rondo' ? beginOwn(params) : beginAsN8n(params, semantics);
}

function beginOwn(params: Record<string, Json>): OwnState {
  const compare = readChoice(params, 'compare', COMPARE, 'all');
  const names = readTextList(params, 'names', []);
  if (compare === 'selected' && names.length === 0) {
    wrongParameter('names', 'a list of at least one path with compare: selected', params.names ?? null);
  }
  return {
    rules: 'rondo',
    dotted: readFlag(params, 'dotPaths', true),
    onlyCompared: readFlag(params, 'onlyCompared', false),
    compare,
    names,
    loose: readFlag(params, 'loose', false),
    last: readChoice(params, 'keep', SIDES, 'first') === 'last',
    kept: new Map(),
    removed: [],
    seen: 0,
  };
}

export const add: FoldModule<State>['add'] = (state, { params, item }) => {
  if (state.rules !== 'rondo') {
    state.items.push(item);
    return;
  }
  const position = state.seen;
  state.seen += 1;
  const key = keyOf(state, Object.hasOwn(params, 'by') ? (params.by ?? null) : undefined, item);
  const own = from(reduced(state, item), position);
  const earlier = state.kept.get(key);
  if (earlier === undefined) state.kept.set(key, own);
  else if (state.last) {
    state.removed.push(earlier);
    // Deleted first, so that it takes the later place.
    state.kept.delete(key);
    state.kept.set(key, own);
  } else state.removed.push(own);
};

/** The item with the fields that stay. */
function reduced(state: OwnState, item: Item): Item {
  if (!state.onlyCompared || state.compare === 'all') return item;
  return { ...item, json: keptFields(item.json, state.compare, state.names, state.dotted) };
}

function keyOf(state: OwnState, by: Json | undefined, item: Item): string {
  const text = state.loose ? looseCanonical : canonical;
  if (by !== undefined) return text(by);
  if (state.compare === 'selected') {
    const names = state.dotted ? state.names : state.names.map((name) => [name]);
    return JSON.stringify(names.map((name) => text(getPath(item.json, name))));
  }
  const value = state.compare === 'except' ? keptFields(item.json, 'except', state.names, state.dotted) : item.json;
  if (!state.loose || !isObject(value)) return text(value);
  // Loosely, the fields are compared one by one.
  return JSON.stringify(
    Object.keys(value)
      .sort()
      .map((key) => [key, text(value[key])]),
  );
}

export function* end(state: State): Generator<Item[][]> {
  if (state.rules !== 'rondo') {
    if (state.items.length > 0) yield* inParts(endAsN8n(state));
    return;
  }
  yield* inParts(state.kept.values());
  for (const [removed = []] of inParts(state.removed)) yield [[], removed];
}
