/**
 * Owns how CSV rows become objects: the delimiter, header names, missing and extra fields, bad rows, types.
 * csv-parse reads the rows. Does not know where rows end in a file (records.ts).
 */
import type { parse as parseSync } from 'csv-parse/sync';
import type { Json } from '@rondo/core/model/item.ts';
import { put, type JsonObject } from '../paths.ts';
import { cutRows } from './records.ts';
import { unreadable } from './source.ts';

export const BAD_ROWS = ['error', 'skip', 'keep'] as const;
export type BadRows = (typeof BAD_ROWS)[number];

export interface CsvFormat {
  delimiter: string;
  quote: string;
  types: boolean;
  badRows: BadRows;
  /** Row end: \n (with or without \r before it), or a lone \r. */
  end: '\n' | '\r';
}

export interface CsvPlace {
  name: string;
  /** Line of the file, 1-based, where the text starts. */
  line: number;
}

export interface CsvRow {
  fields: string[];
  line: number;
}

/** Fields of each row. Empty lines are left out; `skipped` gets the lines of rows that cannot be read. */
export async function parseRows(
  text: string,
  format: CsvFormat,
  place: CsvPlace,
  skipped: number[],
): Promise<CsvRow[]> {
  if (format.quote === '' || !text.includes(format.quote)) return plainRows(text, format, place.line);
  const { parse } = (await import('csv-parse/sync')) as { parse: typeof parseSync };
  try {
    const rows = parse(text, {
      delimiter: format.delimiter,
      quote: format.quote === '' ? null : format.quote,
      escape: format.quote === '' ? null : format.quote,
      // Named, not guessed: a guess would depend on where the file was cut.
      record_delimiter: format.end === '\r' ? ['\r'] : ['\r\n', '\n'],
      relax_column_count: true,
      relax_quotes: format.badRows === 'keep',
      skip_records_with_error: format.badRows === 'skip',
      on_skip: (error) => {
        skipped.push(place.line + Number((error as { lines?: number } | undefined)?.lines ?? 1) - 1);
        return undefined;
      },
      skip_empty_lines: true,
      info: true,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return rows.map(({ record, info }) => ({ fields: record, line: place.line + info.lines - 1 }));
  } catch (error) {
    const { message, lines } = error as { message: string; lines?: number };
    throw unreadable(
      place.name,
      `line ${place.line + (lines ?? 1) - 1}: ${message}`,
      'Correct the file, or set badRows to skip or keep.',
    );
  }
}

/** Without quotes nothing is special, and splitting is several times faster. */
function plainRows(text: string, { delimiter, end }: CsvFormat, first: number): CsvRow[] {
  const rows: CsvRow[] = [];
  let line = first;
  for (let start = 0; start < text.length; line += 1) {
    const at = text.indexOf(end, start);
    const next = at === -1 ? text.length : at;
    const cut = end === '\n' && at !== -1 && text[at - 1] === '\r' && at > start ? at - 1 : next;
    if (cut > start) rows.push({ fields: text.slice(start, cut).split(delimiter), line });
    start = next + 1;
  }
  return rows;
}

/** Names of the columns: empty ones and repeated ones get names of their own, so that no field is lost. */
export function columnNames(fields: readonly string[]): string[] {
  const used = new Set<string>();
  return fields.map((field, position) => {
    // A byte order mark that was kept is part of the name.
    const trimmed = field.replace(/^[^\S\uFEFF]+|[^\S\uFEFF]+$/g, '');
    const wanted = trimmed === '' ? `column_${position + 1}` : trimmed;
    let name = wanted;
    for (let n = 2; used.has(name); n += 1) name = `${wanted}_${n}`;
    used.add(name);
    return name;
  });
}

/** A number only when its text is how the number is written: 007 and long ids stay text. */
function typed(text: string): Json {
  if (text === '') return null;
  if (text === 'true' || text === 'TRUE') return true;
  if (text === 'false' || text === 'FALSE') return false;
  if (/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) {
    const number = Number(text);
    if (Number.isFinite(number) && (!/^-?\d+$/.test(text) || Number.isSafeInteger(number))) return number;
  }
  return text;
}

/** The fields of a row, in order. */
export const rowValues = (row: CsvRow, format: Pick<CsvFormat, 'types'>): Json[] =>
  row.fields.map((text) => (format.types ? typed(text) : text));

/** The row as an object; null when it has more fields than columns and such rows are skipped. */
export function rowObject(
  columns: readonly string[],
  row: CsvRow,
  format: Pick<CsvFormat, 'types' | 'badRows'>,
  name: string,
): JsonObject | null {
  const { fields, line } = row;
  const extra = fields.slice(columns.length).some((field) => field !== '');
  if (extra && format.badRows === 'skip') return null;
  if (extra && format.badRows === 'error') {
    throw unreadable(
      name,
      `line ${line} has ${fields.length} fields, the header has ${columns.length}`,
      'Correct the file, or set badRows to skip or keep.',
    );
  }
  const object: JsonObject = {};
  const value = (text: string): Json => (format.types ? typed(text) : text);
  for (const [position, column] of columns.entries()) put(object, column, value(fields[position] ?? ''));
  if (extra) {
    for (let at = columns.length; at < fields.length; at += 1) {
      let column = `column_${at + 1}`;
      while (Object.hasOwn(object, column)) column += '_';
      put(object, column, value(fields[at] as string));
    }
  }
  return object;
}

/** In ties the comma loses: it is also the decimal mark and stands in texts. */
const DELIMITERS = [';', '\t', '|', ','] as const;
const ROWS_SEEN = 20;

/** The delimiter that divides the first rows most evenly; a comma when none does. */
export function findDelimiter(head: Uint8Array, last: boolean, quote: number | null, end: number): string {
  const { spans } = cutRows(head, last, ROWS_SEEN, quote, end);
  const rows = spans.filter((span) => span.end > span.start);
  let best = { delimiter: ',', even: 0, count: 0 };
  for (const delimiter of DELIMITERS) {
    const counts = rows.map((span) => outside(head, span.start, span.end, delimiter.charCodeAt(0), quote));
    const first = counts[0] ?? 0;
    if (first === 0) continue;
    const even = counts.filter((count) => count === first).length;
    if (even > best.even || (even === best.even && first > best.count)) best = { delimiter, even, count: first };
  }
  return best.delimiter;
}

/** How often a byte stands outside quotes. */
function outside(bytes: Uint8Array, start: number, end: number, wanted: number, quote: number | null): number {
  let count = 0;
  let inside = false;
  for (let at = start; at < end; at += 1) {
    if (bytes[at] === quote) inside = !inside;
    else if (!inside && bytes[at] === wanted) count += 1;
  }
  return count;
}
