/**
 * Owns changing a JSON value at a place: what a field of the form does to the definition. Pure; what does not change
 * keeps its identity. Does not know what the places mean.
 */
export type Path = readonly (string | number)[];

export interface Edit {
  path: Path;
  /** Undefined takes the place away. */
  value?: unknown;
}

const isBranch = (value: unknown): value is Record<string | number, unknown> =>
  value !== null && typeof value === 'object';

export function valueAt(root: unknown, path: Path): unknown {
  let at = root;
  for (const key of path) {
    if (!isBranch(at) || !Object.hasOwn(at, key)) return undefined;
    at = at[key];
  }
  return at;
}

/** Objects and lists on the way are made; a list takes a value at its end. */
export function withValue<T>(root: T, path: Path, value: unknown): T {
  const [key, ...rest] = path;
  if (key === undefined) return value as T;
  if (Array.isArray(root)) {
    const at = Number(key);
    if (rest.length === 0 && value === undefined) return root.filter((_, index) => index !== at) as T;
    const next = [...(root as unknown[])];
    next[at] = withValue(next[at], rest, value);
    return next as T;
  }
  const object: Record<string | number, unknown> = isBranch(root) ? root : {};
  const had = Object.hasOwn(object, key) ? object[key] : undefined;
  if (rest.length === 0) {
    if (value === undefined) return (Object.hasOwn(object, key) ? without(object, String(key)) : root) as T;
    return put(object, String(key), value) as T;
  }
  if (had === undefined && value === undefined) return root;
  const inner = withValue(had ?? (typeof rest[0] === 'number' ? [] : {}), rest, value);
  return inner === had ? root : (put(object, String(key), inner) as T);
}

/** Also for keys such as `__proto__`, which an assignment would not make. */
function put(object: Record<string, unknown>, key: string, value: unknown): Record<string, unknown> {
  if (Object.hasOwn(object, key))
    return Object.fromEntries(Object.entries(object).map(([name, one]) => [name, name === key ? value : one]));
  return Object.fromEntries([...Object.entries(object), [key, value]]);
}

const without = (object: Record<string, unknown>, key: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));

/** Sections of a node that are not kept when nothing is left in them. */
const SECTIONS: ReadonlySet<string> = new Set(['loop', 'with', 'retry', 'rate', 'tolerate']);

export function withEdits<T>(root: T, edits: readonly Edit[]): T {
  let next = root;
  for (const { path, value } of edits) {
    next = withValue(next, path, value);
    if (value !== undefined) continue;
    for (let length = path.length - 1; length > 0; length -= 1) {
      const outer = path.slice(0, length);
      const left = valueAt(next, outer);
      if (!SECTIONS.has(String(outer.at(-1))) || !isBranch(left) || Object.keys(left).length > 0) break;
      next = withValue(next, outer, undefined);
    }
  }
  return next;
}

/** A key under another name, in its place. */
export function withKey(object: Record<string, unknown>, from: string, to: string): Record<string, unknown> {
  if (from === to || Object.hasOwn(object, to)) return object;
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name === from ? to : name, value]));
}
