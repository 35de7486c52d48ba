/**
 * Owns equality by content. Two values are equal when their fingerprints are the same text, so a list
 * of n values is made unique in n steps instead of n squared.
 */

const identities = new WeakMap<object, number>();
let next = 0;

export function fingerprint(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
    case 'boolean':
    case 'undefined':
      // 0 and -0 are the same, and so is NaN with itself.
      return String(value);
    case 'object':
      return value === null ? 'null' : ofObject(value);
    case 'bigint':
      return `${value}n`;
    case 'symbol':
      return `symbol ${String(value)}`;
    default:
      return identity(value as object);
  }
}

function ofObject(value: object): string {
  if (Array.isArray(value)) return `[${value.map(fingerprint).join(',')}]`;
  if (value instanceof Date) return `date ${value.getTime()}`;
  const own = (value as { toJSON?: unknown }).toJSON;
  if (typeof own === 'function') return `json ${fingerprint(own.call(value))}`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return identity(value);
  const object = value as Record<string, unknown>;
  const members = Object.keys(object).sort();
  return `{${members.map((key) => `${JSON.stringify(key)}:${fingerprint(object[key])}`).join(',')}}`;
}

/** Functions, maps and the like are equal only to themselves. */
function identity(value: object): string {
  let known = identities.get(value);
  if (known === undefined) {
    known = next;
    next += 1;
    identities.set(value, known);
  }
  return `#${known}`;
}
