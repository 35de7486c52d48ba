/**
 * Owns the small rules of the port that every store answers the same way: when a run is driven,
 * when it has ended, what a refusal says. Holds no data.
 */
import { Defect } from '@rondo/core/errors.ts';
import { StoreError, type IterationStatus, type LoopRecord, type RunRecord } from '@rondo/core/ports.ts';

/** Above the cap of loop.iterations; a store may pack loop and index into one key. */
export const MAX_ITERATIONS = 2 ** 24;

export function notFound(run: string): StoreError {
  return new StoreError('run-not-found', `There is no run ${run}.`);
}

export function lostMessage(run: string): string {
  return `Run ${run} has been taken over by another runner, or its lease was given up. Nothing was written.`;
}

export function isDriven(lease: { owner: string | null; expiresAt: number }, now: number): boolean {
  return lease.owner !== null && lease.expiresAt > now;
}

type NewRun = Pick<RunRecord, 'id' | 'workflow' | 'definition' | 'options' | 'createdAt'>;

export function checkSameRun(known: NewRun, run: NewRun): void {
  const same =
    known.workflow === run.workflow &&
    known.definition === run.definition &&
    known.options === run.options &&
    known.createdAt === run.createdAt;
  if (!same) throw new Defect(`another run has the id ${run.id}`);
}

/** A row that was taken out. */
export interface Taken {
  index: number;
  status: IterationStatus;
  /** It had given items. */
  output: boolean;
}

/** The loop after these rows were taken out: it goes on at the first gap. */
export function lowered(loop: LoopRecord, taken: Iterable<Taken>): LoopRecord {
  const out: LoopRecord = { ...loop, status: 'running' };
  for (const { index, status, output } of taken) {
    if (status === 'completed' || status === 'failed' || status === 'skipped') {
      out[status] = Math.max(0, out[status] - 1);
    }
    out.cursor = Math.min(out.cursor, index);
    if (output) out.tally = '';
  }
  return out;
}

/** Re-runs of a loop that are remembered, and the characters of what a row failed with before. */
export const MOST_RERUNS = 20;
export const MOST_MESSAGE = 300;

/** A run that nobody drives for so long after it was created was left behind, in ms. */
export const UNCLAIMED_MS = 15_000;
