/**
 * Owns reading pages of rows with filters: which index serves which filter, and how a scan that
 * may be long is cut so that it never holds the process up. Keyset only.
 */
import { setImmediate } from 'node:timers/promises';
import type { IterationRow, RowFilter, RowQuery } from '@rondo/core/ports.ts';
import { contains, needles } from '../match.ts';
import { MAX_ITERATIONS } from '../rules.ts';
import type { Cell, Connection } from './connection.ts';
import { COLUMNS, decode, decodeOutput, highestIndex, rowKey, statusCode, type LoopName } from './ledger.ts';

/** Keys looked at between two turns of the event loop: some 10 ms. */
export const WINDOW = 20_000;
/** SQLite narrows by the start of a long text; `contains` decides. Its patterns have a length limit. */
const PATTERN_CHARACTERS = 1_000;

function pattern(needle: string): string {
  const start = needle.slice(0, PATTERN_CHARACTERS);
  return `%${start.replace(/[\\%_]/g, (special) => `\\${special}`)}%`;
}

interface Filter {
  from: string;
  /** The column that is a row's key there. */
  key: 'id' | 'place';
  conditions: string;
  values: Cell[];
  /** The index finds the rows; without it the scan may pass many that do not fit. */
  indexed: boolean;
}

export function filterOf(query: RowFilter & Pick<RowQuery, 'search'>): Filter {
  const conditions: string[] = [];
  const values: Cell[] = [];
  let from = 'rows';
  if (query.cause !== undefined) {
    from = 'rows indexed by rows_cause';
    conditions.push('status = 2', 'cause = ?');
    values.push(query.cause);
  }
  if (query.status === 'completed') conditions.push('status = 1');
  else if (query.status !== undefined) {
    if (query.cause === undefined) from = 'rows indexed by rows_status';
    conditions.push('status <> 1', 'status = ?');
    values.push(statusCode(query.status));
  }
  let indexed = from !== 'rows' || conditions.length === 0;
  if (query.rerun !== undefined) {
    // A re-run did few rows as a rule: they are found first, whatever else is asked of them.
    from = 'earlier indexed by earlier_rerun cross join rows on rows.id = place';
    conditions.push('rerun = ?');
    values.push(query.rerun);
    indexed = true;
  }
  if (query.minMs !== undefined) {
    conditions.push('duration >= ?');
    values.push(query.minMs);
  }
  if (query.maxMs !== undefined) {
    conditions.push('duration <= ?');
    values.push(query.maxMs);
  }
  indexed &&= query.minMs === undefined && query.maxMs === undefined;
  if (query.search !== undefined) {
    indexed = false;
    const tests = needles(query.search).flatMap((needle) => {
      values.push(...Array<Cell>(3).fill(pattern(needle)));
      return ['input', 'output', 'failure'].map((column) => `${column} like ? escape '\\'`);
    });
    conditions.push(`(${tests.join(' or ')})`);
  }
  return {
    from,
    key: query.rerun === undefined ? 'id' : 'place',
    conditions: conditions.map((condition) => ` and ${condition}`).join(''),
    values,
    indexed,
  };
}

/** A loop of this database. */
export interface Target {
  id: number;
  name: LoopName;
}

export async function queryRows(db: Connection, target: Target, query: RowQuery): Promise<IterationRow[]> {
  const { from, key, conditions, values, indexed } = filterOf(query);
  const text = `select ${COLUMNS} from ${from} where ${key} > ? and ${key} < ?${conditions} order by ${key} limit ?`;
  const wanted = query.search === undefined ? null : needles(query.search);
  const end = Math.min(query.before ?? MAX_ITERATIONS, indexed ? MAX_ITERATIONS : highestIndex(db, target.id) + 1);
  const step = indexed ? MAX_ITERATIONS : WINDOW;
  const out: IterationRow[] = [];
  let after = Math.max(-1, query.after);
  while (after < end - 1 && out.length < query.limit) {
    const until = Math.min(end, after + 1 + step);
    const room = query.limit - out.length;
    const page = db.all(text, rowKey(target.id, after), rowKey(target.id, until), ...values, room);
    const rows = page.map((cells) => decode(target.id, target.name, cells));
    out.push(...(wanted === null ? rows : rows.filter((row) => contains(row, wanted))));
    // A full page may have left rows of this window behind.
    after = rows.length === room ? (rows.at(-1)?.index ?? end) : until - 1;
    if (!indexed && after < end - 1 && out.length < query.limit) await setImmediate();
  }
  return out;
}

export function queryOutputs(
  db: Connection,
  target: Target,
  after: number,
  limit: number,
): { index: number; output: string }[] {
  const text = 'select id, output, output_sum from rows where id > ? and id < ? order by id limit ?';
  const from = rowKey(target.id, Math.max(-1, after));
  return db
    .all(text, from, rowKey(target.id + 1, 0), limit)
    .map((cells) => decodeOutput(target.id, target.name, cells));
}

/** Indices of rows, for a redrive. */
export function* matchingIndices(
  db: Connection,
  loopId: number,
  query: Pick<RowQuery, 'status' | 'cause'>,
): Generator<number> {
  const { from, conditions, values } = filterOf(query);
  const text = `select id from ${from} where id >= ? and id < ?${conditions} order by id`;
  const keys = db.each(text, rowKey(loopId, 0), rowKey(loopId + 1, 0), ...values);
  for (const [key] of keys) yield Number(key) - rowKey(loopId, 0);
}
