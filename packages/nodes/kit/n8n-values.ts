/**
 * Owns how nodes with `semantics: n8n` read fields and compare values: what workflows imported from there rely on
 * and the other rules of this kit say differently. Runs inside the isolate.
 *
 * A name that is itself a field is that field, dots and all; only otherwise it is a path. Texts and lists have a
 * length. 1 and "1" differ, null and a missing field too.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { ParameterSpec } from '@rondo/core/model/node-type.ts';
import { getPath, isObject, parsePath, put, setPath, unsetPath, type JsonObject, type Path } from './paths.ts';
import { wrongParameter } from './read.ts';

/** `rondo` is the default; the others are the rules of imported workflows, which `description` says. */
export function semanticsParameter(rules: readonly string[], description: string): ParameterSpec {
  return {
    type: 'string',
    description: `Whose rules: rondo, or those of imported workflows. ${description}`,
    enum: ['rondo', ...rules],
    default: 'rondo',
  };
}

export function refuseAsN8n(message: string): never {
  throw new FailureError(failure('node-failed', message, { retry: 'no' }));
}

/** A list of names, or one text with commas between them. */
export function readNames(params: Record<string, Json>, name: string): string[] {
  const given = params[name] ?? [];
  if (typeof given === 'string') return splitNames(given);
  if (Array.isArray(given) && given.every((one) => typeof one === 'string')) return given;
  return wrongParameter(name, 'a list of texts', given);
}

export const splitNames = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

function keysIn(root: Json | undefined, name: string, dotted: boolean): Path {
  if (!dotted || (isObject(root) && Object.hasOwn(root, name))) return [name];
  // `a.0` makes a list where there is nothing, as `a[0]` does.
  const keys = parsePath(name);
  return keys.some(isPlace) ? keys.map((key) => (isPlace(key) ? Number(key) : key)) : keys;
}

const isPlace = (key: string | number): boolean => typeof key === 'string' && /^(?:0|[1-9]\d{0,8})$/.test(key);

/** The value of a field, undefined when it is not there. */
export function fieldOf(root: Json | undefined, name: string, dotted = true): Json | undefined {
  const keys = keysIn(root, name, dotted);
  const found = getPath(root, keys);
  if (found !== undefined || keys.length < 2 || keys.at(-1) !== 'length') return found;
  const owner = getPath(root, keys.slice(0, -1));
  return typeof owner === 'string' || Array.isArray(owner) ? owner.length : undefined;
}

/** An object with the field set; shares what was not touched. */
export const withField = (root: JsonObject, name: string, value: Json, dotted = true): JsonObject =>
  setPath(root, keysIn(root, name, dotted), value) as JsonObject;

/** An object without the field. A place in a list is left empty, not closed. */
export function withoutField(root: JsonObject, name: string, dotted = true): JsonObject {
  const keys = keysIn(root, name, dotted);
  if (Array.isArray(getPath(root, keys.slice(0, -1)))) {
    return getPath(root, keys) === undefined ? root : (setPath(root, keys, null) as JsonObject);
  }
  return unsetPath(root, keys) as JsonObject;
}

/** Fields with their values, nested ones at their place; missing ones are left out. */
export function pickFields(root: Json, names: readonly string[]): JsonObject {
  let out: JsonObject = {};
  for (const name of names) {
    const keys = keysIn(root, name, true);
    const value = getPath(root, keys);
    if (value !== undefined) out = setPath(out, keys, value) as JsonObject;
  }
  return out;
}

export function isEqual(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((value, i) => isEqual(value, b[i]));
  }
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key], b[key]));
}

/** null, empty text and the empty list. */
function isBlank(value: Json | undefined): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** Equal regardless of type where that is plausible: 1 and "1", true and "TRUE", null and []; `zero`: null and 0, too. */
export function isAlike(a: Json | undefined, b: Json | undefined, zero: boolean): boolean {
  if (a !== null && b !== null && typeof a === typeof b) return isEqual(a, b);
  const isZero = (value: Json | undefined): boolean => value === null || value === 0 || value === '0';
  if (zero && ((a === null && isZero(b)) || (b === null && isZero(a)))) return true;
  if (isBlank(a) && (isBlank(b) || b === undefined)) return true;
  if (a === undefined && isBlank(b)) return true;
  return isAlikeFrom(a, b) || isAlikeFrom(b, a);
}

/** For `a` of one type and `b` of the type that it may be written as. */
function isAlikeFrom(a: Json | undefined, b: Json | undefined): boolean {
  if (typeof a === 'boolean') {
    if (typeof b === 'string') return b.toLocaleLowerCase() === String(a) || b === (a ? '1' : '0');
    return b === (a ? 1 : 0);
  }
  if (typeof b !== 'string' || a === null) return false;
  if (typeof a === 'number') return String(a) === b;
  if (typeof a !== 'object') return false;
  try {
    return isEqual(JSON.parse(b) as Json, a);
  } catch {
    return false;
  }
}

/** Two texts by their characters, everything else as numbers. */
export function isLess(a: Json | undefined, b: Json | undefined): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a < b;
  return numberOf(a) < numberOf(b);
}

function numberOf(value: Json | undefined): number {
  if (isObject(value)) return Number.NaN;
  return Number(Array.isArray(value) ? String(value) : value);
}

/** For Array.sort: values that are neither equal nor less count as more, whichever comes first. */
export function order(a: Json | undefined, b: Json | undefined): number {
  if (isEqual(a, b)) return 0;
  return isLess(a, b) ? -1 : 1;
}

/** Paths of all values that are no objects or lists; elements of lists have places, empty ones have no name. */
export function leafNames(value: Json): string[] {
  const out: string[] = [];
  const walk = (at: Json, path: string): void => {
    if (at === null || typeof at !== 'object') out.push(path);
    else for (const [key, member] of Object.entries(at)) walk(member, path === '' ? key : `${path}.${key}`);
  };
  if (isObject(value)) walk(value, '');
  return out;
}

/** Sets or, for a missing value, removes. `target` must be the caller's own. */
export function assign(target: JsonObject, name: string, value: Json | undefined): void {
  if (value === undefined) delete target[name];
  else put(target, name, value);
}
