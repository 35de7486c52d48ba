/**
 * Owns group commit: collects rows, loop records and events of one run and writes them in
 * transactions, by count or by time. Pauses while the store cannot be written and goes on by
 * itself. Does not decide anything and does not read.
 */
import type { JournalEvent } from '@rondo/core/events.ts';
import type { Usage } from '@rondo/core/model/effect-ports.ts';
import {
  StoreError,
  type Clock,
  type Commit,
  type Control,
  type IterationRow,
  type Lease,
  type LoopRecord,
  type RunStore,
} from '@rondo/core/ports.ts';
import type { FaultPoint, Progress } from '../api.ts';

export interface WriterOptions {
  store: RunStore;
  lease: Lease;
  clock: Clock;
  rows: number;
  ms: number;
  fault: (point: FaultPoint) => void;
  report: (progress: Progress) => void;
  onControl: (control: Control) => void;
  onLost: (error: StoreError) => void;
  /** What the run has cost so far: it goes with the next commit, and asks for none of its own. */
  spent: () => Usage | null;
}

/** A loop whose record is brought up to date when a commit is made. */
export interface Sealed {
  seal(): LoopRecord;
}

interface Pending {
  rows: IterationRow[];
  loops: Set<Sealed>;
  events: JournalEvent[];
  forget: string[];
  run: Commit['run'] | undefined;
}

/** Someone who waits until a batch is in the store, or on disk. */
interface Waiting {
  stage: 'applied' | 'flushed';
  batch: number;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** What a power cut may undo at most, beside the flush on its way. */
const FLUSH_MS = 10;

/** Callers that make a commit worth its price. */
const CROWD = 8;

const empty = (): Pending => ({ rows: [], loops: new Set(), events: [], forget: [], run: undefined });

export class LedgerWriter {
  readonly #options: WriterOptions;
  #pending = empty();
  /** Number of the batch that is being collected; earlier ones were given to the store. */
  #batch = 1;
  #dirty = false;
  /** Batches up to this one are in the store; on disk. */
  #applied = 0;
  #flushed = 0;
  #committing = false;
  #flushing = false;
  #timer: NodeJS.Timeout | null = null;
  #flushTimer: NodeJS.Timeout | null = null;
  #immediate = false;
  /** Callers that wait for the batch that is being collected. */
  #eager = 0;
  #waiting: Waiting[] = [];
  #lost: unknown = null;
  /** What the store knows of the costs. */
  #told: Usage | null = null;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** Takes rows and the loop they belong to. The record is copied when the commit is made. */
  rows(loop: Sealed, rows: readonly IterationRow[]): void {
    for (const row of rows) this.#pending.rows.push(row);
    this.#pending.loops.add(loop);
    this.#touch();
  }

  loop(loop: Sealed): void {
    this.#pending.loops.add(loop);
    this.#touch();
  }

  event(event: JournalEvent): void {
    this.#pending.events.push(event);
    this.#touch();
  }

  forget(frame: string): void {
    this.#pending.forget.push(frame);
    this.#touch();
  }

  run(patch: NonNullable<Commit['run']>): void {
    this.#pending.run = { ...this.#pending.run, ...patch };
    this.#touch();
  }

  /** Rows that wait for a commit; a fast producer pauses when there are many. */
  get backlog(): number {
    return this.#pending.rows.length;
  }

  /**
   * Resolves when everything given so far is in the store: it outlives this process. Callers of the
   * same tick share a commit.
   */
  recorded(): Promise<void> {
    return this.#reached('applied', this.#applied);
  }

  /** Resolves when everything given so far is on disk: it outlives a power cut. */
  durable(): Promise<void> {
    return this.#reached('flushed', this.#flushed);
  }

  #reached(stage: Waiting['stage'], reached: number): Promise<void> {
    if (this.#lost !== null) return Promise.reject(this.#lost);
    const batch = this.#dirty ? this.#batch : this.#batch - 1;
    if (reached >= batch) return Promise.resolve();
    if (this.#dirty && !this.#committing && !this.#immediate) {
      this.#immediate = true;
      setImmediate(() => {
        this.#immediate = false;
        this.#start();
      });
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ stage, batch, resolve, reject });
      if (stage === 'flushed' && this.#applied >= batch) this.#flushSoon();
      // One waits for the others of its tick, but not for all of a crowd: what leaves together comes back together.
      if (batch === this.#batch && (this.#eager += 1) >= CROWD) this.#start();
    });
  }

  #serve(stage: Waiting['stage'], upTo: number): void {
    const served = this.#waiting.filter((one) => one.stage === stage && one.batch <= upTo);
    if (served.length === 0) return;
    this.#waiting = this.#waiting.filter((one) => one.stage !== stage || one.batch > upTo);
    for (const one of served) one.resolve();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer);
    this.#flushTimer = null;
  }

  #touch(): void {
    if (this.#lost !== null) throw this.#lost;
    this.#dirty = true;
    if (this.#pending.rows.length >= this.#options.rows) this.#start();
    else if (this.#timer === null) {
      this.#timer = setTimeout(() => {
        this.#timer = null;
        this.#start();
      }, this.#options.ms);
    }
  }

  #start(): void {
    if (this.#committing || !this.#dirty || this.#lost !== null) return;
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#timer = null;
    }
    const taken = this.#pending;
    const batch = this.#batch;
    this.#pending = empty();
    this.#dirty = false;
    this.#batch += 1;
    this.#eager = 0;
    const usage = this.#options.spent();
    const run = usage === this.#told ? taken.run : { ...taken.run, usage };
    this.#told = usage;
    const commit: Commit = {
      lease: this.#options.lease,
      now: this.#options.clock.now(),
      rows: taken.rows,
      loops: [...taken.loops].map((loop) => ({ ...loop.seal() })),
      events: taken.events,
      forget: taken.forget,
      ...(run === undefined ? {} : { run }),
    };
    this.#committing = true;
    this.#write(commit).then(
      () => {
        this.#committing = false;
        this.#applied = batch;
        this.#serve('applied', batch);
        this.#flushSoon();
        const wanted = this.#waiting.some((one) => one.batch >= this.#batch);
        if (wanted || this.#pending.rows.length >= this.#options.rows) this.#start();
      },
      (error: unknown) => this.#lose(error),
    );
  }

  /** Nothing more is written; whoever waits is told why. */
  #lose(error: unknown): void {
    this.#lost ??= error;
    for (const one of this.#waiting.splice(0)) one.reject(this.#lost);
  }

  /**
   * Nobody waits for the disk between two commits of a busy loop, so one flush does for all of a moment; who does
   * wait gets it at once.
   */
  #flushSoon(): void {
    if (this.#waiting.some((one) => one.stage === 'flushed')) void this.#flush();
    else if (!this.#flushing) {
      this.#flushTimer ??= setTimeout(() => {
        this.#flushTimer = null;
        void this.#flush();
      }, FLUSH_MS);
    }
  }

  /** The store's disk is brought up to what it was given, while the next batch is collected and given. */
  async #flush(): Promise<void> {
    if (this.#flushing || this.#flushed >= this.#applied) return;
    this.#flushing = true;
    try {
      const upTo = this.#applied;
      await this.#patiently(() => this.#options.store.flush());
      this.#flushed = upTo;
      this.#serve('flushed', upTo);
    } catch (error) {
      this.#lose(error);
    } finally {
      this.#flushing = false;
    }
    if (this.#flushed < this.#applied && this.#lost === null) this.#flushSoon();
  }

  async #write(commit: Commit): Promise<void> {
    const { store, fault, onControl, onLost } = this.#options;
    fault('before-commit');
    try {
      // The commit has natural keys, so trying again is harmless whatever became of it.
      const control = await this.#patiently(() => store.commit(commit));
      fault('after-commit');
      if (control !== 'none') onControl(control);
    } catch (error) {
      if (error instanceof StoreError) onLost(error);
      throw error;
    }
  }

  /** Tries again while the store cannot be used, and says so. */
  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    const { report, clock } = this.#options;
    let stalled = false;
    for (let wait = 250; ; wait = Math.min(wait * 2, 5000)) {
      try {
        const answer = await work();
        if (stalled) report({ type: 'unstalled' });
        return answer;
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== 'store-unavailable') throw error;
        if (!stalled) report({ type: 'stalled', message: error.message });
        stalled = true;
        await clock.sleep(wait);
      }
    }
  }
}
