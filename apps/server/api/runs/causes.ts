/**
 * Owns causes of failures for the API: the lines of the score with their pattern word, and what the failed iterations
 * of a cause have in common. Reads a bounded number of rows. Changes nothing.
 */
import type { z } from 'zod';
import type { causeRow, common } from '@rondo/api/schemas/run.ts';
import { contrastOf } from '@rondo/core/engine/contrast.ts';
import { patternOf } from '@rondo/core/engine/pattern.ts';
import { SCORE_CELLS } from '@rondo/core/engine/score.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { CauseRecord, IterationRow, LoopRecord, RunRecord } from '@rondo/core/ports.ts';
import { Problem } from '../../http/problem.ts';
import type { ApiContext } from '../context.ts';
import { rowsOf } from './cells.ts';
import { itemsOf } from './items.ts';

type CauseView = z.input<typeof causeRow>;

/** Enough to see a period. */
const FIRST_INDICES = 200;

export async function causesOf(context: ApiContext, run: RunRecord, loop: LoopRecord): Promise<CauseView[]> {
  const causes = await context.store.causes(run.id, loop.key);
  const started = loop.completed + loop.failed + loop.skipped;
  return Promise.all(causes.map((cause) => causeView(context, run, loop, cause, started)));
}

async function causeView(
  context: ApiContext,
  run: RunRecord,
  loop: LoopRecord,
  cause: CauseRecord,
  started: number,
): Promise<CauseView> {
  const total = Math.max(loop.total ?? 0, cause.last + 1, started);
  // Short loops have columns of fewer than 32 cells; then every index is looked at.
  const short = loop.total !== null && total <= SCORE_CELLS;
  const limit = short ? SCORE_CELLS : FIRST_INDICES;
  const indices = await context.store.indices(run.id, loop.key, { cause: cause.cause, limit });
  const { message, node, count, first, last } = cause;
  return {
    id: cause.cause,
    message: shortMessage(message),
    node,
    count,
    first,
    last,
    columns: short ? columnsOf(indices, total) : trimmed(cause.columns),
    pattern: patternOf({
      columns: cause.columns,
      count,
      first,
      last,
      started: Math.max(started, last + 1),
      indices: indices.slice(0, FIRST_INDICES),
    }),
  };
}

function columnsOf(indices: readonly number[], total: number): number[] {
  const rows = rowsOf(total);
  const columns = Array.from({ length: Math.ceil(total / rows) }, () => 0);
  for (const index of indices) {
    const column = Math.floor(index / rows);
    columns[column] = (columns[column] ?? 0) + 1;
  }
  return columns;
}

function trimmed(columns: Uint32Array): number[] {
  let length = columns.length;
  while (length > 0 && columns[length - 1] === 0) length -= 1;
  return [...columns.subarray(0, length)];
}

// ---- what the failed have in common ----

/** Read of each side. */
const SAMPLE = 500;

export async function commonOf(
  context: ApiContext,
  run: RunRecord,
  loop: LoopRecord,
  cause: string,
): Promise<z.input<typeof common>> {
  const { store } = context;
  const bad = await store.rows(run.id, loop.key, { after: -1, limit: SAMPLE, cause });
  if (bad.length === 0)
    throw new Problem(404, 'cause-not-found', `${loop.path} has no failures of the cause ${cause}.`);
  const good = await store.rows(run.id, loop.key, { after: -1, limit: SAMPLE, status: 'completed' });
  const firsts = (rows: readonly IterationRow[]): Json[] => rows.map((row) => itemsOf(row.input)[0] ?? null);
  return { failed: bad.length, completed: good.length, fields: contrastOf(firsts(bad), firsts(good)) };
}

/** What went wrong, without which field of which node it was: that is told beside it, and lines are short. */
function shortMessage(message: string): string {
  return /^Node \S+, parameter [^:]+: .* failed: (.+)$/s.exec(message)?.[1] ?? message;
}
