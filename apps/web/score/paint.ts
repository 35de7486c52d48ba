/**
 * Owns turning cells into pixels: a buffer of 32-bit colours, written column by column, so that 8,000 cells cost less
 * than a millisecond and a change costs only its columns. Pure arithmetic; canvases and themes are score-canvas.tsx.
 */
import { CELL, statusOf } from './decode.ts';
import { boxOf, type Placed } from './geometry.ts';

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

/** Paints the columns [from, to) into a buffer of `stride` pixels a row; `scale`: device pixels per CSS pixel. */
export function paintColumns(
  out: Uint32Array,
  stride: number,
  placed: Placed,
  cells: Uint8Array,
  palette: Palette,
  { from = 0, to = placed.columns, scale = 1 }: { from?: number; to?: number; scale?: number } = {},
): void {
  const height = Math.floor(out.length / stride);
  const edge = (value: number): number => Math.round(value * scale);
  const limit = placed.total === null ? Number.POSITIVE_INFINITY : Math.ceil(placed.total / placed.per);
  fill(
    out,
    stride,
    {
      left: Math.min(stride, edge(from * placed.columnPitch)),
      top: 0,
      right: Math.min(stride, edge(to * placed.columnPitch)),
      bottom: height,
    },
    palette.ground,
  );
  const thick = Math.max(1, Math.round(scale));
  for (let column = from; column < to; column += 1) {
    for (let row = 0; row < placed.rows; row += 1) {
      const cell = column * placed.rows + row;
      if (cell >= limit) return;
      const at = boxOf(placed, cell);
      const left = edge(at.x);
      const top = edge(at.y);
      const box: Box = {
        left,
        top,
        right: Math.min(stride, Math.max(left + 1, edge(at.x + at.width))),
        bottom: Math.min(height, Math.max(top + 1, edge(at.y + at.height))),
      };
      paintCell(out, stride, box, statusOf(cells[cell] ?? 0), palette, thick);
    }
  }
}

function paintCell(out: Uint32Array, stride: number, box: Box, status: number, palette: Palette, thick: number): void {
  switch (status) {
    case CELL.failed:
      fill(out, stride, box, palette.failed);
      break;
    case CELL.waiting:
      outline(out, stride, box, palette.inFlight, thick, palette.ground);
      break;
    case CELL.inFlight:
      fill(out, stride, box, palette.inFlight);
      break;
    case CELL.completed:
      if (palette.hatched) hatch(out, stride, box, palette.completed);
      else fill(out, stride, box, palette.completed);
      break;
    case CELL.skipped: {
      const middle = (box.top + box.bottom - thick) >> 1;
      fill(out, stride, { ...box, top: middle, bottom: Math.min(box.bottom, middle + thick) }, palette.skipped);
      break;
    }
    default:
      if (palette.hatched) {
        const { left, bottom } = box;
        fill(out, stride, { left, top: bottom - thick, right: left + thick, bottom }, palette.completed);
      } else fill(out, stride, box, palette.notStarted);
  }
}

/** Heights of a cause's marks, 0 to 1: logarithmic, so that one among thousands is seen. 0: no mark. */
export function markHeights(columns: readonly number[], most: number): number[] {
  const scale = Math.log2(1 + Math.max(1, most));
  return columns.map((count) => (count <= 0 ? 0 : 0.3 + 0.7 * Math.min(1, Math.log2(1 + count) / scale)));
}
