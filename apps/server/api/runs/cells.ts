/**
 * Owns the bytes of scores: cells with their worst status and how many failed, for a whole score and for one row in a
 * list. Pure.
 */
import { CELLS_PER_COLUMN, SCORE_COLUMNS, type Score } from '@rondo/core/engine/score.ts';

/** Worst status of a cell, the high half of its byte. */
export const CELL = { notStarted: 0, skipped: 1, completed: 2, inFlight: 3, waiting: 4, failed: 5 } as const;

export interface Cells {
  per: number;
  columns: number;
  rows: number;
  bytes: Uint8Array;
}

export interface Unsettled {
  inFlight: readonly number[];
  waiting: readonly number[];
}

/** Up to this many are one row of large cells. */
const ONE_ROW = 40;

/** Fewest rows (a power of two) with which all cells fit into the columns. */
export function rowsOf(cells: number): number {
  if (cells <= ONE_ROW) return 1;
  let rows = 1;
  while (rows < CELLS_PER_COLUMN && Math.ceil(cells / rows) > SCORE_COLUMNS) rows *= 2;
  return rows;
}

export function byteOf(worst: number, failed: number): number {
  return (worst << 4) | (failed === 0 ? 0 : Math.min(15, Math.floor(Math.log2(failed)) + 1));
}

/** By position. Without a total, the right end is where the last iteration is. */
export function cellsOf(score: Score, total: number | null, unsettled: Unsettled): Cells {
  const { per } = score;
  const highest = Math.max(-1, ...unsettled.inFlight, ...unsettled.waiting);
  const used = Math.max(score.completed.length, Math.floor(highest / per) + 1);
  const cells = Math.max(used, total === null ? 0 : Math.ceil(total / per));
  const worst = new Uint8Array(cells);
  for (let i = 0; i < used; i += 1) {
    if ((score.failed[i] ?? 0) > 0) worst[i] = CELL.failed;
    else if ((score.completed[i] ?? 0) > 0) worst[i] = CELL.completed;
    else if ((score.skipped[i] ?? 0) > 0) worst[i] = CELL.skipped;
  }
  const raise = (indices: readonly number[], to: number): void => {
    for (const index of indices) {
      const cell = Math.floor(index / per);
      if ((worst[cell] ?? 0) < to) worst[cell] = to;
    }
  };
  raise(unsettled.inFlight, CELL.inFlight);
  raise(unsettled.waiting, CELL.waiting);
  const rows = rowsOf(cells);
  const bytes = worst.map((status, i) => byteOf(status, score.failed[i] ?? 0));
  return { per, rows, columns: Math.ceil(cells / rows), bytes };
}

const MINI_COLUMNS = 44;

/** One row for lists: neighbours merge into at most 44 cells. */
export function miniScore(score: Score, total: number | null): string {
  const cells = Math.max(score.completed.length, total === null ? 0 : Math.ceil(total / score.per));
  const width = Math.max(1, Math.ceil(cells / MINI_COLUMNS));
  const bytes = new Uint8Array(Math.ceil(cells / width));
  for (let i = 0; i < bytes.length; i += 1) {
    let failed = 0;
    let completed = 0;
    let skipped = 0;
    for (let cell = i * width; cell < (i + 1) * width; cell += 1) {
      failed += score.failed[cell] ?? 0;
      completed += score.completed[cell] ?? 0;
      skipped += score.skipped[cell] ?? 0;
    }
    const worst =
      failed > 0 ? CELL.failed : completed > 0 ? CELL.completed : skipped > 0 ? CELL.skipped : CELL.notStarted;
    bytes[i] = byteOf(worst, failed);
  }
  return Buffer.from(bytes).toString('base64');
}
