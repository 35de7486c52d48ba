/**
 * Owns `rondo runs export`: the rows of a loop as a file, page by page, so that memory does not
 * grow with the loop. The file appears under its name only when it is complete.
 */
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { IterationRow, IterationStatus, RowQuery } from '@rondo/core/ports.ts';
import { findLoop, findRun, withDatabase } from '../../database.ts';
import { EXIT, UsageError } from '../../exit.ts';
import { bytes, plural } from '../../render/format.ts';
import { iterationJson, portsOf } from '../../render/items.ts';
import { printable } from '../../render/text.ts';
import type { Terminal } from '../../terminal.ts';

interface Options {
  to: string;
  status?: IterationStatus;
  db?: string;
  json?: boolean;
}

const PAGE = 500;
const CSV_HEAD = ['index', 'status', 'attempts', 'startedAt', 'durationMs', 'input', 'output', 'errorCode', 'error'];

export async function exportRows(name: string, path: string, options: Options, terminal: Terminal): Promise<number> {
  const kind = /\.(ndjson|jsonl)$/i.test(options.to) ? 'ndjson' : /\.csv$/i.test(options.to) ? 'csv' : null;
  if (kind === null) throw new UsageError(`--to writes .ndjson and .csv; ${options.to} is neither.`, 'bad-value');
  const target = resolve(terminal.cwd, options.to);
  return withDatabase(options.db, terminal, async ({ store }) => {
    const run = await findRun(store, name);
    const loop = await findLoop(store, run, path);
    const part = join(dirname(target), `.${basename(target)}.${process.pid}.part`);
    const file = await open(part, 'w');
    let written = 0;
    let size = 0;
    try {
      const write = async (text: string): Promise<void> => {
        size += (await file.write(text)).bytesWritten;
      };
      if (kind === 'csv') await write(`${CSV_HEAD.join(',')}\r\n`);
      for (let after = -1; ; ) {
        const query: RowQuery = { after, limit: PAGE };
        if (options.status !== undefined) query.status = options.status;
        const rows = await store.rows(run.id, loop.key, query);
        if (rows.length > 0) await write(rows.map(kind === 'csv' ? csvLine : ndjsonLine).join(''));
        written += rows.length;
        after = rows.at(-1)?.index ?? after;
        if (rows.length < PAGE) break;
      }
      await file.close();
      await rename(part, target);
    } catch (error) {
      await file.close().catch(() => {});
      await rm(part, { force: true });
      throw error;
    }
    if (options.json === true) {
      terminal.out.write(
        `${JSON.stringify({ runId: run.id, path: loop.path, iterations: written, bytes: size, file: target })}\n`,
      );
    } else {
      terminal.err.write(`Wrote ${plural(written, 'iteration')} to ${printable(options.to)} (${bytes(size)}).\n`);
    }
    return EXIT.completed;
  });
}

function ndjsonLine(row: IterationRow): string {
  return `${JSON.stringify(iterationJson(row))}\n`;
}

/** One item is its JSON; several are a JSON list. */
function jsonCell(wire: string): string {
  const items = wire === '' ? [] : (portsOf(wire).find((port) => port.length > 0) ?? []);
  if (items.length === 0) return '';
  return JSON.stringify(items.length === 1 ? items[0] : items);
}

function csvLine(row: IterationRow): string {
  const cells = [
    String(row.index),
    row.status,
    String(row.attempts),
    new Date(row.startedAt).toISOString(),
    String(row.durationMs),
    jsonCell(row.input),
    jsonCell(row.output),
    row.failure?.code ?? '',
    row.failure?.message ?? '',
  ];
  return `${cells.map(csvCell).join(',')}\r\n`;
}

const NUMBER = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Quoted where CSV needs it; a formula is made a text, because spreadsheets run what they open. */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
