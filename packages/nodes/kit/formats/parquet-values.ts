/**
 * Owns what the values of a Parquet file are as JSON, by its schema:
 *   integers        numbers; beyond 2^53 texts, so that no digit is lost
 *   decimals        numbers up to 15 digits, else texts
 *   float, double   numbers; NaN and infinities null
 *   dates, times    ISO text; times of day HH:MM:SS; with Z only where the file says UTC
 *   bytes           base64 text, or text on request
 *   lists, maps     lists and objects; structs objects
 * Does not read files.
 */
import type { SchemaTree } from 'hyparquet';
import type { Json } from '@rondo/core/model/item.ts';
import { put, type JsonObject } from '../paths.ts';

/** Decoding that keeps everything, to be turned into JSON by the schema. */
export const RAW_PARSERS = {
  timestampFromMilliseconds: (millis: bigint) => nanoText(BigInt(millis) * 1_000_000n),
  timestampFromMicroseconds: (micros: bigint) => nanoText(BigInt(micros) * 1_000n),
  timestampFromNanoseconds: (nanos: bigint) => nanoText(BigInt(nanos)),
  dateFromDays: (days: number | undefined) => {
    if (days === undefined) return undefined;
    const date = new Date(days * 86_400_000);
    return Number.isNaN(date.getTime()) ? String(days) : date.toISOString().slice(0, 10);
  },
};

function nanoText(nanos: bigint): string {
  let seconds = nanos / 1_000_000_000n;
  let rest = nanos % 1_000_000_000n;
  if (rest < 0n) {
    rest += 1_000_000_000n;
    seconds -= 1n;
  }
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return String(nanos);
  const digits = String(rest).padStart(9, '0');
  const shown = digits.endsWith('000000') ? digits.slice(0, 3) : digits.endsWith('000') ? digits.slice(0, 6) : digits;
  return `${date.toISOString().slice(0, -5)}.${shown}Z`;
}

function unscaled(value: unknown): bigint {
  if (!(value instanceof Uint8Array)) return BigInt(value as number | bigint);
  let number = 0n;
  for (const byte of value) number = number * 256n + BigInt(byte);
  const bits = BigInt(value.byteLength * 8);
  return bits > 0n && number >= 1n << (bits - 1n) ? number - (1n << bits) : number;
}

function decimal(value: unknown, scale: number, precision: number): Json {
  const number = unscaled(value);
  const digits = String(number < 0n ? -number : number).padStart(scale + 1, '0');
  const text = scale > 0 ? `${digits.slice(0, -scale)}.${digits.slice(-scale)}` : digits;
  const signed = number < 0n ? `-${text}` : text;
  return precision <= 15 ? Number(signed) : signed;
}

function timeOfDay(value: number | bigint, unit: string): string {
  const perSecond = unit === 'NANOS' ? 1_000_000_000n : unit === 'MICROS' ? 1_000_000n : 1000n;
  const whole = BigInt(value);
  const seconds = Number(whole / perSecond);
  const rest = String(whole % perSecond).padStart(String(perSecond).length - 1, '0');
  const two = (n: number): string => String(n).padStart(2, '0');
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return /^0+$/.test(rest) ? clock : `${clock}.${rest}`;
}

function plain(value: unknown, asText: boolean): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString(asText ? 'utf8' : 'base64');
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  // JSON columns, and what has a meaning that we do not know.
  if (typeof value === 'object') {
    if (Array.isArray(value)) return value.map((element) => plain(element, asText));
    const object: JsonObject = {};
    for (const [key, member] of Object.entries(value)) put(object, key, plain(member, asText));
    return object;
  }
  return value as Json;
}

const LOCAL: Record<string, boolean> = { TIMESTAMP: true };

function leaf(value: unknown, node: SchemaTree, asText: boolean): Json {
  if (value === null || value === undefined) return null;
  const { converted_type: kind, logical_type: logical, scale, precision } = node.element;
  const facts = logical as
    | { type?: string; isAdjustedToUTC?: boolean; unit?: string; scale?: number; precision?: number }
    | undefined;
  if (kind === 'DECIMAL' || facts?.type === 'DECIMAL')
    return decimal(value, scale ?? facts?.scale ?? 0, precision ?? facts?.precision ?? 38);
  if (kind === 'TIME_MILLIS') return timeOfDay(value as number, 'MILLIS');
  if (kind === 'TIME_MICROS') return timeOfDay(value as bigint, 'MICROS');
  if (facts?.type === 'TIME') return timeOfDay(value as bigint, facts.unit ?? 'MILLIS');
  if (typeof value === 'string' && facts?.isAdjustedToUTC === false && LOCAL[facts.type ?? ''] === true)
    return value.endsWith('Z') ? value.slice(0, -1) : value;
  return plain(value, asText);
}

/** One value of a column as JSON. */
export function jsonOf(value: unknown, node: SchemaTree, asText: boolean): Json {
  if (value === null || value === undefined) return null;
  const { children, element } = node;
  if (element.repetition_type === 'REPEATED' && Array.isArray(value)) {
    const one = { ...node, element: { ...element, repetition_type: 'REQUIRED' as const } };
    return value.map((member) => jsonOf(member, one, asText));
  }
  if (children.length === 0) return leaf(value, node, asText);
  const logical = element.logical_type?.type;
  if (logical === 'VARIANT') return plain(value, asText);
  const [only] = children;
  if (Array.isArray(value)) {
    // A list is a group of a repeated group of the element; old files leave the middle out.
    const inner = only?.children.length === 1 ? only.children[0] : only;
    return value.map((member) => jsonOf(member, inner as SchemaTree, asText));
  }
  if (typeof value !== 'object') return plain(value, asText);
  const isMap = element.converted_type === 'MAP' || element.converted_type === 'MAP_KEY_VALUE' || logical === 'MAP';
  const object: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    const child = isMap ? only?.children[1] : children.find((one) => one.element.name === key);
    put(object, key, child === undefined ? plain(member, asText) : jsonOf(member, child, asText));
  }
  return object;
}
