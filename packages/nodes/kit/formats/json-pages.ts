/**
 * Owns reading JSON page by page: the elements of a list, at the top or inside objects, or a single value.
 * Does not decode or ask for bytes (text-reading.ts).
 */
import { parsePath } from '../paths.ts';
import { ListFinder, TailCheck } from './json-scan.ts';
import { cutElements, isBlank } from './records.ts';
import { unreadable } from './source.ts';
import type { Item } from '@rondo/core/model/item.ts';
import type { Part, Reading, Taken } from './text-reading.ts';

const SCAN_BYTES = 1024 * 1024;

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

export function takeJson(reading: Reading, part: Part): Taken | null {
  if (reading.carry.records > 0 || reading.carry.open !== undefined) return takeElements(reading, part, 0);
  const { bytes } = part;
  let first = 0;
  while (first < bytes.length && isBlank(bytes, first, first + 1)) first += 1;
  return bytes[first] === 0x5b ? takeElements(reading, part, first + 1) : takeValue(reading, part);
}

/** Moves the carry to the first element of the list at `itemsPath`. */
export async function findList(reading: Reading, path: string): Promise<void> {
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
export async function checkTail(reading: Reading, open: number): Promise<void> {
  const tail = new TailCheck(open);
  for (;;) {
    const part = await reading.part(SCAN_BYTES);
    if (!tail.push(part.bytes)) throw unreadable(reading.name, 'there is more after the object');
    if (part.last) break;
    reading.carry = { ...reading.carry, offset: reading.carry.offset + part.raw(part.bytes.byteLength) };
  }
  if (!tail.closed) throw unreadable(reading.name, 'it ends before the object around the list closes: it is cut off');
}
