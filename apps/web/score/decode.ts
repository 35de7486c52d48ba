/**
 * Owns reading a score as the server sends it: one byte per cell, its worst status in the high nibble, the size of its
 * failures in the low one. Pure. Knows no place on the screen (geometry.ts) and no colour (paint.ts).
 */
export const CELL = { notStarted: 0, skipped: 1, completed: 2, inFlight: 3, waiting: 4, failed: 5 } as const;
export type CellStatus = (typeof CELL)[keyof typeof CELL];

export const CELL_WORDS: Readonly<Record<CellStatus, string>> = {
  0: 'not started',
  1: 'skipped',
  2: 'completed',
  3: 'in flight',
  4: 'waiting',
  5: 'failed',
};

export function decodeCells(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

export function statusOf(byte: number): CellStatus {
  const status = byte >> 4;
  return status <= CELL.failed ? (status as CellStatus) : CELL.notStarted;
}

/** How many failed in a cell: the byte says it to a power of two, `size` (iterations in the cell) caps it. */
export function failuresOf(byte: number, size: number): { least: number; most: number } {
  const low = byte & 15;
  if (low === 0) return { least: 0, most: 0 };
  const least = 2 ** (low - 1);
  return { least: Math.min(least, size), most: Math.min(2 * least - 1, size) };
}

/** How bad a byte is: the status first, then the number of failures. Worst of a merged cell is the greatest byte. */
function mergedBytes(cells: Uint8Array, from: number, to: number): number {
  let worst = 0;
  for (let i = from; i < to; i += 1) worst = Math.max(worst, cells[i] ?? 0);
  return worst;
}

/** The same loop in fewer cells, for small versions: neighbours merge, failed is never lost. */
export function condense(cells: Uint8Array, wanted: number): Uint8Array {
  if (cells.length <= wanted) return cells;
  const out = new Uint8Array(wanted);
  for (let i = 0; i < wanted; i += 1) {
    out[i] = mergedBytes(cells, Math.floor((i * cells.length) / wanted), Math.floor(((i + 1) * cells.length) / wanted));
  }
  return out;
}

/** Runs of columns that differ, as [from, to) pairs. Null: all of it, the sizes differ. */
export function changedColumns(before: Uint8Array, after: Uint8Array, rows: number): [number, number][] | null {
  if (before.length !== after.length) return null;
  const runs: [number, number][] = [];
  const columns = Math.ceil(after.length / rows);
  for (let column = 0; column < columns; column += 1) {
    let differs = false;
    const end = Math.min(after.length, (column + 1) * rows);
    for (let i = column * rows; i < end && !differs; i += 1) differs = before[i] !== after[i];
    if (!differs) continue;
    const last = runs.at(-1);
    if (last !== undefined && last[1] === column) last[1] = column + 1;
    else runs.push([column, column + 1]);
  }
  return runs;
}
