/**
 * Owns reading a run's SQLite file with plain SQL: settled rows, rows in flight, cursors, the
 * run's status. Shares no code with the engine, on purpose: a mistake made there must not be
 * made here as well. The one place that knows the tables.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Settled } from './dossier.ts';

/** A row's key is loop id times this, plus index. */
const ROWS_PER_LOOP = 2 ** 24;
const STATUSES = ['running', 'completed', 'failed', 'skipped', 'waiting', 'cancelled'];
const SETTLED = '(1, 2, 3, 5)';
const IN_FLIGHT = '(0, 4)';

export interface LoopView {
  id: number;
  path: string;
  node: string;
  status: string;
  total: number | null;
  completed: number;
  failed: number;
  skipped: number;
  cursor: number;
}

interface RunView {
  id: string;
  status: string;
  output: string | null;
  finishedAt: number | null;
}

export interface Ledger {
  run(): RunView | null;
  loops(): LoopView[];
  /** Settled rows of a loop, by index. */
  settled(loop: LoopView): Settled[];
  countSettled(loop: LoopView): number;
  inFlight(loop: LoopView): number[];
  /** Rows whose loop does not exist. */
  orphans(): number;
  lease(): { owner: string | null; token: number; expiresAt: number } | null;
  /** SQLite's own check: 'ok' or what is wrong. */
  integrity(): string;
  close(): void;
}

/** Null while the file or its tables are not there yet. */
export function openLedger(file: string): Ledger | null {
  if (!existsSync(file)) return null;
  let db: DatabaseSync;
  try {
    db = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  } catch {
    return null;
  }
  try {
    return view(db);
  } catch {
    // The tables are not there yet.
    db.close();
    return null;
  }
}

/** The id of the effect, from the output's text. Not parsed: the digest tells whether it changed. */
function idOf(output: string): number | null {
  const found = /"id":(\d+)/.exec(output);
  return found?.[1] === undefined ? null : Number(found[1]);
}

function view(db: DatabaseSync): Ledger {
  const run = db.prepare('select id, status, output, finished_at as finishedAt from runs order by key limit 1');
  const loops = db.prepare(
    'select id, path, node, status, total, completed, failed, skipped, cursor from loops order by id',
  );
  const range = 'id >= ? and id < ?';
  const settled = db.prepare(`select id, status, output from rows where ${range} and status in ${SETTLED} order by id`);
  const count = db.prepare(`select count(*) as n from rows where ${range} and status in ${SETTLED}`);
  const inFlight = db.prepare(`select id from rows where ${range} and status in ${IN_FLIGHT} order by id`);
  const bounds = (loop: LoopView): [number, number] => [loop.id * ROWS_PER_LOOP, (loop.id + 1) * ROWS_PER_LOOP];
  return {
    run: () => (run.get() as RunView | undefined) ?? null,
    loops: () => loops.all() as unknown as LoopView[],
    settled: (loop) =>
      settled.all(...bounds(loop)).map((row) => {
        const output = String(row['output']);
        return {
          loop: loop.path,
          index: Number(row['id']) - loop.id * ROWS_PER_LOOP,
          status: STATUSES[Number(row['status'])] ?? `status ${row['status']}`,
          id: idOf(output),
          digest: createHash('sha256').update(output).digest('hex').slice(0, 16),
        };
      }),
    countSettled: (loop) => Number(count.get(...bounds(loop))?.['n'] ?? 0),
    inFlight: (loop) => inFlight.all(...bounds(loop)).map((row) => Number(row['id']) - loop.id * ROWS_PER_LOOP),
    orphans: () =>
      Number(
        db.prepare(`select count(*) as n from rows where id / ${ROWS_PER_LOOP} not in (select id from loops)`).get()?.[
          'n'
        ],
      ),
    lease: () =>
      (db.prepare('select owner, token, expires_at as expiresAt from leases limit 1').get() as ReturnType<
        Ledger['lease']
      >) ?? null,
    integrity: () => String(db.prepare('pragma integrity_check').get()?.['integrity_check']),
    close: () => db.close(),
  };
}
