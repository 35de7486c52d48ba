/**
 * Owns records that tests of stores write: one loop, its rows, a run. Whole and valid; tests
 * change what they are about.
 */
import { fingerprint } from '@rondo/core/engine/cause.ts';
import { failure } from '@rondo/core/errors.ts';
import type { JournalEvent } from '@rondo/core/events.ts';
import type { IterationRow, Lease, LoopRecord, RunStore } from '@rondo/core/ports.ts';

export function loopRecord(more: Partial<LoopRecord> = {}): LoopRecord {
  return {
    key: 1,
    path: 'each',
    node: 'each',
    status: 'running',
    total: 1000,
    completed: 0,
    failed: 0,
    skipped: 0,
    cursor: 0,
    carry: null,
    tally: '',
    startedAt: 1_700_000_000_000,
    durationMs: 12,
    ...more,
  };
}

export function row(index: number, more: Partial<IterationRow> = {}): IterationRow {
  return {
    loop: 1,
    index,
    status: 'completed',
    input: `{"id":${index}}`,
    output: `{"id":${index},"total":${index * 2}}`,
    steps: '',
    logs: '',
    failure: null,
    cause: null,
    attempts: 1,
    usage: null,
    losses: 0,
    startedAt: 1_700_000_000_000 + index,
    durationMs: 0.25,
    ...more,
  };
}

export function failedRow(index: number, message = 'boom', more: Partial<IterationRow> = {}): IterationRow {
  const trouble = failure('node-failed', message, { node: 'fetch', item: index });
  const { id } = fingerprint(trouble);
  return row(index, { status: 'failed', output: '', failure: trouble, cause: id, ...more });
}

export const RUN = { id: 'run-1', workflow: 'prices', definition: 'rondo: 1', options: '{}', createdAt: 1_000 };

export function completed(seq: number, step: string, frame = ''): JournalEvent {
  return {
    seq,
    frame,
    at: seq,
    type: 'step-completed',
    step,
    output: { kind: 'inline', ports: [['1']] },
    durationMs: 1,
  };
}

export function started(seq: number, step: string, frame = ''): JournalEvent {
  return { seq, frame, at: seq, type: 'step-started', step };
}

export const sum = (counts: Uint32Array): number => counts.reduce((a, b) => a + b, 0);
export const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** Rows a commit of the crash tests. */
export const BATCH = 100;

/** The lease of a run that nobody holds. */
export async function claimed(store: RunStore, run: string, ttlMs = 10_000, owner = 'a'): Promise<Lease> {
  const lease = await store.claim(run, owner, ttlMs);
  if (lease === null) throw new Error(`run ${run} is held`);
  return lease;
}
