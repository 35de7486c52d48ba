/**
 * Owns the data functions of dates and reading dates from text and numbers. Does not import Luxon: it
 * is installed with withDates(), at once or when first needed, because loading it costs more than
 * many whole runs.
 */
import type * as Luxon from 'luxon';
import { ExpressionError, typeOf, type FunctionTable } from './error.ts';

type Library = Pick<typeof Luxon, 'DateTime' | 'Duration' | 'Interval'>;
type DateTime = Luxon.DateTime;

let library: Library | null = null;
let load: (() => Library) | null = null;

/** Installs Luxon, or how to get it at first use. */
export function withDates(source: Library | (() => Library)): void {
  library = typeof source === 'function' ? null : source;
  load = typeof source === 'function' ? source : null;
}

export function luxon(): Library {
  if (library === null) {
    if (load === null) throw new Error('The date library is not installed.');
    library = load();
  }
  return library;
}

/** Works without Luxon being loaded; data cannot look like one because data has no functions. */
export function isDateTime(value: unknown): value is DateTime {
  const candidate = value as { isLuxonDateTime?: unknown; toMillis?: unknown } | null;
  return (
    typeof candidate === 'object' && candidate?.isLuxonDateTime === true && typeof candidate.toMillis === 'function'
  );
}

function asDateTime(date: Date | DateTime): DateTime {
  return date instanceof Date ? luxon().DateTime.fromJSDate(date) : date;
}

/** The kind that came in: a Date for a Date. */
function alike(date: Date | DateTime, result: DateTime): Date | DateTime {
  return date instanceof Date ? result.toJSDate() : result;
}

const UNITS: Readonly<Record<string, Luxon.DurationUnit>> = Object.fromEntries(
  (
    [
      ['years', 'year y'],
      ['quarters', 'quarter q'],
      ['months', 'month'],
      ['weeks', 'week w'],
      ['days', 'day d'],
      ['hours', 'hour h hr hrs'],
      ['minutes', 'minute min mins'],
      ['seconds', 'second s sec secs'],
      ['milliseconds', 'millisecond ms'],
    ] as const
  ).flatMap(([unit, others]) => [unit, ...others.split(' ')].map((name) => [name, unit])),
);

function unitOf(value: unknown): Luxon.DurationUnit {
  const name = String(value).toLowerCase();
  const unit = Object.hasOwn(UNITS, name) ? UNITS[name] : undefined;
  if (unit === undefined) {
    throw new ExpressionError(
      `Unsupported unit ${JSON.stringify(value)}. ` +
        'Units are years, quarters, months, weeks, days, hours, minutes, seconds and milliseconds.',
    );
  }
  return unit;
}

/** Any common way to write a date; null when it is none. An offset in the text is kept as the zone. */
export function parseText(text: string): DateTime | null {
  const { DateTime } = luxon();
  const trimmed = text.trim();
  for (const read of [DateTime.fromISO, DateTime.fromHTTP, DateTime.fromRFC2822, DateTime.fromSQL]) {
    const date = read(trimmed, { setZone: true });
    if (date.isValid) return date;
  }
  const parsed = Date.parse(trimmed);
  return Number.isNaN(parsed) ? null : DateTime.fromMillis(parsed);
}

const NUMBER_UNITS = ['ms', 's', 'us', 'excel'];

export function numberToDateTime(value: number, unit: unknown = 'ms'): DateTime {
  if (!NUMBER_UNITS.includes(unit as string)) {
    throw new ExpressionError(
      `toDateTime(): unknown unit ${JSON.stringify(unit)}. It knows ${NUMBER_UNITS.join(', ')}.`,
    );
  }
  if (!Number.isFinite(value)) throw new ExpressionError(`toDateTime(): ${value} is not a point in time.`);
  return luxon().DateTime.fromMillis(milliseconds(value, unit as string));
}

function milliseconds(value: number, unit: string): number {
  switch (unit) {
    case 's':
      return value * 1000;
    case 'us':
      return value / 1000;
    case 'excel':
      // Days since the last of 1899; before March 1900 the sheet is one day behind, for it knows a 29 February 1900.
      return Math.round((value - 25_569 + (value < 60 ? 1 : 0)) * 86_400_000);
    default:
      return value;
  }
}

export function textToDateTime(text: string, format: unknown): DateTime {
  if (format !== undefined && NUMBER_UNITS.includes(format as string)) return numberToDateTime(Number(text), format);
  const date = format === undefined ? parseText(text) : luxon().DateTime.fromFormat(text, String(format));
  if (date === null || !date.isValid) {
    const how = format === undefined ? '' : ` in the format ${JSON.stringify(format)}`;
    throw new ExpressionError(`toDateTime(): ${JSON.stringify(text.slice(0, 60))} is not a date${how}.`);
  }
  return date;
}

/** Null for what is not a date. */
function readDate(value: unknown): DateTime | null {
  if (isDateTime(value)) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : luxon().DateTime.fromJSDate(value);
  return typeof value === 'string' ? parseText(value) : null;
}

function shift(date: Date | DateTime, args: readonly unknown[], name: 'plus' | 'minus'): Date | DateTime {
  const [amount, unit] = args;
  // A lone number is milliseconds, as for Luxon itself.
  const duration = unit === undefined ? amount : { [unitOf(unit)]: Number(amount) };
  if (typeof duration !== 'number' && (typeof duration !== 'object' || duration === null)) {
    throw new ExpressionError(`${name}() needs an amount and a unit, such as ${name}(7, 'days').`);
  }
  return alike(date, asDateTime(date)[name](duration as Luxon.DurationLike));
}

function extract(date: Date | DateTime, [part = 'week']: readonly unknown[]): unknown {
  const name = String(part);
  const field = name === 'week' ? 'weekNumber' : name === 'yearDayNumber' ? 'ordinal' : name;
  const at = asDateTime(date);
  const value = at.get(field as keyof DateTime) as unknown;
  // A plural is as clear as its singular.
  return value === undefined && field.endsWith('s') ? (at.get(field.slice(0, -1) as keyof DateTime) as unknown) : value;
}

function format(date: Date | DateTime, [pattern, options]: readonly unknown[]): string {
  if (typeof pattern !== 'string') throw new ExpressionError("format() needs a pattern, such as format('yyyy-MM-dd').");
  return asDateTime(date).toFormat(pattern, (options ?? {}) as Luxon.LocaleOptions);
}

function isBetween(date: Date | DateTime, args: readonly unknown[]): boolean | undefined {
  if (args.length !== 2) throw new ExpressionError('isBetween() needs two dates.');
  const [a, b] = args.map(readDate);
  if (!a || !b) return undefined;
  const at = asDateTime(date).toMillis();
  return at > Math.min(a.toMillis(), b.toMillis()) && at < Math.max(a.toMillis(), b.toMillis());
}

function isInLast(date: Date | DateTime, [count = 0, unit = 'minutes']: readonly unknown[]): boolean {
  const now = luxon().DateTime.now();
  const at = asDateTime(date).toMillis();
  return at >= now.minus({ [unitOf(unit)]: Number(count) }).toMillis() && at <= now.toMillis();
}

/** One unit gives a number, several an object. */
function diffTo(date: Date | DateTime, [other, units = 'days']: readonly unknown[]): unknown {
  const end = readDate(other);
  if (end === null)
    throw new ExpressionError(
      `diffTo() needs a date, not ${typeof other === 'string' ? JSON.stringify(other) : typeOf(other)}.`,
    );
  const wanted = (Array.isArray(units) ? units : [units]).map(unitOf);
  const difference = asDateTime(date).diff(end, wanted);
  return Array.isArray(units) ? difference.toObject() : difference.as(wanted[0] as Luxon.DurationUnit);
}

const toMillis = (date: Date | DateTime): number => date.valueOf();

export const dates: FunctionTable<Date | DateTime> = {
  beginningOf: (date, [unit = 'week']) => alike(date, asDateTime(date).startOf(unitOf(unit) as Luxon.DateTimeUnit)),
  endOfMonth: (date) => alike(date, asDateTime(date).endOf('month')),
  extract,
  format,
  isBetween,
  isDst: (date) => asDateTime(date).isInDST,
  isInLast,
  isWeekend: (date) => asDateTime(date).weekday >= 6,
  plus: (date, args) => shift(date, args, 'plus'),
  minus: (date, args) => shift(date, args, 'minus'),
  toDateTime: asDateTime,
  diffTo,
  // Positive for the past: how long ago it was.
  diffToNow: (date, [units]) => diffTo(luxon().DateTime.now(), [date, units]),
  toInt: toMillis,
  toFloat: toMillis,
  toNumber: toMillis,
  toBoolean: () => undefined,
  isEmpty: () => false,
  isNotEmpty: () => true,
};
