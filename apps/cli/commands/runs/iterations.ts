/** Owns `rondo runs iterations`: one page of a loop's ledger. */
import type { IterationRow, IterationStatus, RowQuery } from '@rondo/core/ports.ts';
import { findLoop, findRun, withDatabase } from '../../database.ts';
import { EXIT } from '../../exit.ts';
import { duration } from '../../render/format.ts';
import { excerptOf, iterationJson } from '../../render/items.ts';
import { paintStatus } from '../../render/style.ts';
import { table } from '../../render/table.ts';
import { shellWord } from '../../render/text.ts';
import type { Terminal } from '../../terminal.ts';

interface Options {
  status?: IterationStatus;
  search?: string;
  cause?: string;
  limit: number;
  after: number;
  db?: string;
  json?: boolean;
}

export async function iterations(name: string, path: string, options: Options, terminal: Terminal): Promise<number> {
  return withDatabase(options.db, terminal, async ({ store, flag }) => {
    const run = await findRun(store, name);
    const loop = await findLoop(store, run, path);
    // One more than is shown tells whether there is another page.
    const query: RowQuery = { after: options.after, limit: options.limit + 1 };
    if (options.status !== undefined) query.status = options.status;
    if (options.search !== undefined) query.search = options.search;
    if (options.cause !== undefined) query.cause = options.cause;
    const found = await store.rows(run.id, loop.key, query);
    const rows = found.slice(0, options.limit);
    const last = rows.at(-1);
    const next =
      found.length > rows.length && last !== undefined ? nextPage(run.id, loop.path, last.index, options, flag) : null;
    const { out, err } = terminal;
    if (options.json === true) {
      const after = next === null ? null : (last?.index ?? null);
      out.write(`${JSON.stringify({ runId: run.id, path: loop.path, iterations: rows.map(iterationJson), after })}\n`);
      return EXIT.completed;
    }
    if (rows.length === 0) err.write(`No iterations of ${loop.path} fit.\n`);
    else out.write(`${tableOf(rows, terminal).join('\n')}\n`);
    if (next !== null) err.write(`Next page:  ${next}\n`);
    return EXIT.completed;
  });
}

function tableOf(rows: readonly IterationRow[], terminal: Terminal): string[] {
  const { out } = terminal;
  const cells = rows.map((row) => [
    String(row.index),
    row.status,
    String(row.attempts),
    duration(row.durationMs),
    excerptOf(row.input),
    row.failure === null ? excerptOf(row.output) : row.failure.message,
  ]);
  const columns = [
    { title: 'INDEX', align: 'right' as const },
    { title: 'STATUS', paint: (text: string, raw: string) => paintStatus(out.style, raw, text) },
    { title: 'ATTEMPTS', align: 'right' as const },
    { title: 'TIME', align: 'right' as const },
    { title: 'INPUT', flexible: true },
    { title: rows.some((row) => row.failure !== null) ? 'OUTPUT OR ERROR' : 'OUTPUT', flexible: true },
  ];
  return table(columns, cells, out.columns(), out.style);
}

function nextPage(run: string, path: string, after: number, options: Options, flag: string): string {
  const parts = ['rondo runs iterations', run, shellWord(path)];
  if (options.status !== undefined) parts.push('--status', options.status);
  if (options.search !== undefined) parts.push('--search', shellWord(options.search));
  if (options.cause !== undefined) parts.push('--cause', shellWord(options.cause));
  parts.push('--limit', String(options.limit), '--after', String(after));
  return parts.join(' ') + flag;
}
