/**
 * Owns the lines below a Score: one per cause, on the same axis, with logarithmic marks and the pattern word; the rest
 * as one line. Also the table of causes that screen readers read.
 */
import { RotateCw } from 'lucide-react';
import { type MouseEvent, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { Button } from '../ui/button.tsx';
import { classes } from '../ui/classes.ts';
import { count, counted } from '../ui/format.ts';
import { StatusShape } from '../ui/status.tsx';
import { tokenColor } from '../ui/tokens.ts';
import type { Grid } from './geometry.ts';
import { markHeights } from './paint.ts';
import { onPaletteChange } from './palette.ts';

export interface CauseLine {
  id: string;
  message: string;
  count: number;
  first: number;
  last: number;
  columns: readonly number[];
  pattern: string;
}

export interface CauseLinesProps {
  causes: readonly CauseLine[];
  grid: Grid;
  width: number;
  /** Of the grid that stands around: labels, map, words. */
  columns: string;
  selected: string | null;
  /** Null: not at a mark, the whole line. */
  onSelect(cause: CauseLine, near: number | null): void;
  /** Room for a button at the end of the line. */
  onRerun?: ((cause: CauseLine) => void) | undefined;
  unless?: string;
}

export const MOST_LINES = 5;
const HEIGHT = 24;

export function CauseLines({
  causes,
  grid,
  width,
  columns,
  selected,
  onSelect,
  onRerun,
  unless = '',
}: CauseLinesProps) {
  const most = useMemo(() => causes.reduce((all, cause) => Math.max(all, ...cause.columns), 1), [causes]);
  const [lines, rest] = useMemo(() => {
    const shown = causes.length <= MOST_LINES ? causes.length : MOST_LINES - 1;
    return [causes.slice(0, shown), causes.slice(shown)];
  }, [causes]);
  if (causes.length === 0) return null;
  return (
    <div className="mt-1.5">
      {lines.map((cause) => {
        const on = cause.id === selected;
        return (
          <div
            key={cause.id}
            style={{ gridTemplateColumns: columns }}
            className={classes(
              '-ml-2 grid h-[25px] items-center border-t border-line',
              on && 'bg-failed-soft shadow-[inset_2px_0_0_var(--failed)]',
            )}
          >
            <button
              type="button"
              aria-pressed={on}
              title={cause.message}
              onClick={() => onSelect(cause, null)}
              className="flex h-6 min-w-0 items-center gap-2 pr-3 pl-2 text-left"
            >
              <StatusShape status="failed" size={11} className="text-failed" />
              <span className={classes('cut flex-1', on && 'font-semibold')}>{cause.message}</span>
              <b className="font-semibold">{count(cause.count)}</b>
            </button>
            <Marks
              columns={cause.columns}
              most={most}
              grid={grid}
              width={width}
              onClick={(column) => onSelect(cause, column * grid.per * grid.rows)}
            />
            <span className="flex items-center justify-between gap-2 pl-3 text-meta whitespace-nowrap">
              <span className={cause.pattern === 'still failing' || on ? 'font-medium text-failed' : 'text-ink2'}>
                {cause.pattern}
              </span>
              {onRerun !== undefined && (
                <Button
                  small
                  kind="ghost"
                  icon={<RotateCw size={14} aria-hidden />}
                  unless={unless}
                  onClick={() => onRerun(cause)}
                  className="-my-1"
                >
                  Re-run {count(cause.count)}
                </Button>
              )}
            </span>
          </div>
        );
      })}
      {rest.length > 0 && (
        <Rest causes={rest} most={most} grid={grid} width={width} columns={columns} onSelect={onSelect} />
      )}
      <table className="sr-only">
        <caption>Causes of failures</caption>
        <thead>
          <tr>
            <th>Cause</th>
            <th>Failed</th>
            <th>Pattern</th>
            <th>First iteration</th>
            <th>Last iteration</th>
          </tr>
        </thead>
        <tbody>
          {causes.map((cause) => (
            <tr key={cause.id}>
              <td>{cause.message}</td>
              <td>{count(cause.count)}</td>
              <td>{cause.pattern}</td>
              <td>{count(cause.first + 1)}</td>
              <td>{count(cause.last + 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RestProps extends Pick<CauseLinesProps, 'causes' | 'grid' | 'width' | 'columns' | 'onSelect'> {
  most: number;
}

/** Everything less frequent, as one line: choosing it takes the largest of them. */
function Rest({ causes, most, grid, width, columns, onSelect }: RestProps) {
  const sums = useMemo(() => {
    const out = Array.from({ length: grid.columns }, () => 0);
    for (const cause of causes) cause.columns.forEach((value, at) => (out[at] = (out[at] ?? 0) + value));
    return out;
  }, [causes, grid.columns]);
  const total = causes.reduce((sum, cause) => sum + cause.count, 0);
  const first = causes[0];
  if (first === undefined) return null;
  return (
    <div style={{ gridTemplateColumns: columns }} className="-ml-2 grid h-[25px] items-center border-t border-line">
      <button
        type="button"
        title={causes.map((cause) => `${cause.message} (${count(cause.count)})`).join('\n')}
        onClick={() => onSelect(first, null)}
        className="flex h-6 min-w-0 items-center gap-2 pr-3 pl-2 text-left"
      >
        <span className="cut flex-1 text-ink3">{counted(causes.length, 'more message')}</span>
        <b className="font-semibold">{count(total)}</b>
      </button>
      <Marks
        columns={sums}
        most={most}
        grid={grid}
        width={width}
        onClick={(column) => {
          const nearest = causes.find((cause) => (cause.columns[column] ?? 0) > 0) ?? first;
          onSelect(nearest, column * grid.per * grid.rows);
        }}
      />
      <span />
    </div>
  );
}

interface MarksProps {
  columns: readonly number[];
  most: number;
  grid: Grid;
  width: number;
  onClick(column: number): void;
}

function Marks({ columns, most, grid, width, onClick }: MarksProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const pitch = width / grid.columns;
  const draw = (): void => {
    const { current } = canvas;
    const context = current?.getContext('2d');
    if (current == null || context == null) return;
    const scale = devicePixelRatio;
    current.width = Math.round(width * scale);
    current.height = Math.round(HEIGHT * scale);
    current.style.width = `${width}px`;
    current.style.height = `${HEIGHT}px`;
    context.scale(scale, scale);
    context.fillStyle = tokenColor('cell-failed');
    const wide = Math.min(Math.max(1, pitch - 1), 24);
    markHeights(columns, most).forEach((height, column) => {
      if (height === 0) return;
      const tall = Math.max(4, Math.round(height * (HEIGHT - 2)));
      context.fillRect(column * pitch + (pitch - 1 - wide) / 2, HEIGHT - tall, wide, tall);
    });
  };
  useLayoutEffect(draw, [columns, most, width, pitch]);
  const latest = useRef(draw);
  latest.current = draw;
  useEffect(() => onPaletteChange(() => latest.current()), []);
  const choose = (event: MouseEvent<HTMLCanvasElement>): void => {
    const at = Math.floor((event.clientX - event.currentTarget.getBoundingClientRect().left) / pitch);
    onClick(nearestMark(columns, at));
  };
  // The same is reached by the button before it; this is the place for pointers.
  return <canvas ref={canvas} aria-hidden onClick={choose} className="block cursor-pointer" />;
}

/** The column with a mark that is nearest to a place. */
export function nearestMark(columns: readonly number[], at: number): number {
  for (let away = 0; away < columns.length; away += 1) {
    if ((columns[at - away] ?? 0) > 0) return at - away;
    if ((columns[at + away] ?? 0) > 0) return at + away;
  }
  return Math.max(0, at);
}
