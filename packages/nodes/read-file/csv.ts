/** Owns how CSV rows become objects: header names, missing and extra fields, types. csv-parse reads the rows. */
import type { parse as parseSync } from 'csv-parse/sync';
import type { Json } from '@rondo/core/model/item.ts';
import { put, type JsonObject } from '../kit/paths.ts';
import { unreadable } from './failures.ts';

export interface CsvFormat {
  delimiter: string;
  quote: string;
  types: boolean;
  /** Row end: \n (with or without \r before it), or a lone \r. */
  end: '\n' | '\r';
}

export interface CsvPlace {
  path: string;
  /** Line of the file, 1-based, where the text starts. */
  line: number;
}

/** Fields of each row. Empty lines are left out. */
export async function parseRows(
  text: string,
  format: CsvFormat,
  place: CsvPlace,
): Promise<{ fields: string[]; line: number }[]> {
  const { parse } = (await import('csv-parse/sync')) as { parse: typeof parseSync };
  try {
    const rows = parse(text, {
      delimiter: format.delimiter,
      quote: format.quote === '' ? null : format.quote,
      escape: format.quote === '' ? null : format.quote,
      // Named, not guessed: a guess would depend on where the file was cut.
      record_delimiter: format.end === '\r' ? ['\r'] : ['\r\n', '\n'],
      relax_column_count: true,
      skip_empty_lines: true,
      info: true,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return rows.map(({ record, info }) => ({ fields: record, line: place.line + info.lines - 1 }));
  } catch (error) {
    const { message, lines } = error as { message: string; lines?: number };
    throw unreadable(place.path, `line ${place.line + (lines ?? 1) - 1}: ${message}`);
  }
}

/** Names of the columns: empty ones and repeated ones get names of their own, so that no field is lost. */
export function columnNames(fields: readonly string[]): string[] {
  const used = new Set<string>();
  return fields.map((field, position) => {
    const wanted = field.trim() === '' ? `column_${position + 1}` : field.trim();
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

export function rowObject(
  columns: readonly string[],
  fields: readonly string[],
  types: boolean,
  place: CsvPlace,
): JsonObject {
  const extra = fields.slice(columns.length).find((field) => field !== '');
  if (extra !== undefined) {
    throw unreadable(place.path, `line ${place.line} has ${fields.length} fields, the header has ${columns.length}`);
  }
  const row: JsonObject = {};
  for (const [position, name] of columns.entries()) {
    const text = fields[position] ?? '';
    put(row, name, types ? typed(text) : text);
  }
  return row;
}
