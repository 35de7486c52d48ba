/**
 * Owns taking a run out of the database, with everything that belongs to it: the rows first, in parts, so that nobody
 * waits long; the run itself last, so that a deletion that broke off can be asked for again.
 */
import { setImmediate } from 'node:timers/promises';
import { hasEnded } from '@rondo/core/ports.ts';
import { isDriven } from '../rules.ts';
import type { Connection } from './connection.ts';
import { forgetReruns } from './earlier.ts';
import { rowKey } from './ledger.ts';
import { getRun, leaseOf } from './records.ts';

const PART = 10_000;
const LOOPS = 200;

export async function deleteRun(db: Connection, run: string): Promise<boolean> {
  const key = deletable(db, run);
  if (key === null) return false;
  for (;;) {
    const loops = db.read(() => db.all('select id from loops where run = ? order by id limit ?', key, LOOPS));
    if (loops.length === 0) break;
    for (const [id] of loops) await deleteRows(db, Number(id));
    db.append(() => {
      for (const [id = null] of loops) {
        db.change('delete from score where loop = ?', id);
        db.change('delete from causes where loop = ?', id);
        forgetReruns(db, Number(id));
        db.change('delete from loops where id = ?', id);
      }
    });
    await setImmediate();
  }
  return db.write(() => {
    // Somebody may have put it back meanwhile.
    if (deletable(db, run) === null) return false;
    for (const table of ['journal', 'dials', 'leases']) db.change(`delete from ${table} where run = ?`, key);
    return db.change('delete from runs where key = ?', key) > 0;
  });
}

function deletable(db: Connection, run: string): number | null {
  const lease = leaseOf(db, run);
  const record = getRun(db, run);
  if (lease === null || record === null || !hasEnded(record.status) || isDriven(lease, db.now())) return null;
  return lease.run;
}

async function deleteRows(db: Connection, loopId: number): Promise<void> {
  const text = 'delete from rows where id in (select id from rows where id >= ? and id < ? limit ?)';
  for (;;) {
    const gone = db.append(() => db.change(text, rowKey(loopId, 0), rowKey(loopId + 1, 0), PART));
    if (gone < PART) return;
    await setImmediate();
  }
}
