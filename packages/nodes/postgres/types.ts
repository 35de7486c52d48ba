/**
 * Owns what texts of PostgreSQL become as JSON, by type. Values are read from their text form, so that nothing
 * loses digits on the way.
 */
import type { Json } from '@rondo/core/model/item.ts';
import { parseJson, wholeNumber } from '../kit/sql/values.ts';
import type { Cell } from '../kit/sql/session.ts';

type Read = (text: string) => Cell;

/** Infinity and NaN are no JSON numbers. */
function floating(text: string): Json {
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}

/** `2024-01-02 03:04:05.123456+00` as ISO; dates before Christ and infinity stay as they are. */
function moment(text: string): Json {
  const parts = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(?:([+-]\d\d)(:\d\d)?)?$/.exec(text);
  if (parts === null) return text;
  const [, day, time, hours, minutes] = parts;
  const zone =
    hours === undefined ? '' : hours === '+00' && minutes === undefined ? 'Z' : `${hours}${minutes ?? ':00'}`;
  return `${day}T${time}${zone}`;
}

const asText: Read = (text) => text;
const bytes: Read = (text) => Buffer.from(text.slice(2), 'hex');
const flag: Read = (text) => text === 't';

/** Reader and the type of an array of it, by the type's number. */
const TYPES: readonly [type: number, array: number, read: Read][] = [
  [16, 1000, flag],
  [17, 1001, bytes],
  [18, 1002, asText],
  [19, 1003, asText],
  [20, 1016, wholeNumber],
  [21, 1005, floating],
  [23, 1007, floating],
  [25, 1009, asText],
  [26, 1028, floating],
  [114, 199, parseJson],
  [142, 143, asText],
  [650, 651, asText],
  [700, 1021, floating],
  [701, 1022, floating],
  [790, 791, asText],
  [829, 1040, asText],
  [869, 1041, asText],
  [1042, 1014, asText],
  [1043, 1015, asText],
  [1082, 1182, asText],
  [1083, 1183, asText],
  [1114, 1115, moment],
  [1184, 1185, moment],
  [1186, 1187, asText],
  [1266, 1270, asText],
  [1560, 1561, asText],
  [1562, 1563, asText],
  [1700, 1231, asText],
  [2950, 2951, asText],
  [3802, 3807, parseJson],
];

const readers = new Map<number, Read>();
const elements = new Map<number, Read>();
for (const [type, array, read] of TYPES) {
  readers.set(type, read);
  elements.set(array, read);
}

type ParseArray = (text: string, element: (text: string | null) => unknown) => unknown[];

/** Bytes inside an array have no column of their own: base64. */
const inList = (cell: Cell): Json => (cell instanceof Uint8Array ? Buffer.from(cell).toString('base64') : cell);

/** How to read a column of this type; types that are not known stay text. */
export function readerOf(type: number, parseArray: ParseArray): Read {
  const element = elements.get(type);
  if (element === undefined) return readers.get(type) ?? asText;
  return (text) => parseArray(text, (part) => (part === null ? null : inList(element(part)))) as Json;
}
