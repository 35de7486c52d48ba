/**
 * Owns turning cells into pixels: a buffer of 32-bit colours, written column by column, so that 8,000 cells cost less
 * than a millisecond and a change costs only its columns. Pure arithmetic; canvases and themes are score-canvas.tsx.
 */
import { CELL, statusOf } from './decode.ts';
import type { Placed } from './geometry.ts';

/** Colours as 32-bit words in the order of a canvas's image data. */
export interface Palette {
  ground: number;
  notStarted: number;
  skipped: number;
  completed: number;
  inFlight: number;
  failed: number;
  /** Forced colours: statuses are told by pattern, too. */
  hatched: boolean;
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

function fill(out: Uint32Array, stride: number, { left, top, right, bottom }: Box, color: number): void {
  for (let y = top; y < bottom; y += 1) out.fill(color, y * stride + left, y * stride + right);
}

function outline(out: Uint32Array, stride: number, box: Box, color: number, thick: number, inside: number): void {
  fill(out, stride, box, color);
  const { left, top, right, bottom } = box;
  if (right - left > 2 * thick && bottom - top > 2 * thick) {
    fill(out, stride, { left: left + thick, top: top + thick, right: right - thick, bottom: bottom - thick }, inside);
  }
}

function hatch(out: Uint32Array, stride: number, { left, top, right, bottom }: Box, color: number): void {
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) if (((x + y) & 1) === 0) out[y * stride + x] = color;
  }
}

/** Words of statuses whose cells are one colour; the others are drawn one by one. */
function solidColors(palette: Palette): (number | null)[] {
  const colors: (number | null)[] = [
    palette.notStarted,
    null,
    palette.completed,
    palette.inFlight,
    null,
    palette.failed,
  ];
  if (palette.hatched) {
    colors[CELL.notStarted] = null;
    colors[CELL.completed] = null;
  }
  return colors;
}

/**
 * Paints the columns [from, to) into a buffer of `stride` pixels a row; `scale`: device pixels per CSS pixel. Of a row
 * of cells only the first row of pixels is written cell by cell; the others are copies of it.
 */
export function paintColumns(
  out: Uint32Array,
  stride: number,
  placed: Placed,
  cells: Uint8Array,
  palette: Palette,
  { from = 0, to = placed.columns, scale = 1 }: { from?: number; to?: number; scale?: number } = {},
): void {
  const { rows, columnPitch, rowPitch, gap, total, per } = placed;
  const height = Math.floor(out.length / stride);
  const limit = total === null ? rows * placed.columns : Math.min(rows * placed.columns, Math.ceil(total / per));
  const begin = Math.min(stride, Math.round(from * columnPitch * scale));
  const end = Math.min(stride, Math.round(to * columnPitch * scale));
  fill(out, stride, { left: begin, top: 0, right: end, bottom: height }, palette.ground);
  const solid = solidColors(palette);
  const lefts = new Int32Array(to - from);
  const rights = new Int32Array(to - from);
  for (let column = from; column < to; column += 1) {
    const left = Math.round(column * columnPitch * scale);
    lefts[column - from] = left;
    rights[column - from] = Math.min(
      stride,
      Math.max(left + 1, Math.round(((column + 1) * columnPitch - gap) * scale)),
    );
  }
  const thick = Math.max(1, Math.round(scale));
  for (let row = 0; row < rows; row += 1) {
    const top = Math.round(row * rowPitch * scale);
    const bottom = Math.min(height, Math.max(top + 1, Math.round(((row + 1) * rowPitch - gap) * scale)));
    if (top >= height) return;
    const line = top * stride;
    let patterned = false;
    for (let at = 0; at < lefts.length; at += 1) {
      const cell = (from + at) * rows + row;
      if (cell >= limit) break;
      const color = solid[statusOf(cells[cell] ?? 0)];
      if (color === null || color === undefined) patterned = true;
      else for (let x = line + (lefts[at] ?? 0), last = line + (rights[at] ?? 0); x < last; x += 1) out[x] = color;
    }
    for (let y = top + 1; y < bottom; y += 1) out.copyWithin(y * stride + begin, line + begin, line + end);
    for (let at = 0; patterned && at < lefts.length; at += 1) {
      const cell = (from + at) * rows + row;
      const status = statusOf(cells[cell] ?? 0);
      if (cell >= limit || solid[status] !== null) continue;
      paintPattern(out, stride, { left: lefts[at] ?? 0, top, right: rights[at] ?? 0, bottom }, status, palette, thick);
    }
  }
}

function paintPattern(
  out: Uint32Array,
  stride: number,
  box: Box,
  status: number,
  palette: Palette,
  thick: number,
): void {
  switch (status) {
    case CELL.waiting:
      outline(out, stride, box, palette.inFlight, thick, palette.ground);
      break;
    case CELL.completed:
      hatch(out, stride, box, palette.completed);
      break;
    case CELL.skipped: {
      const middle = (box.top + box.bottom - thick) >> 1;
      fill(out, stride, { ...box, top: middle, bottom: Math.min(box.bottom, middle + thick) }, palette.skipped);
      break;
    }
    default: {
      const { left, bottom } = box;
      fill(out, stride, { left, top: bottom - thick, right: left + thick, bottom }, palette.completed);
    }
  }
}

/** Heights of a cause's marks, 0 to 1: logarithmic, so that one among thousands is seen. 0: no mark. */
export function markHeights(columns: readonly number[], most: number): number[] {
  const scale = Math.log2(1 + Math.max(1, most));
  return columns.map((count) => (count <= 0 ? 0 : 0.3 + 0.7 * Math.min(1, Math.log2(1 + count) / scale)));
}
