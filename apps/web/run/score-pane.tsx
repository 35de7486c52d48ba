/**
 * Owns the Score of the shown loop with its labels, axes and lines of causes: fetches them, lays them out at the width
 * that there is, and hands on where somebody wants to go.
 */
import type { Cause, Loop, Run } from '@rondo/api/schemas/run.ts';
import { memo, useMemo } from 'react';
import { create, type StoreApi, type UseBoundStore } from 'zustand';
import { CauseLines, MOST_LINES } from '../score/cause-lines.tsx';
import { decodeCells } from '../score/decode.ts';
import { type Grid, gridOf, isFew, mapWidth } from '../score/geometry.ts';
import { Legend } from '../score/legend.tsx';
import { barsOf, DurationBars, durationsOf } from '../score/duration-bars.tsx';
import { TimeMap } from '../score/other-axes.tsx';
import { ScoreMap } from '../score/score-map.tsx';
import { scaleWords } from '../score/words.ts';
import { classes } from '../ui/classes.ts';
import { count } from '../ui/format.ts';
import { Keys } from '../ui/keys.tsx';
import { Segments } from '../ui/segments.tsx';
import type { Axis, RunQuery, SetQuery } from './address.ts';
import { isOver } from './controls.tsx';
import type { Navigation } from './navigation.ts';
import type { Rerun } from './rerun.ts';
import { useScore } from './use-loop.ts';
import { LABELS, LevelWords, WORDS } from './outer-level.tsx';
import { startedOf } from './use-rows.ts';
import { useWidth } from './use-width.ts';

/** What the table shows: moves with every frame of scrolling, so only the bracket listens. */
export type ShownStore = UseBoundStore<StoreApi<{ shown: readonly [number, number] | null }>>;
export const createShown = (): ShownStore => create(() => ({ shown: null }));

export interface ScorePaneProps {
  run: Run;
  loop: Loop;
  query: RunQuery;
  setQuery: SetQuery;
  causes: readonly Cause[];
  shown: ShownStore;
  held: number | null;
  heldStatus: string;
  heldCause: string | null;
  /** Of the items of a short list, as far as they are known. */
  names: readonly (string | undefined)[];
  navigation: Navigation;
  rerun: Rerun;
  /** Below the loops around it: the cone of the one above ends at its map. */
  nested: boolean;
}

/** From here on a line has room for its button. */
const ROOM_FOR_BUTTON = 190;
const NO_CELLS = new Uint8Array(0);

export const ScorePane = memo(function ScorePane(props: ScorePaneProps) {
  const { run, loop, query, setQuery, causes, navigation, rerun, names, nested } = props;
  const [frame, available] = useWidth<HTMLDivElement>();
  const { data } = useScore(run.id, loop.path, 'position');
  const cells = useMemo(() => (data === undefined ? NO_CELLS : decodeCells(data.cells)), [data?.cells]);
  const { per, columns: gridColumns, rows, ...known } = data ?? gridOf(loop.total);
  // A loop that has ended has as many as have started, also where nobody knew before.
  const total = known.total ?? (isOver(run) || loop.status === 'completed' ? startedOf(loop) : null);
  const grid = useMemo<Grid>(() => ({ total, per, columns: gridColumns, rows }), [total, per, gridColumns, rows]);
  const width = mapWidth(available - LABELS - WORDS);
  const words = Math.max(WORDS, available - LABELS - width);
  const columns = `${LABELS + 8}px ${width}px minmax(0,1fr)`;
  const lines = Math.min(causes.length, MOST_LINES);
  const labels = useMemo(() => ({ names, over: isOver(run) }), [names, run.status]);
  const started = startedOf(loop);
  return (
    <section
      aria-label="Score"
      className={classes('relative flex-none border-b border-line bg-surface px-4 pb-2', !nested && 'pt-2.5')}
    >
      {!nested && <Head query={query} setQuery={setQuery} grid={grid} inFlight={loop.inFlight > 0} />}
      <div ref={frame}>
        {available > 0 && (
          <>
            <div className="grid" style={{ gridTemplateColumns: `${LABELS}px ${width}px minmax(0,1fr)` }}>
              <div className="flex min-w-0 flex-col justify-center gap-0.5 pr-4">
                {nested ? (
                  <LevelWords loop={loop} />
                ) : (
                  <>
                    <p className="font-semibold">All iterations</p>
                    <p className="text-meta text-ink2">{count(started)} started</p>
                  </>
                )}
                {!nested && !isFew(grid) && rows >= 16 && query.by === 'position' && (
                  <div className="mt-1.5 text-meta text-ink3">
                    <p>Drag to scroll the table.</p>
                    <p>Click a mark to open it.</p>
                    <p className="mt-0.5 whitespace-nowrap">
                      <Keys keys="N" /> next failed <Keys keys="Shift N" /> previous
                    </p>
                  </div>
                )}
              </div>
              {query.by === 'position' ? (
                <Map
                  {...props}
                  grid={grid}
                  cells={cells}
                  width={width}
                  labels={labels}
                  tail={lines === 0 ? 0 : 6 + 25 * lines}
                />
              ) : (
                <OtherAxis
                  run={run.id}
                  path={loop.path}
                  by={query.by}
                  width={width}
                  query={query}
                  setQuery={setQuery}
                />
              )}
            </div>
            <CauseLines
              causes={causes}
              grid={grid}
              width={width}
              columns={columns}
              selected={query.cause}
              onSelect={navigation.cause}
              {...(words >= ROOM_FOR_BUTTON
                ? { onRerun: (cause) => rerun.start({ loop: loop.path, cause: cause.id }), unless: rerun.unless }
                : {})}
            />
          </>
        )}
      </div>
    </section>
  );
});

interface HeadProps extends Pick<ScorePaneProps, 'query' | 'setQuery'> {
  grid: Grid;
  inFlight: boolean;
}

function Head({ query, setQuery, grid, inFlight }: HeadProps) {
  return (
    <div className="mb-1 flex h-7 items-center gap-3">
      <h2 className="text-section">Score</h2>
      <span className="cut text-meta text-ink3">{query.by === 'position' && !isFew(grid) ? scaleWords(grid) : ''}</span>
      <span className="flex-1" />
      {query.by === 'position' && <Legend inFlight={inFlight} />}
      <Segments<Axis>
        label="Axis of the Score"
        value={query.by}
        onChange={(by) => setQuery({ by }, { replace: true })}
        options={[
          { value: 'position', label: 'By position' },
          { value: 'time', label: 'By time' },
          { value: 'duration', label: 'By duration' },
        ]}
      />
    </div>
  );
}

interface MapProps extends ScorePaneProps {
  grid: Grid;
  cells: Uint8Array;
  width: number;
  labels: { names: readonly (string | undefined)[]; over: boolean };
  tail: number;
}

function Map({
  run,
  loop,
  query,
  grid,
  cells,
  width,
  labels,
  tail,
  causes,
  shown,
  held,
  heldStatus,
  heldCause,
  navigation,
}: MapProps) {
  const range = shown((state) => state.shown);
  return (
    <ScoreMap
      grid={grid}
      cells={cells}
      width={width}
      label={`Score of ${loop.title}`}
      causes={causes}
      started={isOver(run) || loop.inFlight === 0 ? null : startedOf(loop)}
      shown={range}
      held={held}
      partner={query.with}
      status={heldStatus}
      cause={heldCause}
      labels={labels}
      tail={tail}
      onJump={navigation.jump}
      onOpen={navigation.open}
      onFailed={navigation.failed}
    />
  );
}

const AXIS_HEIGHT = 128;

interface OtherAxisProps extends Pick<ScorePaneProps, 'query' | 'setQuery'> {
  run: string;
  path: string;
  by: 'time' | 'duration';
  width: number;
}

function OtherAxis({ run, path, by, width, query, setQuery }: OtherAxisProps) {
  const { data, isPending } = useScore(run, path, by);
  if (data === undefined || data.bounds === undefined) {
    return <p className="py-14 text-ink3">{isPending ? 'Reading the iterations.' : 'Not known for this loop.'}</p>;
  }
  if (data.columns === 0) return <p className="py-14 text-ink3">No iteration has ended yet.</p>;
  const { sampled, bounds } = data;
  return (
    <div>
      {by === 'time' ? (
        <TimeMap cells={data.cells} columns={data.columns} rows={data.rows} bounds={bounds} width={width} />
      ) : (
        <DurationBars
          bounds={bounds}
          completed={data.completed ?? []}
          failed={data.failed ?? []}
          width={width}
          height={AXIS_HEIGHT}
          chosen={barsOf(bounds, query.min, query.max)}
          onChoose={(range) =>
            setQuery({
              ...(range === null ? { min: null, max: null } : durationsOf(bounds, range)),
              it: null,
              with: null,
              q: '',
            })
          }
        />
      )}
      {sampled !== undefined && (
        <p className="pt-1 text-axis text-ink3">
          A sample: {count(sampled.rows)} of {count(sampled.of)}, and all that failed.
        </p>
      )}
    </div>
  );
}
