/**
 * Owns re-runs in SQLite: which there were of a loop, and what its rows were before. Inside the caller's transaction.
 * Takes no rows out: redrive.ts does.
 */
import type { EarlierRow, RerunRecord } from '@rondo/core/reruns.ts';
import { MOST_MESSAGE, MOST_RERUNS } from '../rules.ts';
import type { Cell, Connection } from './connection.ts';
import { rowKey, statusOf } from './ledger.ts';

/** A row that was deleted, as `returning TAKEN` gives it. */
export const TAKEN = "status, cause, output <> '', failure, attempts, started_at, duration";

/** Begins the next re-run of a loop; answers its number. The oldest is forgotten where there are many. */
export function beginRerun(db: Connection, loopId: number, count: number, by: string | null, now: number): number {
  const last = Number(db.first('select max(number) from reruns where loop = ?', loopId)?.[0] ?? 0);
  const number = last + 1;
  db.change('insert into reruns (loop, number, at, who, count) values (?, ?, ?, ?, ?)', loopId, number, now, by, count);
  const oldest = number - MOST_RERUNS;
  if (oldest > 0) {
    db.change('delete from reruns where loop = ? and number <= ?', loopId, oldest);
    const text = 'delete from earlier where rerun = ? and place >= ? and place < ?';
    db.change(text, oldest, rowKey(loopId, 0), rowKey(loopId + 1, 0));
  }
  return number;
}

export function keepEarlier(db: Connection, place: number, rerun: number, taken: readonly Cell[]): void {
  const [status = null, cause = null, , failure = null, attempts = null, startedAt = null, duration = null] = taken;
  const text =
    'insert or replace into earlier (place, rerun, was, was_cause, message, tries, began, took) ' +
    'values (?, ?, ?, ?, ?, ?, ?, ?)';
  db.change(text, place, rerun, status, cause, messageOf(failure), attempts, startedAt, duration);
}

function messageOf(failure: Cell): string | null {
  if (typeof failure !== 'string') return null;
  try {
    const { message } = JSON.parse(failure) as { message?: unknown };
    return typeof message === 'string' ? message.slice(0, MOST_MESSAGE) : null;
  } catch {
    // The row was damaged; verify says so.
    return null;
  }
}

export function rerunsOf(db: Connection, loopId: number): RerunRecord[] {
  return db
    .all('select number, at, who, count from reruns where loop = ? order by number desc', loopId)
    .map(([number, at, who, count]) => ({
      number: Number(number),
      at: Number(at),
      by: typeof who === 'string' ? who : null,
      count: Number(count),
    }));
}

export function earlierOf(db: Connection, loopId: number, index: number): EarlierRow[] {
  const text = 'select rerun, was, was_cause, message, tries, began, took from earlier where place = ? order by rerun';
  return db.all(text, rowKey(loopId, index)).flatMap(([rerun, was, cause, message, tries, began, took]) => {
    const status = statusOf(was);
    if (status === undefined) return [];
    return {
      rerun: Number(rerun),
      status,
      cause: typeof cause === 'string' ? cause : null,
      message: typeof message === 'string' ? message : null,
      attempts: Number(tries),
      startedAt: Number(began),
      durationMs: Number(took),
    };
  });
}

/** With the loop itself. */
export function forgetReruns(db: Connection, loopId: number): void {
  db.change('delete from reruns where loop = ?', loopId);
  db.change('delete from earlier where place >= ? and place < ?', rowKey(loopId, 0), rowKey(loopId + 1, 0));
}
