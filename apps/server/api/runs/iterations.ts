/**
 * Owns pages of iterations and single ones: by status, cause or text, by position, duration or start. Every answer
 * looks at a bounded number of rows; a search that has more to do says how far it came. Changes nothing.
 */
import { z } from 'zod';
import type { iteration, iterationPage, iterationQuery, iterationRow, stepView } from '@rondo/api/schemas/run.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { Step } from '@rondo/core/model/plan.ts';
import type { IterationRow, LoopRecord, RowQuery, RowTime, RunRecord, TimeQuery } from '@rondo/core/ports.ts';
import { iterationStatus } from '@rondo/api/schemas/shared.ts';
import { Problem } from '../../http/problem.ts';
import type { ApiContext } from '../context.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { itemName, itemsOf, rowText } from './items.ts';
import { failureView, loopViews } from './views.ts';

type Query = z.output<typeof iterationQuery>;
type Page = z.input<typeof iterationPage>;
type RowView = z.input<typeof iterationRow>;
type StepView = z.input<typeof stepView>;
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
  if (query.search !== undefined && query.search !== '') return search(context, run, loop, query, query.search);
  if (query.sort !== 'position') return sorted(context, run, loop, query, query.sort);
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

function filterOf({ status, cause }: Pick<Query, 'status' | 'cause'>): Pick<RowQuery, 'status' | 'cause'> {
  return { ...(status === undefined ? {} : { status }), ...(cause === undefined ? {} : { cause }) };
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
  text: string,
): Promise<Page> {
  if (query.sort !== 'position')
    throw new Problem(400, 'sort-with-search', 'A search goes by position; take sort=position.');
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
      search: text,
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

/** Longer values are cut; the page asks for the rest by the export. */
const MOST_BYTES = 1_000_000;
const MOST_ITEMS = 1_000;

interface StoredStep {
  id: string;
  status: string;
  output?: Json[][];
  counts?: number[];
  cut?: boolean;
  failure?: Parameters<typeof failureView>[0];
}

export async function iterationView(
  context: ApiContext,
  run: RunRecord,
  loop: LoopRecord,
  index: number,
  filter: Pick<Query, 'status' | 'cause'>,
): Promise<View> {
  const row = await context.store.row(run.id, loop.key, index);
  if (row === null) throw new Problem(404, 'iteration-not-found', `${loop.path} has no iteration ${index} yet.`);
  const frame = `${loop.path}[${index}]`;
  const own = filterOf(filter);
  const [previous, following, loops] = await Promise.all([
    context.store.indices(run.id, loop.key, { ...own, before: index, descending: true, limit: 1 }),
    context.store.indices(run.id, loop.key, { ...own, after: index, limit: 1 }),
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
    steps: await stepsOf(context, run, loop, row, new Map(loops.map((one) => [one.node, one.path]))),
    logs: row.logs,
    failure: failureView(row.failure),
    cause: row.cause,
    attempts: row.attempts,
    usage: row.usage,
    startedAt: row.startedAt,
    durationMs: row.durationMs,
    loops,
    previous: previous[0] ?? null,
    following: following[0] ?? null,
  };
}

/** What the row keeps of its steps, in the order of the body; the last one's output is the iteration's own. */
async function stepsOf(
  context: ApiContext,
  run: RunRecord,
  loop: LoopRecord,
  row: IterationRow,
  loops: ReadonlyMap<string, string>,
): Promise<StepView[]> {
  const kept = row.steps === '' ? [] : (JSON.parse(row.steps) as StoredStep[]);
  const known = new Map(kept.map((step) => [step.id, step]));
  const container = context.facts.step(run, loop.node)?.container;
  const body = container !== undefined && 'body' in container ? container.body.steps : [];
  const order = body.length > 0 ? body.map((step) => step.id) : kept.map((step) => step.id);
  const events = new Map<string, 'running' | 'waiting' | 'completed' | 'failed' | 'skipped'>();
  if (row.status === 'running' || row.status === 'waiting') {
    for (const event of await context.store.journal(run.id)) {
      if (event.step !== null && event.frame === `${loop.path}[${row.index}]`)
        events.set(event.step, stateOf(event.type));
    }
  }
  const failed = row.failure?.node;
  const before = ranBefore(body, failed);
  return order.map((id): StepView => {
    const step = known.get(id);
    const isFailed = failed === id;
    const isLast = step === undefined && id === order.at(-1) && row.status === 'completed';
    const status = isFailed
      ? 'failed'
      : (events.get(id) ??
        (isLast ? 'completed' : (stepStatus(step?.status) ?? (before.has(id) ? 'completed' : 'skipped'))));
    const path = loops.get(id) ?? null;
    return {
      id,
      title: context.facts.title(run, id),
      type: context.facts.step(run, id)?.type ?? '',
      status,
      output: isLast
        ? row.output.length > MOST_BYTES
          ? null
          : [itemsOf(row.output).slice(0, MOST_ITEMS)]
        : (step?.output ?? null),
      cut: step?.cut === true || step?.counts !== undefined,
      failure: isFailed ? failureView(row.failure) : failureView(step?.failure ?? null),
      loop: path,
    };
  });
}

/** Steps that gave the failed one its items: they were completed, also where a failed iteration does not keep them. */
function ranBefore(body: readonly Step[], failed: string | undefined): Set<string> {
  const found = new Set<string>();
  const open = body.filter(({ id }) => id === failed);
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    for (const { step: at } of step.inputs.flat()) {
      const source = body[at];
      if (source === undefined || found.has(source.id)) continue;
      found.add(source.id);
      open.push(source);
    }
  }
  return found;
}

function stateOf(type: string): 'running' | 'waiting' | 'completed' | 'failed' | 'skipped' {
  switch (type) {
    case 'step-waiting':
      return 'waiting';
    case 'step-completed':
      return 'completed';
    case 'step-skipped':
      return 'skipped';
    case 'step-failed':
      return 'failed';
    default:
      return 'running';
  }
}

function stepStatus(status: string | undefined): 'completed' | 'failed' | 'skipped' | null {
  return status === 'completed' || status === 'failed' || status === 'skipped' ? status : null;
}
