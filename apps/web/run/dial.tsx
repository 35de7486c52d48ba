/**
 * Owns a dial: a value of a running loop that can be dragged, typed or moved by arrows. Sent 300 ms after the last
 * change, shown as set, then as in force when the server answers; Put back returns to the definition.
 */
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { classes } from '../ui/classes.ts';
import { count } from '../ui/format.ts';

export interface DialProps {
  label: string;
  /** In force; null: not bounded. */
  value: number | null;
  /** Of the definition, where that was overridden. */
  defined: number | null | undefined;
  /** The greatest value that can be dragged to; more can be typed. */
  most: number;
  unit?: string;
  /** Present value of what the dial bounds, as a tick. */
  present?: number | null;
  /** Set, and no runner has confirmed it yet. */
  pending: boolean;
  unless: string;
  /** Null: what the definition says. */
  onSet(value: number | null): Promise<void>;
}

export const SEND_MS = 300;

/** Small numbers get as much room as large ones. */
export function shareOf(value: number, most: number): number {
  return Math.max(0, Math.min(1, Math.log(Math.max(1, value)) / Math.log(Math.max(2, most))));
}
export function valueAt(share: number, most: number): number {
  const value = Math.max(2, most) ** Math.max(0, Math.min(1, share));
  return value < 20 ? Math.round(value) : Math.round(value / 2) * 2;
}

export function Dial({ label, value, defined, most, unit = '', present = null, pending, unless, onSet }: DialProps) {
  const [wanted, setWanted] = useState<number | null>(null);
  const [note, setNote] = useState<'set' | 'in force' | ''>('');
  const [typing, setTyping] = useState<string | null>(null);
  const timer = useRef(0);
  const track = useRef<HTMLDivElement>(null);
  const shown = wanted ?? value;
  const says = pending ? 'set' : note;
  const off = unless !== '';

  useEffect(() => () => clearTimeout(timer.current), []);
  const waited = useRef(false);
  useEffect(() => {
    if (waited.current && !pending) setNote('in force');
    waited.current = pending;
  }, [pending]);
  useEffect(() => {
    if (note !== 'in force') return undefined;
    const end = window.setTimeout(() => setNote(''), 4_000);
    return () => clearTimeout(end);
  }, [note]);

  const send = (next: number | null): void => {
    clearTimeout(timer.current);
    if (next !== null) setWanted(next);
    setNote('set');
    timer.current = window.setTimeout(() => {
      void onSet(next)
        .then(() => setNote('in force'))
        .catch(() => setNote(''))
        .finally(() => setWanted(null));
    }, SEND_MS);
  };
  const change = (next: number): void => {
    if (!off && Number.isFinite(next) && next >= 1) send(Math.round(next));
  };
  const drag = (event: PointerEvent<HTMLDivElement>): void => {
    const box = track.current?.getBoundingClientRect();
    if (box !== undefined) change(valueAt((event.clientX - box.left) / box.width, most));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const base = shown ?? most;
    const step = event.shiftKey ? 10 : 1;
    const next =
      event.key === 'ArrowRight' || event.key === 'ArrowUp'
        ? base + step
        : event.key === 'ArrowLeft' || event.key === 'ArrowDown'
          ? Math.max(1, base - step)
          : event.key === 'Home'
            ? 1
            : event.key === 'End'
              ? most
              : null;
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    change(next);
  };
  const words = shown === null ? 'no limit' : `${count(shown)}${unit}`;
  const share = shown === null ? 1 : shareOf(shown, most);
  return (
    <div className={classes('w-[150px]', off && 'opacity-60')} title={unless}>
      <div className="flex h-[18px] items-center gap-1 text-meta text-ink3">
        <span className="flex-1">
          {label}
          {says !== '' && <span className="ml-1 text-ink2">{says}</span>}
        </span>
        {defined !== undefined && says === '' && !off && (
          <button type="button" className="text-ink2 underline underline-offset-3" onClick={() => send(null)}>
            Put back
          </button>
        )}
        {typing === null ? (
          <button
            type="button"
            aria-label={`${label}: ${words}. Type a value`}
            className="font-semibold text-ink"
            onClick={() => !off && setTyping(shown === null ? '' : String(shown))}
          >
            {words}
          </button>
        ) : (
          <input
            // The field stands where the number was clicked.
            ref={(element) => element?.focus()}
            aria-label={label}
            inputMode="numeric"
            className="w-14 rounded-cell border border-line2 bg-surface px-1 text-right text-ink"
            value={typing}
            onChange={(event) => setTyping(event.target.value)}
            onBlur={() => setTyping(null)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') setTyping(null);
              if (event.key !== 'Enter') return;
              change(Number(typing));
              setTyping(null);
            }}
          />
        )}
      </div>
      <div
        ref={track}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={1}
        aria-valuemax={Math.max(most, shown ?? 1)}
        aria-valuenow={shown ?? most}
        aria-valuetext={words}
        aria-disabled={off || undefined}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          if (off) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          drag(event);
        }}
        onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && drag(event)}
        className="relative h-[18px] cursor-ew-resize touch-none rounded-cell"
      >
        <div className="absolute inset-x-0 top-2 h-[3px] rounded-full bg-line2" />
        <div className="absolute top-2 left-0 h-[3px] rounded-full bg-accent" style={{ width: `${share * 100}%` }} />
        {present !== null && shown !== null && (
          <div
            className="absolute top-[5px] h-[9px] w-[1.5px] bg-ink3"
            style={{ left: `${shareOf(present, most) * 100}%` }}
          />
        )}
        <div
          className="absolute top-0.5 size-3.5 -translate-x-1/2 rounded-full border-2 border-accent bg-surface"
          style={{ left: `${share * 100}%` }}
        />
      </div>
    </div>
  );
}
