/** Owns choosing the iteration: one in the page, which all panes obey. Follows the run, or is held, visibly. */
import { ChevronLeft, ChevronRight, Lock, Radio } from 'lucide-react';
import { useState } from 'react';
import { classes } from '../ui/classes.ts';
import { count } from '../ui/format.ts';
import { type ShownStatus, Status } from '../ui/status.tsx';
import { Tooltip } from '../ui/tooltip.tsx';

export interface IterationPickerProps {
  /** From 0; null: there is none. */
  index: number | null;
  total: number | null;
  status: ShownStatus | null;
  held: boolean;
  /** Outer loops that it is in: "38 ›". */
  outer: readonly number[];
  onIndex(index: number): void;
  onHeld(held: boolean): void;
}

export function IterationPicker({ index, total, status, held, outer, onIndex, onHeld }: IterationPickerProps) {
  const [typed, setTyped] = useState<string | null>(null);
  if (index === null) return null;
  const last = total === null ? null : total - 1;
  const step = (by: number): void => {
    const next = index + by;
    if (next >= 0 && (last === null || next <= last)) onIndex(next);
  };
  const take = (): void => {
    const wanted = Number((typed ?? '').replaceAll(/\D/g, '')) - 1;
    setTyped(null);
    if (Number.isInteger(wanted) && wanted >= 0) onIndex(last === null ? wanted : Math.min(wanted, last));
  };
  const arrow = 'grid h-full w-7 place-items-center text-ink2 hover:bg-hover disabled:opacity-40';
  return (
    <div
      role="group"
      aria-label="Iteration"
      className="flex h-8 flex-none items-center rounded-control border border-line2 bg-surface"
    >
      <Tooltip text="Previous iteration" keys="Alt ArrowLeft">
        <button
          type="button"
          aria-label="Previous iteration"
          disabled={index === 0}
          onClick={() => step(-1)}
          className={classes(arrow, 'rounded-l-[6px] border-r border-line')}
        >
          <ChevronLeft size={14} aria-hidden />
        </button>
      </Tooltip>
      <span className="flex h-full items-center gap-1.5 border-r border-line px-2.5 whitespace-nowrap">
        {outer.length > 0 && <span className="text-ink3">{outer.map((one) => `${count(one + 1)} ›`).join(' ')}</span>}
        {typed === null ? (
          <button
            type="button"
            onClick={() => setTyped(String(index + 1))}
            title={
              total === null
                ? undefined
                : `Iteration ${count(index + 1)} of ${count(total)}. In code, $loop.index is ${index}.`
            }
            className="rounded-chip font-semibold"
          >
            Iteration {count(index + 1)}
          </button>
        ) : (
          <input
            autoFocus
            aria-label={`Go to iteration, 1 to ${last === null ? 'any' : last + 1}`}
            inputMode="numeric"
            value={typed}
            onFocus={(event) => event.target.select()}
            onChange={({ target }) => setTyped(target.value)}
            onBlur={take}
            onKeyDown={(event) => {
              if (event.key === 'Enter') take();
              if (event.key !== 'Escape') return;
              event.preventDefault();
              setTyped(null);
            }}
            className="w-24 rounded-chip border border-line2 bg-surface px-1.5 font-semibold"
          />
        )}
        {status !== null && <Status status={status} />}
      </span>
      <Tooltip text="Next iteration" keys="Alt ArrowRight">
        <button
          type="button"
          aria-label="Next iteration"
          disabled={last !== null && index >= last}
          onClick={() => step(1)}
          className={classes(arrow, 'border-r border-line')}
        >
          <ChevronRight size={14} aria-hidden />
        </button>
      </Tooltip>
      <Tooltip
        text={held ? 'Held: it does not move. Follow the run instead.' : 'It follows the run. Hold it here instead.'}
        keys="H"
      >
        <button
          type="button"
          aria-pressed={held}
          onClick={() => onHeld(!held)}
          className={classes(
            'flex h-full items-center gap-1.5 rounded-r-[6px] px-2.5',
            held ? 'bg-selected font-semibold' : 'text-ink2 hover:bg-hover',
          )}
        >
          {held ? <Lock size={13} aria-hidden /> : <Radio size={13} aria-hidden />}
          {held ? 'held' : 'follow'}
        </button>
      </Tooltip>
    </div>
  );
}
