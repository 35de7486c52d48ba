/** Owns the steps of one iteration: status, name, one bar per attempt on one scale; nested loops as links into them. */
import type { Iteration, Loop } from '@rondo/api/schemas/run.ts';
import { ChevronRight } from 'lucide-react';
import { MiniScore } from '../score/mini-score.tsx';
import { classes } from '../ui/classes.ts';
import { count } from '../ui/format.ts';
import { StatusShape } from '../ui/status.tsx';
import { useApi } from '../app/api.ts';
import { AttemptBars, timeWords } from './attempts.tsx';

export interface StepsProps {
  run: string;
  iteration: Iteration;
  chosen: string | null;
  onChoose(step: string): void;
  onLoop(path: string): void;
}

export function Steps({ run, iteration, chosen, onChoose, onLoop }: StepsProps) {
  const whole = Math.max(
    1,
    iteration.durationMs,
    ...[iteration.tries ?? [], ...iteration.steps.map(({ attempts = [] }) => attempts)]
      .flat()
      .map(({ startMs, durationMs }) => startMs + durationMs),
  );
  if (iteration.steps.length === 0) {
    return <p className="px-4 pt-3 text-meta text-ink3">The steps of this iteration were not kept.</p>;
  }
  return (
    <ol className="flex-none px-2 pt-2" aria-label="Steps">
      {iteration.tries !== undefined && (
        <li className="grid h-[26px] grid-cols-[18px_132px_minmax(0,1fr)_64px] items-center gap-1.5 px-2 text-ink2">
          <StatusShape status={iteration.status} />
          <span className="cut">The whole iteration</span>
          <AttemptBars attempts={iteration.tries} whole={whole} />
          <span className="text-right text-meta whitespace-nowrap">{timeWords(iteration.tries)}</span>
        </li>
      )}
      {iteration.steps.map((step) => (
        <li key={step.id}>
          <button
            type="button"
            aria-pressed={step.id === chosen}
            onClick={() => onChoose(step.id)}
            className={classes(
              'grid h-[26px] w-full grid-cols-[18px_132px_minmax(0,1fr)_64px] items-center gap-1.5 rounded-chip px-2 text-left',
              step.id === chosen ? 'bg-selected font-semibold' : 'hover:bg-hover',
              step.status === 'skipped' && 'text-ink3',
            )}
          >
            <StatusShape status={step.status} className={step.status === 'failed' ? 'text-failed' : 'text-ink2'} />
            <span className="cut">{step.title}</span>
            {step.status === 'skipped' ? (
              <span className="text-meta">skipped</span>
            ) : (
              <AttemptBars attempts={step.attempts ?? []} whole={whole} />
            )}
            <span className="text-right text-meta font-normal whitespace-nowrap text-ink2">
              {timeWords(step.attempts ?? [])}
            </span>
          </button>
          {step.loop !== null && (
            <InnerLoop
              run={run}
              path={step.loop}
              known={iteration.loops.find((one) => one.path === step.loop)}
              onOpen={onLoop}
            />
          )}
        </li>
      ))}
      {iteration.loops
        .filter((loop) => iteration.steps.every((step) => step.loop !== loop.path))
        .map((loop) => (
          <li key={loop.path}>
            <InnerLoop run={run} path={loop.path} known={loop} onOpen={onLoop} />
          </li>
        ))}
    </ol>
  );
}

interface InnerLoopProps {
  run: string;
  path: string;
  known: Loop | undefined;
  onOpen(path: string): void;
}

function InnerLoop({ run, path, known, onOpen }: InnerLoopProps) {
  const { data } = useApi('GET /runs/{id}/loops/{path}/score', {
    params: { id: run, path },
    query: { by: 'position' },
  });
  const words = known === undefined ? '' : `${known.total === null ? '' : `× ${count(known.total)}`}`;
  return (
    <button
      type="button"
      onClick={() => onOpen(path)}
      data-part="inner-loop"
      className="ml-[26px] flex w-[calc(100%-26px)] items-center gap-2 rounded-chip px-2 py-1 text-left hover:bg-hover"
    >
      <span className="flex-none text-meta font-medium text-accent">
        {known?.title ?? path.split('/').at(-1)} {words}
      </span>
      {data !== undefined && (
        <MiniScore
          cells={data.cells}
          grid={data}
          size="row"
          className="min-w-0 flex-1"
          {...(known === undefined ? {} : { stats: known })}
        />
      )}
      <ChevronRight size={14} aria-hidden className="flex-none text-ink3" />
    </button>
  );
}
