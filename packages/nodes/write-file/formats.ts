/** Owns how items become the text of a file, block by block. Does not write or know offsets. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { getPath, isObject } from '../kit/paths.ts';

export type Format = 'ndjson' | 'json' | 'csv' | 'text';

const BY_EXTENSION: Record<string, Format> = {
  json: 'json',
  csv: 'csv',
  tsv: 'csv',
  txt: 'text',
  md: 'text',
  log: 'text',
  html: 'text',
};

export function formatOf(wanted: Json | undefined, path: string): Format {
  if (typeof wanted === 'string' && wanted !== 'auto') return wanted as Format;
  return BY_EXTENSION[/\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase() ?? ''] ?? 'ndjson';
}

export function cell(value: Json | undefined, delimiter: string): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const quoted = text.includes('"') || text.includes('\n') || text.includes('\r') || text.includes(delimiter);
  // A space at an edge is lost by readers that trim, so it is quoted too.
  return quoted || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

function line(cells: string[]): string {
  // One empty field would be an empty line, which readers skip.
  return cells.length === 1 && cells[0] === '' ? '""\n' : `${cells.join(',')}\n`;
}

/** Columns in order of appearance. */
export function columnsOf(items: readonly Json[], path: string): string[] {
  const names = new Set<string>();
  for (const json of items) {
    if (!isObject(json)) {
      throw wrongItem(
        path,
        'csv holds objects; an item is not one. Choose the format ndjson, or set the fields before',
      );
    }
    for (const name of Object.keys(json)) names.add(name);
  }
  return [...names];
}

function wrongItem(path: string, reason: string): FailureError {
  return new FailureError(failure('node-failed', `file "${path}": ${reason}.`, { retry: 'no' }));
}

export function csvHeader(columns: readonly string[], delimiter: string): string {
  return csvLine(columns, delimiter);
}

function csvLine(values: readonly (Json | undefined)[], delimiter: string): string {
  const cells = values.map((value) => cell(value, delimiter));
  return delimiter === ',' ? line(cells) : line([cells.join(delimiter)]);
}

/** `complete`: the columns came from items, so a field that has none would be lost without a word. */
export function csvRows(
  items: readonly Json[],
  columns: readonly string[],
  delimiter: string,
  complete: boolean,
  path: string,
): string {
  const known = new Set(columns);
  let out = '';
  for (const json of items) {
    if (!isObject(json)) columnsOf([json], path);
    const unknown = complete ? Object.keys(json as object).find((name) => !known.has(name)) : undefined;
    if (unknown !== undefined) {
      throw wrongItem(
        path,
        `an item has the field "${unknown}", which no column was made for; list the wanted ones in columns`,
      );
    }
    out += csvLine(
      columns.map((name) => (complete ? ownField(json, name) : getPath(json, name))),
      delimiter,
    );
  }
  return out;
}

function ownField(json: Json, name: string): Json | undefined {
  return isObject(json) && Object.hasOwn(json, name) ? json[name] : undefined;
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
export function textLines(items: readonly Json[], field: string, separator: string): string {
  return items
    .map((json) => {
      const value = isObject(json) ? getPath(json, field) : json;
      if (value === undefined) return JSON.stringify(json) + separator;
      return (typeof value === 'string' ? value : JSON.stringify(value)) + separator;
    })
    .join('');
}
