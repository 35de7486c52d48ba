/** Owns records for tests of the command line: loops, rows, results with defaults. */
import type { IterationRow, LoopRecord } from '@rondo/core/ports.ts';
import type { Progress, RunHandle, RunResult } from '@rondo/runtime/api.ts';

export function loopRecord(more: Partial<LoopRecord> = {}): LoopRecord {
  return {
    key: 1,
    path: 'each',
    node: 'each',
    status: 'running',
    total: 100,
    completed: 0,
    failed: 0,
    skipped: 0,
    cursor: 0,
    carry: null,
    tally: '',
    startedAt: 0,
    durationMs: 0,
    ...more,
  };
}

export function iterationRow(more: Partial<IterationRow> = {}): IterationRow {
  return {
    loop: 1,
    index: 0,
    status: 'completed',
    input: '{"n":1}',
    output: '{"n":2}',
    steps: '',
    logs: '',
    failure: null,
    cause: null,
    attempts: 1,
    usage: null,
    losses: 0,
    startedAt: 1_800_000_000_000,
    durationMs: 3,
    ...more,
  };
}

export function runResult(more: Partial<RunResult> = {}): RunResult {
  return {
    runId: 'run-1',
    status: 'completed',
    output: null,
    failure: null,
    loops: [],
    stats: { durationMs: 1_234, iterations: 0, steps: 1, exceptions: 0, usage: null, peakRssMb: 80 },
    ...more,
  };
}

export interface FakeHandle extends RunHandle {
  tell(progress: Progress): void;
  end(result: RunResult): void;
  interrupts: number;
}

/** A run that the test drives. */
export function fakeHandle(nodes: Awaited<ReturnType<RunHandle['nodes']>> = {}): FakeHandle {
  const listeners: ((progress: Progress) => void)[] = [];
  const { promise, resolve } = Promise.withResolvers<RunResult>();
  const handle: FakeHandle = {
    runId: 'run-1',
    done: promise,
    cancel: () => {},
    interrupt: () => {
      handle.interrupts += 1;
    },
    onProgress: (listener) => {
      listeners.push(listener);
    },
    nodes: async () => nodes,
    tell: (progress) => {
      for (const listener of listeners) listener(progress);
    },
    end: resolve,
    interrupts: 0,
  };
  return handle;
}
