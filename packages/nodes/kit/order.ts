/**
 * Owns one order and one identity of JSON values, for every node that sorts, groups or joins. Both are
 * total and do not depend on language settings or on the order of keys. Runs inside the isolate.
 *
 * Order of types: false, true, numbers, texts, lists, objects; missing values and null come last.
 */
import type { Json } from '@rondo/core/model/item.ts';
import { isObject } from './paths.ts';

function rank(value: Json | undefined): number {
  if (value === undefined || value === null) return 5;
  switch (typeof value) {
    case 'boolean':
      return 0;
    case 'number':
      return Number.isNaN(value) ? 5 : 1;
    case 'string':
      return 2;
    default:
      return Array.isArray(value) ? 3 : 4;
  }
}

/** Whether the value has no place of its own and goes to the end in either direction. */
export const isMissing = (value: Json | undefined): boolean => rank(value) === 5;

/** Negative, 0 or positive. Texts by UTF-16 code unit, in lower case unless `caseSensitive`. */
export function compareJson(a: Json | undefined, b: Json | undefined, caseSensitive = true): number {
  const order = rank(a);
  const other = rank(b);
  if (order !== other) return order - other;
  switch (order) {
    case 0:
    case 1:
      return Number(a) - Number(b) || 0;
    case 2: {
      const x = caseSensitive ? (a as string) : (a as string).toLowerCase();
      const y = caseSensitive ? (b as string) : (b as string).toLowerCase();
      return x < y ? -1 : x > y ? 1 : 0;
    }
    case 3: {
      const x = a as Json[];
      const y = b as Json[];
      for (let i = 0; i < x.length && i < y.length; i += 1) {
        const result = compareJson(x[i], y[i], caseSensitive);
        if (result !== 0) return result;
      }
      return x.length - y.length;
    }
    case 4: {
      const x = canonical(a as Json);
      const y = canonical(b as Json);
      return x < y ? -1 : x > y ? 1 : 0;
    }
    default:
      return 0;
  }
}

/** The same text for equal values, whatever the order of their keys. 1 and "1" differ. */
export function canonical(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
}

/** Like canonical, but 1 and "1", true and "true", null, "" and [] are the same. */
export function looseCanonical(value: Json | undefined): string {
  if (value === undefined || value === null || value === '') return '';
  if (Array.isArray(value) && value.length === 0) return '';
  if (typeof value === 'string') {
    const text = value.trim();
    const number = text === '' ? Number.NaN : Number(text);
    return Number.isNaN(number) ? text : String(number);
  }
  return typeof value === 'object' ? canonical(value) : String(value);
}
