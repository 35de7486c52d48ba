/** Owns the work of Limit: never holds more than max items. Runs inside the isolate. */
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { FoldModule } from '@rondo/core/model/node-type.ts';
import { from, inParts } from '../kit/items.ts';
import { readChoice, readInteger } from '../kit/read.ts';

interface State {
  max: number;
  last: boolean;
  /** With last a ring: the next place to write is seen % max. */
  items: Item[];
  seen: number;
}

const SIDES = ['first', 'last'] as const;

export function begin(params: Record<string, Json>): State {
  // A number that an expression gives as text is as good.
  const { max } = params;
  const given = typeof max === 'string' && /^\s*\d+\s*$/.test(max) ? { max: Number(max) } : params;
  return {
    max: readInteger(given, 'max', 0, Number.MAX_SAFE_INTEGER, 1),
    last: readChoice(params, 'keep', SIDES, 'first') === 'last',
    items: [],
    seen: 0,
  };
}

export const add: FoldModule<State>['add'] = (state, { item }) => {
  const at = state.seen;
  state.seen += 1;
  if (state.max === 0) return;
  if (at < state.max) state.items.push(from(item, at));
  else if (state.last) state.items[at % state.max] = from(item, at);
};

export function end(state: State): Iterable<Item[][]> {
  const { items, max, seen } = state;
  const oldest = state.last && seen > max && max > 0 ? seen % max : 0;
  return inParts(oldest === 0 ? items : [...items.slice(oldest), ...items.slice(0, oldest)]);
}
