/**
 * Owns dot paths into JSON values: `a.b[0].c`, `a["x.y"]`. Reads own properties only and defines own
 * properties, so `__proto__` and `constructor` are keys like any other. Never changes what it is given:
 * a set answers a value that shares what was not touched. Runs inside the isolate.
 * Does not know items, nodes or templates.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';

export type JsonObject = { [key: string]: Json };
/** A number stands for a position that was written in brackets. */
export type Path = readonly (string | number)[];

/** Holes that setting a far position of a list may make; more is a mistake, and memory. */
const MOST_HOLES = 10_000;
const MOST_CACHED = 10_000;
const PART = /\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\['((?:[^'\\]|\\.)*)'\]/y;
const cache = new Map<string, Path>();

export function isObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Keys of a path. Every text is a path; brackets that do not close belong to the name. */
export function parsePath(text: string): Path {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const keys = text.includes('.') || text.includes('[') ? split(text) : [text];
  if (cache.size >= MOST_CACHED) cache.clear();
  cache.set(text, keys);
  return keys;
}

function split(text: string): Path {
  const keys: (string | number)[] = [];
  let name = '';
  let open = true;
  for (let at = 0; at < text.length; ) {
    const c = text[at];
    if (c === '[') {
      PART.lastIndex = at;
      const match = PART.exec(text);
      const after = match === null ? '' : text[at + match[0].length];
      if (match !== null && (after === undefined || after === '.' || after === '[')) {
        if (open && (name !== '' || at > 0)) keys.push(name);
        keys.push(match[1] === undefined ? unquote(match[2] ?? match[3] ?? '') : Number(match[1]));
        name = '';
        open = false;
        at += match[0].length;
        continue;
      }
    }
    if (c === '.') {
      if (open) keys.push(name);
      name = '';
      open = true;
    } else name += c;
    at += 1;
  }
  if (open) keys.push(name);
  return keys;
}

const unquote = (text: string): string => text.replace(/\\(.)/g, '$1');

/** Position that `key` means in a list; -1 when it is none. */
function position(key: string | number): number {
  if (typeof key === 'number') return key;
  return /^(0|[1-9]\d{0,9})$/.test(key) ? Number(key) : -1;
}

/** The value at the path, undefined when it is not there. */
export function getPath(root: unknown, path: string | Path): Json | undefined {
  const keys = typeof path === 'string' ? parsePath(path) : path;
  let value: unknown = root;
  for (const key of keys) {
    if (value === null || typeof value !== 'object') return undefined;
    if (Array.isArray(value)) value = value[position(key)];
    else if (Object.hasOwn(value, key)) value = (value as JsonObject)[key];
    else return undefined;
  }
  return value as Json | undefined;
}

/** Sets an own property whatever its name is. `target` must be the caller's own. */
export function put(target: JsonObject, key: string, value: Json): void {
  // A name that is inherited cannot be assigned safely: __proto__ is a setter, others may be frozen.
  if (key in target && !Object.hasOwn(target, key)) {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else target[key] = value;
}

/** Sets below `target`, which must be the caller's own; what lies deeper is copied on the way. */
export function putPath(target: JsonObject, path: string | Path, value: Json): void {
  const keys = typeof path === 'string' ? parsePath(path) : path;
  const first = String(keys[0] ?? '');
  if (keys.length <= 1) put(target, first, value);
  else put(target, first, placed(Object.hasOwn(target, first) ? target[first] : undefined, keys, 1, value));
}

/** `root` with the value at the path. Where a scalar or null stands in the way, it is replaced. */
export function setPath(root: Json | undefined, path: string | Path, value: Json): Json {
  return placed(root, typeof path === 'string' ? parsePath(path) : path, 0, value);
}

function placed(old: Json | undefined, keys: Path, depth: number, value: Json): Json {
  if (depth === keys.length) return value;
  const key = keys[depth] as string | number;
  if (Array.isArray(old) || (!isObject(old) && typeof key === 'number')) {
    const list: Json[] = Array.isArray(old) ? old.slice() : [];
    const at = position(key);
    if (at < 0) refuse(keys, `"${key}" is not a position of the list there`);
    if (at > list.length + MOST_HOLES) {
      refuse(keys, `position ${at} is more than ${MOST_HOLES} behind the end of the list`);
    }
    while (list.length < at) list.push(null);
    list[at] = placed(list[at], keys, depth + 1, value);
    return list;
  }
  const object: JsonObject = isObject(old) ? { ...old } : {};
  const name = String(key);
  put(object, name, placed(Object.hasOwn(object, name) ? object[name] : undefined, keys, depth + 1, value));
  return object;
}

function refuse(keys: Path, why: string): never {
  throw new FailureError(failure('node-failed', `Cannot set ${formatPath(keys)}: ${why}.`, { retry: 'no' }));
}

/** `root` without what is at the path; `root` itself when nothing is there. A list closes the gap. */
export function unsetPath(root: Json, path: string | Path): Json {
  const keys = typeof path === 'string' ? parsePath(path) : path;
  return getPath(root, keys) === undefined ? root : removed(root, keys, 0);
}

function removed(value: Json, keys: Path, depth: number): Json {
  const key = keys[depth] as string | number;
  const last = depth === keys.length - 1;
  if (Array.isArray(value)) {
    const list = value.slice();
    const at = position(key);
    if (last) list.splice(at, 1);
    else list[at] = removed(list[at] as Json, keys, depth + 1);
    return list;
  }
  const object = { ...(value as JsonObject) };
  const name = String(key);
  if (last) delete object[name];
  else put(object, name, removed(object[name] as Json, keys, depth + 1));
  return object;
}

/** Text that parsePath reads as these keys. */
export function formatPath(keys: Path): string {
  let text = '';
  for (const [i, key] of keys.entries()) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (key === '' || /[.[\]]/.test(key)) text += `["${key.replace(/["\\]/g, '\\$&')}"]`;
    else text += i === 0 ? key : `.${key}`;
  }
  return text;
}

/** The last name of a path: `order.lines[0].price` is about `price`. */
export function lastName(path: string): string {
  const keys = parsePath(path);
  for (let i = keys.length - 1; i >= 0; i -= 1) if (typeof keys[i] === 'string') return keys[i] as string;
  return path;
}
