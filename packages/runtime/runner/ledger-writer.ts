/**
 * Owns group commit: collects rows, loop records and events of one run and writes them in
 * transactions, by count or by time. Pauses while the store cannot be written and goes on by
 * itself. Does not decide anything and does not read.
 */
import type { JournalEvent } from '@rondo/core/events.ts';
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

const empty = (): Pending => ({ rows: [], loops: new Set(), events: [], forget: [], run: undefined });

export class LedgerWriter {
  readonly #options: WriterOptions;
  #pending = empty();
  #dirty = false;
  #committing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #immediate = false;
  #lost: StoreError | null = null;

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

  /** Resolves when everything given so far is on disk; coalesces callers of the same tick. */
  async durable(): Promise<void> {
    while (this.#dirty || this.#committing !== null) {
      if (this.#lost !== null) throw this.#lost;
      if (this.#committing !== null) {
        await this.#committing;
        continue;
      }
      if (!this.#immediate) {
        this.#immediate = true;
        setImmediate(() => {
          this.#immediate = false;
          this.#start();
        });
      }
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    if (this.#lost !== null) throw this.#lost;
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
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
    if (this.#committing !== null || !this.#dirty || this.#lost !== null) return;
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#timer = null;
    }
    const taken = this.#pending;
    this.#pending = empty();
    this.#dirty = false;
    const commit: Commit = {
      lease: this.#options.lease,
      now: this.#options.clock.now(),
      rows: taken.rows,
      loops: [...taken.loops].map((loop) => ({ ...loop.seal() })),
      events: taken.events,
      forget: taken.forget,
      ...(taken.run === undefined ? {} : { run: taken.run }),
    };
    this.#committing = this.#write(commit).finally(() => {
      this.#committing = null;
      if (this.#pending.rows.length >= this.#options.rows) this.#start();
    });
    // The one who waits in durable() sees a lost lease; nobody else has to.
    this.#committing.catch(() => {});
  }

  async #write(commit: Commit): Promise<void> {
    const { store, fault, report, clock } = this.#options;
    fault('before-commit');
    let stalled = false;
    for (let wait = 250; ; wait = Math.min(wait * 2, 5000)) {
      try {
        const control = await store.commit(commit);
        fault('after-commit');
        if (stalled) report({ type: 'unstalled' });
        if (control !== 'none') this.#options.onControl(control);
        return;
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        if (error.code !== 'store-unavailable') {
          this.#lost = error;
          this.#options.onLost(error);
          return;
        }
        // The commit has natural keys, so trying again is harmless whatever became of it.
        if (!stalled) report({ type: 'stalled', message: error.message });
        stalled = true;
        await clock.sleep(wait);
      }
    }
  }
}
