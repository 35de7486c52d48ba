/** Owns the card beside the pointer: which iterations a cell holds, how many of them failed and why. */
import { useLayoutEffect, useRef } from 'react';
import { count } from '../ui/format.ts';
import type { Grid } from './geometry.ts';
import { type CauseColumns, causesAt, cellWords } from './words.ts';

export interface HoverCardProps {
  grid: Grid;
  cells: Uint8Array;
  causes: readonly CauseColumns[];
  cell: number;
  /** Where the pointer is, in the page. */
  x: number;
  y: number;
}

const MOST_CAUSES = 3;
const AWAY = 14;

export function HoverCard({ grid, cells, causes, cell, x, y }: HoverCardProps) {
  const card = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const { current } = card;
    if (current === null) return;
    const { width, height } = current.getBoundingClientRect();
    const left = x + AWAY + width > innerWidth ? x - AWAY - width : x + AWAY;
    const top = y + AWAY + height > innerHeight ? y - AWAY - height : y + AWAY;
    current.style.transform = `translate(${Math.max(8, left)}px, ${Math.max(8, top)}px)`;
  }, [x, y]);
  const { title, facts } = cellWords(grid, cells, cell);
  const failed = facts.includes('failed');
  const reasons = failed ? causesAt(grid, causes, cell).slice(0, MOST_CAUSES) : [];
  return (
    <div
      ref={card}
      role="tooltip"
      className="pointer-events-none fixed top-0 left-0 z-30 max-w-[340px] rounded-[8px] border border-line2 bg-surface px-3 py-1.5 text-meta shadow-2"
    >
      <p className="font-semibold">{title}</p>
      <p className={failed ? 'font-medium text-failed' : 'text-ink2'}>{facts}</p>
      {reasons.length > 0 && grid.rows * grid.per > 1 && <p className="mt-0.5 text-ink3">In this column:</p>}
      {reasons.map((reason) => (
        <p key={reason.message} className="cut text-ink2">
          {reason.message} ({count(reason.count)})
        </p>
      ))}
    </div>
  );
}
