/**
 * Owns one call of the Read File node: the next part of a file as items, and a carry that says where
 * the part after it starts. Keeps nothing between calls, so memory does not depend on the file.
 */
import { FailureError } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { wrongParameter } from '../kit/read.ts';
import { columnNames, parseRows, rowObject, type CsvFormat } from './csv.ts';
import { unreadable } from './failures.ts';
import { cutElements, cutLines, cutRows, isBlank, rowEnd, type Cut, type Span } from './records.ts';

export interface Sizes {
  /** Items of one call. */
  items: number;
  /** Bytes asked for at once, before a long record needs more. */
  smallest: number;
  largest: number;
}

const SIZES: Sizes = { items: 1_000, smallest: 64 * 1024, largest: 1024 * 1024 };

type Format = 'ndjson' | 'json' | 'csv' | 'text' | 'lines';

interface Carry {
  offset: number;
  stamp: string;
  /** Bytes to ask for: what the last thousand records took, and some. */
  part: number;
  /** Records and lines so far, for messages and line numbers. */
  records: number;
  lines: number;
  columns?: string[];
  end?: '\n' | '\r';
}

interface Part {
  /** Bytes from carry.offset. */
  bytes: Uint8Array;
  size: number;
  /** The end of the file is in `bytes`. */
  last: boolean;
}

/** What a format makes of a part: null when a record does not fit and more bytes are needed. */
interface Taken {
  items: Item[];
  used: number;
  records: number;
  done: boolean;
  columns?: string[];
}

const BY_EXTENSION: Record<string, Format> = {
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  json: 'json',
  geojson: 'json',
  csv: 'csv',
  tsv: 'csv',
  tab: 'csv',
};

function extensionOf(path: string): string {
  return /\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
}

function formatOf(params: Record<string, Json>, path: string): Format {
  const wanted = String(params['format'] ?? 'auto');
  return wanted === 'auto' ? (BY_EXTENSION[extensionOf(path)] ?? 'text') : (wanted as Format);
}

function text(bytes: Uint8Array, span: { start: number; end: number }): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + span.start, span.end - span.start).toString('utf8');
}

/** Length of a UTF-8 byte order mark; other encodings are refused rather than read as nonsense. */
function markLength(path: string, bytes: Uint8Array): number {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 3;
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw unreadable(path, 'it is UTF-16; save it as UTF-8');
  }
  return 0;
}

class Reading {
  readonly call: EffectCall;
  readonly path: string;
  readonly format: Format;
  readonly most: number;
  carry: Carry;

  constructor(call: EffectCall, carry: Carry, most: number) {
    this.call = call;
    this.most = most;
    this.path = String(call.params['path'] ?? '');
    this.format = formatOf(call.params, this.path);
    this.carry = carry;
  }

  /** Bytes from the carry on, `length` of them at least when there are so many. */
  async part(length: number): Promise<Part> {
    const { offset } = this.carry;
    const { bytes, size, stamp } = await this.call.ports.files.read(this.path, offset, length);
    if (this.carry.stamp === '') this.carry = { ...this.carry, stamp };
    if (this.carry.stamp !== stamp) {
      throw unreadable(this.path, 'it changed while it was being read; run again when nobody writes to it');
    }
    return { bytes, size, last: offset + bytes.byteLength >= size };
  }

  /** Asks for more until a record fits; a record over file.line ends it. */
  async take(take: (part: Part) => Taken | null | Promise<Taken | null>): Promise<Taken> {
    const limit = this.call.ports.limit('file.line');
    for (let length = this.carry.part; ; length *= 2) {
      const part = await this.part(Math.min(length, limit + 1));
      const taken = await take(part);
      if (taken !== null) return taken;
      if (part.bytes.byteLength > limit) {
        const where = `file "${this.path}", record ${this.carry.records + 1}`;
        throw new FailureError({ ...limitFailure('file.line', limit, where), retry: 'no' });
      }
      if (part.last)
        throw unreadable(this.path, `record ${this.carry.records + 1} is not complete at the end of the file`);
    }
  }

  parse(bytes: Uint8Array, span: Span, what: string): Json {
    try {
      return JSON.parse(text(bytes, span)) as Json;
    } catch (error) {
      throw unreadable(
        this.path,
        `${what} is not valid JSON (${error instanceof Error ? error.message : String(error)})`,
      );
    }
  }
}

/** The result of a cut, unless not even one record fitted. */
function whole(cut: Cut, part: Part, items: Item[], columns?: string[]): Taken | null {
  if (cut.spans.length === 0 && !(part.last && cut.rest >= part.bytes.byteLength)) return null;
  return {
    items,
    used: cut.rest,
    records: cut.spans.length,
    done: part.last && cut.rest >= part.bytes.byteLength,
    ...(columns === undefined ? {} : { columns }),
  };
}

function takeLines(reading: Reading, part: Part): Taken | null {
  const cut = cutLines(part.bytes, part.last, reading.most);
  const items: Item[] = [];
  for (const [position, span] of cut.spans.entries()) {
    const line = reading.carry.records + position + 1;
    if (reading.format === 'lines') items.push({ json: { text: text(part.bytes, span), line } });
    else if (!isBlank(part.bytes, span.start, span.end)) {
      items.push({ json: reading.parse(part.bytes, span, `line ${line}`) });
    }
  }
  return whole(cut, part, items);
}

async function takeRows(reading: Reading, part: Part): Promise<Taken | null> {
  const { params } = reading.call;
  const delimiter = params['delimiter'] ?? (/^(tsv|tab)$/.test(extensionOf(reading.path)) ? '\t' : ',');
  const quote = String(params['quote'] ?? '"');
  if (quote !== '' && !/^[\x20-\x7e]$/.test(quote)) wrongParameter('quote', 'one ASCII character, or empty', quote);
  if (delimiter === '') wrongParameter('delimiter', 'at least one character', delimiter);
  const quoteByte = quote === '' ? null : quote.charCodeAt(0);
  const end = reading.carry.end ?? rowEnd(part.bytes, part.last, quoteByte);
  if (end === null) return null;
  reading.carry = { ...reading.carry, end };
  const format: CsvFormat = { delimiter: String(delimiter), quote, types: params['types'] === true, end };
  const cut = cutRows(part.bytes, part.last, reading.most, quoteByte, end.charCodeAt(0));
  const place = { path: reading.path, line: reading.carry.lines + 1 };
  const rows = await parseRows(text(part.bytes, { start: 0, end: cut.rest }), format, place);
  let { columns } = reading.carry;
  if (columns === undefined && params['headers'] !== false) {
    const given = params['headers'];
    if (Array.isArray(given)) columns = columnNames(given.map(String));
    else {
      const header = rows.shift();
      if (header !== undefined) columns = columnNames(header.fields);
    }
  }
  const items = rows.map(({ fields, line }): Item => {
    if (columns !== undefined) return { json: rowObject(columns, fields, format.types, { path: reading.path, line }) };
    return {
      json: rowObject(
        fields.map((_, n) => `column_${n + 1}`),
        fields,
        format.types,
        { path: reading.path, line },
      ),
    };
  });
  return whole(cut, part, items, columns);
}

/** Top-level value that is no array: one item, as a whole. */
function takeValue(reading: Reading, part: Part): Taken | null {
  if (!part.last) return null;
  const span = { start: 0, end: part.bytes.byteLength, next: part.bytes.byteLength };
  if (isBlank(part.bytes, 0, span.end)) throw unreadable(reading.path, 'it is empty, which is not JSON');
  return { items: [{ json: reading.parse(part.bytes, span, 'it') }], used: span.end, records: 1, done: true };
}

function takeElements(reading: Reading, part: Part, opening: number): Taken | null {
  const { carry, path } = reading;
  const bytes = part.bytes.subarray(opening);
  const cut = cutElements(bytes, reading.most);
  const items: Item[] = [];
  for (const [position, span] of cut.spans.entries()) {
    const number = carry.records + position + 1;
    const onlyBracket = cut.closed && number === 1 && cut.spans.length === 1 && isBlank(bytes, span.start, span.end);
    if (!onlyBracket) items.push({ json: reading.parse(bytes, span, `element ${number}`) });
  }
  if (cut.spans.length === 0) return null;
  // What follows the list must be blank, and it must be seen whole.
  if (cut.closed) {
    if (!isBlank(bytes, cut.rest, bytes.length)) throw unreadable(path, 'there is more after the list');
    if (!part.last) return null;
  }
  return { items, used: opening + cut.rest, records: cut.spans.length, done: cut.closed };
}

function takeText(part: Part): Taken | null {
  if (!part.last) return null;
  const end = part.bytes.byteLength;
  return { items: [{ json: { text: text(part.bytes, { start: 0, end }) } }], used: end, records: 1, done: true };
}

function takeJson(reading: Reading, part: Part): Taken | null {
  if (reading.carry.records > 0) return takeElements(reading, part, 0);
  const { bytes } = part;
  let first = 0;
  while (first < bytes.length && isBlank(bytes, first, first + 1)) first += 1;
  return bytes[first] === 0x5b ? takeElements(reading, part, first + 1) : takeValue(reading, part);
}

function linesIn(bytes: Uint8Array, end: number, ending: '\n' | '\r'): number {
  let count = 0;
  const value = ending.charCodeAt(0);
  for (let at = bytes.indexOf(value); at !== -1 && at < end; at = bytes.indexOf(value, at + 1)) count += 1;
  return count;
}

export async function run(call: EffectCall, sizes: Sizes = SIZES): Promise<EffectResult> {
  const start: Carry = { offset: 0, stamp: '', part: sizes.smallest, records: 0, lines: 0 };
  const reading = new Reading(call, (call.carry as unknown as Carry | undefined) ?? start, sizes.items);
  if (call.carry === undefined) {
    const { bytes, stamp } = await call.ports.files.read(reading.path, 0, 4);
    reading.carry = { ...start, stamp, offset: markLength(reading.path, bytes) };
  }
  let lines = 0;
  const taken = await reading.take(async (part) => {
    if (reading.format === 'text') return takeText(part);
    if (reading.format === 'json') return takeJson(reading, part);
    if (reading.format !== 'csv') return takeLines(reading, part);
    const rows = await takeRows(reading, part);
    if (rows !== null) lines = linesIn(part.bytes, rows.used, reading.carry.end ?? '\n');
    return rows;
  });
  if (taken.done) return { items: taken.items, done: true };
  const perThousand = (taken.used / Math.max(1, taken.records)) * sizes.items * 1.2;
  const { columns } = taken;
  const carry: Carry = {
    ...reading.carry,
    offset: reading.carry.offset + taken.used,
    part: Math.round(Math.min(sizes.largest, Math.max(sizes.smallest, perThousand))),
    records: reading.carry.records + taken.records,
    lines: reading.carry.lines + lines,
    ...(columns === undefined ? {} : { columns }),
  };
  return { items: taken.items, carry: carry as unknown as Json, done: false };
}
