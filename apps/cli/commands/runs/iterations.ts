/** Owns `rondo runs iterations`: one page of a loop's ledger, with the steps inside if asked. */
import { type KeptStep, keptSteps } from '@rondo/core/model/kept-step.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { IterationRow, IterationStatus, RowQuery } from '@rondo/core/ports.ts';
import { findLoop, findRun, withDatabase } from '../../database.ts';
import { EXIT } from '../../exit.ts';
import { duration } from '../../render/format.ts';
import { excerptOf, iterationJson } from '../../render/items.ts';
import { paintStatus } from '../../render/style.ts';
import { table } from '../../render/table.ts';
import { printable, shellWord } from '../../render/text.ts';
import type { Channel, Terminal } from '../../terminal.ts';

interface Options {
  status?: IterationStatus;
  search?: string;
  cause?: string;
  limit: number;
  after: number;
  steps?: boolean;
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
      out.write(
        `${JSON.stringify({ runId: run.id, path: loop.path, iterations: rows.map((row) => rowJson(row, options)), after })}\n`,
      );
      return EXIT.completed;
    }
    if (rows.length === 0) err.write(`No iterations of ${loop.path} fit.\n`);
    else if (options.steps === true) {
      for (const row of rows) out.write(`${[...tableOf([row], terminal), ...stepLines(row, out)].join('\n')}\n`);
    } else out.write(`${tableOf(rows, terminal).join('\n')}\n`);
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

function rowJson(row: IterationRow, { steps }: Options): Record<string, Json> {
  const json = iterationJson(row);
  return steps === true ? { ...json, steps: keptSteps(row.steps) as unknown as Json } : json;
}

const MOST_CHARS = 500;

/** Under an iteration: a line per step, and its attempts, arguments and input where they were kept. */
function stepLines(row: IterationRow, { style: s }: Channel): string[] {
  const steps = keptSteps(row.steps);
  if (steps.length === 0) return [s.dim('        no steps were kept')];
  return steps.flatMap((step) => {
    const { id, status, at, ms, attempts = [], failure } = step;
    const when = at === undefined || ms === undefined ? '' : `  after ${duration(at)}, took ${duration(ms)}`;
    const name = id === '' ? 'the whole iteration' : printable(id);
    return [
      `        ${paintStatus(s, status, status.padEnd(9))} ${name}${s.dim(when)}`,
      ...attempts.map(({ n, at: began, ms: took, failure: why }) => {
        const said = why === undefined ? 'completed' : printable(why.message);
        return `                  attempt ${n} after ${duration(began)}, took ${duration(took)}: ${said}`;
      }),
      ...(failure === undefined ? [] : [`                  ${s.red(printable(failure.message))}`]),
      ...valueLine('arguments', step.arguments),
      ...valueLine('input', step.input),
    ];
  });
}

function valueLine(name: 'arguments' | 'input', value: KeptStep['arguments'] | KeptStep['input']): string[] {
  if (value === undefined) return [];
  const text = JSON.stringify(value);
  const shown = text.length > MOST_CHARS ? `${text.slice(0, MOST_CHARS)}…` : text;
  return [`                  ${name}: ${printable(shown)}`];
}

function nextPage(run: string, path: string, after: number, options: Options, flag: string): string {
  const parts = ['rondo runs iterations', run, shellWord(path)];
  if (options.status !== undefined) parts.push('--status', options.status);
  if (options.search !== undefined) parts.push('--search', shellWord(options.search));
  if (options.cause !== undefined) parts.push('--cause', shellWord(options.cause));
  if (options.steps === true) parts.push('--steps');
  parts.push('--limit', String(options.limit), '--after', String(after));
  return parts.join(' ') + flag;
}
