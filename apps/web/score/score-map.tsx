/**
 * Owns the Score as a control: axis, cells, the bracket that is a scroll bar, the front of what has started, the held
 * iteration, hover, wheel, drag and keys. Says where somebody wants to go; what happens then is decided by its owner.
 */
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import { classes } from '../ui/classes.ts';
import { count } from '../ui/format.ts';
import type { FewLabels } from './draw.ts';
import { axisOf, bracketOf, cellAt, cellOf, type Grid, nearestCell, place, rangeOf } from './geometry.ts';
import { HoverCard } from './hover-card.tsx';
import { ScoreCanvas } from './score-canvas.tsx';
import { MapOverlay } from './map-overlay.tsx';
import { type CauseColumns, valueText } from './words.ts';

export interface ScoreMapProps {
  grid: Grid;
  cells: Uint8Array;
  width: number;
  label: string;
  causes: readonly CauseColumns[];
  /** Iterations that have started; null: all, or the loop has ended. */
  started: number | null;
  /** First and last iteration that the table shows. */
  shown: readonly [number, number] | null;
  /** The iteration whose detail is open. */
  held: number | null;
  /** The partner of a comparison. */
  partner?: number | null;
  status: string;
  cause: string | null;
  labels?: FewLabels;
  /** Height of the lines of causes below. */
  tail?: number;
  /** The table follows: while dragging (`done` false) and at its end. */
  onJump(index: number, done: boolean): void;
  /** Clicked: open the iteration that matters most in this range. */
  onOpen(first: number, last: number): void;
  /** N and Shift N. */
  onFailed(step: 1 | -1): void;
}

const HOVER_MS = 120;
const CLICK_PX = 4;

export function ScoreMap(props: ScoreMapProps) {
  const { grid, cells, width, label, causes, held, shown, status, cause, labels, onJump, onOpen, onFailed } = props;
  const placed = useMemo(() => place(grid, width), [grid, width]);
  const frame = useRef<HTMLDivElement>(null);
  const press = useRef<{ x: number; dragged: boolean } | null>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const [hover, setHover] = useState<{ cell: number; x: number; y: number } | null>(null);
  const timer = useRef(0);

  const at = held ?? shown?.[0] ?? 0;
  const last = (grid.total ?? grid.per * cells.length) - 1;
  const cellUnder = (event: { clientX: number; clientY: number }, nearest: boolean): number | null => {
    const box = frame.current?.getBoundingClientRect();
    if (box === undefined) return null;
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    return nearest ? nearestCell(placed, x, y) : cellAt(placed, x, y);
  };

  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    press.current = { x: event.clientX, dragged: false };
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    const { current } = press;
    if (current !== null) {
      if (!current.dragged && Math.abs(event.clientX - current.x) < CLICK_PX) return;
      current.dragged = true;
      setHover(null);
      const cell = cellUnder(event, true);
      if (cell === null) return;
      const { first } = rangeOf(grid, cell);
      setDragged(first);
      onJump(first, false);
      return;
    }
    const cell = cellUnder(event, false);
    clearTimeout(timer.current);
    if (cell === null) setHover(null);
    else {
      const next = { cell, x: event.clientX, y: event.clientY };
      // The first card waits a moment, then it follows the pointer at once.
      if (hover === null) timer.current = window.setTimeout(() => setHover(next), HOVER_MS);
      else setHover(next);
    }
  };
  const onPointerUp = (event: PointerEvent<HTMLDivElement>): void => {
    const { current } = press;
    press.current = null;
    setDragged(null);
    const cell = cellUnder(event, true);
    if (current === null || cell === null) return;
    const { first, last: end } = rangeOf(grid, cell);
    if (current.dragged) onJump(first, true);
    else onOpen(first, end);
  };
  const leave = (): void => {
    clearTimeout(timer.current);
    setHover(null);
  };
  useEffect(() => () => clearTimeout(timer.current), []);

  // React listens to wheel passively: the page would scroll, too.
  useEffect(() => {
    const { current } = frame;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const by = event.shiftKey ? grid.per : grid.per * grid.rows;
      const direction = Math.sign(event.deltaY === 0 ? event.deltaX : event.deltaY);
      if (direction !== 0) onJump(Math.max(0, Math.min(last, (shown?.[0] ?? 0) + direction * by)), true);
    };
    current?.addEventListener('wheel', onWheel, { passive: false });
    return () => current?.removeEventListener('wheel', onWheel);
  });

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const move = moveOf(event, grid, at, last);
    if (move === null) {
      if (event.key.toLowerCase() !== 'n' || event.ctrlKey || event.metaKey || event.altKey) return;
      onFailed(event.shiftKey ? -1 : 1);
    } else onOpen(move, move);
    event.preventDefault();
    event.stopPropagation();
  };

  const bracket =
    dragged === null ? shown : ([dragged, dragged + Math.max(0, (shown?.[1] ?? 0) - (shown?.[0] ?? 0))] as const);
  return (
    <div>
      <Axis grid={grid} few={placed.few} width={width} />
      <div
        ref={frame}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-orientation="horizontal"
        aria-valuemin={1}
        aria-valuemax={last + 1}
        aria-valuenow={at + 1}
        aria-valuetext={valueText(at, grid.total, status, cause)}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={() => {
          press.current = null;
          setDragged(null);
        }}
        onPointerLeave={leave}
        onKeyDown={onKeyDown}
        style={{ width, height: placed.height }}
        className="relative cursor-crosshair touch-none rounded-[2px] select-none"
      >
        <ScoreCanvas
          placed={placed}
          cells={cells}
          {...(labels === undefined ? {} : { labels })}
          className={classes(
            'block',
            grid.total === null && '[mask-image:linear-gradient(90deg,#000_94%,transparent)]',
          )}
        />
        <MapOverlay
          placed={placed}
          bracket={bracket === null ? null : bracketOf(placed, bracket[0], bracket[1])}
          held={dragged ?? held}
          partner={props.partner ?? null}
          started={props.started}
          tail={props.tail ?? 0}
        />
      </div>
      {hover !== null && cellOf(grid, rangeOf(grid, hover.cell).first) === hover.cell && (
        <HoverCard grid={grid} cells={cells} causes={causes} {...hover} />
      )}
    </div>
  );
}

/** Where an arrow key leads: a cell, with Shift a column; null: another key. */
export function moveOf(
  {
    key,
    shiftKey,
    ctrlKey,
    metaKey,
    altKey,
  }: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>,
  grid: Grid,
  at: number,
  last: number,
): number | null {
  if (ctrlKey || metaKey || altKey) return null;
  const by = shiftKey ? grid.per * grid.rows : grid.per;
  const clamp = (index: number): number => Math.max(0, Math.min(last, index));
  switch (key) {
    case 'ArrowRight':
      return clamp(at + by);
    case 'ArrowLeft':
      return clamp(at - by);
    case 'PageDown':
      return clamp(at + grid.per * grid.rows);
    case 'PageUp':
      return clamp(at - grid.per * grid.rows);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}

function Axis({ grid, few, width }: { grid: Grid; few: boolean; width: number }) {
  if (few) return null;
  const marks = axisOf(grid);
  return (
    <div aria-hidden style={{ width }} className="relative h-4 text-axis text-ink3">
      {marks.map(({ index, share }, place) => (
        <span
          key={share}
          style={{ left: `${share * 100}%` }}
          className={classes(
            'absolute',
            place > 0 && place < marks.length - 1 && '-translate-x-1/2',
            place > 0 && place === marks.length - 1 && '-translate-x-full',
          )}
        >
          {count(index + 1)}
        </span>
      ))}
    </div>
  );
}
