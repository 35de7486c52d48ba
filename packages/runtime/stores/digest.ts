/**
 * Owns what a store keeps beside the rows of a loop so that no screen ever counts them: its score
 * and its causes, as changed by each row that is written or taken out. Pure bookkeeping in memory;
 * says what was touched, and leaves writing it down to the store.
 */
import { fingerprint, MAX_CAUSES, OTHER_CAUSE, OTHER_MESSAGE } from '@rondo/core/engine/cause.ts';
import {
  addCount,
  CELLS_PER_COLUMN,
  columnOf,
  emptyScore,
  halveColumns,
  makeRoom,
  recordOutcome,
  SCORE_COLUMNS,
  type Outcome,
  type ScoreCells,
} from '@rondo/core/engine/score.ts';
import type { CauseRecord, IterationRow, IterationStatus } from '@rondo/core/ports.ts';

/** Cells are written in chunks: 5 columns of the picture. */
export const CHUNK_CELLS = 5 * CELLS_PER_COLUMN;

/** What counts of a row that is already there. */
export type Counted = Pick<IterationRow, 'status' | 'cause'>;

type Counting = Pick<IterationRow, 'index' | 'status' | 'cause' | 'failure'>;

function outcome(status: IterationStatus): Outcome | null {
  return status === 'completed' || status === 'failed' || status === 'skipped' ? status : null;
}

function causeOf(row: Counted | null): string | null {
  return row !== null && row.status === 'failed' ? row.cause : null;
}

export class Digest {
  readonly loop: number;
  readonly cells: ScoreCells;
  readonly causes: Map<string, CauseRecord>;
  /** What has changed since `settled`. */
  readonly touchedChunks = new Set<number>();
  readonly touchedCauses = new Set<string>();
  /** Causes that lost their first or last row: the store has to look it up. */
  readonly staleBounds = new Set<string>();
  /** `per` has changed, so every chunk has. */
  rebinned = false;
  private lastChunk = -1;

  constructor(loop: number, cells: ScoreCells, causes: Iterable<CauseRecord> = []) {
    this.loop = loop;
    this.cells = cells;
    this.causes = new Map(Array.from(causes, (cause) => [cause.cause, cause]));
  }

  static empty(loop: number, per: number): Digest {
    return new Digest(loop, emptyScore(per));
  }

  settled(): void {
    this.touchedChunks.clear();
    this.touchedCauses.clear();
    this.staleBounds.clear();
    this.rebinned = false;
    this.lastChunk = -1;
  }

  /** `was` is the row that was there. Answers the cause to store with the row. */
  write(row: Counting, was: Counted | null): string | null {
    this.makeRoom(row.index);
    this.count(row.index, was === null ? null : outcome(was.status), outcome(row.status));
    const before = causeOf(was);
    const wanted = row.status === 'failed' ? row.cause : null;
    if (before === null && wanted === null) return row.cause;
    if (before !== null && before === wanted) return before;
    if (before !== null) this.uncause(row.index, before);
    return wanted === null ? row.cause : this.cause(row, wanted);
  }

  /** The row at `index` was taken out. */
  remove(index: number, was: Counted): void {
    this.makeRoom(index);
    this.count(index, outcome(was.status), null);
    const before = causeOf(was);
    if (before !== null) this.uncause(index, before);
  }

  private makeRoom(index: number): void {
    const times = makeRoom(this.cells, index);
    if (times === 0) return;
    this.rebinned = true;
    for (const cause of this.causes.values()) {
      for (let i = 0; i < times; i += 1) halveColumns(cause.columns);
      this.touchedCauses.add(cause.cause);
    }
  }

  private count(index: number, was: Outcome | null, is: Outcome | null): void {
    const cell = recordOutcome(this.cells, index, was, is);
    if (cell < 0) return;
    const chunk = Math.floor(cell / CHUNK_CELLS);
    if (chunk === this.lastChunk) return;
    this.touchedChunks.add(chunk);
    this.lastChunk = chunk;
  }

  private cause(row: Counting, wanted: string): string {
    let record = this.causes.get(wanted);
    if (record === undefined) {
      const apart = this.causes.size - (this.causes.has(OTHER_CAUSE) ? 1 : 0);
      const id = apart < MAX_CAUSES ? wanted : OTHER_CAUSE;
      record = this.causes.get(id) ?? this.newCause(id, row);
    }
    addCount(record.columns, columnOf(row.index, this.cells.per), 1);
    record.first = record.count === 0 ? row.index : Math.min(record.first, row.index);
    record.last = record.count === 0 ? row.index : Math.max(record.last, row.index);
    record.count += 1;
    this.touchedCauses.add(record.cause);
    return record.cause;
  }

  private newCause(id: string, row: Counting): CauseRecord {
    const other = id === OTHER_CAUSE;
    const record: CauseRecord = {
      loop: this.loop,
      cause: id,
      message: other || row.failure === null ? OTHER_MESSAGE : fingerprint(row.failure).message,
      node: other ? null : (row.failure?.node ?? null),
      count: 0,
      first: row.index,
      last: row.index,
      columns: new Uint32Array(SCORE_COLUMNS),
    };
    this.causes.set(id, record);
    return record;
  }

  private uncause(index: number, id: string): void {
    const record = this.causes.get(id);
    if (record === undefined) return;
    addCount(record.columns, columnOf(index, this.cells.per), -1);
    record.count -= 1;
    this.touchedCauses.add(id);
    if (record.count === 0) this.causes.delete(id);
    else if (index === record.first || index === record.last) this.staleBounds.add(id);
  }
}

/** For readers: most frequent first, then the one that came first; `other` is always last. */
export function causeList(causes: Iterable<CauseRecord>): CauseRecord[] {
  const rank = (cause: CauseRecord): number => (cause.cause === OTHER_CAUSE ? 1 : 0);
  return [...causes].sort((a, b) => rank(a) - rank(b) || b.count - a.count || a.first - b.first);
}
