/** Owns the card of a failure: what happened, what to do, the node where it can be repaired, and the re-run of all that failed so. */
import type { Cause, Iteration, Loop, Run } from '@rondo/api/schemas/run.ts';
import { ChevronRight } from 'lucide-react';
import { addressOfPlace } from '../app/addresses.ts';
import { ButtonLink } from '../ui/button.tsx';
import { count, percent } from '../ui/format.ts';
import { Repairs } from './repair.tsx';
import type { Rerun } from './rerun.ts';
import { heldWords } from './step-path.ts';

export interface CauseCardProps {
  run: Run;
  loop: Loop;
  iteration: Iteration;
  cause: Cause | null;
  rerun: Rerun;
}

export function CauseCard({ run, loop, iteration, cause, rerun }: CauseCardProps) {
  const { failure } = iteration;
  if (failure === null) return null;
  const step = iteration.steps.find((one) => one.status === 'failed');
  const node = failure.node ?? step?.id ?? null;
  const title = step?.title ?? node;
  const says = cause?.message ?? failure.message;
  return (
    <section
      aria-label="Why it failed"
      className="mx-4 mt-2.5 rounded-[8px] border border-failed-line bg-failed-soft px-3 py-2"
    >
      <div className="flex items-start gap-2">
        <h3 className="min-w-0 flex-1 font-semibold break-words text-failed">{says}</h3>
        {node !== null && run.workflowId !== null && (
          <ButtonLink
            small
            icon={<ChevronRight size={14} aria-hidden />}
            href={addressOfPlace.node(run.workflowId, step?.id ?? node, {
              run: run.id,
              it: heldWords(loop.path, iteration.index),
              field: fieldOf(failure.message),
            })}
          >
            Open {title}
          </ButtonLink>
        )}
      </div>
      <p className="mt-0.5 text-meta break-words text-ink2">
        {failure.message !== says && <>{failure.message.replace(/\.$/, '')}. </>}
        {cause !== null && <>{sinceWords(cause, iteration.index, loop)} </>}
        {failure.fix !== undefined && <b className="font-semibold">{failure.fix}</b>}
      </p>
      <Repairs run={run} loop={loop} iteration={iteration} cause={cause} rerun={rerun} />
    </section>
  );
}

/** The parameter that a failure names: `url`, or `fields` of `fields.score`; null: none. */
export function fieldOf(message: string): string | null {
  return /^Node \S+, parameter ([\w-]+)/.exec(message)?.[1] ?? null;
}

/** First seen here, and in 0.77 % of all iterations since. */
export function sinceWords(cause: Cause, index: number, loop: Loop): string {
  const started = loop.completed + loop.failed + loop.skipped + loop.inFlight;
  const since = Math.max(1, started - cause.first);
  const share = cause.count > 1 ? `in ${percent(cause.count, since)} of all iterations since` : 'and nowhere else';
  if (cause.first === index) return cause.count > 1 ? `First seen here, and ${share}.` : 'Seen here and nowhere else.';
  return `First seen in iteration ${count(cause.first + 1)}, ${share}.`;
}
