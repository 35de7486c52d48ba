/**
 * Owns where records end in a run of bytes: lines, CSV rows, elements of a JSON array.
 * Works on bytes only, so an offset in the file is exact. Does not decode or parse.
 */

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** A record as [start, end) of its bytes, and where the next one starts. */
export interface Span {
  start: number;
  end: number;
  next: number;
}

export interface Cut {
  spans: Span[];
  /** First byte that belongs to no span yet. */
  rest: number;
}

function lineSpan(bytes: Uint8Array, start: number, end: number, next: number): Span {
  return { start, end: end > start && bytes[end - 1] === RETURN ? end - 1 : end, next };
}

/** Lines, at most `most`. The last one needs no line end when `last` is set. */
export function cutLines(bytes: Uint8Array, last: boolean, most: number): Cut {
  const spans: Span[] = [];
  let start = 0;
  while (spans.length < most && start < bytes.length) {
    const at = bytes.indexOf(NEWLINE, start);
    if (at === -1) {
      if (!last) break;
      spans.push(lineSpan(bytes, start, bytes.length, bytes.length));
      start = bytes.length;
    } else {
      spans.push(lineSpan(bytes, start, at, at + 1));
      start = at + 1;
    }
  }
  return { spans, rest: start };
}

function countOf(bytes: Uint8Array, value: number, start: number, end: number): number {
  let count = 0;
  for (let at = bytes.indexOf(value, start); at !== -1 && at < end; at = bytes.indexOf(value, at + 1)) count += 1;
  return count;
}

/**
 * CSV rows: a line end inside quotes belongs to the row. A doubled quote counts twice, so the
 * parity of quotes alone tells inside from outside. `end` is the byte that ends rows (\n or \r).
 */
export function cutRows(bytes: Uint8Array, last: boolean, most: number, quote: number | null, end: number): Cut {
  const spans: Span[] = [];
  let start = 0;
  let from = 0;
  let quotes = 0;
  while (spans.length < most && start < bytes.length) {
    const at = bytes.indexOf(end, from);
    if (at === -1) break;
    if (quote !== null) quotes += countOf(bytes.subarray(from, at), quote, 0, at - from);
    from = at + 1;
    if (quotes % 2 === 1) continue;
    spans.push(end === NEWLINE ? lineSpan(bytes, start, at, at + 1) : { start, end: at, next: at + 1 });
    start = from;
    quotes = 0;
  }
  if (last && spans.length < most && start < bytes.length) {
    spans.push(
      end === NEWLINE
        ? lineSpan(bytes, start, bytes.length, bytes.length)
        : { start, end: bytes.length, next: bytes.length },
    );
    start = bytes.length;
  }
  return { spans, rest: start };
}

/** The byte that ends rows: the first line end outside quotes. Null when more bytes are needed to know. */
export function rowEnd(bytes: Uint8Array, last: boolean, quote: number | null): '\n' | '\r' | null {
  let inside = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) inside = !inside;
    else if (inside) continue;
    else if (byte === NEWLINE) return '\n';
    else if (byte === RETURN && at + 1 < bytes.length) return bytes[at + 1] === NEWLINE ? '\n' : '\r';
    else if (byte === RETURN && last) return '\r';
  }
  return last ? '\n' : null;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

export interface ElementCut extends Cut {
  /** The closing bracket was the byte before `rest`. */
  closed: boolean;
}

/**
 * Elements of a JSON array; `bytes` starts inside it, at the start of an element. An element's
 * bytes are checked by parsing them; here only strings and depth count.
 */
export function cutElements(bytes: Uint8Array, most: number): ElementCut {
  const spans: Span[] = [];
  let start = 0;
  let depth = 0;
  let at = 0;
  const length = bytes.length;
  while (at < length) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      at += 1;
      while (at < length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
      if (at >= length) break;
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth += 1;
    else if (byte === CLOSE_OBJECT) depth -= 1;
    else if (byte === CLOSE_LIST) {
      if (depth === 0) {
        spans.push({ start, end: at, next: at + 1 });
        return { spans, rest: at + 1, closed: true };
      }
      depth -= 1;
    } else if (byte === COMMA && depth === 0) {
      spans.push({ start, end: at, next: at + 1 });
      start = at + 1;
      if (spans.length >= most) break;
    }
    at += 1;
  }
  return { spans, rest: start, closed: false };
}

export function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x09 && byte !== NEWLINE && byte !== RETURN) return false;
  }
  return true;
}

/** Records shorter than this cannot be nested deep enough to matter. */
const SHORT = 20_000;

/** How deep a record is nested, as far as it is more than `most`; 0 for short ones. */
export function nesting(bytes: Uint8Array, span: Span, most: number): number {
  if (span.end - span.start < SHORT) return 0;
  let depth = 0;
  for (let at = span.start; at < span.end; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at += 1;
      while (at < span.end && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      depth += 1;
      if (depth > most) return depth;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth -= 1;
  }
  return 0;
}
