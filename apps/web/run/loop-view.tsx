/**
 * Owns one loop on the screen: numbers, Score, table, detail or comparison, and the keys that move between them. What
 * it shows comes from the address; events change numbers and Score, never the rows.
 */
import type { Cause, Loop, Rerun, Run } from '@rondo/api/schemas/run.ts';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { addressOfPlace } from '../app/addresses.ts';
import { durationWords } from '../score/other-axes.tsx';
import type { RunQuery, SetQuery } from './address.ts';
import { Compare, usePartner } from './compare.tsx';
import { isOver } from './controls.tsx';
import { Detail } from './detail.tsx';
import { downloadSelected } from './download.ts';
import { FilterBar, SelectionBar } from './filter-bar.tsx';
import { newestOf, useFollowed } from './follow.tsx';
import { IterationTable } from './iteration-table.tsx';
import { useLoopKeys } from './loop-keys.ts';
import { NoRows } from './no-rows.tsx';
import { useNavigation } from './navigation.ts';
import type { Rerun as RerunAction } from './rerun.ts';
import { useFresh, useLead, useNames } from './row-hooks.ts';
import { createShown, ScorePane } from './score-pane.tsx';
import { Splitter, useDetailWidth } from './splitter.tsx';
import { levelsOf } from './step-path.ts';
import { Summary } from './summary.tsx';
import { useCauses, useReruns, useScore } from './use-loop.ts';
import { startedOf, useRows } from './use-rows.ts';
import { useWidth } from './use-width.ts';

export interface LoopViewProps {
  run: Run;
  loop: Loop;
  query: RunQuery;
  setQuery: SetQuery;
  rerun: RerunAction;
  /** Grows when a re-run has begun: the rows are asked for again. */
  reruns: number;
}

const NO_CAUSES: readonly Cause[] = [];
const NO_RERUNS: readonly Rerun[] = [];
/** Narrower, and the detail lies over the table. */
const SHEET_BELOW = 1_132;

/** How many fit the filter, as far as counts say. */
export function matchingOf(
  loop: Loop,
  query: RunQuery,
  cause: Cause | null,
  reruns: readonly Pick<Rerun, 'number' | 'count'>[] = [],
): number | null {
  if (query.q !== '' || query.min !== null || query.max !== null) return null;
  if (query.rerun !== null)
    return query.status !== null || query.cause !== null
      ? null
      : (reruns.find((one) => one.number === query.rerun)?.count ?? null);
  if (query.cause !== null) return cause?.count ?? null;
  if (query.status === 'failed') return loop.failed;
  if (query.status === 'completed') return loop.completed;
  if (query.status === 'running') return loop.inFlight;
  return startedOf(loop);
}

export function LoopView({ run, loop, query, setQuery, rerun, reruns }: LoopViewProps) {
  const { data: answer } = useCauses(run.id, loop.path, loop.failed > 0);
  const causes = loop.failed > 0 ? (answer?.causes ?? NO_CAUSES) : NO_CAUSES;
  const cause = causes.find((one) => one.id === query.cause) ?? null;
  const { data: redone } = useReruns(run.id, loop.path, query.rerun !== null && !isOver(run));
  const known = redone?.reruns ?? NO_RERUNS;
  const matching = matchingOf(loop, query, cause, known);
  const counts = useRef({ started: 0, matching });
  counts.current = { started: startedOf(loop), matching };
  const { rows, state, byPosition } = useRows(run.id, loop.path, query, query.it ?? 0, counts);
  const [shown] = useState(createShown);
  const [selected, setSelected] = useState<ReadonlySet<number>>(() => new Set());
  const search = useRef<HTMLInputElement>(null);
  const [frame, available] = useWidth<HTMLDivElement>();
  const { data: histogram } = useScore(run.id, loop.path, 'duration', query.by === 'duration');

  const lead = useLead(rows, state);
  const followed = useFollowed(query.follow, newestOf(loop, query, causes));
  const at = query.it ?? followed ?? lead;
  const navigation = useNavigation({ run: run.id, path: loop.path, query, setQuery, rows, at, causes });
  const compare = usePartner(run.id, loop.path, query, setQuery);
  const fresh = useFresh(rows, query.status === 'failed' ? matching : null);

  useEffect(() => {
    if (reruns > 0) void rows.reload();
  }, [reruns]);
  useEffect(() => setSelected(new Set()), [rows]);

  const select = useCallback(
    (index: number, on: boolean) =>
      setSelected((before) => {
        const next = new Set(before);
        if (on) next.add(index);
        else next.delete(index);
        return next;
      }),
    [],
  );

  const nested = levelsOf(loop.path).length > 1;
  const hold = useCallback((index: number) => setQuery({ it: index, step: null }), [setQuery]);
  const close = useCallback(() => setQuery({ it: null, follow: false }), [setQuery]);
  const openLoop = useCallback((path: string) => navigate(addressOfPlace.loop(run.id, path)), [run.id]);
  const latest = useRef({ at, compare });
  latest.current = { at, compare };
  const compareHeld = useCallback(() => {
    const { at: held, compare: start } = latest.current;
    if (held !== null) start(held);
  }, []);
  useLoopKeys({
    run,
    loop,
    query,
    setQuery,
    navigation,
    causes,
    at,
    search,
    selected,
    select,
    compare: compareHeld,
  });
  const names = useNames(state, loop);
  const width = useDetailWidth(available);
  const sheet = available > 0 && available < SHEET_BELOW;
  const heldRow = state.rows.find((one) => one.index === at)?.row ?? null;
  const heldCause = causes.find((one) => one.id === heldRow?.cause) ?? null;
  const place = useMemo(() => {
    if (!state.atStart || at === null) return null;
    const found = state.rows.findIndex((row) => row.index === at);
    return found < 0 ? null : found + 1;
  }, [state, at]);
  const comparing = query.with !== null && query.it !== null;
  const words =
    histogram?.bounds === undefined
      ? null
      : durationWords({
          bounds: histogram.bounds,
          completed: histogram.completed ?? [],
          failed: histogram.failed ?? [],
        });
  const detail = at !== null && (!sheet || query.it !== null || query.follow);
  return (
    <>
      {!nested && <Summary run={run} loop={loop} durations={words} />}
      <ScorePane
        run={run}
        loop={loop}
        query={query}
        setQuery={setQuery}
        causes={causes}
        shown={shown}
        held={at}
        heldStatus={heldRow?.status ?? ''}
        heldCause={heldCause?.message ?? null}
        names={names}
        navigation={navigation}
        rerun={rerun}
        nested={nested}
      />
      {comparing ? (
        <Compare run={run} loop={loop} query={query} setQuery={setQuery} causes={causes} rerun={rerun} />
      ) : (
        <div ref={frame} className="relative flex min-h-0 flex-1">
          <div className="flex min-w-0 flex-1 flex-col bg-surface">
            <FilterBar
              loop={loop}
              query={query}
              setQuery={setQuery}
              cause={cause}
              reruns={known}
              state={state}
              rerun={rerun}
              fresh={fresh}
              search={search}
              onFresh={() => void rows.reload()}
              onStop={() => rows.stop()}
            />
            <IterationTable
              rows={rows}
              state={state}
              filter={query.status}
              sort={query.sort}
              held={at}
              selected={selected}
              onHold={hold}
              onSelect={select}
              onSelectAll={(on) => setSelected(on ? new Set(state.rows.map((row) => row.index)) : new Set())}
              onSort={(sort) => setQuery({ sort }, { replace: true })}
              onShown={(first, last) => byPosition && shown.setState({ shown: [first, last] })}
            />
            <NoRows
              run={run}
              loop={loop}
              query={query}
              loading={state.loading}
              rows={state.rows.length}
              error={state.error}
              onAgain={() => void rows.reload()}
            />
            {selected.size > 0 && (
              <SelectionBar
                loop={loop}
                selected={selected}
                rerun={rerun}
                onCompare={(first, second) => setQuery({ it: first, with: second })}
                onDownload={() => void downloadSelected(run, loop, selected)}
                onClear={() => setSelected(new Set())}
              />
            )}
          </div>
          {available > 0 && !sheet && <Splitter width={width} most={available - 480} />}
          {available > 0 && detail && (
            <aside
              aria-label="Iteration"
              style={{ width: sheet ? Math.min(536, available) : width }}
              className={
                sheet
                  ? 'absolute inset-y-0 right-0 z-10 flex flex-col border-l border-line bg-surface shadow-3'
                  : 'flex flex-none flex-col bg-surface'
              }
            >
              <Detail
                run={run}
                loop={loop}
                index={at}
                query={query}
                setQuery={setQuery}
                cause={heldCause ?? (heldRow === null ? cause : null)}
                place={place}
                matching={matching}
                rerun={rerun}
                {...(sheet ? { onClose: close } : {})}
                onHold={navigation.hold}
                onCompare={compareHeld}
                onLoop={openLoop}
              />
            </aside>
          )}
        </div>
      )}
    </>
  );
}
