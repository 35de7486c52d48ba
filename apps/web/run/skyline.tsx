/**
 * Owns the skyline: a loop whose iterations hold loops of different length. A column is an iteration, as tall as the
 * logarithm of what it holds; red cap: failed inside; red whole: it failed itself.
 */
import { type KeyboardEvent, type MouseEvent, useEffect, useLayoutEffect, useRef } from 'react';
import { count } from '../ui/format.ts';
import { tokenColor } from '../ui/tokens.ts';
import { CELL, statusOf } from '../score/decode.ts';
import { onPaletteChange } from '../score/palette.ts';

export interface SkylineProps {
  label: string;
  total: number;
  cells: Uint8Array;
  inner: readonly number[];
  innerFailed: readonly number[];
  width: number;
  height: number;
  chosen: number;
  onOpen(index: number): void;
}

const LEAST = 6;
const FLAG_ROOM = 20;

/** Heights of the columns in px. */
export function skylineHeights(inner: readonly number[], height: number): number[] {
  const most = Math.log1p(Math.max(1, ...inner));
  return inner.map((value) => Math.max(LEAST, (Math.log1p(value) / most) * (height - FLAG_ROOM)));
}

export function Skyline({ label, total, cells, inner, innerFailed, width, height, chosen, onOpen }: SkylineProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const pitch = width / Math.max(1, total);
  const draw = (): void => {
    const { current } = canvas;
    const context = current?.getContext('2d');
    if (current == null || context == null) return;
    const scale = devicePixelRatio;
    current.width = Math.round(width * scale);
    current.height = Math.round(height * scale);
    context.scale(scale, scale);
    const heights = skylineHeights(inner, height);
    const wide = Math.max(1, pitch - (pitch >= 4 ? 1 : pitch >= 2 ? 0.4 : 0));
    for (let index = 0; index < total; index += 1) {
      const status = statusOf(cells[index] ?? 0);
      const tall = heights[index] ?? LEAST;
      const moving = status === CELL.inFlight || status === CELL.waiting;
      context.fillStyle = tokenColor(
        status === CELL.failed
          ? 'cell-failed'
          : moving
            ? 'cell-in-flight'
            : status === CELL.notStarted
              ? 'cell-not-started'
              : 'cell-completed',
      );
      context.fillRect(index * pitch, height - tall, wide, tall);
      const bad = innerFailed[index] ?? 0;
      if (bad === 0 || status === CELL.failed) continue;
      context.fillStyle = tokenColor('cell-failed');
      const cap = Math.max(5, (Math.log1p(bad) / Math.log1p(Math.max(1, inner[index] ?? 1))) * tall * 0.5);
      context.fillRect(index * pitch, height - tall, Math.max(2, wide), cap);
    }
  };
  useLayoutEffect(draw, [cells, inner, innerFailed, width, height, total]);
  const latest = useRef(draw);
  latest.current = draw;
  useEffect(() => onPaletteChange(() => latest.current()), []);

  const clamp = (index: number): number => Math.max(0, Math.min(total - 1, index));
  const onClick = (event: MouseEvent<HTMLDivElement>): void => {
    const { left } = event.currentTarget.getBoundingClientRect();
    onOpen(clamp(Math.floor((event.clientX - left) / pitch)));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    onOpen(clamp(chosen + step));
  };
  const tall = skylineHeights(inner, height)[chosen] ?? LEAST;
  const x = chosen * pitch;
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={1}
      aria-valuemax={total}
      aria-valuenow={chosen + 1}
      aria-valuetext={`Iteration ${count(chosen + 1)} of ${count(total)}, ${count(inner[chosen] ?? 0)} inside, ${count(innerFailed[chosen] ?? 0)} of them failed`}
      onClick={onClick}
      onKeyDown={onKeyDown}
      style={{ width, height }}
      className="relative cursor-pointer"
    >
      <canvas ref={canvas} aria-hidden style={{ width, height }} className="block" />
      <div
        aria-hidden
        style={{ transform: `translateX(${x - 2}px)`, width: Math.max(5, pitch + 4), height: tall + 3 }}
        className="absolute bottom-0 left-0 rounded-[2px] border-[1.5px] border-ink"
      />
      <b
        aria-hidden
        style={{ transform: `translateX(${Math.max(0, Math.min(width - 40, x - 10))}px)`, bottom: tall + 5 }}
        className="absolute left-0 rounded-cell forced-color-adjust-none bg-ink px-1.5 text-[11px] leading-4 font-semibold text-surface"
      >
        {count(chosen + 1)}
      </b>
    </div>
  );
}
