/**
 * Owns what the cells of a spreadsheet mean: numbers, dates by the format of the cell, texts, truth values, names
 * of columns and ranges. Does not read files.
 */
import type { Json } from '@rondo/core/model/item.ts';
import { wrongParameter } from '../read.ts';

const DAY_MS = 86_400_000;
/** Days from the start of the 1900 system to 1970, counting the 29 February 1900 that never was. */
const EPOCH_1900 = 25_569;
const EPOCH_1904 = 24_107;
/** 9999-12-31, the last day a spreadsheet knows. */
const LAST_DAY = 2_958_465;

export type DateKind = 'date' | 'time' | 'elapsed';

/** What a number format shows; null for plain numbers. */
export function dateKind(id: number, code: string | undefined): DateKind | null {
  if (code === undefined) {
    if ((id >= 14 && id <= 17) || id === 22 || (id >= 27 && id <= 31) || id === 36 || (id >= 50 && id <= 58))
      return 'date';
    if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || id === 45 || id === 47) return 'time';
    return id === 46 ? 'elapsed' : null;
  }
  // Texts, escaped characters, colours and conditions are not tokens.
  const first = code.split(';')[0] ?? '';
  if (/\[(h+|m+|s+)\]/i.test(first)) return 'elapsed';
  const tokens = first.replace(/"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|general/gi, '');
  if (/[yd]/i.test(tokens) || /m{3,}/i.test(tokens)) return 'date';
  if (/[hs]/i.test(tokens) || /am\/pm/i.test(tokens)) return 'time';
  return /m/i.test(tokens) ? 'date' : null;
}

const two = (n: number): string => String(n).padStart(2, '0');

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const rest = ms % 1000;
  const text = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return rest === 0 ? text : `${text}.${String(rest).padStart(3, '0')}`;
}

/** A serial number as ISO text without a time zone, as spreadsheets have none. */
export function dateText(serial: number, kind: DateKind, since1904: boolean): Json {
  if (!(serial >= 0 && serial <= LAST_DAY + 1)) return serial;
  if (kind === 'elapsed' || (kind === 'time' && serial < 1)) return clock(Math.round(serial * DAY_MS));
  const days = since1904 ? serial - EPOCH_1904 : serial - EPOCH_1900 + (serial < 60 ? 1 : 0);
  const iso = new Date(Math.round(days * DAY_MS)).toISOString();
  const [date = '', time = ''] = iso.slice(0, -1).split('T');
  if (time === '00:00:00.000') return date;
  return `${date}T${time.endsWith('.000') ? time.slice(0, -4) : time}`;
}

/** Characters that XML cannot hold are written as _xHHHH_. */
export function plainText(text: string): string {
  return text.includes('_x')
    ? text.replace(/_x([\da-fA-F]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;
}

/** 0-based column of a reference such as AB12; -1 when it is none. */
export function columnOf(reference: string): number {
  let column = 0;
  let at = 0;
  for (; at < reference.length && at < 4; at += 1) {
    const letter = reference.charCodeAt(at) & ~0x20;
    if (letter < 0x41 || letter > 0x5a) break;
    column = column * 26 + letter - 0x40;
  }
  return at === 0 ? -1 : column - 1;
}

export interface CellRange {
  /** 0-based columns, 1-based rows, all inclusive. */
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const EVERYTHING: CellRange = { left: 0, right: 16_383, top: 1, bottom: 1_048_576 };

/** A2:F100, A2 (from there on), A:F. */
export function parseRange(value: Json | undefined): CellRange {
  if (value === undefined || value === null || value === '') return EVERYTHING;
  const found =
    typeof value === 'string'
      ? /^\$?([A-Z]{1,3})?\$?(\d{1,7})?(?::\$?([A-Z]{1,3})?\$?(\d{1,7})?)?$/i.exec(value.trim())
      : null;
  if (found === null || value === ':') return wrongParameter('range', 'a range such as A2:F100, B3 or A:F', value);
  const [, left, top, right, bottom] = found;
  const range = {
    left: left === undefined ? EVERYTHING.left : columnOf(left),
    right: right === undefined ? EVERYTHING.right : columnOf(right),
    top: top === undefined ? EVERYTHING.top : Number(top),
    bottom: bottom === undefined ? EVERYTHING.bottom : Number(bottom),
  };
  if (range.left > range.right || range.top > range.bottom || range.top < 1)
    return wrongParameter('range', 'a range from its upper left to its lower right cell', value);
  return range;
}
