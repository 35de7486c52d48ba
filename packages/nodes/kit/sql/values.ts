/**
 * Owns values on their way between items and a database: bytes as base64 or files, JSON text without losing
 * digits, whole numbers that JavaScript cannot hold. Does not know dialects.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { FileRef, Item, Json } from '@rondo/core/model/item.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import { isObject, put, type JsonObject } from '../paths.ts';
import { kindOf, readChoice, readTextList } from '../read.ts';
import type { Answer, Cell, SqlValue } from './session.ts';

/** A whole number as a number where that is exact, as text otherwise. */
export function wholeNumber(text: string): Json {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}

/** JSON text of a database as a value; whole numbers beyond 2^53 become texts. */
export function parseJson(text: string): Json {
  if (!/\d{16}/.test(text)) return JSON.parse(text) as Json;
  const keep = (_key: string, value: unknown, { source }: { source?: string }): unknown =>
    typeof value === 'number' && source !== undefined && /^-?\d+$/.test(source) ? wholeNumber(source) : value;
  return JSON.parse(text, keep as (key: string, value: unknown) => unknown) as Json;
}

function refuse(message: string, fix: string): never {
  throw new FailureError(failure('bad-value', message, { retry: 'no', fix }));
}

const only = (value: Json, key: string): value is JsonObject =>
  isObject(value) && Object.hasOwn(value, key) && Object.keys(value).length === 1;

/** { $base64: text } and { $file: name } as bytes, also inside a list; everything else as it is. */
export async function readValue(value: Json, item: Item | undefined, ports: EffectCall['ports']): Promise<SqlValue> {
  if (only(value, '$base64')) {
    const text = value['$base64'];
    if (typeof text !== 'string') refuse(`$base64 must be text, not ${kindOf(text)}.`, 'Give { "$base64": "..." }.');
    return Buffer.from(text, 'base64');
  }
  if (!only(value, '$file')) return value;
  const name = value['$file'];
  const file: FileRef | undefined = typeof name === 'string' ? item?.files?.[name] : undefined;
  if (file === undefined) {
    const known = Object.keys(item?.files ?? {}).join(', ') || 'none';
    refuse(`$file names ${kindOf(name)}, which the item does not have.`, `Name a file of the item (it has: ${known}).`);
  }
  if (ports.blobs === undefined) refuse('$file cannot be read: this run keeps no files.', 'Use { "$base64": "..." }.');
  const most = ports.limit('step.bytes');
  const { bytes, size } = await ports.blobs.slice(file.blob, 0, most);
  if (size > most) {
    throw new FailureError({
      ...limitFailure('step.bytes', most, `file ${name}`, `it has ${size}`),
      retry: 'no',
    });
  }
  return bytes;
}

/** `params` with its bytes read. */
export async function readParams(call: EffectCall): Promise<unknown> {
  const given = call.params['params'] ?? null;
  const [item] = call.items;
  if (Array.isArray(given)) return Promise.all(given.map((value) => readValue(value, item, call.ports)));
  if (!isObject(given)) return given;
  const read: Record<string, SqlValue> = {};
  for (const [name, value] of Object.entries(given)) {
    put(read as JsonObject, name, (await readValue(value, item, call.ports)) as Json);
  }
  return read;
}

/** Names for the fields of a row: a name that comes twice gets a number. */
function fieldNames(columns: readonly string[]): string[] {
  const taken = new Set<string>();
  return columns.map((column) => {
    let name = column;
    for (let n = 2; taken.has(name); n += 1) name = `${column}_${n}`;
    taken.add(name);
    return name;
  });
}

export interface RowForm {
  bytes: 'base64' | 'file';
  /** Columns whose text is JSON. */
  json: ReadonlySet<string>;
}

export const rowForm = (call: EffectCall): RowForm => ({
  bytes: readChoice(call.params, 'bytes', ['base64', 'file'], 'base64'),
  json: new Set(readTextList(call.params, 'json', [])),
});

/** One item per row. */
export async function itemsOf(answer: Answer, form: RowForm, call: EffectCall): Promise<Item[]> {
  const names = fieldNames(answer.columns);
  const items: Item[] = [];
  for (const row of answer.rows) {
    const json: JsonObject = {};
    const files: Record<string, FileRef> = {};
    for (const [i, name] of names.entries()) {
      const cell = row[i] as Cell;
      if (!(cell instanceof Uint8Array)) put(json, name, form.json.has(name) ? readJson(cell, name) : cell);
      else if (form.bytes === 'base64') put(json, name, Buffer.from(cell).toString('base64'));
      else put(files as unknown as JsonObject, name, (await keepFile(cell, name, call)) as unknown as Json);
    }
    items.push(Object.keys(files).length === 0 ? { json } : { json, files });
  }
  return items;
}

function readJson(cell: Json, name: string): Json {
  if (typeof cell !== 'string') return cell;
  try {
    return parseJson(cell);
  } catch {
    return refuse(`json names the column ${name}, but ${kindOf(cell)} is not JSON.`, 'Leave the column out of json.');
  }
}

async function keepFile(bytes: Uint8Array, name: string, call: EffectCall): Promise<FileRef> {
  if (call.ports.blobs === undefined) refuse('bytes: file needs a run that keeps files.', 'Set bytes to base64.');
  const { blob, size } = await call.ports.blobs.put(bytes);
  return { blob, size, name };
}
