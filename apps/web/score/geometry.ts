/**
 * Owns where iterations lie on a score: which cell, which column, which pixel, and back. Cells are filled top to
 * bottom, then left to right. Pure. Does not draw.
 */
export const MOST_COLUMNS = 250;
export const MOST_ROWS = 32;
export const MOST_CELLS = MOST_COLUMNS * MOST_ROWS;
/** Up to so many elements have a row of wide cells with numbers. */
export const FEW = 40;

export interface Grid {
  /** Null: nobody knows; the right end is open. */
  total: number | null;
  /** Iterations per cell. */
  per: number;
  columns: number;
  rows: number;
}

/** The grid of a loop of this length: what the server uses, too. */
export function gridOf(total: number | null): Grid {
  if (total === null) return { total, per: 1, columns: MOST_COLUMNS, rows: MOST_ROWS };
  const per = Math.max(1, Math.ceil(total / MOST_CELLS));
  const cells = Math.max(1, Math.ceil(total / per));
  const rows = [1, 2, 4, 8, 16, MOST_ROWS].find((one) => Math.ceil(cells / one) <= MOST_COLUMNS) ?? MOST_ROWS;
  return { total, per, rows, columns: Math.min(MOST_COLUMNS, Math.ceil(cells / rows)) };
}

export const isFew = ({ total, per }: Grid): boolean => per === 1 && total !== null && total <= FEW;

/** Number of cells that stand for something. */
export function cellCount({ total, per, columns, rows }: Grid): number {
  const all = columns * rows;
  return total === null ? all : Math.min(all, Math.ceil(total / per));
}

export interface Placed extends Grid {
  /** One row of wide cells with numbers. */
  few: boolean;
  width: number;
  height: number;
  columnPitch: number;
  rowPitch: number;
  gap: number;
}

/** Height of a row where there are few of them; the more rows, the nearer they come to squares. */
const ROW_PITCH: Readonly<Record<number, number>> = { 1: 26, 2: 14, 4: 10, 8: 7, 16: 5 };
const FEW_HEIGHT = 40;

/** The widest map that fits: 250 columns of whole pixels, so that the picture does not change with the window. */
export function mapWidth(available: number): number {
  return Math.max(2, Math.floor(available / MOST_COLUMNS)) * MOST_COLUMNS;
}

export function place(grid: Grid, width: number): Placed {
  if (isFew(grid)) {
    const columns = Math.max(1, grid.total ?? 1);
    return {
      ...grid,
      few: true,
      columns,
      rows: 1,
      width,
      height: FEW_HEIGHT,
      columnPitch: width / columns,
      rowPitch: FEW_HEIGHT,
      gap: 3,
    };
  }
  const columnPitch = width / grid.columns;
  const rowPitch = ROW_PITCH[grid.rows] ?? Math.max(2, Math.floor(width / MOST_COLUMNS));
  const gap = Math.min(columnPitch, rowPitch) < 3 ? 0 : 1;
  return { ...grid, few: false, width, height: grid.rows * rowPitch, columnPitch, rowPitch, gap };
}

export function cellOf({ per }: Grid, index: number): number {
  return Math.floor(index / per);
}

/** First and last iteration of a cell, both from 0. */
export function rangeOf({ per, total }: Grid, cell: number): { first: number; last: number } {
  const first = cell * per;
  const end = first + per - 1;
  return { first, last: total === null ? end : Math.max(first, Math.min(end, total - 1)) };
}

/** The cell at a point; null beside all cells. */
export function cellAt(placed: Placed, x: number, y: number): number | null {
  const column = Math.floor(x / placed.columnPitch);
  const row = Math.floor(y / placed.rowPitch);
  if (column < 0 || row < 0 || column >= placed.columns || row >= placed.rows) return null;
  const cell = column * placed.rows + row;
  return cell < cellCount(placed) ? cell : null;
}

/** The same, but a point beside the map counts as its nearest cell: for dragging. */
export function nearestCell(placed: Placed, x: number, y: number): number {
  const within = (value: number, most: number): number => Math.max(0, Math.min(most, value));
  const column = within(Math.floor(x / placed.columnPitch), placed.columns - 1);
  const row = within(Math.floor(y / placed.rowPitch), placed.rows - 1);
  return within(column * placed.rows + row, cellCount(placed) - 1);
}

/** Left edge of the column of an iteration, or where it would be within its column. */
export function xOf(placed: Placed, index: number, fraction = false): number {
  const inColumn = placed.per * placed.rows;
  const columns = fraction ? index / inColumn : Math.floor(index / inColumn);
  return Math.max(0, Math.min(placed.width, columns * placed.columnPitch));
}

/** Upper left corner and size of a cell, without the gap. */
export function boxOf(placed: Placed, cell: number): { x: number; y: number; width: number; height: number } {
  const column = Math.floor(cell / placed.rows);
  return {
    x: column * placed.columnPitch,
    y: (cell % placed.rows) * placed.rowPitch,
    width: placed.columnPitch - placed.gap,
    height: placed.rowPitch - placed.gap,
  };
}

/** The bracket: from the first to the last of what the table shows. Never too thin to be seen. */
export function bracketOf(placed: Placed, first: number, last: number): { left: number; width: number } {
  const left = xOf(placed, first);
  const right = Math.min(placed.width, xOf(placed, Math.max(first, last)) + placed.columnPitch);
  return { left, width: Math.max(4, right - left) };
}

/** Marks of the axis: first, quarters, last; round numbers between. */
export function axisOf({ total, per, columns, rows }: Grid): { index: number; share: number }[] {
  const length = total ?? per * columns * rows;
  if (length <= 1) return [{ index: 0, share: 0 }];
  const inner = [0.25, 0.5, 0.75].map((share) => {
    const step = 10 ** Math.max(0, Math.floor(Math.log10(length)) - 1) / 2;
    const index = Math.round((length * share) / Math.max(1, step)) * Math.max(1, step);
    return { index: index - 1, share: index / length };
  });
  return [{ index: 0, share: 0 }, ...inner, { index: length - 1, share: 1 }];
}
