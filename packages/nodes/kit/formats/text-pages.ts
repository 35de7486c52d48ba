/**
 * Owns reading text formats page by page: the next part of a file as items, and a carry that says where the part
 * after it starts. Keeps nothing between calls, so memory does not depend on the file.
 */
import { FailureError } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { readChoice, wrongParameter } from '../read.ts';
import { BAD_ROWS, columnNames, findDelimiter, parseRows, rowObject, rowValues, type CsvFormat } from './csv.ts';
import { checkUtf8, ENCODINGS, findEncoding } from './encoding.ts';
import { checkTail, findList, takeJson } from './json-pages.ts';
import { extensionOf } from './names.ts';
import { cutLines, cutRows, isBlank, rowEnd } from './records.ts';
import { steady, type ByteSource } from './source.ts';
import {
  Reading,
  text,
  whole,
  type Carry,
  type Part,
  type Sizes,
  type Taken,
  type TextFormat,
} from './text-reading.ts';

export const SIZES: Sizes = { items: 1_000, smallest: 64 * 1024, largest: 1024 * 1024 };
/** What encoding and delimiter are told from. */
const HEAD_BYTES = 64 * 1024;

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
  const given = params['headers'];
  if (columns === undefined && given !== false && typeof given !== 'string') {
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
    if (typeof given === 'string') {
      items.push({ json: { [given]: rowValues(row, format) } });
      continue;
    }
    const json = rowObject(columns ?? row.fields.map((_, n) => `column_${n + 1}`), row, format, reading.name);
    if (json === null) skipped.push(row.line);
    else items.push({ json });
  }
  reading.skipped = skipped;
  return whole(cut, part, items, columns);
}

function takeText(part: Part): Taken | null {
  if (!part.last) return null;
  const end = part.bytes.byteLength;
  return { items: [{ json: { text: text(part.bytes, { start: 0, end }) } }], used: end, records: 1, done: true };
}

function linesIn(bytes: Uint8Array, end: number, ending: '\n' | '\r'): number {
  let count = 0;
  const value = ending.charCodeAt(0);
  for (let at = bytes.indexOf(value); at !== -1 && at < end; at = bytes.indexOf(value, at + 1)) count += 1;
  return count;
}

async function begin(call: EffectCall, source: ByteSource, smallest: number): Promise<Carry> {
  const { bytes, stamp } = await source.read(0, 128);
  const { encoding, mark } = findEncoding(bytes, readChoice(call.params, 'encoding', ENCODINGS, 'auto'));
  return { offset: call.params['keepMark'] === true ? 0 : mark, stamp, encoding, part: smallest, records: 0, lines: 0 };
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
