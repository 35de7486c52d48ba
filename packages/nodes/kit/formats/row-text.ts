/**
 * Owns how items become text, block by block: lines of JSON, elements of a list, CSV rows, texts. Does not write or
 * know offsets.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { getPath, isObject, type JsonObject } from '../paths.ts';

export interface CsvStyle {
  delimiter: string;
  /** Texts that a spreadsheet would run as a formula get an apostrophe in front. */
  guard: boolean;
}

/** Beginnings that spreadsheets take for a formula; also behind the spaces that they cut off. */
const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/;
const NUMBER = /^[+-]?\d+([.,]\d+)*$/;

function isFormula(text: string): boolean {
  return FORMULA.test(text) && !NUMBER.test(text);
}

function cell(value: Json | undefined, { delimiter, guard }: CsvStyle): string {
  if (value === undefined || value === null) return '';
  const plain = typeof value === 'string' ? value : JSON.stringify(value);
  const text = guard && typeof value === 'string' && isFormula(plain) ? `'${plain}` : plain;
  const quoted = text.includes('"') || text.includes('\n') || text.includes('\r') || text.includes(delimiter);
  // A space at an edge is lost by readers that trim, so it is quoted too.
  return quoted || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csvLine(values: readonly (Json | undefined)[], style: CsvStyle): string {
  const cells = values.map((value) => cell(value, style));
  // One empty field would be an empty line, which readers skip.
  return cells.length === 1 && cells[0] === '' ? '""\n' : `${cells.join(style.delimiter)}\n`;
}

function wrongItem(name: string, reason: string): FailureError {
  return new FailureError(failure('node-failed', `${name}: ${reason}.`, { retry: 'no' }));
}

/** The item as a row of a table. */
export function rowOf(json: Json, format: string, name: string): JsonObject {
  if (isObject(json)) return json;
  throw wrongItem(
    name,
    `${format} holds objects; an item is not one. Choose the format ndjson, or set the fields before`,
  );
}

/** Columns in order of appearance, after those that are known. */
export function columnsOf(rows: readonly JsonObject[], known: readonly string[] = []): string[] {
  const names = new Set(known);
  for (const row of rows) for (const name of Object.keys(row)) names.add(name);
  return [...names];
}

export function field(row: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(row, name) ? row[name] : undefined;
}

/** `complete`: the columns came from items, so a field that has none would be lost without a word. */
export function csvRows(
  rows: readonly JsonObject[],
  columns: readonly string[],
  complete: boolean,
  style: CsvStyle,
  name: string,
): string {
  const known = new Set(columns);
  let out = '';
  for (const row of rows) {
    const unknown = complete ? Object.keys(row).find((key) => !known.has(key)) : undefined;
    if (unknown !== undefined) {
      throw wrongItem(
        name,
        `an item has the field "${unknown}", which no column was made for; list the wanted ones in columns`,
      );
    }
    out += csvLine(
      columns.map((column) => (complete ? field(row, column) : getPath(row, column))),
      style,
    );
  }
  return out;
}

export function jsonLines(items: readonly Json[]): string {
  return items.map((json) => `${JSON.stringify(json)}\n`).join('');
}

/** Part of a list; the bracket opens before the first element. */
export function jsonElements(items: readonly Json[], first: boolean): string {
  return items.map((json, position) => `${first && position === 0 ? '[\n' : ',\n'}${JSON.stringify(json)}`).join('');
}

export function jsonClose(empty: boolean): string {
  return empty ? '[]\n' : '\n]\n';
}

/** A text item as it is; of an object the field; anything else as JSON. */
export function textLines(items: readonly Json[], name: string, separator: string): string {
  return items
    .map((json) => {
      const value = isObject(json) ? getPath(json, name) : json;
      if (value === undefined) return JSON.stringify(json) + separator;
      return (typeof value === 'string' ? value : JSON.stringify(value)) + separator;
    })
    .join('');
}
