/**
 * Owns the Score by duration: bars of how long iterations took, and the range of them that is chosen, by dragging or
 * with the two handles. Says what was chosen; filters nothing.
 */
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import { count, duration } from '../ui/format.ts';
import { durationWords } from './other-axes.tsx';

/** First and last bar, both included. */
export type BarRange = readonly [number, number];

export interface DurationBarsProps {
  /** One more than there are bars, in ms. */
  bounds: readonly number[];
  completed: readonly number[];
  failed: readonly number[];
  width: number;
  height: number;
  chosen: BarRange | null;
  /** Null: all. */
  onChoose(range: BarRange | null): void;
}

const TICKS = [0, 0.25, 0.5, 0.75, 1];

/** The bars of a range of durations, as far as they are on the picture; null: it is not. */
export function barsOf(bounds: readonly number[], min: number | null, max: number | null): BarRange | null {
  if (min === null && max === null) return null;
  const last = bounds.length - 2;
  let from = 0;
  while (min !== null && from < last && (bounds[from + 1] ?? 0) <= min) from += 1;
  let to = last;
  while (max !== null && to > from && (bounds[to] ?? 0) >= max) to -= 1;
  return last < 0 ? null : [from, to];
}

/** Durations of a range of bars, to three decimals of a ms; open where it reaches the end of the picture. */
export function durationsOf(
  bounds: readonly number[],
  [from, to]: BarRange,
): { min: number | null; max: number | null } {
  const round = (ms: number): number => Math.round(ms * 1_000) / 1_000;
  return {
    min: from <= 0 ? null : round(bounds[from] ?? 0),
    max: to >= bounds.length - 2 ? null : round(bounds[to + 1] ?? 0),
  };
}

export function DurationBars({ bounds, completed, failed, width, height, chosen, onChoose }: DurationBarsProps) {
  const [drag, setDrag] = useState<BarRange | null>(null);
  const start = useRef<number | null>(null);
  const bars = completed.length;
  const most = Math.max(1, ...completed.map((value, at) => value + (failed[at] ?? 0)));
  const pitch = width / Math.max(1, bars);
  // Logarithmic, as one slow iteration among a million matters.
  const tall = (value: number): number =>
    value === 0 ? 0 : Math.max(3, (Math.log1p(value) / Math.log1p(most)) * (height - 4));
  const barAt = (event: PointerEvent<Element>): number => {
    const { left } = event.currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(bars - 1, Math.floor((event.clientX - left) / pitch)));
  };
  const rangeTo = (event: PointerEvent<Element>): BarRange => {
    const at = barAt(event);
    const from = start.current ?? at;
    return [Math.min(from, at), Math.max(from, at)];
  };
  const choose = (range: BarRange): void => {
    const all = range[0] <= 0 && range[1] >= bars - 1;
    onChoose(all ? null : range);
  };
  const shown = drag ?? chosen;
  const whole: BarRange = [0, Math.max(0, bars - 1)];
  const inside = (at: number): boolean => shown === null || (at >= shown[0] && at <= shown[1]);
  return (
    <div>
      <div aria-hidden style={{ width }} className="flex h-4 justify-between text-axis text-ink3">
        {TICKS.map((share) => (
          <span key={share}>{duration(bounds[Math.round(share * (bounds.length - 1))] ?? 0)}</span>
        ))}
      </div>
      <div
        className="relative cursor-crosshair touch-none"
        style={{ width, height }}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          start.current = barAt(event);
          setDrag(rangeTo(event));
        }}
        onPointerMove={(event) => start.current !== null && setDrag(rangeTo(event))}
        onPointerUp={(event) => {
          if (start.current === null) return;
          const range = rangeTo(event);
          start.current = null;
          setDrag(null);
          choose(range);
        }}
        onPointerCancel={() => {
          start.current = null;
          setDrag(null);
        }}
      >
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={durationWords({ bounds, completed, failed })}
          className="block border-b border-line"
        >
          {completed.map((value, at) => {
            const red = failed[at] ?? 0;
            const high = tall(value + red);
            const top = red === 0 ? 0 : Math.max(3, (red / (value + red)) * high);
            const words = `${duration(bounds[at] ?? 0)} to ${duration(bounds[at + 1] ?? 0)}: ${count(value)} completed, ${count(red)} failed`;
            const box = { x: at * pitch, y: height - high, width: Math.max(1, pitch - 2) };
            return (
              <g key={bounds[at] ?? at} opacity={inside(at) ? 1 : 0.35}>
                <title>{words}</title>
                <rect x={at * pitch} y={0} width={pitch} height={height} fill="transparent" />
                <rect {...box} height={high} className="fill-cell-completed" />
                <rect {...box} height={top} className="fill-cell-failed" />
              </g>
            );
          })}
        </svg>
        {shown !== null && (
          <span
            aria-hidden
            data-part="duration-range"
            style={{ transform: `translateX(${shown[0] * pitch}px)`, width: (shown[1] - shown[0] + 1) * pitch }}
            className="pointer-events-none absolute inset-y-0 left-0 border-x-[1.5px] border-t-[1.5px] border-ink"
          />
        )}
        {(['Shortest', 'Longest'] as const).map((name, side) => (
          <Handle
            key={name}
            name={name}
            side={side === 0 ? 0 : 1}
            range={shown ?? whole}
            bounds={bounds}
            pitch={pitch}
            last={whole[1]}
            onMove={choose}
          />
        ))}
      </div>
    </div>
  );
}

interface HandleProps {
  name: 'Shortest' | 'Longest';
  side: 0 | 1;
  range: BarRange;
  bounds: readonly number[];
  pitch: number;
  last: number;
  onMove(range: BarRange): void;
}

/** For the keyboard: an end of the range. The hand drags over the bars themselves. */
function Handle({ name, side, range, bounds, pitch, last, onMove }: HandleProps) {
  const at = range[side];
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, Home: -last, End: last }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const to = Math.max(side === 0 ? 0 : range[0], Math.min(side === 0 ? range[1] : last, at + step));
    onMove(side === 0 ? [to, range[1]] : [range[0], to]);
  };
  return (
    <span
      role="slider"
      tabIndex={0}
      aria-label={`${name} duration shown`}
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={at}
      aria-valuetext={duration(bounds[at + side] ?? 0)}
      onKeyDown={onKeyDown}
      style={{ transform: `translateX(${(at + side) * pitch - 4}px)` }}
      className="pointer-events-none absolute inset-y-0 left-0 w-2"
    />
  );
}
