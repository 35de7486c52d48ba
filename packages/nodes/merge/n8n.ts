/**
 * Owns Merge by the rules of n8n: which items belong together, in which order they come, whose fields win. Holds the
 * items of all inputs. Runs inside the isolate.
 */
import type { FileRef, Item, Json } from '@rondo/core/model/item.ts';
import { fieldOf, isAlike, isEqual, refuseAsN8n, splitNames } from '../kit/n8n-values.ts';
import { canonical } from '../kit/order.ts';
import { isObject, put, type JsonObject } from '../kit/paths.ts';
import { readChoice, readFlag, readInteger, wrongParameter } from '../kit/read.ts';

/** `n8n` is version 3. */
type N8nMerge = 'n8n' | 'n8n-2' | 'n8n-2.1';

const MODES = ['append', 'position', 'key', 'cross', 'choose'] as const;
const JOINS = ['inner', 'left', 'right', 'outer', 'anti'] as const;
const SIDES = ['both', 'input1', 'input2'] as const;
const CLASHES = ['last', 'first', 'suffix-all'] as const;

interface Key {
  left: string;
  right: string;
}

export interface N8nState {
  rules: N8nMerge;
  mode: (typeof MODES)[number];
  keys: Key[];
  join: (typeof JOINS)[number];
  side: (typeof SIDES)[number];
  firstOnly: boolean;
  loose: boolean;
  dotted: boolean;
  unpaired: boolean;
  /** The input that is given; -1: one empty item. */
  take: number;
  /** Null: as the join wants it. */
  clash: (typeof CLASHES)[number] | null;
  /** By position: whose fields win. */
  prefer: number;
  deep: boolean;
  keepFilled: boolean;
  lists: Item[][];
}

export function beginAsN8n(params: Record<string, Json>, rules: N8nMerge): N8nState {
  const count = readInteger(params, 'inputs', 2, 10, 2);
  const mode = readChoice(params, 'mode', MODES, 'append');
  const given = params.keys ?? [];
  const keys = typeof given === 'string' ? splitNames(given) : given;
  if (!Array.isArray(keys)) return wrongParameter('keys', 'a list, or a text with commas', given);
  if (mode === 'key' && keys.length === 0) {
    refuseAsN8n('You need to define at least one pair of fields in "Fields to Match" to match on');
  }
  return {
    rules,
    mode,
    keys: keys.map(keyOf),
    join: readChoice(params, 'join', JOINS, 'inner'),
    side: readChoice(params, 'side', SIDES, 'both'),
    firstOnly: readChoice(params, 'matches', ['all', 'first'], 'all') === 'first',
    loose: readFlag(params, 'loose', false),
    dotted: readFlag(params, 'dotPaths', true),
    unpaired: readFlag(params, 'unpaired', false),
    take: readFlag(params, 'empty', false) ? -1 : readInteger(params, 'take', 1, count, 1) - 1,
    clash: params.clash === undefined || params.clash === null ? null : readChoice(params, 'clash', CLASHES),
    prefer: readInteger(params, 'prefer', 1, count, count) - 1,
    deep: readFlag(params, 'deep', true),
    keepFilled: readFlag(params, 'keepFilled', false),
    lists: Array.from({ length: count }, () => []),
  };
}

function keyOf(value: Json, index: number): Key {
  if (typeof value === 'string') return { left: value, right: value };
  if (isObject(value) && typeof value.left === 'string' && typeof value.right === 'string') {
    return { left: value.left.trim(), right: value.right.trim() };
  }
  return wrongParameter(`keys[${index}]`, 'a path or { left, right }', value);
}

/** An item on its way: its fields may have got new names. */
interface Piece {
  json: JsonObject;
  files: Record<string, FileRef> | undefined;
  /** Among the items of all inputs. */
  position: number;
}

export function* answersAsN8n(state: N8nState): Generator<Item> {
  let position = 0;
  const inputs = state.lists.map((list) =>
    list.map((item): Piece => {
      const piece = { json: isObject(item.json) ? item.json : {}, files: item.files, position };
      position += 1;
      return piece;
    }),
  );
  switch (state.mode) {
    case 'append':
      for (const list of inputs) yield* alone(list);
      return;
    case 'choose':
      if (state.take >= 0) yield* alone(inputs[state.take] ?? []);
      else yield { json: {}, from: inputs.flat().map((piece) => piece.position) };
      return;
    case 'position':
      yield* state.rules === 'n8n' ? byPosition(state, inputs) : byPositionOfTwo(state, inputs);
      return;
    case 'cross': {
      const [first = [], second = []] = named(state, inputs);
      const [outer, inner] = state.clash === 'first' ? [second, first] : [first, second];
      for (const a of outer) for (const b of inner) yield merged(state, [a, b]);
      return;
    }
    case 'key':
      yield* byKey(state, inputs[0] ?? [], inputs[1] ?? []);
  }
}

function* alone(pieces: readonly Piece[]): Generator<Item> {
  for (const { json, files, position } of pieces)
    yield { json, ...(files === undefined ? {} : { files }), from: [position] };
}

/** With suffixes every field gets the number of its input. */
function named(state: N8nState, inputs: readonly Piece[][]): Piece[][] {
  if (state.clash !== 'suffix-all') return [...inputs];
  return inputs.map((list, i) => list.map((piece) => suffixed(piece, i + 1)));
}

function suffixed(piece: Piece, number: number): Piece {
  const json: JsonObject = {};
  for (const key of Object.keys(piece.json)) put(json, `${key}_${number}`, piece.json[key] as Json);
  return { ...piece, json };
}

/** The fields of the preferred input are set once more at the end, with their own names. */
function* byPosition(state: N8nState, inputs: readonly Piece[][]): Generator<Item> {
  const lengths = inputs.map((list) => list.length);
  const count = state.unpaired ? Math.max(...lengths) : Math.min(...lengths);
  const preferred = inputs[state.prefer] ?? [];
  const lists = named(state, inputs);
  for (let at = 0; at < count; at += 1) {
    const pieces = [...lists.map((list) => list[at]), preferred[at]].filter((piece) => piece !== undefined);
    yield merged(state, pieces);
  }
}

function* byPositionOfTwo(state: N8nState, inputs: readonly Piece[][]): Generator<Item> {
  const [first = [], second = []] = named(state, inputs);
  const [low, high] = state.clash === 'first' ? [second, first] : [first, second];
  if (low.length === 0 || high.length === 0) return yield* alone(low.length === 0 ? high : low);
  const count = state.unpaired ? Math.max(low.length, high.length) : Math.min(low.length, high.length);
  for (let at = 0; at < count; at += 1) {
    yield merged(
      state,
      [low[at], high[at]].filter((piece) => piece !== undefined),
    );
  }
}

function* byKey(state: N8nState, first: Piece[], second: Piece[]): Generator<Item> {
  const { join, side } = state;
  if (first.length === 0 || second.length === 0) {
    if (state.rules === 'n8n-2') return yield* alone(first.length === 0 ? second : first);
    if (join === 'inner' || (join === 'left' && first.length === 0) || (join === 'right' && second.length === 0))
      return;
    if (join === 'anti' && side !== 'both' && (side === 'input1') !== (second.length === 0)) return;
    yield* alone(first.length === 0 ? second : first);
    return;
  }
  const matched: [Piece, Piece[]][] = [];
  const left: Piece[] = [];
  const met = new Set<Piece>();
  const find = finder(state, second);
  for (const piece of first) {
    const partners = find(piece);
    for (const partner of partners) met.add(partner);
    if (partners.length === 0) left.push(piece);
    else matched.push([piece, partners]);
  }
  const right = second.filter((piece) => !met.has(piece));
  if (join === 'anti') {
    if (side !== 'input2') yield* alone(side === 'both' ? marked(left, 'input1') : left);
    if (side !== 'input1') yield* alone(side === 'both' ? marked(right, 'input2') : right);
    return;
  }
  if (join === 'inner' && side !== 'both') {
    yield* alone(side === 'input1' ? matched.map(([piece]) => piece) : second.filter((piece) => met.has(piece)));
    return;
  }
  for (const [piece, partners] of matched) {
    // An inner join is the pairs, and so is everything where fields of both are wanted.
    if (join === 'outer' && side !== 'both') yield pair(state, [piece], partners);
    else for (const partner of partners) yield pair(state, [piece], [partner]);
  }
  const [lone, others] = named(state, [left, right]);
  if (join === 'left' || join === 'outer') yield* alone(lone ?? []);
  if (join === 'right' || join === 'outer') yield* alone(others ?? []);
}

function marked(pieces: readonly Piece[], source: string): Piece[] {
  return pieces.map((piece) => ({ ...piece, json: { ...piece.json, _source: source } }));
}

function pair(state: N8nState, first: Piece[], second: Piece[]): Item {
  const [a = [], b = []] = named(state, [first, second]);
  const clash = state.clash ?? (state.join === 'right' ? 'first' : 'last');
  return merged(state, clash === 'first' ? [...b, ...a] : [...a, ...b]);
}

/** Items of the second input that fit one of the first. */
function finder(state: N8nState, second: Piece[]): (piece: Piece) => Piece[] {
  const { keys, dotted, loose, firstOnly } = state;
  const valuesOf = (piece: Piece, end: 'left' | 'right'): (Json | undefined)[] =>
    keys.map((key) => fieldOf(piece.json, key[end], dotted));
  if (loose) {
    const rows = second.map((piece) => ({ piece, values: valuesOf(piece, 'right') }));
    const equal = (a: Json | undefined, b: Json | undefined): boolean => isAlike(a, b, false);
    return (piece) => {
      const values = valuesOf(piece, 'left');
      if (values.includes(undefined)) return [];
      const found = rows.filter((row) => values.every((value, i) => equal(value, row.values[i])));
      return (firstOnly ? found.slice(0, 1) : found).map((row) => row.piece);
    };
  }
  const byText = new Map<string, { piece: Piece; values: (Json | undefined)[] }[]>();
  for (const piece of second) {
    const values = valuesOf(piece, 'right');
    const text = values.map(canonical).join();
    const known = byText.get(text);
    if (known === undefined) byText.set(text, [{ piece, values }]);
    else known.push({ piece, values });
  }
  return (piece) => {
    const values = valuesOf(piece, 'left');
    if (values.includes(undefined)) return [];
    const candidates = byText.get(values.map(canonical).join()) ?? [];
    const found = candidates.filter((row) => values.every((value, i) => isEqual(value, row.values[i])));
    return (firstOnly ? found.slice(0, 1) : found).map((row) => row.piece);
  };
}

/** One item of all; of equal names the last one wins. */
function merged(state: N8nState, pieces: readonly Piece[]): Item {
  let json: JsonObject = {};
  let files: Record<string, FileRef> | undefined;
  for (const piece of pieces) {
    json = over(json, piece.json, state);
    if (piece.files !== undefined) files = { ...files, ...piece.files };
  }
  const from = [...new Set(pieces.map((piece) => piece.position))].sort((a, b) => a - b);
  return files === undefined ? { json, from } : { json, files, from };
}

const isBlank = (value: Json | undefined): boolean => value === undefined || value === null || value === '';

function over(low: JsonObject, high: JsonObject, how: N8nState): JsonObject {
  const out: JsonObject = { ...low };
  for (const key of Object.keys(high)) {
    const value = high[key];
    if (value === undefined) continue;
    put(out, key, Object.hasOwn(out, key) ? settled(out[key] as Json, value, how) : value);
  }
  return out;
}

function settled(low: Json, high: Json, how: N8nState): Json {
  if (how.keepFilled && isBlank(high)) return low;
  if (!how.deep) return high;
  if (isObject(low) && isObject(high)) return over(low, high, how);
  if (Array.isArray(low) && Array.isArray(high)) {
    return Array.from({ length: Math.max(low.length, high.length) }, (_, i): Json => {
      if (i >= low.length) return high[i] as Json;
      return i >= high.length ? (low[i] as Json) : settled(low[i] as Json, high[i] as Json, how);
    });
  }
  return high;
}
