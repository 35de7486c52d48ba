/**
 * Owns the score of a loop for the API: by position from what the store keeps, by time and by duration from a bounded
 * number of rows. Changes nothing.
 */
import type { z } from 'zod';
import { setImmediate } from 'node:timers/promises';
import type { score } from '@rondo/api/schemas/run.ts';
import { SCORE_CELLS, SCORE_COLUMNS } from '@rondo/core/engine/score.ts';
import type { LoopRecord, RowTime, RunRecord } from '@rondo/core/ports.ts';
import { SPILL_MARK } from '@rondo/runtime/runner/dataset.ts';
import type { ApiContext } from '../context.ts';
import { byteOf, CELL, cellsOf, rowsOf } from './cells.ts';
import { unsettled } from './views.ts';

type ScoreView = z.input<typeof score>;

/** Rows that are read for one picture. Of longer loops it is a sample in even stretches, and all that failed. */
const MOST_ROWS = 200_000;
const STRETCH = 2_000;
const MOST_FAILED = 20_000;
const BARS = 64;

export async function scoreOf(
  context: ApiContext,
  run: RunRecord,
  loop: LoopRecord,
  by: ScoreView['by'],
): Promise<ScoreView> {
  const flying = await unsettled(context, run, loop);
  const { revision } = context.pulse.beat(run.id, loop, flying.inFlight.length + flying.waiting.length);
  if (by === 'position') {
    const cells = cellsOf(await context.store.score(run.id, loop.key), loop.total, flying);
    const { per, columns, rows, bytes } = cells;
    const inside = per === 1 ? await insideOf(context, run, loop, bytes.length) : {};
    return {
      revision,
      by,
      total: loop.total,
      per,
      columns,
      rows,
      cells: Buffer.from(bytes).toString('base64'),
      ...inside,
    };
  }
  const { rows, sampled } = await timesOf(context, run, loop);
  const rest = { revision, by, total: loop.total, ...(sampled === null ? {} : { sampled }) };
  return by === 'time' ? { ...rest, ...byTime(rows) } : { ...rest, ...byDuration(rows) };
}

/** A column per iteration; no screen has more. */
const MOST_COLUMNS = 2_000;
const MOST_INSIDE = 4 * MOST_COLUMNS;

/** What the iterations of a loop hold, where they hold loops. */
async function insideOf(
  context: ApiContext,
  run: RunRecord,
  { path, node }: LoopRecord,
  columns: number,
): Promise<Pick<ScoreView, 'inner' | 'innerFailed'>> {
  if (columns > MOST_COLUMNS || context.facts.step(run, node)?.container === undefined) return {};
  const loops = await context.store.loopsInside(run.id, path, MOST_INSIDE);
  const inner = Array.from({ length: columns }, () => 0);
  const innerFailed = Array.from({ length: columns }, () => 0);
  for (const { index, path: own, total, completed, failed, skipped } of loops) {
    if (index >= columns || own.endsWith(SPILL_MARK)) continue;
    inner[index] = (inner[index] ?? 0) + Math.max(total ?? 0, completed + failed + skipped);
    innerFailed[index] = (innerFailed[index] ?? 0) + failed;
  }
  return inner.some((count) => count > 0) ? { inner, innerFailed } : {};
}

async function timesOf(
  context: ApiContext,
  run: RunRecord,
  loop: LoopRecord,
): Promise<{ rows: RowTime[]; sampled: ScoreView['sampled'] | null }> {
  const { store } = context;
  const end = ((await store.indices(run.id, loop.key, { limit: 1, descending: true }))[0] ?? -1) + 1;
  const rows: RowTime[] = [];
  const step = end <= MOST_ROWS ? STRETCH : Math.ceil((end * STRETCH) / MOST_ROWS);
  for (let at = 0; at < end; at += step) {
    for (const row of await store.scanTimes(run.id, loop.key, at - 1, STRETCH))
      if (row.index < at + step) rows.push(row);
    await setImmediate();
  }
  if (end <= MOST_ROWS) return { rows, sampled: null };
  const sample = rows.length;
  const known = new Set(rows.filter((row) => row.status === 'failed').map((row) => row.index));
  const failed = await store.times(run.id, loop.key, { sort: 'started', status: 'failed', limit: MOST_FAILED });
  for (const row of failed) if (!known.has(row.index)) rows.push(row);
  return { rows, sampled: { rows: sample, of: end } };
}

const WORST: Readonly<Record<RowTime['status'], number>> = {
  running: CELL.inFlight,
  waiting: CELL.waiting,
  completed: CELL.completed,
  failed: CELL.failed,
  skipped: CELL.skipped,
  cancelled: CELL.skipped,
};

type Picture = Omit<ScoreView, 'revision' | 'by' | 'total'>;

/** The same cells over the clock of the run: a row lies where it ended. */
function byTime(rows: readonly RowTime[]): Picture {
  const endOf = (row: RowTime): number => row.startedAt + row.durationMs;
  let from = Number.POSITIVE_INFINITY;
  let until = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    from = Math.min(from, row.startedAt);
    until = Math.max(until, endOf(row));
  }
  if (rows.length === 0) return { per: 1, columns: 0, rows: 1, cells: '', bounds: [] };
  const cells = Math.max(1, Math.min(SCORE_CELLS, rows.length, Math.ceil(until - from)));
  const span = Math.max(1, until - from) / cells;
  const worst = new Uint8Array(cells);
  const failed = new Uint32Array(cells);
  for (const row of rows) {
    const cell = Math.min(cells - 1, Math.floor((endOf(row) - from) / span));
    worst[cell] = Math.max(worst[cell] ?? 0, WORST[row.status]);
    if (row.status === 'failed') failed[cell] = (failed[cell] ?? 0) + 1;
  }
  const height = rowsOf(cells);
  const columns = Math.ceil(cells / height);
  return {
    per: 1,
    columns,
    rows: height,
    cells: Buffer.from(worst.map((status, i) => byteOf(status, failed[i] ?? 0))).toString('base64'),
    bounds: Array.from({ length: Math.min(columns, SCORE_COLUMNS) + 1 }, (_, i) =>
      Math.round(Math.min(until, from + i * height * span)),
    ),
  };
}

/** Bars of durations, each as much longer than the one before as that was. */
function byDuration(rows: readonly RowTime[]): Picture {
  const settled = rows.filter((row) => row.status === 'completed' || row.status === 'failed');
  if (settled.length === 0) return { per: 1, columns: 0, rows: 0, cells: '', bounds: [], completed: [], failed: [] };
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const { durationMs } of settled) {
    const ms = Math.max(0.01, durationMs);
    least = Math.min(least, ms);
    most = Math.max(most, ms);
  }
  const wide = Math.max(Math.log(most / least), 1e-9) / BARS;
  const completed = Array.from({ length: BARS }, () => 0);
  const failed = Array.from({ length: BARS }, () => 0);
  for (const { status, durationMs } of settled) {
    const bar = Math.min(BARS - 1, Math.floor(Math.log(Math.max(0.01, durationMs) / least) / wide));
    const into = status === 'failed' ? failed : completed;
    into[bar] = (into[bar] ?? 0) + 1;
  }
  const bounds = Array.from({ length: BARS + 1 }, (_, i) => least * Math.exp(i * wide));
  return { per: 1, columns: BARS, rows: 1, cells: '', bounds, completed, failed };
}
