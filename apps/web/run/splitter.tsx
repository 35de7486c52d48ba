/** Owns the bar between table and detail: dragged, moved by arrows, kept per user. */
import { type KeyboardEvent, useRef } from 'react';
import { setSize, usePreferences } from '../app/preferences.ts';

const NAME = 'run.detail';
const LEAST = 380;
const STEP = 24;

/** Width of the detail: what the user chose, else by the width of the window. */
export function useDetailWidth(available: number): number {
  const kept = usePreferences((state) => state.sizes[NAME]);
  const usual = available >= 1_700 ? 672 : 536;
  return Math.max(LEAST, Math.min(kept ?? usual, available - 480));
}

export function Splitter({ width, most }: { width: number; most: number }) {
  const from = useRef<{ x: number; width: number } | null>(null);
  const set = (value: number): void => setSize(NAME, Math.round(Math.max(LEAST, Math.min(most, value))));
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    event.stopPropagation();
    set(width + (event.key === 'ArrowLeft' ? STEP : -STEP));
  };
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label="Width of the detail"
      aria-valuenow={width}
      aria-valuemin={LEAST}
      aria-valuemax={most}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { x: event.clientX, width };
      }}
      onPointerMove={(event) => {
        if (from.current !== null) set(from.current.width + from.current.x - event.clientX);
      }}
      onPointerUp={() => {
        from.current = null;
      }}
      className="relative w-px flex-none cursor-col-resize touch-none bg-line after:absolute after:inset-y-0 after:-left-1 after:w-[9px] hover:bg-ink3"
    />
  );
}
