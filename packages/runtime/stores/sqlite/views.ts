/**
 * Owns what readers ask of runs and loops besides rows: loops of a frame, indices, times. Callers hold no
 * transaction. Writes nothing.
 */
import { setImmediate } from 'node:timers/promises';
import type { IndexQuery, LoopInside, RowTime, TimeQuery } from '@rondo/core/ports.ts';
import { MAX_ITERATIONS } from '../rules.ts';
import type { Cell, Connection } from './connection.ts';
import { damagedRow, highestIndex, rowKey, statusOf } from './ledger.ts';
import { filterOf, WINDOW, type Target } from './query.ts';

/**
 * The paths of the loops of a frame. Paths of deeper ones begin with `path[`; each such stretch is passed over in one
 * step, as `\` is the character after `[`.
 */
export function pathsIn(db: Connection, run: number, frame: string, limit: number, after?: string): string[] {
  const prefix = frame === '' ? '' : `${frame}/`;
  const text = 'select path from loops where run = ? and path > ? order by path limit 1';
  const out: string[] = [];
  let from = after === undefined ? prefix : pastInside(prefix, after);
  while (out.length < limit) {
    const path = db.first(text, run, from)?.[0];
    if (typeof path !== 'string' || !path.startsWith(prefix)) break;
    if (!path.slice(prefix.length).includes('[')) {
      out.push(path);
      from = path;
    } else from = pastInside(prefix, path);
  }
  return out;
}

/** The end of the stretch of what lies inside the loop that `path` is, or is inside of. */
function pastInside(prefix: string, path: string): string {
  const own = path.slice(prefix.length);
  const end = own.indexOf('[');
  return end < 0 ? path : `${prefix}${own.slice(0, end)}\\`;
}

/** Loops directly inside the iterations of one. What lies deeper is passed over, stretch by stretch. */
export function loopsInside(db: Connection, run: number, path: string, limit: number): LoopInside[] {
  const prefix = `${path}[`;
  const text =
    'select path, total, completed, failed, skipped from loops where run = ? and path > ? order by path limit 1';
  const out: LoopInside[] = [];
  for (let from = prefix; out.length < limit; ) {
    const cells = db.first(text, run, from);
    const found = cells?.[0];
    if (cells === null || typeof found !== 'string' || !found.startsWith(prefix)) break;
    const frame = found.slice(0, found.indexOf(']/', prefix.length) + 2);
    if (found.slice(frame.length).includes('[')) {
      from = pastInside(frame, found);
      continue;
    }
    from = found;
    const [, total, completed, failed, skipped] = cells as [string, number | null, number, number, number];
    const index = Number(frame.slice(prefix.length, -2));
    if (Number.isInteger(index)) out.push({ index, path: found, total, completed, failed, skipped });
  }
  return out;
}

export function queryIndices(db: Connection, loopId: number, query: IndexQuery): number[] {
  const { after = -1, before = MAX_ITERATIONS, descending = false, limit } = query;
  const { from, key: column, conditions, values } = filterOf(query);
  const order = `order by ${column}${descending ? ' desc' : ''}`;
  const text = `select ${column} from ${from} where ${column} > ? and ${column} < ?${conditions} ${order} limit ?`;
  const low = rowKey(loopId, Math.max(-1, after));
  const high = rowKey(loopId, Math.min(before, MAX_ITERATIONS));
  return db.all(text, low, high, ...values, limit).map(([key]) => Number(key) - rowKey(loopId, 0));
}

function decodeTime({ id, name }: Target, cells: readonly Cell[]): RowTime {
  const [key, code, startedAt, durationMs] = cells;
  const index = Number(key) - rowKey(id, 0);
  const status = statusOf(code);
  if (status === undefined || typeof startedAt !== 'number' || typeof durationMs !== 'number')
    throw damagedRow(name, index);
  return { index, status, startedAt, durationMs };
}

const TIMES = 'id, status, started_at, duration';

export function scanTimes(db: Connection, target: Target, after: number, limit: number): RowTime[] {
  const text = `select ${TIMES} from rows where id > ? and id < ? order by id limit ?`;
  return db
    .all(text, rowKey(target.id, Math.max(-1, after)), rowKey(target.id + 1, 0), limit)
    .map((cells) => decodeTime(target, cells));
}

/** The best of each window of rows, merged. */
export async function sortedTimes(db: Connection, target: Target, query: TimeQuery): Promise<RowTime[]> {
  const { sort, after, limit } = query;
  const { from, key, conditions, values, indexed } = filterOf(query);
  const column = sort === 'duration' ? 'duration' : 'started_at';
  const valueOf = (row: RowTime): number => (sort === 'duration' ? row.durationMs : row.startedAt);
  const beyond = after === undefined ? '' : ` and (${column} < ? or ${column} = ? and ${key} > ?)`;
  const more: Cell[] = after === undefined ? [] : [valueOf(after), valueOf(after), rowKey(target.id, after.index)];
  const text =
    `select ${TIMES} from ${from} where ${key} >= ? and ${key} < ?${conditions}${beyond} ` +
    `order by ${column} desc, ${key} limit ?`;
  const end = highestIndex(db, target.id) + 1;
  // Without an index of its own, each window is one short stop.
  const step = indexed && conditions !== '' ? MAX_ITERATIONS : WINDOW;
  let best: RowTime[] = [];
  for (let at = 0; at < end; at += step) {
    const until = Math.min(end, at + step);
    const page = db.all(text, rowKey(target.id, at), rowKey(target.id, until), ...values, ...more, limit);
    best = [...best, ...page.map((cells) => decodeTime(target, cells))]
      .sort((a, b) => valueOf(b) - valueOf(a) || a.index - b.index)
      .slice(0, limit);
    if (until < end) await setImmediate();
  }
  return best;
}
