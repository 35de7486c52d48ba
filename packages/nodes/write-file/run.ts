/**
 * Owns one call of the Write File node: one block of items at the place where the block before ended,
 * or, without items, the end of the file. Cutting first makes a repeated call write once.
 */
import { FailureError, failure } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import {
  columnsOf,
  csvHeader,
  csvRows,
  formatOf,
  jsonClose,
  jsonElements,
  jsonLines,
  textLines,
  type Format,
} from './formats.ts';

interface Carry {
  path: string;
  /** Where this node began, and where the next block goes. */
  start: number;
  offset: number;
  items: number;
  columns?: string[];
}

const HEADER_BYTES = 64 * 1024;

function wrong(path: string, reason: string): FailureError {
  return new FailureError(failure('node-failed', `file "${path}": ${reason}`, { retry: 'no' }));
}

function delimiterOf(call: EffectCall, path: string): string {
  const { delimiter } = call.params;
  return typeof delimiter === 'string' && delimiter !== '' ? delimiter : /\.tsv$/i.test(path) ? '\t' : ',';
}

/** Size of the file, 0 when there is none. */
async function sizeOf(call: EffectCall, path: string): Promise<number> {
  try {
    return (await call.ports.files.read(path, 0, 0)).size;
  } catch (error) {
    if (error instanceof FailureError && error.failure.data?.['errno'] === 'ENOENT') return 0;
    throw error;
  }
}

/** Columns of a file that rows are added to: they are in its first row. */
async function existingColumns(call: EffectCall, path: string): Promise<string[]> {
  const { bytes } = await call.ports.files.read(path, 0, HEADER_BYTES);
  const { parse } = await import('csv-parse/sync');
  const text = Buffer.from(bytes).toString('utf8');
  const rows = parse(text, {
    delimiter: delimiterOf(call, path),
    to: 1,
    bom: true,
    relax_column_count: true,
  }) as unknown as string[][];
  return rows[0] ?? [];
}

async function begin(call: EffectCall, format: Format): Promise<{ carry: Carry; glue: string }> {
  const path = String(call.params['path'] ?? '');
  const columns = call.params['columns'];
  const listed = Array.isArray(columns) ? { columns: columns.map(String) } : {};
  if (call.params['mode'] !== 'append') return { carry: { path, start: 0, offset: 0, items: 0, ...listed }, glue: '' };
  const size = await sizeOf(call, path);
  if (format === 'json' && size > 0) {
    throw wrong(path, 'a JSON list cannot be appended to; use the format ndjson, or the mode overwrite');
  }
  const carry: Carry = { path, start: size, offset: size, items: 0, ...listed };
  if (size === 0) return { carry, glue: '' };
  if (format === 'csv' && carry.columns === undefined) carry.columns = await existingColumns(call, path);
  const { bytes } = await call.ports.files.read(path, size - 1, 1);
  // A last line without its end would run into the first one of ours.
  return { carry, glue: format !== 'text' && bytes[0] !== 0x0a ? '\n' : '' };
}

function blockText(call: EffectCall, format: Format, carry: Carry, values: Json[]): string {
  const { path } = carry;
  if (format === 'ndjson') return jsonLines(values);
  if (format === 'json') return jsonElements(values, carry.items === 0);
  if (format === 'text') {
    const separator = call.params['separator'];
    return textLines(values, String(call.params['field'] ?? 'text'), typeof separator === 'string' ? separator : '\n');
  }
  const delimiter = delimiterOf(call, path);
  carry.columns ??= columnsOf(values, path);
  const header = carry.offset === 0 ? csvHeader(carry.columns, delimiter) : '';
  return header + csvRows(values, carry.columns, delimiter, !Array.isArray(call.params['columns']), path);
}

function endText(format: Format, carry: Carry): string {
  return format === 'json' ? jsonClose(carry.items === 0) : '';
}

export async function run(call: EffectCall): Promise<EffectResult> {
  const known = call.carry as unknown as Carry | undefined;
  const path = known?.path ?? String(call.params['path'] ?? '');
  const format = formatOf(call.params['format'], path);
  const { carry, glue } = known === undefined ? await begin(call, format) : { carry: { ...known }, glue: '' };
  const values = call.items.map((item) => item.json);
  const closing = values.length === 0;
  const text = closing ? endText(format, carry) : glue + blockText(call, format, carry, values);
  carry.offset = await call.ports.files.writeAt(path, carry.offset, Buffer.from(text));
  carry.items += values.length;
  if (closing) return { items: [{ json: { path, bytes: carry.offset - carry.start, items: carry.items } }] };
  return { items: [], carry: carry as unknown as Json };
}
