/**
 * Owns the work of Merge: which items belong together. How their fields are put together is in
 * kit/combine.ts. Holds the items of its inputs (of one input with choose). Runs inside the isolate.
 */
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { FoldModule } from '@rondo/core/model/node-type.ts';
import { CLASHES, combine, type Combination, type Piece } from '../kit/combine.ts';
import { inParts } from '../kit/items.ts';
import { canonical, looseCanonical } from '../kit/order.ts';
import { getPath, isObject } from '../kit/paths.ts';
import { readChoice, readFlag, readInteger, readList, wrongParameter } from '../kit/read.ts';

const MODES = ['append', 'position', 'key', 'cross', 'choose'] as const;
const JOINS = ['inner', 'left', 'outer', 'anti'] as const;
const MATCHES = ['all', 'first'] as const;

interface Key {
  left: string;
  right: string;
}

interface State {
  mode: (typeof MODES)[number];
  join: (typeof JOINS)[number];
  firstOnly: boolean;
  loose: boolean;
  unpaired: boolean;
  keys: Key[];
  /** With choose: the port that is taken, from 0. */
  take: number;
  combination: Combination;
  lists: Item[][];
  /** Items that came by each port. */
  counts: number[];
}

export function begin(params: Record<string, Json>): State {
  const count = readInteger(params, 'inputs', 2, 10, 2);
  const mode = readChoice(params, 'mode', MODES, 'append');
  const keys = readList(params, 'keys', []).map(keyOf);
  if (mode === 'key') {
    if (count !== 2)
      wrongParameter('inputs', '2 with mode key', count, 'Join two inputs, then join the result with the third.');
    if (keys.length === 0) wrongParameter('keys', 'a list of at least one path with mode key', params.keys ?? null);
  }
  const shared = keys.filter((key) => key.left === key.right).map((key) => key.left);
  return {
    mode,
    join: readChoice(params, 'join', JOINS, 'inner'),
    firstOnly: readChoice(params, 'matches', MATCHES, 'all') === 'first',
    loose: readFlag(params, 'loose', false),
    unpaired: readFlag(params, 'unpaired', false),
    keys,
    take: readInteger(params, 'take', 1, mode === 'choose' ? count : 10, 1) - 1,
    combination: {
      clash: readChoice(params, 'clash', CLASHES, 'last'),
      deep: readFlag(params, 'deep', false),
      keepFilled: readFlag(params, 'keepFilled', false),
      shared: new Set(mode === 'key' ? shared : []),
    },
    lists: Array.from({ length: count }, () => []),
    counts: Array.from({ length: count }, () => 0),
  };
}

function keyOf(value: Json, index: number): Key {
  if (typeof value === 'string') return { left: value, right: value };
  if (isObject(value) && typeof value.left === 'string' && typeof value.right === 'string') {
    return { left: value.left, right: value.right };
  }
  return wrongParameter(`keys[${index}]`, 'a path or { left, right }', value);
}

export const add: FoldModule<State>['add'] = (state, { item, port }) => {
  state.counts[port] = (state.counts[port] ?? 0) + 1;
  if (state.mode !== 'choose' || port === state.take) (state.lists[port] ??= []).push(item);
};

export function end(state: State): Iterable<Item[][]> {
  return inParts(answers(state));
}

function* answers(state: State): Generator<Item> {
  const { lists, combination } = state;
  // Lineage counts the items of all inputs, one input after the other.
  const starts: number[] = [];
  let start = 0;
  for (const count of state.counts) {
    starts.push(start);
    start += count;
  }
  const piece = (port: number, at: number): Piece => ({
    item: lists[port]?.[at] as Item,
    port,
    position: (starts[port] ?? 0) + at,
  });
  const alone = (port: number, at: number): Item => combine([piece(port, at)], combination);
  switch (state.mode) {
    case 'append':
      for (const [port, list] of lists.entries()) for (const at of list.keys()) yield alone(port, at);
      return;
    case 'choose':
      for (const at of lists[state.take]?.keys() ?? []) yield alone(state.take, at);
      return;
    case 'position': {
      const lengths = lists.map((list) => list.length);
      const count = state.unpaired ? Math.max(...lengths) : Math.min(...lengths);
      for (let at = 0; at < count; at += 1) {
        const pieces: Piece[] = [];
        for (const [port, list] of lists.entries()) if (at < list.length) pieces.push(piece(port, at));
        yield combine(pieces, combination);
      }
      return;
    }
    case 'cross':
      yield* cross(lists, (pieces) => combine(pieces, combination), piece);
      return;
    case 'key':
      yield* joined(state, piece);
  }
}

/** Every item of the first input with every one of the second, and so on; the last input turns fastest. */
function* cross(
  lists: Item[][],
  make: (pieces: Piece[]) => Item,
  piece: (port: number, at: number) => Piece,
  chosen: Piece[] = [],
): Generator<Item> {
  const port = chosen.length;
  if (port === lists.length) {
    yield make(chosen);
    return;
  }
  for (const at of lists[port]?.keys() ?? []) yield* cross(lists, make, piece, [...chosen, piece(port, at)]);
}

function* joined(state: State, piece: (port: number, at: number) => Piece): Generator<Item> {
  const [left = [], right = []] = state.lists;
  const partners = new Map<string, number[]>();
  for (const [at, item] of right.entries()) {
    const key = keyText(state, item, 'right');
    if (key === null) continue;
    const known = partners.get(key);
    if (known === undefined) partners.set(key, [at]);
    else known.push(at);
  }
  const paired = new Set<number>();
  for (const [at, item] of left.entries()) {
    const key = keyText(state, item, 'left');
    const found = key === null ? undefined : partners.get(key);
    if (found === undefined) {
      if (state.join !== 'inner') yield combine([piece(0, at)], state.combination);
      continue;
    }
    if (state.join === 'anti') continue;
    for (const other of state.firstOnly ? found.slice(0, 1) : found) {
      paired.add(other);
      yield combine([piece(0, at), piece(1, other)], state.combination);
    }
  }
  if (state.join !== 'outer') return;
  for (const at of right.keys()) if (!paired.has(at)) yield combine([piece(1, at)], state.combination);
}

/** Null when a key is missing. */
function keyText(state: State, item: Item, side: 'left' | 'right'): string | null {
  const values: string[] = [];
  for (const key of state.keys) {
    const value = getPath(item.json, key[side]);
    if (value === undefined) return null;
    values.push(state.loose ? looseCanonical(value) : canonical(value));
  }
  return JSON.stringify(values);
}
