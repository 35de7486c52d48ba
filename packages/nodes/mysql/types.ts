/**
 * Owns what values of MySQL become as JSON, and what JSON becomes when it goes into a column of a type that
 * takes no ISO times, bits or long numbers as they are.
 */
import type { Cell, SqlValue } from '../kit/sql/session.ts';
import { parseJson, wholeNumber } from '../kit/sql/values.ts';

/** Kinds of columns whose values are rewritten on the way in. */
export type Kind = 'time' | 'whole' | 'bit' | '';

const TINY = 1;
const TIMESTAMP = 7;
const LONGLONG = 8;
const DATETIME = 12;
const BIT = 16;
const JSON_TYPE = 245;
const GEOMETRY = 255;

export interface Field {
  columnType?: number;
  columnLength?: number;
  /** MariaDB: json is text that says so here. */
  extendedFormat?: string;
}

export function kindOfField({ columnType }: Field): Kind {
  if (columnType === TIMESTAMP || columnType === DATETIME) return 'time';
  if (columnType === LONGLONG) return 'whole';
  return columnType === BIT ? 'bit' : '';
}

export function kindOfColumn(dataType: string): Kind {
  const name = dataType.toLowerCase();
  if (name === 'datetime' || name === 'timestamp') return 'time';
  if (name === 'bigint') return 'whole';
  return name === 'bit' ? 'bit' : '';
}

function bits(bytes: Uint8Array, length: number): Cell {
  if (length === 1) return bytes.at(-1) === 1;
  const text = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return text.slice(-length).padStart(length, '0');
}

/** One value of a row; the driver gives times and long numbers as text. */
export function cellOf(value: unknown, field: Field): Cell {
  if (value === null || value === undefined) return null;
  const { columnType, columnLength, extendedFormat } = field;
  if (value instanceof Uint8Array) return columnType === BIT ? bits(value, columnLength ?? 0) : value;
  if (columnType === TINY && columnLength === 1) return value !== 0;
  if (typeof value === 'string') {
    if (columnType === TIMESTAMP || columnType === DATETIME) {
      // Zero dates are no dates; they stay what they are.
      if (!/^\d{4}-\d\d-\d\d \d\d:/.test(value) || value.startsWith('0000')) return value;
      const iso = value.replace(' ', 'T');
      return columnType === TIMESTAMP ? `${iso}Z` : iso;
    }
    if (columnType === LONGLONG) return wholeNumber(value);
    return extendedFormat === 'json' || columnType === JSON_TYPE ? parseJson(value) : value;
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  // Points and shapes come as objects of the driver.
  if (columnType === GEOMETRY) return JSON.parse(JSON.stringify(value)) as Cell;
  return value as Cell;
}

const MOMENT = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/;

/** An ISO time as MySQL takes it, in UTC where it has a zone. */
function storedTime(text: string): string {
  const parts = MOMENT.exec(text);
  if (parts === null) return text;
  const [, day, minutes, seconds = ':00', fraction = '', zone] = parts;
  if (zone === undefined || zone === 'Z') return `${day} ${minutes}${seconds}${fraction}`;
  const at = new Date(`${day}T${minutes}${seconds}${zone.replace(/^(.\d\d):?/, '$1:')}`);
  return `${at.toISOString().slice(0, 19).replace('T', ' ')}${fraction}`;
}

export function stored(value: SqlValue, kind: string | undefined): SqlValue {
  if (kind === 'time') return typeof value === 'string' ? storedTime(value) : value;
  if (kind === 'whole') return typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : value;
  if (kind === 'bit') {
    if (typeof value === 'boolean') return value ? 1n : 0n;
    return typeof value === 'string' && /^[01]+$/.test(value) ? BigInt(`0b${value}`) : value;
  }
  return value;
}
