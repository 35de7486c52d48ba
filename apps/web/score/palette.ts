/**
 * Owns the colours of scores as canvases need them: read from the design tokens once per theme, told again when it
 * changes. Does not paint (paint.ts).
 */
import { onThemeChange, type Token, tokenColor } from '../ui/tokens.ts';
import type { Palette } from './paint.ts';

let palette: Palette | null = null;
let probe: CanvasRenderingContext2D | null = null;
const listeners = new Set<() => void>();
let stop: (() => void) | null = null;

/** A CSS colour, also a system colour of forced colours, as the word that lies in image data. */
function wordOf(token: Token): number {
  probe ??= new OffscreenCanvas(1, 1).getContext('2d', {
    willReadFrequently: true,
  }) as unknown as CanvasRenderingContext2D;
  probe.clearRect(0, 0, 1, 1);
  probe.fillStyle = tokenColor(token);
  probe.fillRect(0, 0, 1, 1);
  return new Uint32Array(probe.getImageData(0, 0, 1, 1).data.buffer)[0] ?? 0;
}

export function currentPalette(): Palette {
  palette ??= {
    ground: 0,
    notStarted: wordOf('cell-not-started'),
    skipped: wordOf('cell-skipped'),
    completed: wordOf('cell-completed'),
    inFlight: wordOf('cell-in-flight'),
    failed: wordOf('cell-failed'),
    hatched: matchMedia('(forced-colors: active)').matches,
  };
  return palette;
}

/** One observer for all scores of the page. */
export function onPaletteChange(changed: () => void): () => void {
  listeners.add(changed);
  stop ??= onThemeChange(() => {
    palette = null;
    for (const listener of listeners) listener();
  });
  return () => {
    listeners.delete(changed);
    if (listeners.size > 0) return;
    stop?.();
    stop = null;
  };
}
