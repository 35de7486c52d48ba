/**
 * Owns pages of iterations and single ones: by status, cause or text, by position, duration or start. Every answer
 * looks at a bounded number of rows; a search that has more to do says how far it came. Changes nothing.
 */
import { z } from 'zod';
import type { iteration, iterationPage, iterationQuery, iterationRow } from '@rondo/api/schemas/run.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { IterationRow, LoopRecord, RowTime, RunRecord, TimeQuery } from '@rondo/core/ports.ts';
import { iterationStatus } from '@rondo/api/schemas/shared.ts';
import { Problem } from '../../http/problem.ts';
import type { ApiContext } from '../context.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { type AskedFilter, byDuration, filterOf, nearest } from './filter.ts';
import { itemName, itemsOf, rowText } from './items.ts';
import { MOST_BYTES, MOST_ITEMS, stepsOf } from './steps.ts';
import { failureView, loopViews } from './views.ts';

type Query = z.output<typeof iterationQuery>;
type Page = z.input<typeof iterationPage>;
type RowView = z.input<typeof iterationRow>;
type View = z.input<typeof iteration>;

/** A search works so long in one answer, in stretches of so many rows. */
const SEARCH_MS = 250;
const SEARCH_ROWS = 20_000;

const AFTER_INDEX = z.number().int().min(-1);
const AFTER_TIME = z.object({
  index: z.number().int(),
  status: iterationStatus,
  startedAt: z.number(),
  durationMs: z.number(),
});

function rowView(row: IterationRow): RowView {
  return {
    index: row.index,
    status: row.status,
    item: itemName(row.input),
    text: rowText(row),
    cause: row.cause,
    node: row.failure?.node ?? null,
    attempts: row.attempts,
    durationMs: row.durationMs,
    startedAt: row.startedAt,
  };
}

export async function iterationPageOf(
  context: ApiContext,
  run: RunRecord,
  loop: LoopRecord,
  query: Query,
): Promise<Page> {
  const text = query.search === '' ? undefined : query.search;
  if (text !== undefined && query.sort !== 'position')
    throw new Problem(400, 'sort-with-search', 'A search goes by position; take sort=position.');
  if (query.sort !== 'position') return sorted(context, run, loop, query, query.sort);
  if (text !== undefined || byDuration(query)) return search(context, run, loop, query, text);
  const { limit } = query;
  const rows = await context.store.rows(run.id, loop.key, {
    ...filterOf(query),
    after: positionOf(query.cursor),
    limit: limit + 1,
  });
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(rowView),
    next: last === undefined || rows.length <= limit ? null : writeCursor(last.index),
    searched: null,
  };
}

/** `index:n` begins at n; else the index of the last row of the page before. */
function positionOf(cursor: string | undefined): number {
  const jump = /^index:(\d{1,9})$/.exec(cursor ?? '');
  if (jump !== null) return Number(jump[1]) - 1;
  return readCursor(cursor, AFTER_INDEX) ?? -1;
}

async function search(
  context: ApiContext,
  run: RunRecord,
  loop: LoopRecord,
  query: Query,
  text: string | undefined,
): Promise<Page> {
  const { limit } = query;
  const end = (await context.store.indices(run.id, loop.key, { limit: 1, descending: true }))[0] ?? -1;
  const begun = context.clock.monotonic();
  const found: IterationRow[] = [];
  let after = positionOf(query.cursor);
  while (after < end && found.length < limit) {
    const before = after + 1 + SEARCH_ROWS;
    const rows = await context.store.rows(run.id, loop.key, {
      ...filterOf(query),
      after,
      before,
      limit: limit - found.length,
      ...(text === undefined ? {} : { search: text }),
    });
    found.push(...rows);
    after = found.length >= limit ? (found.at(-1)?.index ?? before) : before - 1;
    if (context.clock.monotonic() - begun > SEARCH_MS) break;
  }
  const done = after >= end;
  return {
    items: found.map(rowView),
    next: done ? null : writeCursor(after),
    searched: { rows: done ? end + 1 : after + 1, of: loop.total },
  };
}

async function sorted(
  context: ApiContext,
  run: RunRecord,
  loop: LoopRecord,
  query: Query,
  sort: TimeQuery['sort'],
): Promise<Page> {
  const { cursor, limit } = query;
  const after = readCursor(cursor, AFTER_TIME);
  const times = await context.store.times(run.id, loop.key, {
    ...filterOf(query),
    sort,
    limit: limit + 1,
    ...(after === null ? {} : { after: after satisfies RowTime }),
  });
  const shown = times.slice(0, limit);
  const rows = await Promise.all(shown.map(({ index }) => context.store.row(run.id, loop.key, index)));
  const last = shown.at(-1);
  return {
    items: rows.flatMap((row) => (row === null ? [] : [rowView(row)])),
    next: last === undefined || times.length <= limit ? null : writeCursor(last),
    searched: null,
  };
}

// ---- one iteration ----

export async function iterationView(
  context: ApiContext,
  run: RunRecord,
  loop: LoopRecord,
  index: number,
  filter: AskedFilter,
): Promise<View> {
  const row = await context.store.row(run.id, loop.key, index);
  if (row === null) throw new Problem(404, 'iteration-not-found', `${loop.path} has no iteration ${index} yet.`);
  const frame = `${loop.path}[${index}]`;
  const own = filterOf(filter);
  const [previous, following, loops] = await Promise.all([
    nearest(context, run, loop, own, index, 'before'),
    nearest(context, run, loop, own, index, 'after'),
    loopViews(context, run, frame),
  ]);
  const cut = row.input.length + row.output.length + row.steps.length > MOST_BYTES;
  const values = (wire: string): Json[] => (wire.length > MOST_BYTES ? [] : itemsOf(wire).slice(0, MOST_ITEMS));
  return {
    index,
    status: row.status,
    input: values(row.input),
    output: values(row.output),
    cutAt: cut ? MOST_BYTES : null,
    ...(await stepsOf(context, run, loop, row, new Map(loops.map((one) => [one.node, one.path])))),
    logs: row.logs,
    failure: failureView(row.failure),
    cause: row.cause,
    attempts: row.attempts,
    usage: row.usage,
    startedAt: row.startedAt,
    durationMs: row.durationMs,
    loops,
    // Beyond what the schema names, nothing is sent.
    earlier: await context.store.earlier(run.id, loop.key, index),
    previous,
    following,
  };
}
