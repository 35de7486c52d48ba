/**
 * Owns the Score by time and by duration: the same loop over the run's clock, and as bars of how long iterations took.
 * For looking; moving about is by position (score-map.tsx).
 */
import { useMemo } from 'react';
import { clockTime, count, duration } from '../ui/format.ts';
import { decodeCells } from './decode.ts';
import { place } from './geometry.ts';
import { ScoreCanvas } from './score-canvas.tsx';

interface TimeMapProps {
  cells: string;
  columns: number;
  rows: number;
  /** Beginning of each column, and the end of the last, in ms since 1970. */
  bounds: readonly number[];
  width: number;
}

const TICKS = [0, 0.25, 0.5, 0.75, 1];

export function TimeMap({ cells, columns, rows, bounds, width }: TimeMapProps) {
  const placed = useMemo(() => place({ total: columns * rows, per: 1, columns, rows }, width), [columns, rows, width]);
  const bytes = useMemo(() => decodeCells(cells), [cells]);
  const from = bounds[0] ?? 0;
  const to = bounds.at(-1) ?? from;
  return (
    <div>
      <div aria-hidden style={{ width }} className="flex h-4 justify-between text-axis text-ink3">
        {TICKS.map((share) => (
          <span key={share}>{clockTime(from + (to - from) * share, to - from < 3_600_000)}</span>
        ))}
      </div>
      <div
        role="img"
        aria-label={`Iterations from ${clockTime(from, true)} to ${clockTime(to, true)}, by the time they ended`}
      >
        <ScoreCanvas placed={placed} cells={bytes} className="block" />
      </div>
    </div>
  );
}

interface DurationBarsProps {
  /** One more than there are bars, in ms. */
  bounds: readonly number[];
  completed: readonly number[];
  failed: readonly number[];
  width: number;
  height: number;
}

export function DurationBars({ bounds, completed, failed, width, height }: DurationBarsProps) {
  const most = Math.max(1, ...completed.map((value, at) => value + (failed[at] ?? 0)));
  const pitch = width / Math.max(1, completed.length);
  // Logarithmic, as one slow iteration among a million matters.
  const tall = (value: number): number =>
    value === 0 ? 0 : Math.max(3, (Math.log1p(value) / Math.log1p(most)) * (height - 4));
  return (
    <div>
      <div aria-hidden style={{ width }} className="flex h-4 justify-between text-axis text-ink3">
        {TICKS.map((share) => (
          <span key={share}>{duration(bounds[Math.round(share * (bounds.length - 1))] ?? 0)}</span>
        ))}
      </div>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={durationWords({ bounds, completed, failed })}
        className="block border-b border-line"
      >
        {completed.map((value, at) => {
          const red = failed[at] ?? 0;
          const whole = tall(value + red);
          const top = red === 0 ? 0 : Math.max(3, (red / (value + red)) * whole);
          const words = `${duration(bounds[at] ?? 0)} to ${duration(bounds[at + 1] ?? 0)}: ${count(value)} completed, ${count(red)} failed`;
          return (
            <g key={bounds[at] ?? at}>
              <title>{words}</title>
              <rect x={at * pitch} y={0} width={pitch} height={height} fill="transparent" />
              <rect
                x={at * pitch}
                y={height - whole}
                width={Math.max(1, pitch - 2)}
                height={whole}
                className="fill-cell-completed"
              />
              <rect
                x={at * pitch}
                y={height - whole}
                width={Math.max(1, pitch - 2)}
                height={top}
                className="fill-cell-failed"
              />
            </g>
          );
        })}
      </svg>
    </div>
  );
}

interface Histogram {
  bounds: readonly number[];
  completed: readonly number[];
  failed: readonly number[];
}

/** The duration that so great a share of the iterations stays below. */
export function percentileOf({ bounds, completed, failed }: Histogram, share: number): number | null {
  const all = completed.map((value, at) => value + (failed[at] ?? 0));
  const total = all.reduce((sum, value) => sum + value, 0);
  if (total === 0) return null;
  let seen = 0;
  for (const [at, value] of all.entries()) {
    seen += value;
    if (seen >= total * share) return bounds[at + 1] ?? null;
  }
  return bounds.at(-1) ?? null;
}

/** median 0.8 s · p99 4.1 s */
export function durationWords(histogram: Histogram): string {
  const median = percentileOf(histogram, 0.5);
  const slow = percentileOf(histogram, 0.99);
  if (median === null || slow === null) return 'nothing ended yet';
  return `median ${duration(median)} · p99 ${duration(slow)}`;
}
