/**
 * Owns the live state of one loop: its record, its progress for `decide`, its settled rows
 * beyond the cursor. Writes rows through the ledger writer. Runs nothing.
 */
import { failure, type Failure } from '@rondo/core/errors.ts';
import { fingerprint } from '@rondo/core/engine/cause.ts';
import { decide, type Decision, type Loop, type Progress } from '@rondo/core/engine/loop.ts';
import type { Usage } from '@rondo/core/model/effect-ports.ts';
import { ITEM_SEPARATOR, PORT_SEPARATOR } from '@rondo/core/model/item.ts';
import type { Dials, IterationRow, LoopRecord } from '@rondo/core/ports.ts';
import type { Dataset } from '@rondo/core/events.ts';
import { turned } from './dials.ts';
import type { LedgerWriter } from './ledger-writer.ts';

/** Outputs of a loop that are kept for the step after it. */
const MOST_KEPT = 1000;
const MOST_KEPT_CHARS = 128 * 1024;

/** A runner may die this often with the same iteration in flight. */
const MOST_LOSSES = 3;

export interface Outcome {
  status: 'completed' | 'failed' | 'skipped';
  /** Of a failed one: its fallback, where the loop has such. */
  output: string;
  steps: string;
  logs: string;
  failure: Failure | null;
  attempts: number;
  usage?: Usage | null;
}

/** What a loop needs to know of a row that an earlier runner left. */
export type Settled = Pick<IterationRow, 'index' | 'status' | 'losses'>;

/** Items of settled rows per port; items per row where all are alike; rows. */
interface Tally {
  sizes: number[];
  per: (number | null)[];
  rows: number;
}

export class LoopRun {
  readonly record: LoopRecord;
  readonly progress: Progress;
  /** Called when something of the loop was changed while it runs. */
  onTurn: () => void = () => {};
  readonly #defined: Loop;
  #loop: Loop;
  /** Failure that made the loop fail. */
  firstFailure: Failure | null = null;
  readonly #writer: LedgerWriter;
  readonly #ahead = new Set<number>();
  /** Rows found running at resume: iterations that were in flight when a runner died. */
  readonly #losses = new Map<number, number>();
  readonly #tally: Tally;
  readonly #ports: number;
  readonly #since: number;
  readonly #before: number;
  readonly #now: () => number;
  #handed: number;
  /** Outputs by index while the loop is short: whoever comes next need not wait for the store. */
  #kept: string[] | null;
  #keptChars = 0;

  constructor(
    record: LoopRecord,
    loop: Loop,
    ports: number,
    writer: LedgerWriter,
    rows: readonly Settled[],
    now: () => number,
  ) {
    this.record = record;
    this.#defined = loop;
    this.#loop = loop;
    this.#writer = writer;
    this.#ports = ports;
    this.#now = now;
    this.#since = now();
    this.#before = record.durationMs;
    this.#handed = record.cursor;
    this.#kept = record.cursor === 0 && rows.length === 0 ? [] : null;
    for (const row of rows) {
      if (row.status === 'running') this.#losses.set(row.index, row.losses + 1);
      else if (row.status === 'waiting') this.#losses.set(row.index, row.losses);
      else if (row.index >= record.cursor) this.#ahead.add(row.index);
    }
    this.#tally = record.tally === '' ? { sizes: [], per: [], rows: 0 } : (JSON.parse(record.tally) as Tally);
    const settled = record.completed + record.failed + record.skipped;
    this.progress = {
      total: record.total,
      available: 0,
      started: settled,
      completed: record.completed,
      failed: record.failed,
      skipped: record.skipped,
      ended: false,
      cancelled: false,
      paused: false,
    };
  }

  get path(): string {
    return this.record.path;
  }

  /** As it is in force now. */
  get loop(): Loop {
    return this.#loop;
  }

  /** Changes what is in force from the next decision on. */
  turn(dials: Dials): void {
    this.#loop = turned(this.#defined, dials);
    this.onTurn();
  }

  decide(): Decision {
    return decide(this.loop, this.progress);
  }

  /** Index of the next iteration to start; already settled ones are passed over. */
  nextIndex(): number {
    while (this.#ahead.has(this.#handed)) this.#handed += 1;
    return this.#handed++;
  }

  isSettled(index: number): boolean {
    return index < this.record.cursor || this.#ahead.has(index);
  }

  /** All of these; none of a loop without gaps. */
  areSettled(first: number, count: number): boolean {
    if (this.#ahead.size === 0 && first >= this.record.cursor) return false;
    for (let index = first; index < first + count; index += 1) if (!this.isSettled(index)) return false;
    return true;
  }

  /** Set when runners died with this iteration in flight too often. */
  lossFailure(index: number): Failure | null {
    const losses = this.#losses.get(index) ?? 0;
    if (losses < MOST_LOSSES) return null;
    return failure(
      'runner-lost',
      `Iteration ${index} of ${this.path} ended its runner ${losses} times and is not tried again.`,
      {
        item: index,
        path: `${this.path}[${index}]`,
      },
    );
  }

  setTotal(total: number | null): void {
    this.progress.total = total;
    this.record.total = total;
  }

  /** Records that an iteration with effects begins. It may only begin when this is recorded. */
  begin(index: number, input: string, at: number): void {
    this.#writer.rows(this, [
      this.#row(index, input, 'running', { output: '', steps: '', logs: '', failure: null, attempts: 0 }, at, 0),
    ]);
  }

  /** Records that an iteration in flight was put aside by request; this is no loss. */
  suspend(index: number, input: string, at: number): void {
    this.#writer.rows(this, [
      this.#row(index, input, 'waiting', { output: '', steps: '', logs: '', failure: null, attempts: 0 }, at, 0),
    ]);
  }

  #row(
    index: number,
    input: string,
    status: IterationRow['status'],
    outcome: Omit<Outcome, 'status'>,
    startedAt: number,
    durationMs: number,
  ): IterationRow {
    return {
      loop: this.record.key,
      index,
      status,
      input,
      output: outcome.output,
      steps: outcome.steps,
      logs: outcome.logs,
      failure: outcome.failure,
      cause: outcome.failure === null ? null : fingerprint(outcome.failure).id,
      attempts: outcome.attempts,
      usage: outcome.usage ?? null,
      losses: this.#losses.get(index) ?? 0,
      startedAt,
      durationMs,
    };
  }

  /** Settles one iteration: counters, cursor and row change together. */
  /** `startedAt` is ms since 1970, `durationMs` is measured on the monotonic clock. */
  settle(index: number, input: string, outcome: Outcome, startedAt: number, durationMs: number): void {
    const { failure: why } = outcome;
    let output = outcome.output;
    if (outcome.status === 'failed') {
      if (this.loop.onError === 'null') output = 'null';
      else if (this.loop.onError === 'stop' || this.loop.onError === 'drop') output = '';
      if (why !== null && why.item === undefined) why.item = index;
      this.firstFailure ??= why;
      this.record.failed += 1;
      this.progress.failed += 1;
    } else if (outcome.status === 'skipped') {
      this.record.skipped += 1;
      this.progress.skipped += 1;
    } else {
      this.record.completed += 1;
      this.progress.completed += 1;
    }
    if (this.loop.collect === 'position' || this.loop.collect === 'list') output = byPosition(output);
    if (index === this.record.cursor) {
      this.record.cursor += 1;
      while (this.#ahead.delete(this.record.cursor)) this.record.cursor += 1;
    } else this.#ahead.add(index);
    this.count(output);
    this.#keep(index, output);
    this.#writer.rows(this, [
      this.#row(index, input, outcome.status, { ...outcome, output, failure: kept(why) }, startedAt, durationMs),
    ]);
  }

  #keep(index: number, output: string): void {
    if (this.#kept === null) return;
    this.#keptChars += output.length;
    if (index !== this.#kept.length || index >= MOST_KEPT || this.#keptChars > MOST_KEPT_CHARS) this.#kept = null;
    else this.#kept.push(output);
  }

  /** All outputs, where they are few and short and came in order. */
  get kept(): readonly string[] | null {
    return this.#kept;
  }

  /** Takes one row's output into the number of items of each port; whether every row so far has the same number. */
  count(output: string): void {
    this.#tally.rows += 1;
    if (this.#ports === 1) return this.#countPort(0, output);
    const parts = output.split(PORT_SEPARATOR);
    for (let port = 0; port < this.#ports; port += 1) this.#countPort(port, parts[port] ?? '');
  }

  #countPort(port: number, text: string): void {
    const { sizes, per, rows } = this.#tally;
    let n = 0;
    if (text !== '') {
      n = 1;
      for (let at = text.indexOf(ITEM_SEPARATOR); at >= 0; at = text.indexOf(ITEM_SEPARATOR, at + 1)) n += 1;
    }
    sizes[port] = (sizes[port] ?? 0) + n;
    if (rows === 1) per[port] = n;
    else if (per[port] !== n) per[port] = null;
  }

  /** Brings the record up to date before a commit copies it. */
  seal(): LoopRecord {
    this.touchDuration();
    this.record.tally = JSON.stringify(this.#tally);
    return this.record;
  }

  touchDuration(): void {
    this.record.durationMs = this.#before + (this.#now() - this.#since);
  }

  finish(status: LoopRecord['status']): void {
    this.touchDuration();
    this.record.status = status;
    this.#writer.loop(this);
  }

  /** Where the results are, after the end. */
  dataset(): Dataset {
    const ports = Array.from({ length: this.#ports }, (_, port) => port);
    return {
      kind: 'rows',
      loop: this.record.key,
      counts: ports.map((port) => this.#tally.sizes[port] ?? 0),
      per: ports.map((port) => this.#tally.per[port] ?? null),
    };
  }
}

/** What a failed part gave nevertheless is in the place of its iteration, not in the failure too. */
function kept(why: Failure | null): Failure | null {
  if (why === null || why.output === undefined) return why;
  const { output: _, ...rest } = why;
  return rest;
}

function byPosition(output: string): string {
  const first = output.split(PORT_SEPARATOR)[0] ?? '';
  if (first === '') return 'null';
  return first.includes(ITEM_SEPARATOR) ? `[${first.split(ITEM_SEPARATOR).join(',')}]` : first;
}
