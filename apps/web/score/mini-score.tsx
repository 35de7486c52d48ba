/**
 * Owns small scores: five rows in the header of a container, sixteen in the dock, one row of 44 in lists. As wide as
 * their place; a picture with a sentence, not a control.
 */
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { count } from '../ui/format.ts';
import { condense, decodeCells } from './decode.ts';
import { cellCount, type Grid, type Placed } from './geometry.ts';
import { ScoreCanvas } from './score-canvas.tsx';

export type MiniSize = 'row' | 'header' | 'dock';

const ROWS: Readonly<Record<MiniSize, { rows: number; pitch: number; most: number }>> = {
  row: { rows: 1, pitch: 14, most: 44 },
  header: { rows: 5, pitch: 4, most: 250 },
  dock: { rows: 16, pitch: 4, most: 250 },
};

export interface MiniScoreProps {
  /** As the server sends it, or decoded. */
  cells: string | Uint8Array;
  size: MiniSize;
  /** Of the whole score; null: only what is in `cells`. */
  grid?: Grid | null;
  stats?: { completed: number; failed: number; total: number | null };
  className?: string;
}

export function MiniScore({ cells, size, grid = null, stats, className }: MiniScoreProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const { current } = frame;
    if (current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(current);
    setWidth(Math.floor(current.getBoundingClientRect().width));
    return () => observer.disconnect();
  }, []);
  const bytes = useMemo(() => (typeof cells === 'string' ? decodeCells(cells) : cells), [cells]);
  const picture = useMemo(() => {
    const used = grid === null ? bytes : bytes.subarray(0, Math.min(bytes.length, cellCount(grid)));
    return used.length === 0 || width === 0 ? null : placeSmall(used, width, size);
  }, [bytes, grid, width, size]);
  const said =
    stats === undefined
      ? undefined
      : `${count(stats.completed)}${stats.total === null ? '' : ` of ${count(stats.total)}`} completed, ${count(stats.failed)} failed`;
  return (
    <div
      ref={frame}
      {...(said === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': said, title: said })}
      className={className}
    >
      {picture !== null && <ScoreCanvas placed={picture.placed} cells={picture.cells} className="block" />}
    </div>
  );
}

function placeSmall(bytes: Uint8Array, width: number, size: MiniSize): { placed: Placed; cells: Uint8Array } {
  const { rows: wanted, pitch, most } = ROWS[size];
  const columns = Math.max(1, Math.min(most, Math.floor(width / (size === 'row' ? 5 : pitch))));
  // A loop with fewer cells than there is room for keeps one cell per iteration, in fewer rows.
  const rows = Math.min(wanted, Math.max(1, Math.ceil(bytes.length / columns)));
  const cells = condense(bytes, columns * rows);
  const used = Math.max(1, Math.ceil(cells.length / rows));
  const height = wanted * pitch;
  const rowPitch = Math.floor(height / rows);
  const columnPitch = rows === wanted && used === columns && size !== 'row' ? pitch : width / used;
  const placed: Placed = {
    few: false,
    total: cells.length,
    per: 1,
    columns: used,
    rows,
    width,
    height,
    columnPitch,
    rowPitch,
    gap: columnPitch < 3 ? 0 : 1,
  };
  return { placed, cells };
}
