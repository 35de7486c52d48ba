/**
 * Owns causes of failures for the API: the lines of the score with their pattern word, and what the failed iterations
 * of a cause have in common. Reads a bounded number of rows. Changes nothing.
 */
import type { z } from 'zod';
import type { causeRow, common } from '@rondo/api/schemas/run.ts';
import { patternOf } from '@rondo/core/engine/pattern.ts';
import { SCORE_CELLS } from '@rondo/core/engine/score.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { CauseRecord, LoopRecord, RunRecord } from '@rondo/core/ports.ts';
import { Problem } from '../../http/problem.ts';
import type { ApiContext } from '../context.ts';
import { rowsOf } from './cells.ts';
import { itemsOf } from './items.ts';
import { shortText } from './facts.ts';

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

const SAMPLE = 500;
const HOLDS = 0.9;
const HARDLY = 0.1;
const MOST_FIELDS = 12;
const MOST_PATHS = 2_000;
const DEEP = 6;

/** What can hold for a field: a value, that it is empty, its type. */
type Facts = Map<string, Set<string>>;

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
  const failed = bad.map((row) => factsOf(itemsOf(row.input)[0] ?? null));
  const completed = good.map((row) => factsOf(itemsOf(row.input)[0] ?? null));
  const counts = tally(failed);
  const against = tally(completed);
  const fields = [...counts]
    .map(([fact, n]) => {
      const at = fact.indexOf('\n');
      return {
        path: fact.slice(0, at),
        says: fact.slice(at + 1),
        failed: n / failed.length,
        completed: (against.get(fact) ?? 0) / Math.max(1, completed.length),
      };
    })
    .filter((one) => one.failed >= HOLDS && (completed.length === 0 ? false : one.completed <= HARDLY))
    .sort((a, b) => b.failed - b.completed - (a.failed - a.completed) || rank(a.says) - rank(b.says));
  // Of one field the plainest fact is enough.
  const seen = new Set<string>();
  const shown = fields.filter(({ path }) => !seen.has(path) && seen.add(path) !== undefined).slice(0, MOST_FIELDS);
  return { failed: bad.length, completed: good.length, fields: shown };
}

const rank = (says: string): number => (says.startsWith('=') ? 0 : says.startsWith('is empty') ? 1 : 2);

function tally(rows: readonly Facts[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) {
    for (const [path, facts] of row) {
      for (const fact of facts) {
        const key = `${path}\n${fact}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
  }
  return counts;
}

function factsOf(value: Json): Facts {
  const facts: Facts = new Map();
  collect(value, '', facts, 0);
  return facts;
}

function collect(value: Json, path: string, into: Facts, depth: number): void {
  if (into.size >= MOST_PATHS || depth > DEEP) return;
  if (path !== '') into.set(path, new Set(said(value)));
  if (value === null || typeof value !== 'object') return;
  if (Array.isArray(value)) {
    into.set(`${path}.length`, new Set([`= ${value.length}`]));
    return;
  }
  for (const [key, inner] of Object.entries(value))
    collect(inner, path === '' ? key : `${path}.${key}`, into, depth + 1);
}

function said(value: Json): string[] {
  if (value === null) return ['is empty', 'is null'];
  if (Array.isArray(value)) return [...(value.length === 0 ? ['is empty'] : []), 'is a list'];
  if (typeof value === 'object') return [...(Object.keys(value).length === 0 ? ['is empty'] : []), 'is an object'];
  if (value === '') return ['is empty', 'is a text'];
  return [`= ${shortText(JSON.stringify(value), 80)}`, `is a ${typeof value === 'string' ? 'text' : typeof value}`];
}

/** What went wrong, without which field of which node it was: that is told beside it, and lines are short. */
function shortMessage(message: string): string {
  return /^Node \S+, parameter [^:]+: .* failed: (.+)$/s.exec(message)?.[1] ?? message;
}
