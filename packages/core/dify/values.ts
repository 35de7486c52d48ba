/**
 * Owns what a value is to Dify: files, kinds, and the way along a selector. Not found is undefined, which differs from
 * a stored null. Pure; runs inside the isolate.
 */
import { Float, isFloat } from '../template/value.ts';

export type Data = { [key: string]: unknown };

export function isData(value: unknown): value is Data {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Float);
}

const FILE = '__dify__file__';

/** A file, in the form in which Dify hands files from node to node. */
export function isFile(value: unknown): value is Data {
  return isData(value) && Object.hasOwn(value, 'dify_model_identity') && value.dify_model_identity === FILE;
}

const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  type: ['type'],
  size: ['size'],
  name: ['filename', 'name'],
  mime_type: ['mime_type'],
  transfer_method: ['transfer_method'],
  url: ['url', 'remote_url'],
  extension: ['extension'],
  related_id: ['related_id'],
};

/** An attribute of a file; undefined where there is no such attribute. */
export function attributeOf(file: Data, name: string): unknown {
  const keys = Object.hasOwn(ATTRIBUTES, name) ? (ATTRIBUTES[name] as readonly string[]) : [];
  if (keys.length === 0) return undefined;
  for (const key of keys) if (Object.hasOwn(file, key) && file[key] !== null) return file[key];
  return null;
}

/** The value at the end of a selector: members of objects, attributes of files, no elements of lists. */
export function lookUp(outputs: unknown, path: readonly string[]): unknown {
  let at = outputs;
  for (const key of path) {
    if (isFile(at)) at = attributeOf(at, key);
    else if (isData(at) && Object.hasOwn(at, key)) at = at[key];
    else return undefined;
    if (at === undefined) return undefined;
  }
  return at;
}

/** Falsiness of Python: null, false, 0, empty text, list and object. */
export function isTruthy(value: unknown): boolean {
  if (value instanceof Float) return value.value !== 0;
  if (Array.isArray(value)) return value.length > 0;
  return isData(value) ? Object.keys(value).length > 0 : Boolean(value);
}

/** Dify's name of the kind of a value. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'boolean';
  if (value instanceof Float || typeof value === 'number') return 'number';
  if (!Array.isArray(value)) return isFile(value) ? 'file' : 'object';
  const kinds = new Set(value.map(kindOf));
  const [only] = kinds;
  const listed = only === 'string' || only === 'number' || only === 'object' || only === 'boolean' || only === 'file';
  return kinds.size === 1 && listed ? `array[${only}]` : 'array[any]';
}

/** A number, whether or not it has a point. */
export function numberIn(value: unknown): number | null {
  if (value instanceof Float) return value.value;
  return typeof value === 'number' ? value : null;
}

/** Whether Python would show the number with a point. */
export const hasPoint = (value: unknown): boolean => isFloat(value);
