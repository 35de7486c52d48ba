/**
 * Owns the Score by time, the same loop over the run's clock, and what durations come to in words. For looking; moving
 * about is by position (score-map.tsx), choosing durations is duration-bars.tsx.
 */
import { useMemo } from 'react';
import { clockTime, duration } from '../ui/format.ts';
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
