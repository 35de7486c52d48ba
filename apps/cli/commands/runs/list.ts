/** Owns `rondo runs list`: the newest runs as a table. */
import { existsSync } from 'node:fs';
import type { LoopRecord, RunRecord, RunStatus } from '@rondo/core/ports.ts';
import { findRun, isDriven, loopsOf, shownStatus, withDatabase } from '../../database.ts';
import { EXIT } from '../../exit.ts';
import { count, duration, percent, time } from '../../render/format.ts';
import { groupLoops, notable } from '../../render/result.ts';
import { paintStatus } from '../../render/style.ts';
import { table } from '../../render/table.ts';
import { loopJson } from '../../run-output.ts';
import { databaseOf } from '../../settings.ts';
import type { Terminal } from '../../terminal.ts';

interface Options {
  status?: RunStatus;
  limit: number;
  before?: string;
  db?: string;
  json?: boolean;
}

/** `each 5,210/10,000 (52 %), 3 failed`. */
export function loopsText(loops: readonly LoopRecord[]): string {
  return notable(groupLoops(loops.filter((loop) => !loop.path.includes('/'))))
    .slice(0, 4)
    .map((g) => {
      const done = g.completed + g.failed + g.skipped;
      const of = g.total === null ? count(done) : `${count(done)}/${count(g.total)}`;
      const share = g.total === null || done === g.total ? '' : ` (${percent(done, g.total)})`;
      return `${g.name} ${of}${share}${g.failed > 0 ? `, ${count(g.failed)} failed` : ''}`;
    })
    .join('; ');
}

/** How long it took, or takes until now; of a run that rests nothing is known. */
function tookText(run: RunRecord, now: number): string {
  const end = run.finishedAt ?? (isDriven(run, now) ? now : null);
  return run.startedAt === null || end === null ? '-' : duration(end - run.startedAt);
}

export async function list(options: Options, terminal: Terminal): Promise<number> {
  const database = databaseOf(options.db, terminal);
  if (options.db === undefined && database.isFile && !existsSync(database.target)) {
    if (options.json === true) terminal.out.write('{"runs":[]}\n');
    else terminal.err.write(`No runs yet: there is no database at ${database.shown}.\n`);
    return EXIT.completed;
  }
  return withDatabase(options.db, terminal, async ({ store, flag }) => {
    const query: { limit: number; before?: string; status?: RunStatus } = { limit: options.limit + 1 };
    if (options.before !== undefined) query.before = (await findRun(store, options.before)).id;
    if (options.status !== undefined) query.status = options.status;
    const found = await store.listRuns(query);
    const runs = found.slice(0, options.limit);
    const loops = await Promise.all(runs.map((run) => loopsOf(store, run.id)));
    const now = terminal.now();
    if (options.json === true) {
      const listed = runs.map((run, i) => ({
        runId: run.id,
        workflow: run.workflow,
        status: run.status,
        driven: shownStatus(run, now) === 'running',
        createdAt: new Date(run.createdAt).toISOString(),
        startedAt: run.startedAt === null ? null : new Date(run.startedAt).toISOString(),
        finishedAt: run.finishedAt === null ? null : new Date(run.finishedAt).toISOString(),
        error: run.failure,
        loops: (loops[i] ?? []).filter((loop) => !loop.path.includes('/')).map(loopJson),
      }));
      terminal.out.write(`${JSON.stringify({ runs: listed })}\n`);
      return EXIT.completed;
    }
    if (runs.length === 0) {
      terminal.err.write(options.status === undefined ? 'No runs.\n' : `No runs with status ${options.status}.\n`);
      return EXIT.completed;
    }
    const { out, err } = terminal;
    const rows = runs.map((run, i) => [
      run.id,
      time(run.createdAt),
      shownStatus(run, now),
      tookText(run, now),
      run.workflow,
      loopsText(loops[i] ?? []),
    ]);
    const columns = [
      { title: 'RUN' },
      { title: 'CREATED' },
      { title: 'STATUS', paint: (text: string, raw: string) => paintStatus(out.style, raw, text) },
      { title: 'TIME', align: 'right' as const },
      { title: 'WORKFLOW', flexible: true },
      { title: 'LOOPS', flexible: true },
    ];
    out.write(`${table(columns, rows, out.columns(), out.style).join('\n')}\n`);
    if (found.length > runs.length) {
      const status = options.status === undefined ? '' : ` --status ${options.status}`;
      err.write(`Older ones:  rondo runs list --before ${runs.at(-1)?.id ?? ''}${status}${flag}\n`);
    }
    return EXIT.completed;
  });
}
