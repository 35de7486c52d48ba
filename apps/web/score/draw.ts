/**
 * Owns drawing a score into a canvas: whole, or only the columns that changed; with numbers where a row has few wide
 * cells. Given bytes and colours; asks nobody for anything.
 */
import { tokenColor } from '../ui/tokens.ts';
import { CELL, changedColumns, statusOf } from './decode.ts';
import { boxOf, type Placed } from './geometry.ts';
import { type Palette, paintColumns } from './paint.ts';

/** What a canvas shows now; kept by its owner between two drawings. */
export interface Drawn {
  cells: Uint8Array;
  /** Everything else that the picture depends on. */
  key: string;
  image: ImageData;
  pixels: Uint32Array;
}

const TRIANGLE_FROM = 12;

const keyOf = (placed: Placed, palette: Palette, scale: number): string =>
  [
    placed.total,
    placed.per,
    placed.columns,
    placed.rows,
    placed.width,
    placed.height,
    scale,
    ...Object.values(palette),
  ].join();

/** Answers what is drawn now, for the next call. */
export function drawCells(
  canvas: HTMLCanvasElement | OffscreenCanvas,
  placed: Placed,
  cells: Uint8Array,
  palette: Palette,
  scale: number,
  before: Drawn | null,
): Drawn {
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const key = keyOf(placed, palette, scale);
  const changes = before?.key === key ? changedColumns(before.cells, cells, placed.rows) : null;
  if (before !== null && changes !== null) {
    for (const [from, to] of changes) {
      paintColumns(before.pixels, before.image.width, placed, cells, palette, { from, to, scale });
      const left = Math.round(from * placed.columnPitch * scale);
      const right = Math.min(before.image.width, Math.round(to * placed.columnPitch * scale));
      context.putImageData(before.image, 0, 0, left, 0, right - left, before.image.height);
    }
    drawTriangles(context, placed, cells, scale);
    return { ...before, cells };
  }
  const width = Math.max(1, Math.round(placed.width * scale));
  const height = Math.max(1, Math.round(placed.height * scale));
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  paintColumns(pixels, width, placed, cells, palette, { scale });
  context.putImageData(image, 0, 0);
  drawTriangles(context, placed, cells, scale);
  return { cells, key, image, pixels };
}

/** Where cells are large enough, failed is a shape, too. */
function drawTriangles(context: CanvasRenderingContext2D, placed: Placed, cells: Uint8Array, scale: number): void {
  if (Math.min(placed.columnPitch, placed.rowPitch) - placed.gap < TRIANGLE_FROM) return;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.fillStyle = tokenColor('surface');
  for (let cell = 0; cell < cells.length; cell += 1) {
    if (statusOf(cells[cell] ?? 0) !== CELL.failed) continue;
    const box = boxOf(placed, cell);
    triangle(context, box.x + box.width / 2, box.y + box.height / 2, 8);
  }
}

function triangle(context: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  context.beginPath();
  context.moveTo(x, y - size / 2);
  context.lineTo(x + size * 0.56, y + size / 2);
  context.lineTo(x - size * 0.56, y + size / 2);
  context.fill();
}

export interface FewLabels {
  /** Names of the items, where they are known. */
  names: readonly (string | undefined)[];
  /** The run has ended: what has not started never will. */
  over: boolean;
}

const NAME_FROM = 90;
const NUMBER_FROM = 16;

/** A row of wide cells with numbers, and names if they fit. */
export function drawFew(
  canvas: HTMLCanvasElement,
  placed: Placed,
  cells: Uint8Array,
  { names, over }: FewLabels,
  scale: number,
  font: string,
): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  canvas.width = Math.max(1, Math.round(placed.width * scale));
  canvas.height = Math.max(1, Math.round(placed.height * scale));
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.textBaseline = 'middle';
  context.font = `500 12px ${font}`;
  for (let cell = 0; cell < placed.columns; cell += 1) {
    const status = statusOf(cells[cell] ?? 0);
    const { x, y, width, height } = boxOf(placed, cell);
    drawGround(context, { x, y, width: width + (placed.gap - 3), height: height + placed.gap }, status, over);
    const failed = status === CELL.failed;
    const name = width >= NAME_FROM ? names[cell] : undefined;
    const narrow = failed && width < 48;
    // A number is whole or not there: half of one would be another.
    const number = String(cell + 1);
    const text = name === undefined ? number : cut(context, `${number}  ${name}`, width - (failed ? 28 : 12));
    if (width < NUMBER_FROM) continue;
    const inkToken = failed
      ? 'surface'
      : status === CELL.completed
        ? 'ink'
        : status === CELL.notStarted || status === CELL.skipped
          ? 'ink2'
          : 'accent';
    context.fillStyle = tokenColor(inkToken);
    const middle = y + placed.height / 2;
    const wide = context.measureText(text).width;
    if (narrow) {
      triangle(context, x + width / 2, middle - 9, 8);
      context.fillText(text, x + (width - wide) / 2, middle + 6);
    } else {
      const left = x + (width - wide - (failed ? 16 : 0)) / 2;
      if (failed) triangle(context, left + 5, middle, 9);
      context.fillText(text, left + (failed ? 16 : 0), middle + 0.5);
    }
  }
}

function drawGround(
  context: CanvasRenderingContext2D,
  box: { x: number; y: number; width: number; height: number },
  status: number,
  over: boolean,
): void {
  const { x, y, width, height } = box;
  const path = (inset: number): void => {
    context.beginPath();
    context.roundRect(x + inset, y + inset, Math.max(1, width - 2 * inset), height - 2 * inset, 4);
  };
  context.setLineDash([]);
  switch (status) {
    case CELL.failed:
    case CELL.completed:
      path(0);
      context.fillStyle = tokenColor(status === CELL.failed ? 'cell-failed' : 'cell-completed');
      context.fill();
      break;
    case CELL.inFlight:
    case CELL.waiting:
      path(1);
      context.lineWidth = 2;
      if (status === CELL.waiting) context.setLineDash([5, 3]);
      context.strokeStyle = tokenColor('cell-in-flight');
      context.stroke();
      break;
    case CELL.skipped:
      path(0.5);
      context.lineWidth = 1;
      context.strokeStyle = tokenColor('line2');
      context.stroke();
      context.fillStyle = tokenColor('cell-skipped');
      context.fillRect(x + width / 2 - 6, y + height - 8, 12, 1.5);
      break;
    default:
      if (over) {
        path(0.5);
        context.setLineDash([3, 3]);
        context.lineWidth = 1;
        context.strokeStyle = tokenColor('line2');
        context.stroke();
      } else {
        path(0);
        context.fillStyle = tokenColor('cell-not-started');
        context.fill();
      }
  }
}

function cut(context: CanvasRenderingContext2D, text: string, most: number): string {
  if (context.measureText(text).width <= most) return text;
  let end = text.length;
  while (end > 1 && context.measureText(`${text.slice(0, end)}…`).width > most) end -= 1;
  return `${text.slice(0, end)}…`;
}
