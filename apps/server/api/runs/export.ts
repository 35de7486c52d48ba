/**
 * Owns a loop as a file, NDJSON or CSV, streamed page by page: memory does not grow with the loop, and a client that
 * reads slowly is waited for. Changes nothing.
 */
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Json } from '@rondo/core/model/item.ts';
import type { IterationRow, LoopRecord, RunRecord } from '@rondo/core/ports.ts';
import type { ApiContext } from '../context.ts';
import { type AskedFilter, filterOf } from './filter.ts';
import { itemsOf } from './items.ts';

export interface ExportQuery extends AskedFilter {
  format: 'ndjson' | 'csv';
  what: 'input' | 'output' | 'both';
}

const PAGE = 500;

export function sendExport(
  context: ApiContext,
  run: RunRecord,
  loop: LoopRecord,
  query: ExportQuery,
  reply: FastifyReply,
): FastifyReply {
  const name = `${run.id}-${loop.path.replace(/[^A-Za-z0-9_-]+/g, '-')}.${query.format}`;
  return reply
    .header('cache-control', 'no-store')
    .header('content-disposition', `attachment; filename="${name}"`)
    .type(query.format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8')
    .send(Readable.from(parts(context, run, loop, query)));
}

async function* parts(
  { store }: ApiContext,
  run: RunRecord,
  loop: LoopRecord,
  { format, what, ...filter }: ExportQuery,
): AsyncGenerator<string> {
  if (format === 'csv') yield `${headOf(what).join(',')}\r\n`;
  for (let after = -1; ; ) {
    const rows = await store.rows(run.id, loop.key, { after, limit: PAGE, ...filterOf(filter) });
    if (rows.length > 0)
      yield rows.map((row) => (format === 'csv' ? csvLine(row, what) : ndjsonLine(row, what))).join('');
    after = rows.at(-1)?.index ?? after;
    if (rows.length < PAGE) return;
  }
}

function ndjsonLine(row: IterationRow, what: ExportQuery['what']): string {
  const line: Record<string, Json> = { index: row.index, status: row.status };
  if (what !== 'output') line['input'] = itemsOf(row.input);
  if (what !== 'input') {
    line['output'] = itemsOf(row.output);
    if (row.failure !== null) line['error'] = { code: row.failure.code, message: row.failure.message };
  }
  return `${JSON.stringify(line)}\n`;
}

function headOf(what: ExportQuery['what']): string[] {
  const values = what === 'both' ? ['input', 'output'] : [what];
  return ['index', 'status', 'attempts', 'startedAt', 'durationMs', ...values, 'errorCode', 'error'];
}

/** One item is its JSON; several are a JSON list. */
function jsonCell(wire: string): string {
  const items = itemsOf(wire);
  return items.length === 0 ? '' : JSON.stringify(items.length === 1 ? items[0] : items);
}

function csvLine(row: IterationRow, what: ExportQuery['what']): string {
  const cells = [
    String(row.index),
    row.status,
    String(row.attempts),
    new Date(row.startedAt).toISOString(),
    String(row.durationMs),
    ...(what === 'output' ? [] : [jsonCell(row.input)]),
    ...(what === 'input' ? [] : [jsonCell(row.output)]),
    row.failure?.code ?? '',
    row.failure?.message ?? '',
  ];
  return `${cells.map(csvCell).join(',')}\r\n`;
}

const NUMBER = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Quoted where CSV needs it; a formula is made a text, because spreadsheets run what they open. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
