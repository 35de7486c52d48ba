/**
 * Owns the functions of a SELECT that take values of one row. Values are JSON; undefined is what a row does not have.
 */
import type { Json } from '../model/item.ts';

export type Value = Json | undefined;

const text = (value: Value): string =>
  value !== null && typeof value === 'object' ? JSON.stringify(value) : String(value);
const number = (value: Value): number => (value === null || value === undefined ? Number.NaN : Number(text(value)));
export const isNone = (value: Value): value is null | undefined => value === null || value === undefined;

/** Nothing of nothing. */
const ofText =
  (make: (given: string, ...more: Value[]) => Value) =>
  (value: Value, ...more: Value[]): Value =>
    isNone(value) ? value : make(text(value), ...more);
const ofNumber =
  (make: (given: number, ...more: Value[]) => number) =>
  (value: Value, ...more: Value[]): Value => {
    if (isNone(value)) return value;
    const made = make(number(value), ...more);
    return Number.isFinite(made) ? made : null;
  };

/** Texts of dates without a zone are UTC. */
function dateOf(value: Value): Date | null {
  if (isNone(value)) return null;
  const written = typeof value === 'string' ? value.trim().replace(/^(\d{4}-\d\d-\d\d) (\d)/, '$1T$2') : value;
  const hasZone = typeof written !== 'string' || !/T[\d:.]+$/.test(written);
  const date = new Date(hasZone ? (written as string | number) : `${written as string}Z`);
  return Number.isNaN(date.getTime()) ? null : date;
}
const ofDate =
  (make: (date: Date) => Value) =>
  (value: Value): Value => {
    const date = dateOf(value);
    return date === null ? null : make(date);
  };

function substring(given: string, from: Value, length: Value): string {
  const start = Math.max(0, number(from) - 1);
  return isNone(length) ? given.slice(start) : given.slice(start, start + Math.max(0, number(length)));
}

/** Half away from zero, at a number of digits. */
function round(given: number, digits: Value): number {
  const factor = 10 ** (isNone(digits) ? 0 : number(digits));
  return (Math.sign(given) * Math.round(Math.abs(given) * factor)) / factor;
}

const coalesce = (...given: Value[]): Value => given.find((value) => !isNone(value)) ?? null;
const choose = (condition: Value, yes: Value, no: Value): Value => (condition ? yes : no);
const length = (value: Value): Value =>
  isNone(value) ? value : Array.isArray(value) ? value.length : [...text(value)].length;

export const FUNCTIONS: ReadonlyMap<string, (...given: Value[]) => Value> = new Map<
  string,
  (...given: Value[]) => Value
>([
  ['upper', ofText((given) => given.toUpperCase())],
  ['ucase', ofText((given) => given.toUpperCase())],
  ['lower', ofText((given) => given.toLowerCase())],
  ['lcase', ofText((given) => given.toLowerCase())],
  ['trim', ofText((given) => given.trim())],
  ['ltrim', ofText((given) => given.trimStart())],
  ['rtrim', ofText((given) => given.trimEnd())],
  ['len', length],
  ['length', length],
  ['substring', ofText(substring)],
  ['substr', ofText(substring)],
  ['mid', ofText(substring)],
  ['left', ofText((given, count) => given.slice(0, Math.max(0, number(count))))],
  ['right', ofText((given, count) => (number(count) > 0 ? given.slice(-number(count)) : ''))],
  ['replace', ofText((given, old, fresh) => given.replaceAll(text(old), text(fresh)))],
  ['instr', ofText((given, sought) => given.indexOf(text(sought)) + 1)],
  ['reverse', ofText((given) => [...given].toReversed().join(''))],
  ['concat', (...given) => given.map((one) => (isNone(one) ? '' : text(one))).join('')],
  [
    'concat_ws',
    (between, ...given) =>
      given
        .filter((one) => !isNone(one))
        .map(text)
        .join(text(between)),
  ],
  ['coalesce', coalesce],
  ['ifnull', coalesce],
  ['isnull', coalesce],
  ['nvl', coalesce],
  ['nullif', (one, other) => (one === other ? null : one)],
  ['iif', choose],
  ['if', choose],
  ['abs', ofNumber(Math.abs)],
  ['floor', ofNumber(Math.floor)],
  ['ceil', ofNumber(Math.ceil)],
  ['ceiling', ofNumber(Math.ceil)],
  ['sqrt', ofNumber(Math.sqrt)],
  ['exp', ofNumber(Math.exp)],
  ['ln', ofNumber(Math.log)],
  ['log', ofNumber(Math.log)],
  ['sign', ofNumber(Math.sign)],
  ['round', ofNumber(round)],
  ['power', ofNumber((given, exponent) => given ** number(exponent))],
  ['pow', ofNumber((given, exponent) => given ** number(exponent))],
  ['mod', ofNumber((given, by) => given % number(by))],
  ['greatest', (...given) => extreme(given, 1)],
  ['least', (...given) => extreme(given, -1)],
  ['max', (...given) => extreme(given, 1)],
  ['min', (...given) => extreme(given, -1)],
  ['now', () => new Date().toISOString()],
  ['date', ofDate((date) => date.toISOString().slice(0, 10))],
  ['year', ofDate((date) => date.getUTCFullYear())],
  ['month', ofDate((date) => date.getUTCMonth() + 1)],
  ['day', ofDate((date) => date.getUTCDate())],
  ['hour', ofDate((date) => date.getUTCHours())],
  ['minute', ofDate((date) => date.getUTCMinutes())],
  ['second', ofDate((date) => date.getUTCSeconds())],
]);

function extreme(given: readonly Value[], way: 1 | -1): Value {
  let best: Value = null;
  for (const one of given) if (!isNone(one) && (isNone(best) || compared(one, best) === way)) best = one;
  return best;
}

/** Numbers by size, and text that is one beside a number; else texts by their letters. Lists and objects by their text. */
export function compared(a: Value, b: Value): -1 | 0 | 1 {
  const bothNumbers = isNumeric(a) && isNumeric(b) && !(typeof a === 'string' && typeof b === 'string');
  const [left, right] = bothNumbers ? [number(a), number(b)] : [text(a), text(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

const isNumeric = (value: Value): boolean =>
  typeof value === 'number' ||
  typeof value === 'boolean' ||
  (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value)));

export function cast(value: Value, type: string): Value {
  if (isNone(value)) return value;
  if (/^(?:int|integer|bigint|smallint|tinyint)$/.test(type)) return finite(Math.trunc(number(value)));
  if (/^(?:float|double|real|number|numeric|decimal|money)$/.test(type)) return finite(number(value));
  if (type.startsWith('bool')) return typeof value === 'string' ? /^(?:true|1)$/i.test(value) : Boolean(value);
  if (type === 'date') return dateOf(value)?.toISOString().slice(0, 10) ?? null;
  return text(value);
}

const finite = (value: number): Value => (Number.isFinite(value) ? value : null);

/** What two values are compared by when they must be the same: 1 and "1" are. Null: nothing is the same as it. */
export function sameKey(value: Value): string | null {
  if (isNone(value)) return null;
  if (typeof value === 'object') return JSON.stringify(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))
    ? String(Number(value))
    : String(value);
}
