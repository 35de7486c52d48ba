/** Owns what an iteration was before it was done again: first run, re-run 1, re-run 2, with how each ended. */
import type { Iteration } from '@rondo/api/schemas/run.ts';
import { counted, duration } from '../ui/format.ts';
import { StatusShape } from '../ui/status.tsx';

type Times = Pick<Iteration, 'earlier' | 'status' | 'failure' | 'attempts' | 'durationMs'>;

interface Time {
  title: string;
  status: Iteration['status'];
  says: string;
  attempts: number;
  durationMs: number;
}

/** Oldest first; the last one is what the iteration is now. */
export function timesOf({ earlier, status, failure, attempts, durationMs }: Times): Time[] {
  const all = [
    ...earlier.map((one) => ({ ...one, says: one.message ?? '' })),
    { rerun: 0, status, attempts, durationMs, says: failure?.message ?? '' },
  ];
  return all.map((one, at) => ({
    title: at === 0 ? 'first run' : `re-run ${all[at - 1]?.rerun ?? at}`,
    status: one.status,
    says: one.says,
    attempts: one.attempts,
    durationMs: one.durationMs,
  }));
}

export function Earlier({ iteration }: { iteration: Times }) {
  if (iteration.earlier.length === 0) return null;
  return (
    <ol aria-label="Runs of this iteration" className="mx-4 mt-2.5 flex-none border-y border-line py-1 text-meta">
      {timesOf(iteration).map(({ title, status, says, attempts, durationMs }) => (
        <li key={title} className="grid h-6 grid-cols-[78px_18px_minmax(0,1fr)_auto] items-center gap-1.5">
          <span className="text-ink2">{title}</span>
          <StatusShape status={status} className={status === 'failed' ? 'text-failed' : 'text-ink2'} />
          <span className="cut" title={says}>
            {says === '' ? status : says}
          </span>
          <span className="whitespace-nowrap text-ink2">
            {attempts > 1 && `${counted(attempts, 'attempt')}, `}
            {duration(durationMs)}
          </span>
        </li>
      ))}
    </ol>
  );
}
