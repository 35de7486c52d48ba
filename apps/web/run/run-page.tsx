/**
 * Owns the run view: one run, the loop of it that is shown, and the choice of how to look. Its parts are in this
 * folder; what it shows is in the address, so that sharing copies it.
 */
import type { Loop, Run } from '@rondo/api/schemas/run.ts';
import { lazy, Suspense, useEffect, useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { addressOfPlace, type RunView } from '../app/addresses.ts';
import { ApiError, messageOf, useApi } from '../app/api.ts';
import { type Crumb, Screen } from '../app/screen.tsx';
import { Button, ButtonLink } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { count } from '../ui/format.ts';
import { LoopBadge } from '../ui/loop-badge.tsx';
import { Segments } from '../ui/segments.tsx';
import { type RunQuery, useRunQuery } from './address.ts';
import { Asked } from './ask.tsx';
import { Controls, isOver } from './controls.tsx';
import { listOf } from './definition.ts';
import { useRunEvents } from './live.ts';
import { LoopMenu } from './loop-menu.tsx';
import { LoopView } from './loop-view.tsx';
import { OuterLevels } from './outer-level.tsx';
import { OutputView } from './output-view.tsx';
import { Pickers } from './pickers.tsx';
import { useRerun } from './rerun.ts';
import { RunChip, RunNotice, SpokenSummary } from './run-state.tsx';
import { iterationPath, levelsOf } from './step-path.ts';
import { Timeline } from './timeline.tsx';
import { useLoop } from './use-loop.ts';
import { useWidth } from './use-width.ts';

/** Its own chunk: it brings the canvas of the editor with it. */
const RunCanvas = lazy(async () => ({ default: (await import('./canvas/run-canvas.tsx')).RunCanvas }));

export interface RunPageProps {
  run: string;
  view: RunView;
  /** Path of the loop that is shown; null: the first that fails, else the biggest. */
  loop: string | null;
}

export function RunPage({ run: id, view, loop: path }: RunPageProps) {
  const { data: run, error, refetch } = useApi('GET /runs/{id}', { params: { id } }, { staleTime: 30_000 });
  const [query] = useRunQuery();
  const shown = path ?? (view === 'canvas' ? query.loop : null) ?? run?.shown ?? null;
  useRunEvents(id, frameOf(shown), run === undefined ? false : isOver(run));
  if (run === undefined) {
    return (
      <Screen title="Run" crumbs={[{ label: 'Runs', href: addressOfPlace.runs() }, { label: `Run ${id}` }]}>
        {error !== null && (
          <Empty
            title={
              error instanceof ApiError && error.status === 404 ? 'There is no such run.' : 'The run could not be read.'
            }
            action={<Button onClick={() => void refetch()}>Try again</Button>}
          >
            {error instanceof ApiError && error.status === 404 ? 'It may have been deleted.' : messageOf(error)}
          </Empty>
        )}
      </Screen>
    );
  }
  return <Loaded run={run} view={view} path={shown} />;
}

/** The iteration around a loop; null: it is one of the top level. */
function frameOf(path: string | null): string | null {
  const parent = path === null ? undefined : levelsOf(path).at(-2);
  return parent === undefined || parent.index === null ? null : iterationPath(parent.path, parent.index);
}

/** The held iteration stays held in every view. */
function addressOfView(run: Run, from: RunView, to: RunView, path: string | null, { it, loop }: RunQuery): string {
  const held = it === null ? null : it + 1;
  if (to === 'canvas') return addressOfPlace.runView(run.id, to, held === null ? {} : { loop: path, it: held });
  if (to !== 'loop') return addressOfPlace.runView(run.id, to);
  if (from !== 'canvas' || held === null || path === null) return addressOfPlace.run(run.id);
  return addressOfPlace.loop(run.id, loop ?? path, { it: held });
}

/** Below it, badge and words of the header have no room. */
const WIDE = 1_300;
/** Below it, the buttons do without their keys. */
const ROOMY = 1_500;

function Loaded({ run, view, path }: { run: Run; view: RunView; path: string | null }) {
  const [query, setQuery] = useRunQuery();
  const loop = useLoop(run, path);
  const [reruns, setReruns] = useState(0);
  const rerun = useRerun(run, () => setReruns((before) => before + 1));
  const [frame, available] = useWidth<HTMLDivElement>();
  const levels = path === null ? [] : levelsOf(path);
  const nested = view === 'loop' && levels.length > 1;

  // The breadcrumb and the state of a filter belong to one loop: another one begins anew.
  useEffect(() => setReruns(0), [path]);

  const crumbs: Crumb[] = [
    {
      label: run.workflow,
      ...(run.workflowId === null ? {} : { href: addressOfPlace.workflow(run.workflowId) }),
    },
    { label: `Run ${run.id.slice(-4).toUpperCase()}`, href: addressOfPlace.run(run.id) },
  ];
  // The workflow is one click away from the run, too.
  if (available > 0 && available < WIDE) crumbs.shift();
  if (nested && path !== null) {
    crumbs.push({
      label: levels.at(-1)?.node ?? '',
      content: (
        <Pickers
          run={run}
          path={path}
          levels={levels}
          held={query.it}
          onHold={(it) => setQuery({ it, step: null }, { replace: true })}
        />
      ),
    });
  } else if (loop !== null && loop !== undefined && view === 'loop') {
    crumbs.push({ label: loop.title, content: <LoopMenu run={run} loop={loop} /> });
  }
  return (
    <Screen
      title={`${loop?.title ?? run.workflow}, run ${run.id}`}
      crumbs={crumbs}
      scroll={view === 'loop' || view === 'canvas' ? 'parts' : 'page'}
      state={
        <>
          {!nested && loop != null && view === 'loop' && available >= WIDE && (
            <LoopBadge count={loop.total === null ? 'open end' : `× ${count(loop.total)}`} />
          )}
          {(!nested || available >= 1_700) && <RunChip run={run} loop={loop ?? null} />}
          {(!nested || available >= 1_700) && (
            <Segments<RunView>
              label="How to look at the run"
              value={view}
              onChange={(next) => navigate(addressOfView(run, view, next, path, query))}
              options={[
                { value: 'loop', label: 'Loop' },
                { value: 'timeline', label: 'Timeline' },
                { value: 'canvas', label: 'Canvas' },
                { value: 'output', label: 'Output' },
              ]}
            />
          )}
        </>
      }
      actions={<Controls run={run} loop={loop ?? null} query={query} rerun={rerun} compact={available < ROOMY} />}
    >
      <div
        ref={frame}
        className={view === 'loop' || view === 'canvas' ? 'relative flex min-h-0 flex-1 flex-col' : 'relative'}
      >
        <Asked />
        <RunNotice run={run} loop={loop ?? null} />
        {view === 'timeline' && <Timeline run={run} />}
        {view === 'output' && <OutputView run={run} />}
        {view === 'canvas' && (
          <Suspense fallback={<p className="p-6 text-ink3">Drawing the canvas.</p>}>
            <RunCanvas run={run} path={path} query={query} setQuery={setQuery} />
          </Suspense>
        )}
        {view === 'loop' && loop === null && <NoLoop run={run} path={path} />}
        {view === 'loop' && loop != null && (
          <>
            <SpokenSummary loop={loop} />
            <OuterLevels run={run} loop={loop} levels={levels} available={available} />
            <Shown
              key={loop.path}
              run={run}
              loop={loop}
              query={query}
              setQuery={setQuery}
              rerun={rerun}
              reruns={reruns}
            />
          </>
        )}
      </div>
    </Screen>
  );
}

function Shown(props: Parameters<typeof LoopView>[0]) {
  const { run, loop } = props;
  if (loop.total === 0) return <EmptyList run={run} loop={loop} />;
  return <LoopView {...props} />;
}

function EmptyList({ run, loop }: { run: Run; loop: Loop }) {
  const list = listOf(run.definition, loop.node);
  return (
    <Empty title="The list was empty, so nothing ran.">
      {list === null ? (
        'No item reached this loop.'
      ) : (
        <>
          The list comes from <code>{list}</code>.
        </>
      )}
    </Empty>
  );
}

function NoLoop({ run, path }: { run: Run; path: string | null }) {
  if (run.status === 'queued')
    return <Empty title="Waiting for a runner.">Loops appear here when the run has begun.</Empty>;
  if (path !== null) {
    return (
      <Empty
        title="This iteration has no such loop."
        action={<ButtonLink href={addressOfPlace.run(run.id)}>To the run</ButtonLink>}
      >
        It did not get so far, or its branch was skipped.
      </Empty>
    );
  }
  return (
    <Empty
      title="Nothing repeats in this run."
      action={<ButtonLink href={addressOfPlace.runView(run.id, 'output')}>Output</ButtonLink>}
    >
      {isOver(run) ? 'Its steps ran once each.' : 'No loop has begun yet.'}
    </Empty>
  );
}
