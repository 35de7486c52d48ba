/**
 * Owns the work of Merge: which items belong together. How their fields are put together is in
 * kit/combine.ts. Holds the items of its inputs (of one input with choose). Runs inside the isolate.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { FoldModule } from '@rondo/core/model/node-type.ts';
import { CLASHES, combine, type Combination, type Piece } from '../kit/combine.ts';
import { inParts } from '../kit/items.ts';
import { canonical, looseCanonical } from '../kit/order.ts';
import { splitNames } from '../kit/n8n-values.ts';
import { getPath, isObject, putPath, type Path } from '../kit/paths.ts';
import { readChoice, readFlag, readInteger, readText, wrongParameter } from '../kit/read.ts';
import { answersAsN8n, beginAsN8n, type N8nState } from './n8n.ts';
import { answersOfSql, beginAsSql, type SqlState } from './sql.ts';

const MODES = ['append', 'position', 'key', 'cross', 'choose', 'first', 'sql'] as const;
const JOINS = ['inner', 'left', 'right', 'outer', 'anti'] as const;
const SIDES = ['both', 'input1', 'input2'] as const;
const MOST_ITEMS = 10_000_000;
const MATCHES = ['all', 'first'] as const;
const SEMANTICS = ['rondo', 'n8n', 'n8n-2.1', 'n8n-2'] as const;

interface Key {
  left: string;
  right: string;
}

interface State {
  mode: (typeof MODES)[number];
  join: (typeof JOINS)[number];
  firstOnly: boolean;
  loose: boolean;
  /** Which inputs the answer of a join is made of. */
  side: (typeof SIDES)[number];
  sourceField: string | null;
  /** Most items that pairing may give. */
  most: number;
  unpaired: boolean;
  keys: Key[];
  dotted: boolean;
  /** With choose: the port that is taken, from 0; -1: an empty item instead. */
  take: number;
  combination: Combination;
  lists: Item[][];
  /** Items that came by each port. */
  counts: number[];
  /** By the rules of n8n; then nothing else counts. */
  n8n: N8nState | null;
  /** By a query; then nothing else counts. */
  sql: SqlState | null;
}

export function begin(params: Record<string, Json>): State {
  const count = readInteger(params, 'inputs', 2, 10, 2);
  const mode = readChoice(params, 'mode', MODES, 'append');
  const semantics = readChoice(params, 'semantics', SEMANTICS, 'rondo');
  const keys = keysOf(params.keys ?? []);
  if (mode === 'key') {
    if (count !== 2)
      wrongParameter('inputs', '2 with mode key', count, 'Join two inputs, then join the result with the third.');
    if (keys.length === 0) wrongParameter('keys', 'a list of at least one path with mode key', params.keys ?? null);
  }
  const join = readChoice(params, 'join', JOINS, 'inner');
  const most = readInteger(params, 'maxItems', 1, MOST_ITEMS, 1_000_000);
  const shared = keys.filter((key) => key.left === key.right).map((key) => key.left);
  return {
    mode,
    join,
    side: readChoice(params, 'side', SIDES, join === 'anti' ? 'input1' : 'both'),
    sourceField:
      params.sourceField === undefined || params.sourceField === null ? null : readText(params, 'sourceField'),
    most,
    firstOnly: readChoice(params, 'matches', MATCHES, 'all') === 'first',
    loose: readFlag(params, 'loose', false),
    unpaired: readFlag(params, 'unpaired', false),
    keys,
    dotted: readFlag(params, 'dotPaths', true),
    take: readFlag(params, 'empty', false) ? -1 : readInteger(params, 'take', 1, mode === 'choose' ? count : 10, 1) - 1,
    combination: {
      clash: readChoice(params, 'clash', CLASHES, 'last'),
      deep: readFlag(params, 'deep', false),
      keepFilled: readFlag(params, 'keepFilled', false),
      shared: new Set(mode === 'key' ? shared : []),
    },
    lists: Array.from({ length: count }, () => []),
    counts: Array.from({ length: count }, () => 0),
    n8n: semantics === 'rondo' ? null : beginAsN8n(params, semantics),
    sql: mode === 'sql' ? beginAsSql(params, count, most) : null,
  };
}

function keysOf(given: Json): Key[] {
  const list = typeof given === 'string' ? splitNames(given) : given;
  return Array.isArray(list) ? list.map(keyOf) : wrongParameter('keys', 'a list, or a text with commas', given);
}

function keyOf(value: Json, index: number): Key {
  if (typeof value === 'string') return { left: value, right: value };
  if (isObject(value) && typeof value.left === 'string' && typeof value.right === 'string') {
    return { left: value.left, right: value.right };
  }
  return wrongParameter(`keys[${index}]`, 'a path or { left, right }', value);
}

export const add: FoldModule<State>['add'] = (state, { item, port }) => {
  if (state.n8n !== null) {
    state.n8n.lists[port]?.push(item);
    return;
  }
  if (state.sql !== null) {
    state.sql.lists[port]?.push(item);
    return;
  }
  state.counts[port] = (state.counts[port] ?? 0) + 1;
  if (state.mode !== 'choose' || port === state.take) (state.lists[port] ??= []).push(item);
};

export function end(state: State): Iterable<Item[][]> {
  if (state.sql !== null) return inParts(answersOfSql(state.sql));
  return inParts(state.n8n === null ? answers(state) : answersAsN8n(state.n8n));
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
      if (state.take < 0) yield { json: {}, from: Array.from({ length: start }, (_, at) => at) };
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
    case 'first': {
      const port = lists.findIndex((list) => list.length > 0);
      for (const at of lists[port]?.keys() ?? []) yield alone(port, at);
      return;
    }
    case 'cross':
      checkCount(
        state,
        lists.reduce((product, list) => product * list.length, 1),
      );
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

/** Said before the first item is made: what is too much would fill memory and disk for long. */
function checkCount(state: State, count: number): void {
  if (count <= state.most) return;
  const fix =
    'Narrow the inputs, use more keys or matches: first, or raise maxItems ' +
    `(at most ${MOST_ITEMS}) if so many are meant.`;
  const message = `Merge would make ${count} items of its inputs; maxItems allows ${state.most}.`;
  throw new FailureError(failure('limit-reached', message, { retry: 'no', fix }));
}

type PieceOf = (port: number, at: number) => Piece;

/** Positions of the other input's items by key. */
function positionsByKey(state: State, port: 0 | 1): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const [at, item] of (state.lists[port] ?? []).entries()) {
    const key = keyText(state, item, port);
    if (key === null) continue;
    const known = found.get(key);
    if (known === undefined) found.set(key, [at]);
    else known.push(at);
  }
  return found;
}

function* joined(state: State, piece: PieceOf): Generator<Item> {
  const { join, side, combination } = state;
  // A right join goes along input2, so that its items keep their order.
  const near = join === 'right' ? 1 : 0;
  const far = near === 0 ? 1 : 0;
  const partners = positionsByKey(state, far);
  const nearItems = state.lists[near] ?? [];
  const found = nearItems.map((item): readonly number[] => {
    const key = keyText(state, item, near);
    const all = key === null ? [] : (partners.get(key) ?? []);
    // Whether there is a partner at all does not depend on how many are taken.
    return state.firstOnly && join !== 'anti' ? all.slice(0, 1) : all;
  });
  const alone = (port: number, at: number): Item => sourced(state, port, combine([piece(port, at)], combination));
  const paired = new Set<number>();
  // Items with equal keys share one list of partners: going through it for each would be as much work as all pairs.
  for (const others of new Set(found)) for (const other of others) paired.add(other);
  if (join === 'anti') {
    const all = [found, (state.lists[1] ?? []).map((_, at) => (paired.has(at) ? [at] : []))];
    for (const [port, list] of all.entries()) {
      if (side === (port === 0 ? 'input2' : 'input1')) continue;
      for (const [at, others] of list.entries()) if (others.length === 0) yield alone(port, at);
    }
    return;
  }
  const onlyFar = side === (far === 1 ? 'input2' : 'input1');
  checkCount(state, side === 'both' ? found.reduce((sum, others) => sum + Math.max(1, others.length), 0) : 0);
  const given = new Set<number>();
  const seen = new Set<readonly number[]>();
  for (const [at, others] of found.entries()) {
    if (others.length === 0) {
      if (join !== 'inner' && !onlyFar) yield alone(near, at);
    } else if (side === 'both') {
      for (const other of others) {
        const pieces = near === 0 ? [piece(0, at), piece(1, other)] : [piece(0, other), piece(1, at)];
        yield combine(pieces, combination);
      }
    } else if (onlyFar) {
      // Without the fields of the other input the same item several times says nothing.
      if (seen.has(others)) continue;
      seen.add(others);
      for (const other of others) if (!given.has(other)) yield alone(far, other);
      for (const other of others) given.add(other);
    } else yield alone(near, at);
  }
  if (join !== 'outer' || side === 'input1') return;
  for (const at of (state.lists[far] ?? []).keys()) if (!paired.has(at)) yield alone(far, at);
}

/** With sourceField the item says which input it came by. */
function sourced(state: State, port: number, item: Item): Item {
  if (state.sourceField === null || !isObject(item.json)) return item;
  const json = { ...item.json };
  putPath(json, state.sourceField, `input${port + 1}`);
  return { ...item, json };
}

/** Null when a key is missing. */
function keyText(state: State, item: Item, port: 0 | 1): string | null {
  const values: string[] = [];
  for (const key of state.keys) {
    const name = port === 0 ? key.left : key.right;
    const path: string | Path = state.dotted ? name : [name];
    const value = getPath(item.json, path);
    if (value === undefined) return null;
    values.push(state.loose ? looseCanonical(value) : canonical(value));
  }
  return JSON.stringify(values);
}
