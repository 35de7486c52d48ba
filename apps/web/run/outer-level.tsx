/**
 * Owns one level around the shown loop: its Score (or skyline) with the chosen iteration, and the cone that opens from
 * it to the level below. The parent stays in sight.
 */
import type { Loop, Run } from '@rondo/api/schemas/run.ts';
import { useMemo } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { addressOfPlace } from '../app/addresses.ts';
import { decodeCells } from '../score/decode.ts';
import { boxOf, cellOf, type Grid, mapWidth, place, type Placed } from '../score/geometry.ts';
import { ScoreMap } from '../score/score-map.tsx';
import { LoopBadge } from '../ui/loop-badge.tsx';
import { count, counted } from '../ui/format.ts';
import { Skyline } from './skyline.tsx';
import { type Level, withIndex } from './step-path.ts';
import { useCauses, useLoop, useScore } from './use-loop.ts';

/** Left of every map, and right of it. */
export const LABELS = 264;
export const WORDS = 96;
const SKYLINE = 88;
const CONE = 26;
const NONE = (): void => undefined;

export interface OuterLevelProps {
  run: Run;
  /** Path of the innermost loop. */
  path: string;
  level: Level;
  at: number;
  /** Only a line: a deeper one needs the room. */
  folded: boolean;
  available: number;
}

export function OuterLevel({ run, path, level, at, folded, available }: OuterLevelProps) {
  const loop = useLoop(run, level.path);
  const { data } = useScore(run.id, level.path, 'position');
  const { data: causes } = useCauses(run.id, level.path, (loop?.failed ?? 0) > 0);
  const cells = useMemo(() => (data === undefined ? new Uint8Array(0) : decodeCells(data.cells)), [data?.cells]);
  const width = mapWidth(available - LABELS - WORDS);
  const chosen = level.index ?? 0;
  const open = (index: number): void =>
    navigate(addressOfPlace.loop(run.id, withIndex(path, at, index)), { replace: true });
  if (loop === null || loop === undefined) return null;
  if (folded) {
    return (
      <p className="flex h-5 items-center gap-2 px-4 text-meta text-ink2">
        <b className="font-semibold">{loop.title}</b>
        {count(chosen + 1)} {loop.total === null ? '' : `of ${count(loop.total)}`}
      </p>
    );
  }
  const grid: Grid | null =
    data === undefined ? null : { total: data.total, per: data.per, columns: data.columns, rows: data.rows };
  const skyline = data?.inner !== undefined && data.per === 1 && data.total !== null && data.inner.length <= width;
  const inside = data?.inner?.reduce((sum, one) => sum + one, 0);
  const red = data?.innerFailed?.filter((one) => one > 0).length ?? 0;
  const placed = grid === null ? null : place(grid, width);
  const from = placed === null ? null : skyline ? skylineSpan(data?.total ?? 1, width, chosen) : spanOf(placed, chosen);
  return (
    <div className="px-4">
      <div className="grid items-center" style={{ gridTemplateColumns: `${LABELS}px ${width}px minmax(0,1fr)` }}>
        <div className="min-w-0 pr-4">
          <LevelWords loop={loop} />
          {red > 0 && <p className="text-meta text-ink2">{counted(red, 'holds', 'hold')} failed ones</p>}
          {skyline && <p className="text-meta text-ink3">A column is an iteration, as tall as what it holds.</p>}
        </div>
        <div>
          {skyline && data !== undefined ? (
            <Skyline
              label={`Score of ${loop.title}`}
              total={data.total ?? 0}
              cells={cells}
              inner={data.inner ?? []}
              innerFailed={data.innerFailed ?? []}
              width={width}
              height={SKYLINE}
              chosen={chosen}
              onOpen={open}
            />
          ) : (
            grid !== null && (
              <ScoreMap
                grid={grid}
                cells={cells}
                width={width}
                label={`Score of ${loop.title}`}
                causes={causes?.causes ?? []}
                started={null}
                shown={null}
                held={chosen}
                status=""
                cause={null}
                onJump={(index, done) => done && open(index)}
                onOpen={open}
                onFailed={NONE}
              />
            )
          )}
        </div>
        <p className="pl-3.5 text-meta text-ink2">
          {inside !== undefined && (
            <>
              <b className="font-semibold">{count(inside)}</b> inside so far
              {data?.inner !== undefined && <>, {averageWords(data.inner)} on average</>}
            </>
          )}
        </p>
      </div>
      {from !== null && <Cone from={from} width={width} />}
    </div>
  );
}

/** Of those that hold something: 12; 3.4. */
export function averageWords(inner: readonly number[]): string {
  const held = inner.filter((one) => one > 0);
  const average = held.reduce((sum, one) => sum + one, 0) / Math.max(1, held.length);
  return average.toLocaleString(undefined, { maximumFractionDigits: average >= 10 ? 0 : 1 });
}

/** Name, length and counts of a level, left of its map. */
export function LevelWords({ loop }: { loop: Loop }) {
  return (
    <>
      <p className="flex items-center gap-2">
        <b className="cut text-section">{loop.title}</b>
        <LoopBadge count={loop.total === null ? 'open end' : `× ${count(loop.total)}`} />
      </p>
      <p className="text-meta text-ink2">
        {count(loop.completed)} completed{loop.inFlight > 0 && `, ${count(loop.inFlight)} in flight`}
        {loop.failed > 0 && (
          <>
            , <b className="font-semibold text-failed">{count(loop.failed)} failed</b>
          </>
        )}
      </p>
    </>
  );
}

const spanOf = (placed: Placed, index: number): readonly [number, number] => {
  const { x, width } = boxOf(placed, cellOf(placed, index));
  return [x, x + width];
};
const skylineSpan = (total: number, width: number, index: number): readonly [number, number] => {
  const pitch = width / Math.max(1, total);
  return [index * pitch, (index + 1) * pitch];
};

function Cone({ from: [left, right], width }: { from: readonly [number, number]; width: number }) {
  return (
    <svg width={width} height={CONE} aria-hidden style={{ marginLeft: LABELS }} className="appear block text-accent">
      <path d={`M${left} 0H${right}L${width} ${CONE}H0z`} fill="currentColor" opacity=".13" />
      <path d={`M${left} 0 0 ${CONE}M${right} 0 ${width} ${CONE}`} stroke="currentColor" fill="none" opacity=".6" />
    </svg>
  );
}

/** The levels around a loop, outermost first; beyond two the outermost fold to a line. */
export function OuterLevels({
  run,
  loop,
  levels,
  available,
}: {
  run: Run;
  loop: Loop;
  levels: readonly Level[];
  available: number;
}) {
  const outer = levels.slice(0, -1);
  if (outer.length === 0 || available === 0) return null;
  return (
    <section aria-label="Loops around" className="flex-none bg-surface pt-3">
      {outer.map((level, at) => (
        <OuterLevel
          key={`${at} ${level.path}`}
          run={run}
          path={loop.path}
          level={level}
          at={at}
          folded={at < outer.length - 2}
          available={available - 32}
        />
      ))}
    </section>
  );
}
