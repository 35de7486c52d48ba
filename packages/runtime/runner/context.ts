/**
 * Owns what every part of one run shares: plan, store, writer, evaluator, limits, signals.
 * Holds no logic beyond handing out keys and loops.
 */
import { FailureError } from '@rondo/core/errors.ts';
import type { Loop } from '@rondo/core/engine/loop.ts';
import { limitFailure, type Limits } from '@rondo/core/model/limits.ts';
import type { VariablePort } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { NodeRegistry } from '@rondo/core/model/node-type.ts';
import type { Plan } from '@rondo/core/model/plan.ts';
import type { Clock, Evaluator, LoopRecord, RunStore } from '@rondo/core/ports.ts';
import type { JournalEvent } from '@rondo/core/events.ts';
import type { FaultPoint, Progress } from '../api.ts';
import type { Python } from '../python/python.ts';
import type { DialWatch } from './dials.ts';
import type { LeaseWatch } from './lease-watch.ts';
import type { LedgerWriter } from './ledger-writer.ts';
import { LoopRun, type Settled } from './loop-run.ts';
import { outputPages } from './output-pages.ts';
import type { RunPorts } from './ports.ts';
import type { Redactor } from '../services/secrets/redactor.ts';
import type { Signals } from './signals.ts';
import type { RateGate } from './rate.ts';

export interface RunOptions {
  vars: unknown;
  /** Variables of the conversation; null when the run belongs to none. */
  conversation: Record<string, Json> | null;
  /** The trigger that fired; the others are left out. Null: all. */
  trigger: string | null;
  pins: ReadonlyMap<string, string[]>;
  parallel: number | null;
  limit: number | null;
}

export interface RunContext {
  readonly runId: string;
  /** Name of the workflow that was started. */
  readonly workflow: string;
  /** As its file says. */
  readonly workflowId: string | null;
  readonly store: RunStore;
  readonly registry: NodeRegistry;
  readonly clock: Clock;
  readonly writer: LedgerWriter;
  readonly evaluator: Evaluator;
  readonly limits: Limits;
  readonly options: RunOptions;
  readonly ports: RunPorts;
  readonly redactor: Redactor;
  readonly signals: Signals;
  readonly variables: VariablePort;
  /** Of iterations that are gone on with: what their loop's variables were, by frame. */
  readonly loopVariables: Map<string, Record<string, Json>>;
  /** Where signals of this installation are delivered; null without a server. */
  readonly signalUrl: ((token: string) => string) | null;
  /** Started by the first who asks. */
  readonly python: () => Promise<Python>;
  readonly rates: Map<string, RateGate>;
  readonly loops: LoopTable;
  readonly stop: StopSignal;
  readonly leaseWatch: LeaseWatch;
  readonly dials: DialWatch;
  /** Finished steps of checkpointed frames, found at resume: by frame, by step. */
  readonly earlier: Map<string, Map<string, JournalEvent>>;
  readonly findPlan: (reference: string) => Promise<Plan>;
  readonly fault: (point: FaultPoint) => void;
  readonly report: (progress: Progress) => void;
  readonly event: (event: EventBody) => void;
  /** Unique ids for evaluator programs. */
  readonly programId: (key: object, name: string) => string;
  /** Programs the evaluator knows. */
  readonly programs: Set<string>;
  /** exceptions: attempts of nodes that failed. */
  readonly stats: { steps: number; iterations: number; folds: number; exceptions: number };
}

type Distribute<E> = E extends JournalEvent ? Omit<E, 'seq' | 'at'> : never;
export type EventBody = Distribute<JournalEvent>;

export type StopReason = 'pause' | 'cancel' | 'interrupt' | 'timeout';

/** Why no new iteration may start; what is in flight is drained and kept. */
export class StopSignal {
  #reason: StopReason | 'failed' | null = null;
  readonly #controller = new AbortController();
  readonly #wakers = new Set<() => void>();

  get reason(): StopReason | 'failed' | null {
    return this.#reason;
  }

  set(reason: StopReason): void {
    if (this.#reason === null || reason === 'cancel') this.#reason = reason;
    for (const wake of this.#wakers) wake();
  }

  /** Aborts at once: the lease is lost, nothing may be written any more. */
  abort(error: Error): void {
    this.#reason ??= 'failed';
    this.#controller.abort(error);
    for (const wake of this.#wakers) wake();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Called when the reason changes; answers the way to take it back. */
  onChange(wake: () => void): () => void {
    this.#wakers.add(wake);
    return () => this.#wakers.delete(wake);
  }
}

/** Thrown where a run stops early by request: not a failure. */
export class Stopped extends Error {
  readonly reason: StopReason;
  constructor(reason: StopReason) {
    super(reason);
    this.name = 'Stopped';
    this.reason = reason;
  }
}

/** Throws Stopped when the run was asked to stop, or the abort error. */
export function checkStop(stop: StopSignal): void {
  if (stop.signal.aborted) throw stop.signal.reason;
  if (stop.reason !== null && stop.reason !== 'failed') throw new Stopped(stop.reason);
}

/** Short loops whose outputs are at hand, together. */
const MOST_SHORT = 256;
const MOST_SHORT_CHARS = 4 * 1024 * 1024;

/** Keys and records of the loops of a run. */
export class LoopTable {
  readonly #earlier: Map<string, LoopRecord>;
  #nextKey: number;
  readonly #limits: Limits;
  /** By key, the oldest first. */
  readonly #short = new Map<number, readonly string[]>();
  #shortChars = 0;
  /** Loops that run now, for progress. */
  readonly active = new Set<LoopRun>();
  iterations = 0;
  /** Sub-workflow calls of the run. */
  calls = 0;

  constructor(earlier: readonly LoopRecord[], limits: Limits) {
    this.#earlier = new Map(earlier.map((record) => [record.path, record]));
    this.#nextKey = earlier.reduce((most, record) => Math.max(most, record.key), 0) + 1;
    this.#limits = limits;
  }

  /** The loop at `path`: new, or as an earlier runner left it. */
  async open(
    context: RunContext,
    path: string,
    node: string,
    loop: Loop,
    ports: number,
    /** What an earlier runner left is not used: its rows are written again. */
    fresh = false,
  ): Promise<{ run: LoopRun; finished: boolean }> {
    const found = this.#earlier.get(path);
    if (found !== undefined && fresh) {
      Object.assign(found, {
        status: 'running',
        total: null,
        completed: 0,
        failed: 0,
        skipped: 0,
        cursor: 0,
        carry: null,
        tally: '',
      });
    }
    const { clock, writer, store, runId } = context;
    const record: LoopRecord = found ?? {
      key: this.#nextKey++,
      path,
      node,
      status: 'running',
      total: null,
      completed: 0,
      failed: 0,
      skipped: 0,
      cursor: 0,
      carry: null,
      tally: '',
      startedAt: clock.now(),
      durationMs: 0,
    };
    this.#earlier.delete(path);
    // Of a row only where it stands is kept: after a redrive all but a few may lie beyond the cursor.
    const beyond: Settled[] = [];
    if (found !== undefined && !fresh) {
      for (let after = record.cursor - 1; ; ) {
        const page = await store.rows(runId, record.key, { after, limit: 1000 });
        for (const { index, status, losses } of page) beyond.push({ index, status, losses });
        if (page.length < 1000) break;
        after = page.at(-1)?.index ?? after;
      }
    }
    const run = new LoopRun(record, loop, ports, writer, beyond, () => clock.monotonic());
    const finished = found !== undefined && record.status === 'completed';
    if (found !== undefined && record.tally === '' && record.completed + record.failed + record.skipped > 0)
      await recount(context, run);
    if (!finished) {
      record.status = 'running';
      this.active.add(run);
      context.dials.opened(run);
      writer.loop(run);
    }
    return { run, finished };
  }

  close(run: LoopRun): void {
    this.active.delete(run);
    const { kept } = run;
    if (kept === null) return;
    const chars = kept.reduce((sum, output) => sum + output.length, 0);
    this.#short.set(run.record.key, kept);
    this.#shortChars += chars;
    for (const [key, outputs] of this.#short) {
      if (this.#short.size <= MOST_SHORT && this.#shortChars <= MOST_SHORT_CHARS) break;
      this.#short.delete(key);
      this.#shortChars -= outputs.reduce((sum, output) => sum + output.length, 0);
    }
  }

  /** Outputs of a short loop that ended lately, all of them; the same as the store has or will have. */
  outputsOf(key: number): readonly string[] | undefined {
    return this.#short.get(key);
  }

  /** Counts sub-workflow calls of the whole run against workflow.children. */
  called(path: string): void {
    this.calls += 1;
    const most = this.#limits['workflow.children'];
    if (this.calls > most) throw new FailureError(limitFailure('workflow.children', most, path));
  }

  /** Counts iterations of the whole run against run.iterations. */
  started(count: number, path: string): void {
    this.iterations += count;
    if (this.iterations > this.#limits['run.iterations']) {
      throw new FailureError(limitFailure('run.iterations', this.#limits['run.iterations'], path));
    }
  }
}

/** Counts the items of all rows again: a redrive took some out. A row still to be done has no output. */
async function recount(context: RunContext, run: LoopRun): Promise<void> {
  for await (const page of outputPages(context.store, context.runId, run.record.key)) {
    for (const { index, output } of page) if (run.isSettled(index)) run.count(output);
  }
}

/** Sleeps; ends early with Stopped when the run is asked to stop. */
export async function sleepOrStop(context: RunContext, ms: number): Promise<void> {
  const ended = new AbortController();
  const forget = context.stop.onChange(() => ended.abort());
  try {
    checkStop(context.stop);
    await context.clock.sleep(ms, ended.signal).catch((error: unknown) => {
      if (!ended.signal.aborted) throw error;
    });
    checkStop(context.stop);
  } finally {
    forget();
  }
}
