/**
 * Owns reading text formats page by page: the next part of a file as items, and a carry that says where the part
 * after it starts. Keeps nothing between calls, so memory does not depend on the file.
 */
import { FailureError } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { parsePath } from '../paths.ts';
import { readChoice, wrongParameter } from '../read.ts';
import { BAD_ROWS, columnNames, findDelimiter, parseRows, rowObject, type CsvFormat } from './csv.ts';
import { checkUtf8, decodePart, ENCODINGS, findEncoding, type DecodedPart, type Encoding } from './encoding.ts';
import { extensionOf } from './names.ts';
import { ListFinder, TailCheck } from './json-scan.ts';
import { cutElements, cutLines, cutRows, isBlank, nesting, rowEnd, type Cut, type Span } from './records.ts';
import { steady, unreadable, type ByteSource } from './source.ts';

export interface Sizes {
  /** Items of one call. */
  items: number;
  /** Bytes asked for at once, before a long record needs more. */
  smallest: number;
  largest: number;
}

export const SIZES: Sizes = { items: 1_000, smallest: 64 * 1024, largest: 1024 * 1024 };
/** What encoding and delimiter are told from. */
const HEAD_BYTES = 64 * 1024;
const SCAN_BYTES = 1024 * 1024;

export type TextFormat = 'ndjson' | 'json' | 'csv' | 'text' | 'lines';

interface Carry {
  offset: number;
  stamp: string;
  encoding: Encoding;
  /** Bytes to ask for: what the last thousand records took, and some. */
  part: number;
  /** Records and lines so far, for messages and line numbers. */
  records: number;
  lines: number;
  columns?: string[];
  delimiter?: string;
  end?: '\n' | '\r';
  /** json: the offset is inside a list, with so many objects around it. */
  open?: number;
}

interface Part extends DecodedPart {
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

function text(bytes: Uint8Array, span: { start: number; end: number }): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + span.start, span.end - span.start).toString('utf8');
}

class Reading {
  readonly call: EffectCall;
  readonly source: ByteSource;
  readonly format: TextFormat;
  readonly most: number;
  carry: Carry;
  skipped: number[] = [];

  constructor(call: EffectCall, source: ByteSource, format: TextFormat, carry: Carry, most: number) {
    this.call = call;
    this.source = source;
    this.format = format;
    this.most = most;
    this.carry = carry;
  }

  get name(): string {
    return this.source.name;
  }

  /** Text from the carry on, out of `length` bytes when there are so many. */
  async part(length: number): Promise<Part> {
    this.call.signal.throwIfAborted();
    const { offset, encoding } = this.carry;
    const { bytes, size } = await this.source.read(offset, length);
    const last = offset + bytes.byteLength >= size;
    return { ...decodePart(bytes, encoding, last, this.name), last };
  }

  /** Asks for more until a record fits; a record over file.line ends it. */
  async take(take: (part: Part) => Taken | null | Promise<Taken | null>): Promise<{ taken: Taken; part: Part }> {
    const limit = this.call.ports.limit('file.line');
    for (let length = this.carry.part; ; length *= 2) {
      const part = await this.part(Math.min(length, limit + 2));
      const taken = await take(part);
      if (taken !== null) return { taken, part };
      const record = `record ${this.carry.records + 1}`;
      if (part.bytes.byteLength > limit || length > limit + 2) {
        throw new FailureError({ ...limitFailure('file.line', limit, `${this.name}, ${record}`), retry: 'no' });
      }
      if (part.last) throw unreadable(this.name, `${record} is not complete at the end of the file`);
    }
  }

  parse(bytes: Uint8Array, span: Span, what: string): Json {
    const most = this.call.ports.limit('item.depth');
    // What is nested too deep can be parsed, but not written again.
    if (nesting(bytes, span, most) > most) {
      throw new FailureError({ ...limitFailure('item.depth', most, `${this.name}, ${what}`), retry: 'no' });
    }
    try {
      return JSON.parse(text(bytes, span)) as Json;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw unreadable(this.name, `${what} is not valid JSON (${reason})`);
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

function quoteOf(params: Record<string, Json>): { quote: string; byte: number | null } {
  const quote = String(params['quote'] ?? '"');
  if (quote !== '' && !/^[\x20-\x7e]$/.test(quote)) wrongParameter('quote', 'one ASCII character, or empty', quote);
  return { quote, byte: quote === '' ? null : quote.charCodeAt(0) };
}

/** The one that was asked for, that of the extension, or the one that the first rows are divided by. */
async function delimiterOf(reading: Reading, quote: number | null): Promise<string> {
  const wanted = reading.call.params['delimiter'] ?? 'auto';
  if (wanted === '') wrongParameter('delimiter', 'at least one character', wanted);
  if (wanted !== 'auto') return String(wanted);
  if (/^(tsv|tab)$/.test(extensionOf(reading.source.path))) return '\t';
  const head = await reading.part(HEAD_BYTES);
  const end = rowEnd(head.bytes, head.last, quote) ?? '\n';
  return findDelimiter(head.bytes, head.last, quote, end.charCodeAt(0));
}

async function takeRows(reading: Reading, part: Part): Promise<Taken | null> {
  const { params, ports } = reading.call;
  const { quote, byte } = quoteOf(params);
  const end = reading.carry.end ?? rowEnd(part.bytes, part.last, byte);
  if (end === null) return null;
  const delimiter = reading.carry.delimiter ?? (await delimiterOf(reading, byte));
  reading.carry = { ...reading.carry, end, delimiter };
  const badRows = readChoice(params, 'badRows', BAD_ROWS, 'error');
  const format: CsvFormat = { delimiter, quote, types: params['types'] === true, badRows, end };
  const cut = cutRows(part.bytes, part.last, reading.most, byte, end.charCodeAt(0));
  const place = { name: reading.name, line: reading.carry.lines + 1 };
  const skipped: number[] = [];
  const rows = await parseRows(text(part.bytes, { start: 0, end: cut.rest }), format, place, skipped);
  let { columns } = reading.carry;
  if (columns === undefined && params['headers'] !== false) {
    const given = params['headers'];
    if (Array.isArray(given)) columns = columnNames(given.map(String));
    else {
      const header = rows.shift();
      if (header !== undefined) columns = columnNames(header.fields);
    }
  }
  const most = ports.limit('item.keys');
  const checkWidth = (width: number, line: number): void => {
    if (width <= most) return;
    const where = `${reading.name}, line ${line}`;
    throw new FailureError({ ...limitFailure('item.keys', most, where, `it has ${width} fields`), retry: 'no' });
  };
  checkWidth(columns?.length ?? 0, place.line);
  const items: Item[] = [];
  for (const row of rows) {
    checkWidth(row.fields.length, row.line);
    const json = rowObject(columns ?? row.fields.map((_, n) => `column_${n + 1}`), row, format, reading.name);
    if (json === null) skipped.push(row.line);
    else items.push({ json });
  }
  reading.skipped = skipped;
  return whole(cut, part, items, columns);
}

/** Top-level value that is no array: one item, as a whole. */
function takeValue(reading: Reading, part: Part): Taken | null {
  if (!part.last) return null;
  const span = { start: 0, end: part.bytes.byteLength, next: part.bytes.byteLength };
  if (isBlank(part.bytes, 0, span.end)) throw unreadable(reading.name, 'it is empty, which is not JSON');
  return { items: [{ json: reading.parse(part.bytes, span, 'it') }], used: span.end, records: 1, done: true };
}

function takeElements(reading: Reading, part: Part, opening: number): Taken | null {
  const { carry, name } = reading;
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
  if (cut.closed && (carry.open ?? 0) === 0) {
    if (!isBlank(bytes, cut.rest, bytes.length)) throw unreadable(name, 'there is more after the list');
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
  if (reading.carry.records > 0 || reading.carry.open !== undefined) return takeElements(reading, part, 0);
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

/** Moves the carry to the first element of the list at `itemsPath`. */
async function findList(reading: Reading, path: string): Promise<void> {
  const finder = new ListFinder(parsePath(path).map(String));
  for (;;) {
    const part = await reading.part(SCAN_BYTES);
    const found = finder.push(part.bytes);
    if (found.state === 'wrong') throw unreadable(reading.name, found.reason, 'Correct itemsPath.');
    const used = part.raw(found.state === 'found' ? found.at : part.bytes.byteLength);
    reading.carry = { ...reading.carry, offset: reading.carry.offset + used };
    if (found.state === 'found') {
      reading.carry = { ...reading.carry, open: found.open };
      return;
    }
    if (part.last) throw unreadable(reading.name, `it ends before "${path}" was found: it is cut off`);
  }
}

/** After a list inside objects: they must close. */
async function checkTail(reading: Reading, open: number): Promise<void> {
  const tail = new TailCheck(open);
  for (;;) {
    const part = await reading.part(SCAN_BYTES);
    if (!tail.push(part.bytes)) throw unreadable(reading.name, 'there is more after the object');
    if (part.last) break;
    reading.carry = { ...reading.carry, offset: reading.carry.offset + part.raw(part.bytes.byteLength) };
  }
  if (!tail.closed) throw unreadable(reading.name, 'it ends before the object around the list closes: it is cut off');
}

async function begin(call: EffectCall, source: ByteSource, smallest: number): Promise<Carry> {
  const { bytes, stamp } = await source.read(0, 128);
  const { encoding, mark } = findEncoding(bytes, readChoice(call.params, 'encoding', ENCODINGS, 'auto'));
  return { offset: mark, stamp, encoding, part: smallest, records: 0, lines: 0 };
}

function logSkipped(reading: Reading): void {
  const { skipped, name, call } = reading;
  if (skipped.length === 0) return;
  const lines = skipped
    .sort((a, b) => a - b)
    .slice(0, 10)
    .join(', ');
  const rows = skipped.length === 1 ? '1 bad row' : `${skipped.length} bad rows`;
  call.ports.log(`${name}: ${rows} skipped (line ${lines}${skipped.length > 10 ? ' and more' : ''})`);
}

export async function readTextPage(
  call: EffectCall,
  source: ByteSource,
  format: TextFormat,
  sizes: Sizes,
): Promise<EffectResult> {
  const known = call.carry as unknown as Carry | undefined;
  const carry = known ?? (await begin(call, source, sizes.smallest));
  const reading = new Reading(call, steady(source, carry.stamp), format, carry, sizes.items);
  const path = call.params['itemsPath'];
  if (known === undefined && format === 'json' && typeof path === 'string' && path !== '')
    await findList(reading, path);
  let lines = 0;
  const { taken, part } = await reading.take(async (found) => {
    if (format === 'text') return takeText(found);
    if (format === 'json') return takeJson(reading, found);
    if (format !== 'csv') return takeLines(reading, found);
    const rows = await takeRows(reading, found);
    if (rows !== null) lines = linesIn(found.bytes, rows.used, reading.carry.end ?? '\n');
    return rows;
  });
  const before = reading.carry;
  const line = 1 + (format === 'csv' ? before.lines : format === 'json' ? 0 : before.records);
  if (before.encoding === 'utf-8') checkUtf8(part.bytes.subarray(0, taken.used), source.name, line);
  logSkipped(reading);
  const offset = before.offset + part.raw(taken.used);
  if (taken.done) {
    if ((before.open ?? 0) > 0) {
      reading.carry = { ...before, offset };
      await checkTail(reading, before.open ?? 0);
    }
    return { items: taken.items, done: true };
  }
  const perThousand = (part.raw(taken.used) / Math.max(1, taken.records)) * sizes.items * 1.2;
  const { columns } = taken;
  const next: Carry = {
    ...before,
    offset,
    part: Math.round(Math.min(sizes.largest, Math.max(sizes.smallest, perThousand))),
    records: before.records + taken.records,
    lines: before.lines + lines,
    ...(columns === undefined ? {} : { columns }),
  };
  return { items: taken.items, carry: next as unknown as Json, done: false };
}
