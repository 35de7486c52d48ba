/**
 * Owns how values that JSON does not have are written in tables and carried out of the evaluator: undefined, NaN,
 * dates. Does not evaluate.
 */

/** Source text of a function that makes JSON of a value inside the evaluator. */
export const DESCRIBE = `((value) => {
  const seen = new Set();
  const own = (name, it) => ({ ['$' + name]: it });
  const describe = (it) => {
    if (it === undefined) return own('undefined', true);
    if (typeof it === 'number' && !Number.isFinite(it)) return own('number', String(it));
    if (typeof it === 'bigint') return own('bigint', String(it));
    if (typeof it === 'function') return own('function', true);
    if (typeof it === 'symbol') return own('symbol', true);
    if (it === null || typeof it !== 'object') return it;
    if (it.isLuxonDateTime) return own('dateTime', it.isValid ? it.toMillis() : null);
    if (it.isLuxonDuration) return own('duration', it.toISO());
    if (it instanceof Date) return own('date', Number.isNaN(it.getTime()) ? null : it.getTime());
    if (seen.has(it)) return own('circle', true);
    seen.add(it);
    const made = Array.isArray(it)
      ? Array.from(it, describe)
      : Object.fromEntries(Object.entries(it).map(([key, member]) => [key, describe(member)]));
    seen.delete(it);
    return made;
  };
  return own('value', describe(value));
})`;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

export interface Described {
  /** Nothing came out: the expression failed in a way that counts as undefined. */
  swallowed: boolean;
  value: unknown;
}

/** What DESCRIBE made. */
export function read(json: unknown): Described {
  if (isRecord(json) && Object.hasOwn(json, '$value')) return { swallowed: false, value: json.$value };
  return { swallowed: json === null, value: json === null ? { $undefined: true } : json };
}

/** A value of a table in the same form. `strict`: members that are undefined count. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (!isRecord(value)) return value;
  if (typeof value.$dateTime === 'string') return { $dateTime: Date.parse(value.$dateTime) };
  if (typeof value.$date === 'string') return { $date: Date.parse(value.$date) };
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, canonical(member)]));
}

/** Without members that are undefined: they count as absent. */
export function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (!isRecord(value)) return value;
  const members = Object.entries(value).filter(([, member]) => !(isRecord(member) && member.$undefined === true));
  return Object.fromEntries(members.map(([key, member]) => [key, withoutUndefined(member)]));
}
