/**
 * Owns comparing two iterations: differences first, equal fields folded with their count, steps on one scale; above
 * them what the failed have in common. The partner is the nearest completed one unless another was chosen.
 */
import type { Cause, Iteration, Loop, Run, StepView } from '@rondo/api/schemas/run.ts';
import { ArrowLeftRight, ChevronDown, ChevronRight, RotateCw, Search, X } from 'lucide-react';
import { Fragment, type ReactNode, useEffect, useState } from 'react';
import { addressOfPlace } from '../app/addresses.ts';
import { useApi } from '../app/api.ts';
import { Button, ButtonLink, IconButton } from '../ui/button.tsx';
import { classes } from '../ui/classes.ts';
import { count, counted, duration } from '../ui/format.ts';
import { Segments } from '../ui/segments.tsx';
import { Status, StatusShape } from '../ui/status.tsx';
import { NO_FILTER, type RunQuery, type SetQuery } from './address.ts';
import { contentOf, type Difference, differencesOf, inline } from './differences.ts';
import type { Rerun } from './rerun.ts';
import { nearestCompleted } from './nearest.ts';
import { heldWords, iterationPath } from './step-path.ts';

export interface CompareProps {
  run: Run;
  loop: Loop;
  query: RunQuery;
  setQuery: SetQuery;
  causes: readonly Cause[];
  rerun: Rerun;
}

type Which = 'all' | 'input' | 'steps' | 'output';

function useOne(run: string, path: string, index: number | null) {
  const { data } = useApi(
    'GET /runs/{id}/loops/{path}/iterations/{index}',
    { params: { id: run, path, index: index ?? 0 }, query: {} },
    { enabled: index !== null, staleTime: 5_000, gcTime: 60_000 },
  );
  return data;
}

export function Compare({ run, loop, query, setQuery, causes, rerun }: CompareProps) {
  const [all, setAll] = useState(false);
  const [which, setWhich] = useState<Which>('all');
  const left = useOne(run.id, loop.path, query.it);
  const right = useOne(run.id, loop.path, query.with);
  const close = (): void => setQuery({ with: null });
  const cause = causes.find((one) => one.id === left?.cause) ?? null;
  const input = differencesOf(contentOf(left?.input[0]), contentOf(right?.input[0]));
  const output = differencesOf(contentOf(left?.output[0]), contentOf(right?.output[0]));
  const different = input.different.length + output.different.length;
  const fields = different + input.equal.length + output.equal.length;
  return (
    <section aria-label="Compare two iterations" className="flex min-h-0 flex-1 flex-col bg-surface">
      <header className="flex h-11 flex-none items-center gap-3 px-4">
        <h2 className="text-section whitespace-nowrap">Compare two iterations</h2>
        <span className="cut font-mono text-meta text-ink3" title="Paths count from 0, as code does">
          {query.it === null ? loop.path : iterationPath(loop.path, query.it)}
        </span>
        <span className="text-meta whitespace-nowrap text-ink3">
          {count(different)} of {counted(fields, 'field')} differ
        </span>
        <span className="flex-1" />
        <Segments<'different' | 'all'>
          label="Which fields"
          value={all ? 'all' : 'different'}
          onChange={(value) => setAll(value === 'all')}
          options={[
            { value: 'different', label: 'Differences' },
            { value: 'all', label: 'All fields' },
          ]}
        />
        <Segments<Which>
          label="Which part"
          value={which}
          onChange={setWhich}
          options={[
            { value: 'all', label: 'All' },
            { value: 'input', label: 'Input' },
            { value: 'steps', label: 'Steps' },
            { value: 'output', label: 'Output' },
          ]}
        />
        <IconButton
          small
          label="Close the comparison"
          keys="Esc"
          icon={<X size={16} strokeWidth={1.5} aria-hidden />}
          onClick={close}
        />
      </header>
      {cause !== null && <InCommon run={run} loop={loop} cause={cause} left={left} />}
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="grid grid-cols-[284px_minmax(0,1fr)_minmax(0,1fr)]">
          <Cell head />
          <Side iteration={left} index={query.it}>
            <Button
              small
              icon={<RotateCw size={14} aria-hidden />}
              unless={rerun.unless}
              busy={rerun.busy}
              onClick={() => query.it !== null && rerun.start({ loop: loop.path, indices: [query.it] })}
            >
              Re-run
            </Button>
          </Side>
          <Side iteration={right} index={query.with} last>
            <Button
              small
              icon={<ArrowLeftRight size={14} aria-hidden />}
              onClick={() => setQuery({ it: query.with, with: query.it, ...NO_FILTER }, { replace: true })}
            >
              Swap
            </Button>
          </Side>
          {left !== undefined && right !== undefined && (
            <>
              {which === 'all' && (
                <>
                  <Cell name>Error</Cell>
                  <Cell middle>{errorOf(left)}</Cell>
                  <Cell>{errorOf(right)}</Cell>
                </>
              )}
              {(which === 'all' || which === 'input') && <Fields part="Input" found={input.different} />}
              {(which === 'all' || which === 'output') && <Fields part="Output" found={output.different} />}
              {(which === 'all' || which === 'steps') && <StepRows left={left} right={right} />}
              <Equal
                open={all}
                onOpen={() => setAll(!all)}
                fields={[
                  ...(which === 'all' || which === 'input'
                    ? input.equal.map((one) => ({ ...one, part: 'Input' }))
                    : []),
                  ...(which === 'all' || which === 'output'
                    ? output.equal.map((one) => ({ ...one, part: 'Output' }))
                    : []),
                ]}
              />
            </>
          )}
        </div>
      </div>
    </section>
  );
}

interface CellProps {
  name?: boolean;
  middle?: boolean;
  head?: boolean;
  differs?: boolean;
  children?: ReactNode;
}

function Cell({ name = false, middle = false, head = false, differs = false, children }: CellProps) {
  return (
    <div
      className={classes(
        'flex min-h-[31px] min-w-0 items-center gap-2 border-b border-line px-4 py-1',
        (name || middle || head) && 'border-r',
        name && 'text-ink2',
        head && 'bg-sunken',
        differs && 'bg-warn-soft/60',
      )}
    >
      {children}
    </div>
  );
}

interface SideProps {
  iteration: Iteration | undefined;
  index: number | null;
  last?: boolean;
  children: ReactNode;
}

function Side({ iteration, index, last = false, children }: SideProps) {
  const failed = iteration?.steps.find((step) => step.status === 'failed');
  return (
    <div
      className={classes(
        'flex h-11 min-w-0 items-center gap-2 border-b border-line bg-sunken px-4',
        !last && 'border-r',
      )}
    >
      {iteration !== undefined && (
        <StatusShape
          status={iteration.status}
          className={iteration.status === 'failed' ? 'text-failed' : 'text-ink2'}
        />
      )}
      <b className="font-semibold whitespace-nowrap">Iteration {index === null ? '' : count(index + 1)}</b>
      <span className={classes('cut flex-1', iteration?.status === 'failed' ? 'text-failed' : 'text-ink3')}>
        {iteration === undefined ? '' : failed === undefined ? iteration.status : `failed at ${failed.title}`}
      </span>
      {children}
    </div>
  );
}

const errorOf = (iteration: Iteration): ReactNode =>
  iteration.failure === null ? (
    <span className="text-ink3">none</span>
  ) : (
    <span className="min-w-0 break-words text-failed">{iteration.failure.message}</span>
  );

function Fields({ part, found }: { part: string; found: readonly Difference[] }) {
  return found.map(({ path, left, right, only }) => (
    <Fragment key={path}>
      <Cell name>
        {part}
        <span className="cut font-mono text-meta text-ink3">{path}</span>
      </Cell>
      <Cell middle differs>
        {only === 'right' ? <Nothing /> : <Marked value={left} />}
      </Cell>
      <Cell differs>{only === 'left' ? <Nothing /> : <Marked value={right} />}</Cell>
    </Fragment>
  ));
}

const Nothing = () => <span className="text-ink3">nothing</span>;
const Marked = ({ value }: { value: unknown }) => (
  <span className="min-w-0 break-words">
    <mark className="border-b-2 border-warn bg-warn-soft px-px font-mono text-meta text-inherit">{inline(value)}</mark>
  </span>
);

function StepRows({ left, right }: { left: Iteration; right: Iteration }) {
  const ids = [...new Set([...left.steps, ...right.steps].map((step) => step.id))];
  const whole = Math.max(
    1,
    ...[...left.steps, ...right.steps].flatMap(({ attempts = [] }) =>
      attempts.map((one) => one.startMs + one.durationMs),
    ),
  );
  const cell = (step: StepView | undefined): ReactNode => {
    if (step === undefined) return <Nothing />;
    const ms = (step.attempts ?? []).reduce((sum, { durationMs }) => sum + durationMs, 0);
    return (
      <>
        <Status status={step.status} className="w-24 flex-none">
          {step.status === 'skipped' || ms === 0 ? step.status : duration(ms)}
        </Status>
        <span aria-hidden className="relative h-2 flex-1">
          {(step.attempts ?? []).map(({ startMs, durationMs, failed }) => (
            <span
              key={startMs}
              style={{ left: `${(startMs / whole) * 100}%`, width: `${Math.max(1, (durationMs / whole) * 100)}%` }}
              className={classes('absolute h-2 rounded-[2px]', failed ? 'bg-cell-failed' : 'bg-cell-completed')}
            />
          ))}
        </span>
      </>
    );
  };
  return ids.map((id) => {
    const a = left.steps.find((step) => step.id === id);
    const b = right.steps.find((step) => step.id === id);
    return (
      <Fragment key={id}>
        <Cell name>
          Step <span className="cut text-ink3">{(a ?? b)?.title}</span>
        </Cell>
        <Cell middle>{cell(a)}</Cell>
        <Cell>{cell(b)}</Cell>
      </Fragment>
    );
  });
}

interface EqualProps {
  open: boolean;
  onOpen(): void;
  fields: readonly { part: string; path: string; value: unknown }[];
}

function Equal({ open, onOpen, fields }: EqualProps) {
  if (fields.length === 0) return null;
  return (
    <>
      <button
        type="button"
        aria-expanded={open}
        onClick={onOpen}
        className="col-span-3 flex h-[31px] items-center gap-2 border-b border-line px-4 text-left text-meta text-ink3 hover:bg-hover"
      >
        {open ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />}
        {counted(fields.length, 'equal field')}
      </button>
      {open &&
        fields.map(({ part, path, value }) => (
          <Fragment key={`${part} ${path}`}>
            <Cell name>
              {part}
              <span className="cut font-mono text-meta text-ink3">{path}</span>
            </Cell>
            <Cell middle>
              <span className="cut font-mono text-meta">{inline(value)}</span>
            </Cell>
            <Cell>
              <span className="cut font-mono text-meta text-ink3">the same</span>
            </Cell>
          </Fragment>
        ))}
    </>
  );
}

function InCommon({ run, loop, cause, left }: { run: Run; loop: Loop; cause: Cause; left: Iteration | undefined }) {
  const { data } = useApi(
    'GET /runs/{id}/loops/{path}/causes/{cause}/common',
    { params: { id: run.id, path: loop.path, cause: cause.id } },
    { staleTime: Number.POSITIVE_INFINITY },
  );
  const [field] = data?.fields ?? [];
  if (data === undefined || field === undefined) return null;
  const step = left?.steps.find((one) => one.status === 'failed');
  return (
    <div className="mx-4 mb-3 flex flex-none items-center gap-2.5 rounded-[8px] border border-failed-line bg-failed-soft py-2 pr-2.5 pl-3">
      <Search size={16} strokeWidth={1.5} aria-hidden className="flex-none text-failed" />
      <p className="min-w-0 flex-1">
        <b className="font-semibold">
          {field.failed === data.failed
            ? `All ${count(data.failed)}`
            : `${count(field.failed)} of ${count(data.failed)}`}{' '}
          failed have
        </b>{' '}
        <span className="font-mono text-meta break-words">
          {field.path} {field.says}
        </span>
        <b className="font-semibold">
          ; {field.completed === 0 ? 'none' : count(field.completed)} of {count(data.completed)} completed ones looked
          at {field.completed === 1 || field.completed === 0 ? 'has' : 'have'} it.
        </b>{' '}
        {data.fields.length > 1 && (
          <span className="text-ink2">{counted(data.fields.length - 1, 'more field')} like this.</span>
        )}
      </p>
      {step !== undefined && run.workflowId !== null && (
        <ButtonLink
          small
          href={addressOfPlace.node(run.workflowId, step.id, {
            run: run.id,
            it: left === undefined ? null : heldWords(loop.path, left.index),
          })}
        >
          Open {step.title}
        </ButtonLink>
      )}
    </div>
  );
}

/** The partner of a comparison that has none yet. */
export function usePartner(run: string, path: string, query: RunQuery, setQuery: SetQuery): (index: number) => void {
  const [wanted, setWanted] = useState<number | null>(null);
  useEffect(() => {
    if (wanted === null) return undefined;
    let gone = false;
    void nearestCompleted(run, path, wanted).then((found) => {
      if (gone) return;
      setWanted(null);
      if (found !== null) setQuery({ it: wanted, with: found });
    });
    return () => {
      gone = true;
    };
  }, [wanted, run, path, setQuery]);
  return (index) => {
    if (query.with === null) setWanted(index);
    else setQuery({ with: null });
  };
}
