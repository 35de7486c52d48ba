/**
 * Owns how lists of names and values in requests of n8n become native parameters. Does not know where they stand.
 */
import { jsonText } from '../../json-text.ts';
import type { Json } from '../../../model/item.ts';
import { isExpression, literal, value } from '../node.ts';

type Row = { [key: string]: Json };

export const isRow = (json: Json | undefined): json is Row =>
  json !== null && typeof json === 'object' && !Array.isArray(json);

/**
 * An object of names and values; a list of { name, value } where a name is computed. `repeated`: what a second value
 * of a name does.
 */
export function namedValues(
  rows: Json,
  repeated: 'list' | 'last',
  valueOf: (row: Row) => Json = (row) => value(row.value ?? ''),
): Json {
  const list = (Array.isArray(rows) ? rows : []).filter(isRow);
  if (list.some((row) => isExpression(row.name))) {
    return list.map((row) => ({ name: value(row.name ?? ''), value: valueOf(row) }));
  }
  const out = new Map<string, Json[]>();
  for (const row of list) {
    const name = typeof row.name === 'string' ? row.name : jsonText(row.name ?? '');
    if (name === '') continue;
    out.set(name, repeated === 'list' ? [...(out.get(name) ?? []), valueOf(row)] : [valueOf(row)]);
  }
  return Object.fromEntries(
    [...out].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? null) : values]),
  );
}

/** Whether there is anything in what namedValues gave. */
export const hasAny = (values: Json): boolean =>
  Array.isArray(values) ? values.length > 0 : values !== null && Object.keys(values as Row).length > 0;

/** The body of a request in the words of the native node: `body` or `fields`. */
export const bodyOf = (values: Json): { [key: string]: Json } =>
  Array.isArray(values) ? { fields: values } : { body: values };

/** A fixed text of JSON as the value that it holds; undefined for expressions and for what is not JSON. */
export function fixedJson(json: Json): Json | undefined {
  if (typeof json !== 'string') return json;
  if (isExpression(json)) return undefined;
  try {
    return plain(JSON.parse(json) as Json);
  } catch {
    return undefined;
  }
}

/** Texts inside are no templates, whatever they look like. */
function plain(json: Json): Json {
  if (typeof json === 'string') return literal(json);
  if (Array.isArray(json)) return json.map(plain);
  if (isRow(json)) return Object.fromEntries(Object.entries(json).map(([key, member]) => [key, plain(member)]));
  return json;
}
