/** Owns tables: aligned columns that fit the width. Does not know what is in them. */
import type { Style } from './style.ts';
import { cut, padEnd, padStart, printable, width } from './text.ts';

export interface Column {
  title: string;
  align?: 'right';
  /** Cut to share what is left of the line with the other columns that say so. */
  flexible?: boolean;
  /** Colours a finished cell; `raw` is its text. */
  paint?: (text: string, raw: string) => string;
}

const GAP = '  ';
const LEAST = 12;

/** Lines, header first. Cells are escaped here. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  columnsOfLine: number,
  s: Style,
): string[] {
  const cells = rows.map((row) => columns.map((_, i) => printable(row[i] ?? '')));
  const widths = columns.map((column, i) =>
    cells.reduce((most, row) => Math.max(most, width(row[i] ?? '')), width(column.title)),
  );
  shrink(columns, widths, columnsOfLine);
  const line = (row: readonly string[], paint: boolean): string =>
    columns
      .map((column, i) => {
        const raw = row[i] ?? '';
        const size = widths[i] ?? 0;
        const text = cut(raw, size);
        const last = i === columns.length - 1;
        const padded = column.align === 'right' ? padStart(text, size) : last ? text : padEnd(text, size);
        return paint && column.paint !== undefined ? column.paint(padded, raw) : padded;
      })
      .join(GAP)
      .trimEnd();
  return [
    s.dim(
      line(
        columns.map((c) => c.title),
        false,
      ),
    ),
    ...cells.map((row) => line(row, true)),
  ];
}

/** Takes what is too much from the flexible columns, the widest first. */
function shrink(columns: readonly Column[], widths: number[], room: number): void {
  let over = widths.reduce((sum, w) => sum + w, 0) + GAP.length * (columns.length - 1) - room;
  while (over > 0) {
    let widest = -1;
    for (const [i, column] of columns.entries()) {
      if (
        column.flexible === true &&
        (widths[i] ?? 0) > LEAST &&
        (widest < 0 || (widths[i] ?? 0) > (widths[widest] ?? 0))
      ) {
        widest = i;
      }
    }
    if (widest < 0) return;
    // Down to the next widest one at a time would be slow for long texts: take the larger step that is safe.
    const others = columns.flatMap((c, i) => (c.flexible === true && i !== widest ? [widths[i] ?? 0] : []));
    const floor = Math.max(LEAST, ...others.filter((w) => w < (widths[widest] ?? 0)), 0);
    const step = Math.max(1, Math.min(over, (widths[widest] ?? 0) - floor));
    widths[widest] = (widths[widest] ?? 0) - step;
    over -= step;
  }
}
