/** Owns the work of Date and time on one item by the rules of n8n. Runs inside the isolate, with the Luxon that is there. */
import { DateTime, type DateTimeUnit, type DurationUnit } from 'luxon';
import type { Json } from '@rondo/core/model/item.ts';
import { readingFormat, writeMoment } from '../kit/moment-format.ts';
import { refuseAsN8n } from '../kit/n8n-values.ts';
import { readText } from '../kit/read.ts';

type Params = Record<string, Json>;

/** Numbers of fewer digits are seconds. */
const MILLISECONDS_DIGITS = 12;
const HAS_ZONE = /(?:\b(?:GMT|UTC|UT|Z|[ECMP][SD]T)|[+-]\d{2}:?\d{2})\s*(?:\([^)]*\))?\s*$/i;

/** An expression may give a date of Luxon or of JavaScript. */
function dateOf(value: unknown): DateTime | null {
  if (value === null || typeof value !== 'object') return null;
  const { toMillis, getTime, zoneName } = value as { toMillis?: unknown; getTime?: unknown; zoneName?: unknown };
  if (typeof toMillis === 'function') {
    return DateTime.fromMillis(Number(toMillis.call(value)), { zone: typeof zoneName === 'string' ? zoneName : 'utc' });
  }
  return typeof getTime === 'function' ? DateTime.fromMillis(Number(getTime.call(value)), { zone: 'utc' }) : null;
}

/** A text as the machine there reads it, whose zone is UTC; what it says about its zone counts. */
function parsed(text: string, zone = 'utc'): DateTime {
  const iso = DateTime.fromISO(text.trim().replace(/^(\d{4}-\d{2}-\d{2}) +(?=\d)/, '$1T'), { zone });
  if (iso.isValid) return iso;
  const mail = DateTime.fromRFC2822(text, { zone });
  if (mail.isValid) return mail;
  const ms = Date.parse(HAS_ZONE.test(text) ? text : `${text} UTC`);
  return DateTime.fromMillis(ms, { zone: 'utc' });
}

const digits = (value: number): DateTime =>
  String(value).length < MILLISECONDS_DIGITS ? DateTime.fromSeconds(value) : DateTime.fromMillis(value);

/** A number as a date; null for what is none. A fraction means seconds. */
function numericDate(value: unknown): DateTime | null {
  const number = Number(value);
  if (Number.isNaN(number)) return null;
  return digits(Number.isInteger(number) ? number : Math.round(number * 1000));
}

// ---- version 2 ----

function read(value: unknown, zone: string | null, ownZone = '', format = ''): DateTime {
  if (ownZone !== '') {
    const own = typeof value === 'string' ? DateTime.fromISO(value, { zone: ownZone }) : (dateOf(value) ?? digits(0));
    return own.setZone(ownZone);
  }
  const given = dateOf(value);
  if (given !== null && typeof (value as { toMillis?: unknown }).toMillis === 'function') return given;
  const numeric = format === '' ? (given ?? numericDate(value)) : null;
  if (numeric !== null) return numeric.setZone(zone ?? 'Etc/UTC');
  const text = String(value);
  const offset = zone === null && text.includes('+') ? (text.split('+')[1] ?? '').slice(0, 2) : null;
  const date = format === '' ? parsed(text) : DateTime.fromFormat(text, format, { zone: 'utc' });
  if (!date.isValid) refuseAsN8n('Invalid date format');
  return date.setZone(zone ?? (offset === null ? 'Etc/UTC' : `Etc/GMT-${Number(offset)}`));
}

const shown = (date: DateTime): string => date.toISO() ?? date.toString();

/** Undefined: the item has no such field. */
export function answerAsN8n(params: Params, withTime: boolean): Json | undefined {
  const operation = readText(params, 'operation', 'format');
  const zone = readText(params, 'zone', 'utc');
  const { value } = params;
  const own = readText(params, 'valueZone', '');
  switch (operation) {
    case 'now': {
      const now = DateTime.now().setZone(zone);
      if (!now.isValid) refuseAsN8n(`The timezone ${zone} is not valid. Please check the timezone.`);
      return shown(withTime ? now : now.startOf('day'));
    }
    case 'add':
      return shown(read(value, zone, own).plus({ [unitOf(params)]: amountOf(params) }));
    case 'subtract':
      return shown(read(value, zone, own).minus({ [unitOf(params)]: amountOf(params) }));
    case 'round': {
      const unit = unitOf(params) as DateTimeUnit;
      const date = read(value, zone, own);
      return shown((params.direction === 'up' ? date.plus({ [unit]: 1 }) : date).startOf(unit));
    }
    case 'difference': {
      const units = (Array.isArray(params.units) ? params.units : [params.units]) as DurationUnit[];
      const length = read(params.to, zone).diff(read(value, zone, own), units);
      return params.format === 'duration' ? length.toISO() : (length.toObject() as Json);
    }
    case 'extract': {
      const date = read(value, zone, own);
      const part = readText(params, 'part', 'month');
      return part === 'week' ? date.weekNumber : (date.get(part as keyof DateTime) as Json);
    }
    default:
      if (value === null || value === undefined) return value;
      // An empty zone: the one that the text names, else UTC.
      return read(value, zone === '' ? null : zone, own, readText(params, 'inputFormat', '')).toFormat(
        readText(params, 'format', 'MM/dd/yyyy'),
      );
  }
}

const unitOf = (params: Params): string => readText(params, 'unit', 'days');
const amountOf = (params: Params): number => Number(params.amount ?? 0);

// ---- version 1, which reads and writes formats of Moment ----

/** Undefined: the item is left out. */
export function answerAsN8n1(params: Params): Json | undefined {
  const operation = readText(params, 'operation', 'format');
  return operation === 'format' ? formatted(params) : computed(params, operation === 'subtract');
}

function formatted(params: Params): Json | undefined {
  const given = params.value;
  if (given === undefined) return undefined;
  const value: unknown = dateOf(given)?.toISO() ?? given;
  const fromZone = readText(params, 'inputZone', '');
  const toZone = readText(params, 'resultZone', '');
  const workflowZone = readText(params, 'zone', 'utc');
  const inputFormat = readText(params, 'inputFormat', '');
  let date: DateTime<boolean> | null = numericDate(value)?.setZone('utc') ?? null;
  if (date === null) {
    const text = String(value);
    if (params.inputFormat === undefined && !parsed(text).isValid) {
      refuseAsN8n('The date input format could not be recognized. Please set the "From Format" field');
    }
    const zone = fromZone === '' && toZone === '' ? 'utc' : fromZone || workflowZone;
    date = inputFormat === '' ? parsed(text, zone) : byFormat(text, inputFormat, zone);
  }
  if (fromZone !== '' || toZone !== '') date = date.setZone(toZone || workflowZone);
  return writeMoment(date, readText(params, 'format', 'MM/DD/YYYY'));
}

function byFormat(text: string, format: string, zone: string): DateTime {
  if (format === 'x' || format === 'X') return DateTime.fromMillis(Number(text) * (format === 'x' ? 1 : 1000));
  const own = readingFormat(format);
  return own === null ? DateTime.invalid('unparsable') : DateTime.fromFormat(text, own, { zone });
}

function computed(params: Params, minus: boolean): Json {
  const format = readText(params, 'inputFormat', '');
  const { value } = params;
  let date: DateTime;
  if (format !== '') {
    date = byFormat(String(value), format, 'utc');
    if (!date.isValid) {
      refuseAsN8n('Date input cannot be parsed. Please recheck the value and the "From Format" field.');
    }
  } else {
    date = dateOf(value) ?? (typeof value === 'number' ? DateTime.fromMillis(value) : parsed(String(value)));
    if (!date.isValid) {
      refuseAsN8n('Unrecognized date input. Please specify a format in the "From Format" field.');
    }
  }
  const length = { [unitOf(params)]: amountOf(params) };
  const result = (minus ? date.setZone('utc').minus(length) : date.setZone('utc').plus(length)).toMillis();
  return Number.isNaN(result) ? null : new Date(result).toISOString();
}
