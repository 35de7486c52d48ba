/**
 * Owns the work of Date and time on one item: reading a date in any usual form, computing with it, writing
 * it. Runs inside the isolate, with the Luxon that is there.
 */
import { DateTime, Duration, type DateTimeUnit, type DurationLikeObject } from 'luxon';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { millisOf } from '../kit/dates.ts';
import { keptFields, withJson } from '../kit/items.ts';
import { isObject } from '../kit/paths.ts';
import { kindOf, readChoice, readFlag, readText, readTextList, wrongParameter } from '../kit/read.ts';
import { resultItem } from '../kit/result.ts';
import { answerAsN8n, answerAsN8n1 } from './n8n.ts';

type Params = Record<string, Json>;

const SEMANTICS = ['rondo', 'n8n', 'n8n-1'] as const;
const OPERATIONS = ['now', 'format', 'add', 'subtract', 'difference', 'round', 'extract'] as const;
const KEEP = ['all', 'none'] as const;
const UNITS = ['years', 'quarters', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds', 'milliseconds'] as const;
const DIRECTIONS = ['down', 'up', 'nearest'] as const;
const MISSING = ['null', 'fail'] as const;
/** Numbers below it are seconds: as milliseconds they would be in early 1973 or before. */
const FIRST_MILLISECONDS = 1e11;
const HAS_ZONE = /(?:\b(?:GMT|UTC|UT|Z|[ECMP][SD]T)|[+-]\d{2}:?\d{2})\s*(?:\([^)]*\))?\s*$/i;

export function run({ params, item }: KernelCall): KernelResult {
  const semantics = readChoice(params, 'semantics', SEMANTICS, 'rondo');
  const withTime = readFlag(params, 'time', true);
  if (semantics === 'rondo') return [[resultItem(params, item, 'date', answer(params, withTime))]];
  const value = semantics === 'n8n' ? answerAsN8n(params, withTime) : answerAsN8n1(params);
  if (value !== undefined) return [[resultItem(params, item, 'date', value)]];
  return semantics === 'n8n'
    ? [[withJson(item, keptFields(item.json, readChoice(params, 'keep', KEEP, 'all'), []))]]
    : [[]];
}

function answer(params: Params, withTime: boolean): Json {
  const operation = readChoice(params, 'operation', OPERATIONS, 'format');
  const zone = readText(params, 'zone', 'utc');
  if (!DateTime.utc().setZone(zone).isValid) {
    wrongParameter('zone', 'a time zone such as Europe/Berlin, utc or UTC+2', zone);
  }
  if (operation === 'now') {
    const now = DateTime.now().setZone(zone);
    return written(params, withTime ? now : now.startOf('day'));
  }
  const missing = readChoice(params, 'missing', MISSING, 'null');
  const date = read(params, 'value', zone);
  if (date === null) {
    if (missing === 'null') return null;
    return wrongParameter('value', 'a date', params.value, 'Give a date, or set missing to null.');
  }
  switch (operation) {
    case 'format':
      return written(params, date);
    case 'add':
      return written(params, checked(date.plus(lengthOf(params)), 'the result'));
    case 'subtract':
      return written(params, checked(date.minus(lengthOf(params)), 'the result'));
    case 'round':
      return written(params, rounded(params, date));
    case 'difference': {
      const to = read(params, 'to', zone);
      return to === null ? null : difference(params, date, to);
    }
    case 'extract':
      return extracted(params, date);
  }
}

/** The date in the zone; null where there is no value. A text without offset is a time in that zone. */
function read(params: Params, name: string, zone: string): DateTime | null {
  const value = params[name];
  if (value === undefined || value === null || value === '') return null;
  const format = readText(params, 'inputFormat', '');
  const numeric = typeof value === 'number' || (typeof value === 'string' && /^-?\d{9,}(\.\d+)?$/.test(value.trim()));
  if (numeric && (format === '' || format === 'unix' || format === 'millis')) {
    const number = Number(value);
    const seconds = format === 'unix' || (format === '' && Math.abs(number) < FIRST_MILLISECONDS);
    return checked(DateTime.fromMillis(seconds ? number * 1000 : number, { zone }), name);
  }
  if (typeof value === 'string') {
    const text = value.trim();
    const date =
      format === '' ? parsed(text, zone) : DateTime.fromFormat(text, format, { zone, locale: localeOf(params) });
    if (date?.isValid) return date;
    const how = format === '' ? 'a date' : `a date in the format ${format}`;
    const fix =
      format === ''
        ? 'Say how it is written with inputFormat, such as dd.MM.yyyy HH:mm.'
        : 'Correct inputFormat or the value. Tokens are those of Luxon: yyyy MM dd HH mm ss.';
    return wrongParameter(name, how, value, fix);
  }
  const ms = millisOf(value);
  return ms === null ? wrongParameter(name, 'a date', value) : checked(DateTime.fromMillis(ms, { zone }), name);
}

function parsed(text: string, zone: string): DateTime | null {
  for (const reader of [DateTime.fromISO, DateTime.fromSQL, DateTime.fromRFC2822, DateTime.fromHTTP]) {
    const date = reader(text, { zone });
    if (date.isValid) return date;
  }
  // Names of months: read as UTC where no zone is written. Digits only would be guessed, and rolled over.
  const ms = /[a-z]{3}/i.test(text) ? millisOf(text) : null;
  if (ms === null) return null;
  return HAS_ZONE.test(text)
    ? DateTime.fromMillis(ms, { zone })
    : DateTime.fromMillis(ms, { zone: 'utc' }).setZone(zone, { keepLocalTime: true });
}

function checked(date: DateTime, what: string): DateTime {
  if (date.isValid) return date;
  const message = `${what} is no date that can be represented (${date.invalidExplanation ?? 'out of range'}).`;
  throw new FailureError(failure('bad-value', message, { retry: 'no' }));
}

const localeOf = (params: Params): string => {
  const locale = readText(params, 'locale', 'en');
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? 'en';
  } catch {
    return wrongParameter('locale', 'a language such as en or de-AT', locale);
  }
};

function written(params: Params, date: DateTime): Json {
  const format = readText(params, 'format', 'iso');
  switch (format) {
    case 'iso':
      return date.toISO();
    case 'date':
      return date.toISODate();
    case 'time':
      return date.toISOTime({ includeOffset: false, suppressMilliseconds: true });
    case 'sql':
      return date.toSQL();
    case 'rfc2822':
      return date.toRFC2822();
    case 'http':
      return date.toHTTP();
    case 'unix':
      return Math.floor(date.toMillis() / 1000);
    case 'millis':
      return date.toMillis();
    default:
      return date.setLocale(localeOf(params)).toFormat(format);
  }
}

/** Plural of a unit; singulars mean the same. */
function unitOf(name: string, value: string): (typeof UNITS)[number] {
  const unit = UNITS.find((one) => one === value || one === `${value}s`);
  return unit ?? wrongParameter(name, `one of ${UNITS.join(', ')}`, value);
}

function lengthOf(params: Params): Duration {
  const given = params.duration;
  if (given !== undefined && given !== null) {
    let length: Duration | null = null;
    if (typeof given === 'string') length = Duration.fromISO(given);
    else if (isObject(given)) {
      const parts: Record<string, number> = {};
      for (const [key, amount] of Object.entries(given)) {
        const unit = unitOf('duration', key);
        if (typeof amount !== 'number') return wrongParameter(`duration.${key}`, 'a number', amount);
        parts[unit] = amount;
      }
      length = Duration.fromObject(parts as DurationLikeObject);
    }
    if (length?.isValid) return length;
    return wrongParameter('duration', 'an object such as { days: 1 } or a text such as P1DT2H', given);
  }
  const { amount } = params;
  if (typeof amount !== 'number') return wrongParameter('amount', 'a number', amount ?? null);
  return Duration.fromObject({ [unitOf('unit', readText(params, 'unit', 'days'))]: amount });
}

const single = (params: Params): DateTimeUnit =>
  unitOf('unit', readText(params, 'unit', 'days')).slice(0, -1) as DateTimeUnit;

function rounded(params: Params, date: DateTime): DateTime {
  const unit = single(params);
  const down = date.startOf(unit);
  const direction = readChoice(params, 'direction', DIRECTIONS, 'down');
  if (direction === 'down' || down.toMillis() === date.toMillis()) return down;
  const up = checked(down.plus({ [unit]: 1 }), 'the result');
  if (direction === 'up') return up;
  return date.toMillis() - down.toMillis() < up.toMillis() - date.toMillis() ? down : up;
}

function difference(params: Params, from: DateTime, to: DateTime): Json {
  const units = readTextList(params, 'units', ['days']).map((unit) => unitOf('units', unit));
  if (units.length === 0) return wrongParameter('units', 'a list of at least one unit', []);
  const length = to.diff(from, units);
  if (readText(params, 'format', 'iso') === 'duration') return length.toISO();
  return units.length === 1 ? length.as(units[0] as (typeof UNITS)[number]) : (length.toObject() as Json);
}

const PARTS: Record<string, (date: DateTime) => Json> = {
  year: (date) => date.year,
  quarter: (date) => date.quarter,
  month: (date) => date.month,
  monthName: (date) => date.monthLong,
  week: (date) => date.weekNumber,
  weekYear: (date) => date.weekYear,
  weekday: (date) => date.weekday,
  weekdayName: (date) => date.weekdayLong,
  day: (date) => date.day,
  dayOfYear: (date) => date.ordinal,
  hour: (date) => date.hour,
  minute: (date) => date.minute,
  second: (date) => date.second,
  millisecond: (date) => date.millisecond,
  daysInMonth: (date) => date.daysInMonth ?? null,
  isWeekend: (date) => date.weekday >= 6,
  isLeapYear: (date) => date.isInLeapYear,
  offset: (date) => date.offset,
  zone: (date) => date.zoneName,
};

function extracted(params: Params, date: DateTime): Json {
  const part = readText(params, 'part', 'year');
  const take = Object.hasOwn(PARTS, part) ? PARTS[part] : undefined;
  if (take === undefined) {
    const fix = `Parts: ${Object.keys(PARTS).join(', ')}.`;
    const message = `part: ${kindOf(part)} is no part of a date.`;
    throw new FailureError(failure('bad-value', message, { retry: 'no', fix }));
  }
  return take(date.setLocale(localeOf(params)));
}
