/**
 * Owns a process for crash tests: goes on committing batches of rows to a database until it is
 * killed or the disk is full, and says on stdout what was acknowledged, a line each.
 *
 *   node committer.ts DATABASE RUN
 */
import { writeSync } from 'node:fs';
import { StoreError } from '@rondo/core/ports.ts';
import { BATCH, failedRow, loopRecord, row } from '../../testing/records.ts';
import { openSqliteStore } from '../store.ts';

const [path, run] = process.argv.slice(2);
if (path === undefined || run === undefined) throw new Error('usage: DATABASE RUN');
const store = openSqliteStore({ path });
const lease = await store.claim(run, `committer-${process.pid}`, 1);
if (lease === null) throw new Error('somebody drives the run');
let done = (await store.loop(run, 'each'))?.cursor ?? 0;
for (;;) {
  const rows = Array.from({ length: BATCH }, (_, i) => ((done + i) % 9 === 0 ? failedRow(done + i) : row(done + i)));
  const seq = done / BATCH;
  const event = { seq, frame: '', at: 0, type: 'step-started', step: `s${seq}` } as const;
  const loops = [loopRecord({ total: null, cursor: done + BATCH })];
  // One token a row, so that it shows whether costs and rows go together.
  const usage = { tokensIn: done + BATCH, tokensOut: 0, cost: 0 };
  try {
    await store.commit({ lease, now: 0, loops, rows, events: [event], run: { usage } });
  } catch (error) {
    writeSync(1, `refused ${error instanceof StoreError ? error.code : String(error)}\n`);
    break;
  }
  done += BATCH;
  writeSync(1, `${done}\n`);
}
