/**
 * Owns the Scores of Home and of lists of runs: one row in which failures stand out of the line, a map in a card, tiles
 * with numbers for up to 40 elements. Cells are read by score/decode.ts; the whole Score is in score/.
 */
import { useEffect, useRef } from 'react';
import { CELL, type CellStatus, condense, statusOf } from '../score/decode.ts';
import { classes } from '../ui/classes.ts';
import { onThemeChange, tokenColor, type Token } from '../ui/tokens.ts';

const TOKENS: Readonly<Record<CellStatus, Token>> = {
  [CELL.notStarted]: 'cell-not-started',
  [CELL.skipped]: 'cell-skipped',
  [CELL.completed]: 'cell-completed',
  [CELL.inFlight]: 'cell-in-flight',
  [CELL.waiting]: 'cell-in-flight',
  [CELL.failed]: 'cell-failed',
};

/** Draws whenever its size or the theme changes. */
function useCanvas(draw: (g: CanvasRenderingContext2D, width: number, height: number) => void) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = ref.current;
    const g = canvas?.getContext('2d') ?? null;
    if (canvas === null || g === null) return undefined;
    const paint = (): void => {
      const { clientWidth: width, clientHeight: height } = canvas;
      const scale = devicePixelRatio;
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      g.setTransform(scale, 0, 0, scale, 0, 0);
      draw(g, width, height);
    };
    paint();
    const sizes = new ResizeObserver(paint);
    sizes.observe(canvas);
    const stop = onThemeChange(paint);
    return () => {
      sizes.disconnect();
      stop();
    };
  }, [draw]);
  return ref;
}

export interface ListScoreProps {
  cells: Uint8Array;
  /** In words: "740,850 of 1,000,000 completed, 1,204 failed". */
  label: string;
  className?: string;
}

/** One row: failures stand out of the line, the front is a line. */
export function ScoreRow({ cells, label, className }: ListScoreProps) {
  const ref = useCanvas((g, width, height) => {
    const count = Math.max(1, cells.length);
    const pitch = width / count;
    const gap = pitch > 12 ? 1.5 : 1;
    for (const [at, cell] of cells.entries()) {
      const status = statusOf(cell);
      const isFailed = status === CELL.failed;
      g.fillStyle = tokenColor(TOKENS[status]);
      const top = isFailed ? 0 : status === CELL.skipped ? height * 0.6 : height * 0.25;
      const tall = status === CELL.skipped ? 1.5 : height - top;
      if (status === CELL.inFlight || status === CELL.waiting) {
        g.fillStyle = tokenColor('cell-not-started');
        g.fillRect(at * pitch, top, pitch - gap, tall);
        g.fillStyle = tokenColor('cell-in-flight');
        g.fillRect(at * pitch, 0, 2, height);
      } else g.fillRect(at * pitch, top, Math.max(1, pitch - gap), tall);
    }
  });
  return <canvas ref={ref} role="img" aria-label={label} className={classes('block h-3', className)} />;
}

const PITCH = 4;

/** Several rows, filled top to bottom, then left to right. */
export function ScoreMap({ cells, label, className }: ListScoreProps) {
  const ref = useCanvas((g, width, height) => {
    const rows = Math.max(1, Math.floor(height / PITCH));
    const columns = Math.max(1, Math.floor(width / PITCH));
    const shown = condense(cells, rows * columns);
    const size = PITCH - 1;
    for (const [at, cell] of shown.entries()) {
      g.fillStyle = tokenColor(TOKENS[statusOf(cell)]);
      g.fillRect(Math.floor(at / rows) * PITCH, (at % rows) * PITCH, size, size);
    }
  });
  return <canvas ref={ref} role="img" aria-label={label} className={classes('block h-10 w-full', className)} />;
}

const TILES: Readonly<Record<CellStatus, string>> = {
  [CELL.notStarted]: 'bg-cell-not-started text-ink2',
  [CELL.skipped]: 'bg-cell-not-started text-ink2 line-through',
  [CELL.completed]: 'forced-color-adjust-none bg-cell-completed text-ink forced-colors:text-[Canvas]',
  [CELL.inFlight]: 'border-2 border-cell-in-flight text-accent',
  [CELL.waiting]: 'border-2 border-cell-in-flight text-accent',
  [CELL.failed]: 'bg-cell-failed text-surface',
};

/** Up to 40 elements: one tile each, numbered from 1. */
export function ScoreTiles({ cells, label }: ListScoreProps) {
  return (
    <div
      role="img"
      aria-label={label}
      className="grid h-10 gap-[3px]"
      style={{ gridTemplateColumns: `repeat(${cells.length}, minmax(0, 1fr))` }}
    >
      {Array.from(cells, (cell, at) => (
        <span
          key={at}
          className={classes(
            'grid place-items-center overflow-hidden rounded-cell text-axis font-medium',
            TILES[statusOf(cell)],
          )}
        >
          {cells.length <= 24 ? at + 1 : ''}
        </span>
      ))}
    </div>
  );
}
