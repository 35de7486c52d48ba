/** Owns the work of Remove duplicates: which of equal items stays. Holds the items that stay. Runs inside the isolate. */
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { FoldModule } from '@rondo/core/model/node-type.ts';
import { from, inParts, keptFields } from '../kit/items.ts';
import { canonical, looseCanonical } from '../kit/order.ts';
import { getPath, isObject } from '../kit/paths.ts';
import { readChoice, readFlag, readTextList, wrongParameter } from '../kit/read.ts';

interface State {
  compare: (typeof COMPARE)[number];
  names: string[];
  loose: boolean;
  last: boolean;
  kept: Map<string, Item>;
  removed: Item[];
  seen: number;
}

const COMPARE = ['all', 'selected', 'except'] as const;
const SIDES = ['first', 'last'] as const;

export function begin(params: Record<string, Json>): State {
  const compare = readChoice(params, 'compare', COMPARE, 'all');
  const names = readTextList(params, 'names', []);
  if (compare === 'selected' && names.length === 0) {
    wrongParameter('names', 'a list of at least one path with compare: selected', params.names ?? null);
  }
  return {
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
  const position = state.seen;
  state.seen += 1;
  const key = keyOf(state, Object.hasOwn(params, 'by') ? (params.by ?? null) : undefined, item);
  const own = from(item, position);
  const earlier = state.kept.get(key);
  if (earlier === undefined) state.kept.set(key, own);
  else if (state.last) {
    state.removed.push(earlier);
    // Deleted first, so that it takes the later place.
    state.kept.delete(key);
    state.kept.set(key, own);
  } else state.removed.push(own);
};

function keyOf(state: State, by: Json | undefined, item: Item): string {
  const text = state.loose ? looseCanonical : canonical;
  if (by !== undefined) return text(by);
  if (state.compare === 'selected') return JSON.stringify(state.names.map((name) => text(getPath(item.json, name))));
  const value = state.compare === 'except' ? keptFields(item.json, 'except', state.names) : item.json;
  if (!state.loose || !isObject(value)) return text(value);
  // Loosely, the fields are compared one by one.
  return JSON.stringify(
    Object.keys(value)
      .sort()
      .map((key) => [key, text(value[key])]),
  );
}

export function* end(state: State): Generator<Item[][]> {
  yield* inParts(state.kept.values());
  for (const [removed = []] of inParts(state.removed)) yield [[], removed];
}
