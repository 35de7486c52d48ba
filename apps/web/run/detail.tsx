/**
 * Owns the pane beside the table: one iteration with its place in the filter, its cause, its steps, its values. Keeps
 * what it shows until the next one has arrived.
 */
import { keepPreviousData } from '@tanstack/react-query';
import { memo } from 'react';
import type { Cause, Iteration, Loop, Run } from '@rondo/api/schemas/run.ts';
import { ChevronDown, ChevronUp, Columns2, RotateCw, X } from 'lucide-react';
import { ApiError, messageOf, useApi } from '../app/api.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { count, duration } from '../ui/format.ts';
import { StatusChip } from '../ui/status.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { When } from '../ui/time.tsx';
import { ValueView } from '../ui/value-view.tsx';
import { filterOf, type Part, type RunQuery, type SetQuery } from './address.ts';
import { AttemptList } from './attempts.tsx';
import { CauseCard } from './cause-card.tsx';
import { isOver } from './controls.tsx';
import { contentOf } from './differences.ts';
import { Earlier } from './earlier.tsx';
import { FollowSwitch } from './follow.tsx';
import type { Rerun } from './rerun.ts';
import { Steps } from './steps.tsx';

export interface DetailProps {
  run: Run;
  loop: Loop;
  index: number;
  query: RunQuery;
  setQuery: SetQuery;
  cause: Cause | null;
  /** 1 of 318; null: nobody counted. */
  place: number | null;
  matching: number | null;
  rerun: Rerun;
  onHold(index: number): void;
  onCompare(): void;
  onLoop(path: string): void;
  /** It lies over the table: the way back to that. */
  onClose?(): void;
}

export function useIteration(run: string, path: string, index: number | null, query: RunQuery) {
  return useApi(
    'GET /runs/{id}/loops/{path}/iterations/{index}',
    { params: { id: run, path, index: index ?? 0 }, query: filterOf(query) },
    { enabled: index !== null, placeholderData: keepPreviousData, gcTime: 60_000, staleTime: 5_000 },
  );
}

export const Detail = memo(function Detail(props: DetailProps) {
  const { run, loop, index, query, setQuery, cause, rerun, onLoop } = props;
  const { data, error } = useIteration(run.id, loop.path, index, query);
  if (error instanceof ApiError && data === undefined) {
    return (
      <Empty title={`Iteration ${count(index + 1)} cannot be shown.`}>
        {error.status === 404 ? 'It has not started yet, or its rows were not kept.' : messageOf(error)}
      </Empty>
    );
  }
  if (data === undefined) return <Head {...props} iteration={null} />;
  const chosen = stepOf(data, query.step);
  return (
    <>
      <Head {...props} iteration={data} />
      <div className="flex min-h-0 flex-1 flex-col overflow-y-auto" aria-busy={data.index !== index}>
        <CauseCard run={run} loop={loop} iteration={data} cause={cause} rerun={rerun} />
        <Earlier iteration={data} />
        <Steps
          run={run.id}
          iteration={data}
          chosen={chosen?.id ?? null}
          onChoose={(step) => setQuery({ step, it: index }, { replace: true })}
          onLoop={onLoop}
        />
        <Values
          iteration={data}
          step={chosen}
          part={query.part}
          onPart={(part) => setQuery({ part, it: index }, { replace: true })}
        />
      </div>
    </>
  );
});

/** The step that is looked at: the chosen one, else the failing one, else the last that gave something. */
export function stepOf(
  { steps }: Pick<Iteration, 'steps'>,
  chosen: string | null,
): Iteration['steps'][number] | undefined {
  return (
    steps.find((step) => step.id === chosen) ??
    steps.find((step) => step.status === 'failed') ??
    steps.findLast((step) => step.output !== null) ??
    steps.at(-1)
  );
}

function Head({
  run,
  query,
  setQuery,
  loop,
  index,
  matching,
  place,
  rerun,
  onHold,
  onCompare,
  onClose,
  iteration,
}: DetailProps & { iteration: Iteration | null }) {
  const mine = iteration !== null && iteration.index === index ? iteration : null;
  const to = (where: number | null | undefined): void => {
    if (where !== null && where !== undefined) onHold(where);
  };
  return (
    <header className="flex h-11 flex-none items-center gap-2 border-b border-line pr-3 pl-4">
      <h2 className="text-section whitespace-nowrap" title={`$loop.index is ${index}: code counts from 0`}>
        Iteration {count(index + 1)}
      </h2>
      {mine !== null && <StatusChip status={mine.status} />}
      <span className="cut flex-1 text-meta text-ink3">
        {place !== null && matching !== null
          ? `${count(place)} of ${count(matching)}`
          : mine !== null && (
              <>
                {duration(mine.durationMs)}, <When at={mine.startedAt} />
              </>
            )}
      </span>
      <IconButton
        small
        label="Previous in this filter"
        keys="ArrowUp"
        icon={<ChevronUp size={16} strokeWidth={1.5} aria-hidden />}
        unless={mine === null || mine.previous === null ? 'This is the first.' : ''}
        onClick={() => to(mine?.previous)}
      />
      <IconButton
        small
        label="Next in this filter"
        keys="ArrowDown"
        icon={<ChevronDown size={16} strokeWidth={1.5} aria-hidden />}
        unless={mine === null || mine.following === null ? 'This is the last.' : ''}
        onClick={() => to(mine?.following)}
      />
      {isOver(run) ? (
        <Button small kind="ghost" icon={<Columns2 size={14} aria-hidden />} onClick={onCompare}>
          Compare
        </Button>
      ) : (
        <>
          <FollowSwitch query={query} setQuery={setQuery} at={index} />
          <IconButton small label="Compare" keys="=" icon={<Columns2 size={14} aria-hidden />} onClick={onCompare} />
        </>
      )}
      <Button
        small
        icon={<RotateCw size={14} aria-hidden />}
        unless={rerun.unless}
        busy={rerun.busy}
        onClick={() => rerun.start({ loop: loop.path, indices: [index] })}
      >
        Re-run
      </Button>
      {onClose !== undefined && (
        <IconButton small label="Close the detail" icon={<X size={16} aria-hidden />} onClick={onClose} />
      )}
    </header>
  );
}

interface ValuesProps {
  iteration: Iteration;
  step: Iteration['steps'][number] | undefined;
  part: Part | null;
  onPart(part: Part): void;
}

function Values({ iteration, step, part, onPart }: ValuesProps) {
  const lines = iteration.logs === '' ? 0 : iteration.logs.trimEnd().split('\n').length;
  const attempts = step?.attempts?.at(-1)?.number ?? 0;
  const hasArguments = step !== undefined && step.arguments !== undefined;
  const shown: Part = part ?? 'result';
  const tabs: { value: Part; label: string; note?: string }[] = [
    { value: 'arguments', label: 'Arguments' },
    { value: 'result', label: 'Result', ...(attempts > 1 ? { note: `attempt ${attempts}` } : {}) },
    { value: 'logs', label: 'Logs', ...(lines > 0 ? { note: count(lines) } : {}) },
    { value: 'input', label: 'Input item' },
  ];
  const title = step?.title ?? 'the iteration';
  return (
    <div className="mx-4 mt-1.5 mb-3 flex min-h-0 flex-1 flex-col">
      <Tabs label="Values" value={shown} onChange={(value) => onPart(value as Part)} tabs={tabs}>
        {shown === 'arguments' &&
          (hasArguments ? (
            <>
              <ValueView
                key={`${iteration.index} ${step.id}`}
                value={step.arguments}
                label={`Arguments of ${title}`}
                as="tree"
              />
              {step.argumentsOf !== undefined && (
                <p className="pt-1 text-meta text-ink3">
                  Long values are shortened; together they had {count(step.argumentsOf)} characters.
                </p>
              )}
            </>
          ) : (
            <p className="text-ink3">
              The arguments of this step were not kept. They are kept of iterations that fail.
            </p>
          ))}
        {shown === 'result' && <Result iteration={iteration} step={step} />}
        {shown === 'logs' &&
          (lines === 0 ? (
            <p className="text-ink3">Nothing was written to the log.</p>
          ) : (
            <ValueView key={iteration.index} value={iteration.logs} label="Logs" as="text" />
          ))}
        {shown === 'input' && <Input iteration={iteration} step={step} />}
      </Tabs>
      {iteration.cutAt !== null && (
        <p className="pt-1 text-meta text-ink3">Values are cut. The whole is in the download.</p>
      )}
    </div>
  );
}

/** What the iteration was given, and what of it came to the step that failed. */
function Input({ iteration, step }: { iteration: Iteration; step: Iteration['steps'][number] | undefined }) {
  const own = step?.input;
  const item = <ValueView key={iteration.index} value={single(iteration.input)} label="Input item" as="tree" />;
  if (own === undefined || JSON.stringify(own) === JSON.stringify(iteration.input)) return item;
  return (
    <>
      <h4 className="pb-1 text-meta font-semibold">What came to {step?.title}</h4>
      <ValueView
        key={`${iteration.index} ${step?.id}`}
        value={single(own)}
        label={`Input of ${step?.title}`}
        as="tree"
      />
      <h4 className="pt-3 pb-1 text-meta font-semibold">What the iteration was given</h4>
      {item}
    </>
  );
}

/** A list of one is shown as its element, an item as its content: the usual case. */
const single = (list: readonly unknown[]): unknown => (list.length === 1 ? contentOf(list[0]) : list.map(contentOf));

function Result({ iteration, step }: { iteration: Iteration; step: Iteration['steps'][number] | undefined }) {
  if (step === undefined) {
    return iteration.output.length === 0 ? (
      <p className="text-ink3">Nothing came out.</p>
    ) : (
      <ValueView key={iteration.index} value={single(iteration.output)} label="Result" as="tree" />
    );
  }
  if (step.status === 'skipped') return <p className="text-ink3">Skipped: nothing ran, so nothing came out.</p>;
  if (step.status === 'running' || step.status === 'waiting') return <p className="text-ink3">Still {step.status}.</p>;
  const attempts = step.attempts ?? [];
  if (step.status === 'failed' && attempts.length > 0) {
    return <AttemptList attempts={attempts} label={`Attempts of ${step.title}`} />;
  }
  if (step.output === null) {
    return <p className="text-ink3">{step.cut ? 'Only the number of items was kept.' : 'Nothing came out.'}</p>;
  }
  const outputs = step.output.length === 1 ? (step.output[0] ?? []) : step.output;
  const value = single(outputs);
  return (
    <>
      {attempts.length > 1 && <AttemptList attempts={attempts} label={`Attempts of ${step.title}`} />}
      <ValueView
        key={`${iteration.index} ${step.id}`}
        value={value}
        label={`Result of ${step.title}`}
        as={typeof value === 'string' ? 'text' : 'tree'}
      />
    </>
  );
}
