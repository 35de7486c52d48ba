/** Owns the attempts of a step: one bar each on the scale of the iteration, and as a list with what went wrong. */
import type { Attempt } from '@rondo/api/schemas/run.ts';
import { classes } from '../ui/classes.ts';
import { count, duration } from '../ui/format.ts';

type Attempts = readonly Attempt[];

/** `whole`: the scale in ms. */
export function AttemptBars({ attempts, whole }: { attempts: Attempts; whole: number }) {
  return (
    <span aria-hidden className="relative h-2">
      {attempts.map(({ number, startMs, durationMs, failed }) => (
        <span
          key={number}
          style={{ left: `${(startMs / whole) * 100}%`, width: `${Math.max(0.8, (durationMs / whole) * 100)}%` }}
          className={classes('absolute top-0 h-2 rounded-[2px]', failed ? 'bg-cell-failed' : 'bg-cell-completed')}
        />
      ))}
    </span>
  );
}

/** 212 ms; 3 × 1.3 s. */
export function timeWords(attempts: Attempts): string {
  const made = attempts.at(-1)?.number ?? 0;
  if (made === 0) return '';
  const total = attempts.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return made === 1 ? duration(total) : `${count(made)} × ${duration(total / attempts.length)}`;
}

/** Each with its number, when it began, how long it took, and why it failed. */
export function AttemptList({ attempts, label }: { attempts: Attempts; label: string }) {
  return (
    <ol aria-label={label} className="mb-2 text-meta">
      {attempts.map(({ number, startMs, durationMs, failed, failure }, at) => {
        const left = number - 1 - (attempts[at - 1]?.number ?? 0);
        return (
          <li key={number} className="border-b border-line py-1">
            {left > 0 && <p className="pb-1 text-ink3">{count(left)} more like these were not kept.</p>}
            <p className="flex flex-wrap gap-x-3">
              <b className={classes('font-semibold', failed && 'text-failed')}>
                Attempt {count(number)} {failed ? 'failed' : 'completed'}
              </b>
              <span className="text-ink2">after {duration(startMs)}</span>
              <span className="text-ink2">took {duration(durationMs)}</span>
            </p>
            {failure !== undefined && <p className="break-words text-ink2">{failure.message}</p>}
          </li>
        );
      })}
    </ol>
  );
}
