/**
 * Owns carrying out a redrive in SQLite, inside the caller's transaction. What it means is
 * decided in ../redrive.ts.
 */
import type { Redrive } from '@rondo/core/ports.ts';
import { iterationsPerCell } from '@rondo/core/engine/score.ts';
import { type IndexSet, planRedrive } from '../redrive.ts';
import { lowered, type Taken } from '../rules.ts';
import type { Connection } from './connection.ts';
import { beginRerun, forgetReruns, keepEarlier, TAKEN } from './earlier.ts';
import { deleteLoopRows, rowKey, statusOf } from './ledger.ts';
import { matchingIndices } from './query.ts';
import {
  journalOf,
  loopsOf,
  patchRun,
  putDefinition,
  putLease,
  putLoop,
  type LeaseRecord,
  type StoredLoop,
} from './records.ts';
import { deleteDigest, readDigest, rebuildDigest, replaceDigest, saveDigest } from './digests.ts';

interface Asked {
  by: string | null;
  now: number;
}

function takeOut(db: Connection, run: number, loop: StoredLoop, indices: IndexSet, { by, now }: Asked): void {
  const { id, record } = loop;
  const per = iterationsPerCell(record.total);
  const stored = readDigest(db, id, record.key, per);
  const digest = stored ?? rebuildDigest(db, id, record.key, per);
  const taken: Taken[] = [];
  const rerun = indices.size === 0 ? 0 : beginRerun(db, id, indices.size, by, now);
  for (const index of indices.values()) {
    const cells = db.first(`delete from rows where id = ? returning ${TAKEN}`, rowKey(id, index));
    const status = statusOf(cells?.[0]);
    if (cells === null || status === undefined) continue;
    keepEarlier(db, rowKey(id, index), rerun, cells);
    digest.remove(index, { status, cause: cells[1] as string | null });
    taken.push({ index, status, output: cells[2] === 1 });
  }
  if (stored === null) replaceDigest(db, id, digest);
  else saveDigest(db, id, digest);
  putLoop(db, run, id, lowered(record, taken));
}

export function redriveRun(db: Connection, id: string, lease: LeaseRecord, what: Redrive): number {
  const loops = loopsOf(db, lease.run, id);
  const byKey = new Map(loops.map((loop) => [loop.record.key, loop]));
  const records = loops.map((loop) => loop.record);
  const plan = planRedrive(records, journalOf(db, lease.run, id), what, function* (record, narrowed) {
    const loop = byKey.get(record.key);
    // Counters say where nothing is to be found; a run may have a million small loops.
    if (loop === undefined || (what.status === 'failed' && record.failed === 0)) return;
    const cause = narrowed && what.cause !== undefined ? { cause: what.cause } : {};
    const chosen = narrowed && what.indices !== undefined ? new Set(what.indices) : null;
    for (const index of matchingIndices(db, loop.id, { status: what.status, ...cause })) {
      if (chosen === null || chosen.has(index)) yield index;
    }
  });
  if (plan.count === 0) return 0;
  for (const seq of plan.events) db.change('delete from journal where run = ? and seq = ?', lease.run, seq);
  for (const key of plan.forgotten) {
    const loop = byKey.get(key);
    if (loop === undefined) continue;
    deleteLoopRows(db, loop.id);
    deleteDigest(db, loop.id);
    forgetReruns(db, loop.id);
    db.change('delete from loops where id = ?', loop.id);
  }
  for (const [key, indices] of plan.open) {
    const loop = byKey.get(key);
    if (loop !== undefined) takeOut(db, lease.run, loop, indices, { by: what.by ?? null, now: db.now() });
  }
  // The token rises, so that a runner whose lease ran out cannot write over this.
  const token = lease.token + 1;
  putLease(db, { ...lease, owner: null, token, expiresAt: 0, control: 'none' });
  patchRun(db, lease.run, { status: 'waiting', output: null, failure: null, finishedAt: null });
  if (what.definition !== undefined) putDefinition(db, lease.run, what.definition);
  return plan.count;
}
