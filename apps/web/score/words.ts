/**
 * Owns what a score says in words: of a cell, of an iteration, of a column. Pure; numbers are written by ui/format.ts.
 * People count from 1; `$loop.index` in code counts from 0.
 */
import { count } from '../ui/format.ts';
import { CELL, CELL_WORDS, failuresOf, statusOf } from './decode.ts';
import { type Grid, rangeOf } from './geometry.ts';

export interface CauseColumns {
  id: string;
  message: string;
  count: number;
  columns: readonly number[];
}

/** 12 failed; 4 to 7 failed, where the picture does not say it more exactly. */
export function failedWords({ least, most }: { least: number; most: number }): string {
  return least === most ? `${count(least)} failed` : `${count(least)} to ${count(most)} failed`;
}

/** What the hover card says of a cell. */
export function cellWords(grid: Grid, cells: Uint8Array, cell: number): { title: string; facts: string } {
  const { first, last } = rangeOf(grid, cell);
  const byte = cells[cell] ?? 0;
  const status = statusOf(byte);
  const size = last - first + 1;
  const title =
    first === last ? `Iteration ${count(first + 1)}` : `Iterations ${count(first + 1)} to ${count(last + 1)}`;
  if (status !== CELL.failed) return { title, facts: size === 1 ? CELL_WORDS[status] : mostly(status, size) };
  return { title, facts: size === 1 ? 'failed' : `${failedWords(failuresOf(byte, size))} of ${count(size)}` };
}

const mostly = (status: 0 | 1 | 2 | 3 | 4, size: number): string =>
  status === CELL.completed || status === CELL.notStarted
    ? `${count(size)} ${CELL_WORDS[status]}`
    : `some ${CELL_WORDS[status]}`;

/** Causes with failures in the column of a cell, most frequent first. */
export function causesAt(
  grid: Grid,
  causes: readonly CauseColumns[],
  cell: number,
): { message: string; count: number }[] {
  const column = Math.floor(cell / grid.rows);
  return causes
    .map(({ message, columns }) => ({ message, count: columns[column] ?? 0 }))
    .filter((cause) => cause.count > 0)
    .sort((a, b) => b.count - a.count);
}

/** For screen readers: "Iteration 701,112 of 1,000,000, failed, Reply is not valid JSON". */
export function valueText(index: number, total: number | null, status: string, cause: string | null): string {
  const of = total === null ? '' : ` of ${count(total)}`;
  return [`Iteration ${count(index + 1)}${of}`, status, cause]
    .filter((part) => part !== null && part !== '')
    .join(', ');
}

/** 1 cell = 125 iterations. */
export function scaleWords({ per, total }: Grid): string {
  if (total === null) return `1 cell = ${count(per)} so far, the right end is open.`;
  return per === 1
    ? '1 cell = 1 iteration.'
    : `1 cell = ${count(per)} iterations. One failure is enough to colour a cell.`;
}
