/**
 * Owns making a new run of an ended one that begins at a certain step or iteration: what came before is copied, the
 * rest runs, with another input if wanted. What is taken over is decided by core; driving is run.ts.
 */
import { planRestart, type RestartPoint, type Taken } from '@rondo/core/restart.ts';
import { failure, FailureError } from '@rondo/core/errors.ts';
import { keptSteps } from '@rondo/core/model/kept-step.ts';
import type { Plan } from '@rondo/core/model/plan.ts';
import type { IterationRow, Lease, LoopRecord, RunStore } from '@rondo/core/ports.ts';
import { segment } from './path.ts';

const PAGE = 500;

/** Decides before anything is written. Throws FailureError when the run cannot begin there. */
export async function takenFrom(
  store: RunStore,
  plan: Plan,
  run: string,
  points: readonly RestartPoint[],
): Promise<Taken> {
  const planned = planRestart(plan.root, await store.loops(run), await store.journal(run), points, segment);
  if (planned.ok) return planned.taken;
  throw new FailureError(
    failure('bad-value', `Run ${run} cannot be started there: ${planned.message}`, { retry: 'no' }),
  );
}

/** Copies it into the run of the lease. */
export async function copyInto(store: RunStore, from: string, lease: Lease, taken: Taken, now: number): Promise<void> {
  const events = [...taken.events];
  let seq = events.reduce((most, event) => Math.max(most, event.seq), 0);
  for (const { frame, loop, index, steps } of taken.frames) {
    const row = await store.row(from, loop.key, index);
    for (const event of eventsOf(row?.steps ?? '', steps)) events.push({ ...event, frame, seq: ++seq, at: now });
  }
  const kept = new Map<LoopRecord, IterationRow[]>();
  const loops = await Promise.all(
    taken.loops.map(async ({ record, rows }) => {
      if (rows === null) return record;
      const below = await rowsBelow(store, from, record.key, rows);
      kept.set(record, below);
      const count = (status: IterationRow['status']): number => below.filter((row) => row.status === status).length;
      return {
        ...record,
        status: 'running' as const,
        completed: count('completed'),
        failed: count('failed'),
        skipped: count('skipped'),
        cursor: rows,
        // To be counted again.
        tally: '',
      };
    }),
  );
  await store.commit({ lease, now, events, loops });
  for (const { record, rows } of taken.loops) {
    const known = kept.get(record);
    for (let after = -1; ; ) {
      const page = known ?? (await store.rows(from, record.key, { after, limit: PAGE }));
      if (page.length > 0) await store.commit({ lease, now, rows: page });
      if (rows !== null || page.length < PAGE) break;
      after = page.at(-1)?.index ?? after;
    }
  }
}

async function rowsBelow(store: RunStore, run: string, loop: number, below: number): Promise<IterationRow[]> {
  const rows: IterationRow[] = [];
  for (let after = -1; rows.length < below; ) {
    const page = await store.rows(run, loop, { after, before: below, limit: PAGE });
    rows.push(...page);
    if (page.length < PAGE) break;
    after = page.at(-1)?.index ?? after;
  }
  return rows;
}

type Told = { type: 'step-completed'; step: string; output: { kind: 'inline'; ports: string[][] }; durationMs: number };

/** Finished steps of an iteration, from the text in its row; what was cut there runs again. */
function eventsOf(text: string, wanted: readonly string[]): Told[] {
  return keptSteps(text).flatMap(({ id, status, output }): Told[] => {
    if (status !== 'completed' || output === undefined || !wanted.includes(id)) return [];
    const ports = output.map((items) => items.map((json) => JSON.stringify(json)));
    return [{ type: 'step-completed', step: id, output: { kind: 'inline', ports }, durationMs: 0 }];
  });
}
