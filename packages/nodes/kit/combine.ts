/**
 * Owns putting the fields of several items into one, and what happens where names clash.
 * Which items belong together is the caller's. Runs inside the isolate.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { FileRef, Item, Json } from '@rondo/core/model/item.ts';
import { isObject, put, type JsonObject } from './paths.ts';
import { kindOf } from './read.ts';

export const CLASHES = ['last', 'first', 'suffix', 'suffix-all'] as const;

export interface Combination {
  clash: (typeof CLASHES)[number];
  deep: boolean;
  /** null and empty text do not replace a value. */
  keepFilled: boolean;
  /** Fields that are equal in all items: they never clash. */
  shared: ReadonlySet<string>;
}

export interface Piece {
  item: Item;
  /** Input it came by, from 0. */
  port: number;
  /** Among the items of all inputs. */
  position: number;
}

/** One item of all pieces. A single piece stays as it is, whatever its value. */
export function combine(pieces: readonly Piece[], how: Combination): Item {
  const from = pieces.map((piece) => piece.position);
  const files = filesOf(pieces, how);
  const [only] = pieces;
  const suffixed = how.clash === 'suffix' || how.clash === 'suffix-all';
  const json: Json =
    pieces.length === 1 && only !== undefined
      ? only.item.json
      : suffixed
        ? withSuffixes(pieces, how)
        : pieces.map(objectOf).reduce((a, b) => merge(a, b, how));
  return files === undefined ? { json, from } : { json, files, from };
}

function objectOf({ item, port }: Piece): JsonObject {
  if (isObject(item.json)) return item.json;
  const fix = 'Give the value a name first, with a Set node: fields: { value: "{{ $json }}" }.';
  const message = `An item of input${port + 1} is ${kindOf(item.json)}; only objects can be merged.`;
  throw new FailureError(failure('wrong-type', message, { retry: 'no', fix }));
}

const isBlank = (value: Json | undefined): boolean => value === undefined || value === null || value === '';

/** `a` with the fields of `b`; the order of keys is that of their first occurrence. */
function merge(a: JsonObject, b: JsonObject, how: Combination): JsonObject {
  const out: JsonObject = { ...a };
  for (const key of Object.keys(b)) {
    const theirs = b[key] as Json;
    put(out, key, Object.hasOwn(out, key) ? settle(out[key] as Json, theirs, how) : theirs);
  }
  return out;
}

function settle(mine: Json, theirs: Json, how: Combination): Json {
  if (how.deep && isObject(mine) && isObject(theirs)) return merge(mine, theirs, how);
  if (how.deep && Array.isArray(mine) && Array.isArray(theirs)) {
    const length = Math.max(mine.length, theirs.length);
    return Array.from({ length }, (_, i): Json => {
      if (i >= mine.length) return theirs[i] as Json;
      return i >= theirs.length ? (mine[i] as Json) : settle(mine[i] as Json, theirs[i] as Json, how);
    });
  }
  const [winner, loser] = how.clash === 'first' ? [mine, theirs] : [theirs, mine];
  return how.keepFilled && isBlank(winner) ? loser : winner;
}

function withSuffixes(pieces: readonly Piece[], how: Combination): JsonObject {
  const objects = pieces.map(objectOf);
  const owners = new Map<string, number>();
  for (const object of objects) for (const key of Object.keys(object)) owners.set(key, (owners.get(key) ?? 0) + 1);
  const out: JsonObject = {};
  for (const [i, object] of objects.entries()) {
    for (const key of Object.keys(object)) {
      const clashes = how.clash === 'suffix-all' || ((owners.get(key) ?? 0) > 1 && !how.shared.has(key));
      put(out, clashes ? `${key}_${(pieces[i] as Piece).port + 1}` : key, object[key] as Json);
    }
  }
  return out;
}

function filesOf(pieces: readonly Piece[], how: Combination): Record<string, FileRef> | undefined {
  const given = pieces.flatMap((piece) => (piece.item.files === undefined ? [] : [piece.item.files]));
  if (given.length === 0) return undefined;
  return Object.fromEntries(
    (how.clash === 'first' ? given.reverse() : given).flatMap((files) => Object.entries(files)),
  );
}
