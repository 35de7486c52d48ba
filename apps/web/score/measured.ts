/** Owns what speed.test.ts runs inside the page: drawing a score many times and saying how long it takes. */
import { drawCells } from './draw.ts';
import { gridOf, MOST_CELLS, place } from './geometry.ts';
import type { Palette } from './paint.ts';

const PALETTE: Palette = {
  ground: 0,
  notStarted: 0xffedefeb,
  skipped: 0xffc8ccc2,
  completed: 0xffc0c5b7,
  inFlight: 0xff82920a,
  failed: 0xff1a30c5,
  hatched: false,
};
const TIMES = 60;

function cellsOf(): Uint8Array {
  return Uint8Array.from({ length: MOST_CELLS }, (_, at) =>
    at % 37 === 0 ? 0x51 : at < 6_000 ? 0x20 : at < 6_032 ? 0x30 : 0,
  );
}

/** The pixels have to be there: reading one waits for them. */
function flush(canvas: HTMLCanvasElement): void {
  canvas.getContext('2d')?.getImageData(0, 0, 1, 1);
}

/** The best fifth: the machine has other work, too. */
const usual = (times: number[]): number => [...times].sort((a, b) => a - b)[Math.floor(times.length / 5)] ?? 0;

export function measure(width: number, scale: number): { whole: number; again: number } {
  const placed = place(gridOf(1_000_000), width);
  const cells = cellsOf();
  const canvas = document.createElement('canvas');
  canvas.getContext('2d', { willReadFrequently: true });
  const whole: number[] = [];
  const again: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    const start = performance.now();
    const drawn = drawCells(canvas, placed, cells, PALETTE, scale, null);
    flush(canvas);
    const between = performance.now();
    const changed = cells.slice();
    changed[4_000] = 0x51 ^ (time & 1);
    drawCells(canvas, placed, changed, PALETTE, scale, drawn);
    flush(canvas);
    whole.push(between - start);
    again.push(performance.now() - between);
  }
  return { whole: usual(whole), again: usual(again) };
}

/** Where a change of one cell was put. */
export function touched(): { left: number; width: number }[] {
  const placed = place(gridOf(1_000_000), 1_000);
  const cells = new Uint8Array(MOST_CELLS).fill(0x20);
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (context === null) return [];
  const drawn = drawCells(canvas, placed, cells, PALETTE, 1, null);
  const seen: { left: number; width: number }[] = [];
  const put = context.putImageData.bind(context);
  context.putImageData = (image: ImageData, x: number, y: number, ...part: number[]) => {
    const [left = 0, top = 0, width = 0, height = 0] = part;
    seen.push({ left, width });
    put(image, x, y, left, top, width, height);
  };
  const changed = cells.slice();
  changed[10 * 32 + 5] = 0x51;
  drawCells(canvas, placed, changed, PALETTE, 1, drawn);
  return seen;
}
