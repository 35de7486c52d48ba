/**
 * Owns the table of iterations: rows of 29 px, of which only those in sight exist. It keeps its place when pages come
 * and go, and says which iterations it shows, so that the Score can be its scroll bar.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import type { IterationRow } from '@rondo/api/schemas/run.ts';
import { memo, useEffect, useLayoutEffect, useRef } from 'react';
import { classes } from '../ui/classes.ts';
import { absoluteTime, count, duration, shortTime } from '../ui/format.ts';
import { Checkbox } from '../ui/input.tsx';
import { Status, type ShownStatus } from '../ui/status.tsx';
import { useNow } from '../ui/time.tsx';
import type { Filter, Sort } from './address.ts';
import type { RowsState, RowWindow } from './row-window.ts';

export const ROW_PX = 29;
const EDGE_ROWS = 40;
const MINUTE = 60_000;

export interface IterationTableProps {
  rows: RowWindow;
  state: RowsState;
  /** Of the iterations: what their items are called. */
  filter: Filter | null;
  sort: Sort;
  held: number | null;
  selected: ReadonlySet<number>;
  onHold(index: number): void;
  onSelect(index: number, on: boolean): void;
  onSelectAll(on: boolean): void;
  onSort(sort: Sort): void;
  /** First and last iteration in sight. */
  onShown(first: number, last: number): void;
}

const COLUMNS = 'grid grid-cols-[34px_86px_112px_minmax(120px,1fr)_minmax(120px,1.1fr)_66px_72px_64px] items-center';

export function IterationTable(props: IterationTableProps) {
  const { rows, state, filter, sort, held, selected, onHold, onSelect, onSelectAll, onSort, onShown } = props;
  const box = useRef<HTMLDivElement>(null);
  const now = useNow(MINUTE);
  const anchor = useRef({ index: 0, offset: 0 });
  const jumped = useRef(0);
  const list = useVirtualizer({
    count: state.rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 4,
    getItemKey: (at) => state.rows[at]?.index ?? at,
  });

  const look = (): void => {
    const { current } = box;
    if (current === null || state.rows.length === 0) return;
    const first = Math.max(0, Math.min(state.rows.length - 1, Math.floor(current.scrollTop / ROW_PX)));
    const last = Math.min(state.rows.length - 1, Math.floor((current.scrollTop + current.clientHeight - 1) / ROW_PX));
    anchor.current = { index: state.rows[first]?.index ?? 0, offset: current.scrollTop - first * ROW_PX };
    onShown(state.rows[first]?.index ?? 0, state.rows[Math.max(first, last)]?.index ?? 0);
    if (last >= state.rows.length - EDGE_ROWS) void rows.extendDown();
    if (first < EDGE_ROWS) void rows.extendUp();
  };

  // Pages come and go above the eye: what is looked at stays where it is.
  useLayoutEffect(() => {
    const { current } = box;
    if (current === null) return;
    const jump = state.jumps !== jumped.current;
    jumped.current = state.jumps;
    const wanted = jump ? state.target : anchor.current.index;
    const found = state.rows.findIndex((row) => row.index >= wanted);
    if (jump || sort === 'position') {
      const top = Math.max(0, found) * ROW_PX + (jump ? 0 : anchor.current.offset);
      if (found >= 0 && Math.abs(current.scrollTop - top) > 0.5) current.scrollTop = top;
    }
    look();
  }, [state.rows, state.jumps]);

  // Shown once when it is chosen; afterwards the hand decides what is in sight.
  const revealed = useRef<number | null>(null);
  useEffect(() => {
    const at = held === null || held === revealed.current ? -1 : state.rows.findIndex((row) => row.index === held);
    const { current } = box;
    if (at < 0 || current === null) return;
    revealed.current = held;
    const top = at * ROW_PX;
    if (top < current.scrollTop) current.scrollTop = top;
    else if (top + ROW_PX > current.scrollTop + current.clientHeight) {
      current.scrollTop = top + ROW_PX - current.clientHeight;
    }
  }, [held, state.rows]);

  const all = state.rows.length > 0 && state.rows.every((row) => selected.has(row.index));
  const whole = state.atStart && state.atEnd;
  return (
    <div role="table" aria-label="Iterations" aria-rowcount={-1} className="flex min-h-0 flex-1 flex-col">
      <div
        role="row"
        className={classes(COLUMNS, 'h-7 flex-none border-y border-line bg-sunken text-meta font-medium text-ink3')}
      >
        <span role="columnheader" className="flex pl-2">
          <Checkbox
            label={`Select the ${count(state.rows.length)} loaded iterations`}
            checked={all ? true : selected.size > 0 ? 'indeterminate' : false}
            onChange={onSelectAll}
          />
        </span>
        <Header label="Iteration" by="position" sort={sort} onSort={onSort} />
        <span role="columnheader" className="px-2">
          {filter === 'failed' ? 'Failed at' : 'Status'}
        </span>
        <span role="columnheader" className="px-2">
          Item
        </span>
        <span role="columnheader" className="px-2">
          {filter === 'failed'
            ? 'Error'
            : filter === 'running'
              ? 'Step'
              : filter === 'completed'
                ? 'Result'
                : 'Result or error'}
        </span>
        <span role="columnheader" className="px-2 text-right">
          Attempts
        </span>
        <Header label="Duration" by="duration" sort={sort} onSort={onSort} right />
        <Header label="Started" by="started" sort={sort} onSort={onSort} right />
      </div>
      <div
        ref={box}
        onScroll={look}
        className={classes('min-h-0 flex-1 overflow-y-auto', !whole && '[scrollbar-width:none]')}
      >
        <div className="relative" style={{ height: list.getTotalSize() }} role="rowgroup">
          {list.getVirtualItems().map((item) => {
            const row = state.rows[item.index];
            if (row === undefined) return null;
            return (
              <Row
                key={item.key}
                top={item.start}
                index={row.index}
                row={row.row}
                now={now}
                failing={filter === 'failed'}
                held={row.index === held}
                selected={selected.has(row.index)}
                onHold={onHold}
                onSelect={onSelect}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface HeaderProps {
  label: string;
  by: Sort;
  sort: Sort;
  right?: boolean;
  onSort(sort: Sort): void;
}

function Header({ label, by, sort, right = false, onSort }: HeaderProps) {
  const on = by === sort;
  const direction = by === 'position' ? 'ascending' : 'descending';
  return (
    <span role="columnheader" aria-sort={on ? direction : 'none'} className={classes('px-2', right && 'text-right')}>
      <button
        type="button"
        onClick={() => onSort(by)}
        className={classes('hover:text-ink', on && sort !== 'position' && 'text-ink')}
      >
        {label}
        {on && sort !== 'position' && <span aria-hidden> ↓</span>}
      </button>
    </span>
  );
}

interface RowProps {
  top: number;
  index: number;
  /** Null: on its way. */
  row: IterationRow | null;
  now: number;
  failing: boolean;
  held: boolean;
  selected: boolean;
  onHold(index: number): void;
  onSelect(index: number, on: boolean): void;
}

const SHOWN: Record<string, ShownStatus> = {
  running: 'running',
  waiting: 'waiting',
  completed: 'completed',
  failed: 'failed',
  skipped: 'skipped',
  cancelled: 'cancelled',
};

const Row = memo(function Row({ top, index, row, now, failing, held, selected, onHold, onSelect }: RowProps) {
  const status = SHOWN[row?.status ?? ''] ?? 'queued';
  return (
    <div
      role="row"
      aria-selected={held}
      aria-rowindex={index + 1}
      onClick={() => onHold(index)}
      style={{ transform: `translateY(${top}px)` }}
      className={classes(
        COLUMNS,
        'absolute inset-x-0 top-0 h-[29px] cursor-default border-b border-line [contain:strict]',
        held ? 'bg-selected shadow-[inset_3px_0_0_var(--ink)]' : 'hover:bg-hover',
      )}
    >
      <span role="cell" className="flex pl-2" onClick={(event) => event.stopPropagation()}>
        <input
          type="checkbox"
          aria-label={`Select iteration ${count(index + 1)}`}
          checked={selected}
          onChange={(event) => onSelect(index, event.target.checked)}
          className="m-0 grid size-4 appearance-none place-items-center rounded-[4px] border border-line2 bg-surface text-[11px] leading-none text-surface before:content-['✓'] checked:border-ink checked:bg-ink not-checked:before:opacity-0"
        />
      </span>
      <span role="cell" className="px-2 font-semibold">
        {count(index + 1)}
      </span>
      {row !== null && (
        <>
          <span role="cell" className="flex min-w-0 px-2">
            <Status status={status} className="max-w-full font-medium">
              <span className="cut">{failing && row.node !== null ? row.node : status}</span>
            </Status>
          </span>
          <span role="cell" className="cut px-2" title={row.item}>
            {row.item}
          </span>
          <span role="cell" className="cut px-2 font-mono text-meta text-ink2" title={row.text}>
            {row.text}
          </span>
          <span role="cell" className="px-2 text-right">
            {row.attempts}
          </span>
          <span role="cell" className="px-2 text-right whitespace-nowrap">
            {status === 'running' ? '' : duration(row.durationMs)}
          </span>
          <span role="cell" className="px-2 text-right text-meta whitespace-nowrap text-ink2">
            <time dateTime={new Date(row.startedAt).toISOString()} title={absoluteTime(row.startedAt)}>
              {shortTime(row.startedAt, now)}
            </time>
          </span>
        </>
      )}
    </div>
  );
});
