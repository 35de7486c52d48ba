/** Owns which iterations a request asks for, and the neighbours of one under that filter. Changes nothing. */
import { setImmediate } from 'node:timers/promises';
import type { z } from 'zod';
import type { iterationFilter } from '@rondo/api/schemas/run.ts';
import type { IndexQuery, LoopRecord, RowFilter, RunRecord } from '@rondo/core/ports.ts';
import type { ApiContext } from '../context.ts';

export type AskedFilter = z.output<typeof iterationFilter>;

export function filterOf({ status, cause, rerun, minMs, maxMs }: AskedFilter): RowFilter {
  return {
    ...(status === undefined ? {} : { status }),
    ...(cause === undefined ? {} : { cause }),
    ...(rerun === undefined ? {} : { rerun }),
    ...(minMs === undefined ? {} : { minMs }),
    ...(maxMs === undefined ? {} : { maxMs }),
  };
}

/** No index knows durations: rows are looked at in stretches, and a rare one is given up on. */
export const byDuration = ({ minMs, maxMs }: Pick<AskedFilter, 'minMs' | 'maxMs'>): boolean =>
  minMs !== undefined || maxMs !== undefined;

const STRETCH = 20_000;
const MOST_STRETCHES = 10;

/** The nearest one before or after an iteration; null: none, or none that is near. */
export async function nearest(
  { store }: ApiContext,
  run: RunRecord,
  loop: LoopRecord,
  filter: RowFilter,
  index: number,
  side: 'before' | 'after',
): Promise<number | null> {
  const descending = side === 'before';
  const ask = async (query: Omit<IndexQuery, 'limit'>): Promise<number | null> =>
    (await store.indices(run.id, loop.key, { ...filter, ...query, descending, limit: 1 }))[0] ?? null;
  if (!byDuration(filter)) return ask(descending ? { before: index } : { after: index });
  const end = descending ? 0 : await lastIndex(store, run, loop);
  let from = index;
  for (let n = 0; n < MOST_STRETCHES; n += 1) {
    const to = descending ? from - STRETCH : from + STRETCH;
    const found = await ask(descending ? { before: from, after: to - 1 } : { after: from, before: to + 1 });
    if (found !== null) return found;
    from = to;
    if (descending ? from <= end : from >= end) return null;
    await setImmediate();
  }
  return null;
}

async function lastIndex(store: ApiContext['store'], run: RunRecord, loop: LoopRecord): Promise<number> {
  return (await store.indices(run.id, loop.key, { limit: 1, descending: true }))[0] ?? -1;
}
