/**
 * Owns the score of a loop: at most 8,000 cells over the positions of its iterations, each with
 * how many completed, failed and were skipped. Pure arithmetic on counts; knows no store, no
 * row and no colour. Stores keep it in the transaction that writes the rows.
 */

/** 250 columns of 32 cells, filled top to bottom, then left to right. */
export const SCORE_CELLS = 8_000;
export const SCORE_COLUMNS = 250;
export const CELLS_PER_COLUMN = SCORE_CELLS / SCORE_COLUMNS;

/** What a row counts as; running, waiting and cancelled rows count as nothing yet. */
export type Outcome = 'completed' | 'failed' | 'skipped';

/** What readers get. All three lists have the same length; cells beyond it are empty. */
export interface Score {
  /** Iterations per cell: iteration i is in cell floor(i / per). */
  per: number;
  completed: Uint32Array;
  failed: Uint32Array;
  skipped: Uint32Array;
}

/** What stores keep: three counts per cell side by side, so that a stretch of cells is one piece. */
export interface ScoreCells {
  per: number;
  /** completed, failed, skipped of cell 0, then of cell 1 ...; may be longer than `used` cells. */
  counts: Uint32Array;
  /** Cells up to the last one ever touched. */
  used: number;
}

export const COUNTS_PER_CELL = 3;

const OFFSET: Readonly<Record<Outcome, number>> = { completed: 0, failed: 1, skipped: 2 };

/** Iterations per cell of a loop of this length; 1 while the length is unknown. */
export function iterationsPerCell(total: number | null): number {
  return total === null ? 1 : Math.max(1, Math.ceil(total / SCORE_CELLS));
}

export function emptyScore(per: number): ScoreCells {
  return { per, counts: new Uint32Array(0), used: 0 };
}

/** Room for `cells` cells; grows by doubling so that a loop of five costs five. */
function reserve(score: ScoreCells, cells: number): void {
  if (cells > score.used) score.used = cells;
  const needed = cells * COUNTS_PER_CELL;
  if (needed <= score.counts.length) return;
  const size = Math.min(SCORE_CELLS * COUNTS_PER_CELL, Math.max(needed, score.counts.length * 2, 48));
  const grown = new Uint32Array(size);
  grown.set(score.counts);
  score.counts = grown;
}

export function addCount(counts: Uint32Array, at: number, by: number): void {
  counts[at] = (counts[at] ?? 0) + by;
}

/** Neighbours merge and `per` doubles. */
function halve(score: ScoreCells): void {
  const { counts, used } = score;
  for (let cell = 0; cell < used; cell += 1) {
    const from = cell * COUNTS_PER_CELL;
    const to = (cell >> 1) * COUNTS_PER_CELL;
    for (let k = 0; k < COUNTS_PER_CELL; k += 1) {
      const value = counts[from + k] ?? 0;
      // The even cell arrives first and replaces what was there; the odd one is added.
      counts[to + k] = (cell & 1) === 0 ? value : (counts[to + k] ?? 0) + value;
    }
  }
  score.used = (used + 1) >> 1;
  counts.fill(0, score.used * COUNTS_PER_CELL);
  score.per *= 2;
}

/** Doubles `per` until the iteration has a cell. Answers how often it doubled. */
export function makeRoom(score: ScoreCells, index: number): number {
  let times = 0;
  while (index >= score.per * SCORE_CELLS) {
    halve(score);
    times += 1;
  }
  return times;
}

/**
 * One iteration was `was` (null: not counted) and is now `is`. There must be room for it.
 * Answers the cell that changed, -1 when none did.
 */
export function recordOutcome(score: ScoreCells, index: number, was: Outcome | null, is: Outcome | null): number {
  if (was === is) return -1;
  const cell = Math.floor(index / score.per);
  reserve(score, cell + 1);
  const at = cell * COUNTS_PER_CELL;
  if (was !== null) addCount(score.counts, at + OFFSET[was], -1);
  if (is !== null) addCount(score.counts, at + OFFSET[is], 1);
  return cell;
}

/** Column of the picture that an iteration is in. */
export function columnOf(index: number, per: number): number {
  return Math.floor(index / (per * CELLS_PER_COLUMN));
}

/** Counts per column after `per` has doubled once. */
export function halveColumns(columns: Uint32Array): void {
  const half = SCORE_COLUMNS / 2;
  for (let i = 0; i < half; i += 1) columns[i] = (columns[2 * i] ?? 0) + (columns[2 * i + 1] ?? 0);
  columns.fill(0, half);
}

export function readScore(score: ScoreCells): Score {
  const { used, counts } = score;
  const out: Score = {
    per: score.per,
    completed: new Uint32Array(used),
    failed: new Uint32Array(used),
    skipped: new Uint32Array(used),
  };
  for (let cell = 0; cell < used; cell += 1) {
    const at = cell * COUNTS_PER_CELL;
    out.completed[cell] = counts[at] ?? 0;
    out.failed[cell] = counts[at + 1] ?? 0;
    out.skipped[cell] = counts[at + 2] ?? 0;
  }
  return out;
}
