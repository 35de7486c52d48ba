/** Owns whether two JSON values are the same; the order of keys does not count. */
import type { Json } from '../item.ts';
import { isObject } from '../shape.ts';

export function sameJson(a: Json | null | undefined, b: Json | null | undefined): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, at) => sameJson(one, b[at]));
  if (!isObject(a) || !isObject(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}
