/**
 * Owns results that come in pages. With `key` each page is a query of its own that begins after the last key:
 * it goes on after a crash. Without, a cursor on a connection of its own is kept open for the run; when it is
 * lost (crash, cut connection), `restart` decides. Knows no driver.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { isObject } from '../paths.ts';
import { readChoice, readText, readTextList } from '../read.ts';
import { within, type Deadline } from './deadline.ts';
import { bind } from './placeholders.ts';
import type { Pool } from './pool.ts';
import { asFailure } from './problems.ts';
import type { Answer, Cell, Cursor, Driver, Session, SqlValue, Statement } from './session.ts';
import { keyPage, readSelection, selectStatement } from './statements.ts';
import { itemsOf, readParams, rowForm } from './values.ts';

export interface Paging {
  operation: 'query' | 'select';
  pageSize: number;
  deadline: Deadline;
  pool: Pool;
}

interface KeyCarry {
  last: Json[];
  kinds: Json[];
  /** Rows so far, for `limit`. */
  rows: number;
}

interface CursorCarry {
  cursor: string;
  rows: number;
}

interface OpenCursor {
  session: Session;
  cursor: Cursor;
  /** Rows that were taken from it. */
  rows: number;
}

function refuse(message: string, fix: string): never {
  throw new FailureError(failure('bad-value', message, { retry: 'no', fix }));
}

async function innerStatement(
  call: EffectCall,
  driver: Driver,
  paging: Paging,
  key: readonly string[],
): Promise<Statement> {
  if (paging.operation === 'query')
    return bind(
      readText(call.params, 'sqlTemplate', '') ||
        readText(call.params, 'sqlTemplate', '') ||
        readText(call.params, 'sql'),
      await readParams(call),
      driver.dialect,
    );
  const selection = readSelection(call.params);
  if (key.length === 0) return selectStatement(driver.dialect, selection);
  if (selection.sort.length > 0 || selection.offset !== null) {
    refuse(
      'Pages by key come in the order of key: sort and offset do not go with it.',
      'Take sort and offset out, or key (pages then come from a cursor).',
    );
  }
  const missing = selection.columns.length === 0 ? [] : key.filter((column) => !selection.columns.includes(column));
  return selectStatement(driver.dialect, { ...selection, columns: [...selection.columns, ...missing], limit: null });
}

export async function nextPage(call: EffectCall, driver: Driver, paging: Paging): Promise<EffectResult> {
  const key = readTextList(call.params, 'key', []);
  const statement = await innerStatement(call, driver, paging, key);
  try {
    return key.length === 0
      ? await cursorPage(call, driver, paging, statement)
      : await pageByKey(call, driver, paging, statement, key);
  } catch (error) {
    throw asFailure(error, driver, call, key.length === 0 && paging.operation === 'query' ? statement.text : null);
  }
}

// ---- by key ----

const carried = (cell: Cell): Json =>
  cell instanceof Uint8Array ? { $base64: Buffer.from(cell).toString('base64') } : cell;

function valueOf(driver: Driver, json: Json, kind: Json | undefined): SqlValue {
  if (isObject(json) && typeof json['$base64'] === 'string') return Buffer.from(json['$base64'], 'base64');
  return driver.dialect.stored?.(json, typeof kind === 'string' ? kind : undefined) ?? json;
}

async function pageByKey(
  call: EffectCall,
  driver: Driver,
  paging: Paging,
  statement: Statement,
  key: readonly string[],
): Promise<EffectResult> {
  const carry = call.carry as unknown as KeyCarry | undefined;
  const before = carry?.rows ?? 0;
  const most =
    typeof call.params['limit'] === 'number' && paging.operation === 'select' ? call.params['limit'] : Infinity;
  const count = Math.min(paging.pageSize, most - before);
  if (count <= 0) return { items: [], done: true };
  const last = carry === undefined ? null : carry.last.map((json, i) => valueOf(driver, json, carry.kinds[i]));
  // One row more than the page tells whether there is another, and whether the key is unique.
  const wanted = keyPage(driver.dialect, statement, key, last, count + 1);
  const answer = await paging.pool.use(call.signal, (session) =>
    within(paging.deadline, session, () => session.run(wanted, call.ports.limit('step.bytes'))),
  );
  const width = answer.columns.length - key.length;
  const keyOf = (row: readonly Cell[] | undefined): Json[] => (row ?? []).slice(width).map(carried);
  const rows = answer.rows.slice(0, count);
  if (rows.some((row) => row.slice(width).includes(null))) {
    refuse(
      `A row has NULL in its key (${key.join(', ')}), so it would be lost between pages.`,
      'Page by columns that are never NULL.',
    );
  }
  const lastKey = keyOf(rows.at(-1));
  const more = answer.rows.length > count;
  if (more && JSON.stringify(lastKey) === JSON.stringify(keyOf(answer.rows[count]))) {
    refuse(
      `Two rows have the same key (${key.join(', ')}: ${JSON.stringify(lastKey)}), so one would be lost between pages.`,
      'Add columns to key until it is unique.',
    );
  }
  const page: Answer = {
    ...answer,
    columns: answer.columns.slice(0, width),
    rows: rows.map((row) => row.slice(0, width)),
  };
  const items = await itemsOf(page, rowForm(call), call);
  if (!more || before + rows.length >= most) return { items, done: true };
  const kinds = (answer.kinds ?? []).slice(width) as Json[];
  const next: KeyCarry = { last: lastKey, kinds, rows: before + rows.length };
  return { items, carry: next as unknown as Json, done: false };
}

// ---- by cursor ----

function lost(driver: Driver, rows: number): FailureError {
  return new FailureError(
    failure(
      'node-failed',
      `${driver.where}: the cursor was lost after ${rows} rows (a crash, or the connection was cut).`,
      {
        retry: 'no',
        fix: 'Run it again from the start. To go on at the page instead, name a unique column in key; or set restart to skip where the order of the rows is fixed.',
      },
    ),
  );
}

async function openCursor(driver: Driver, statement: Statement): Promise<OpenCursor> {
  const session = await driver.open();
  try {
    return { session, cursor: await session.cursor(statement), rows: 0 };
  } catch (error) {
    await session.close(true);
    throw error;
  }
}

/** Brings a new cursor to where the lost one was. */
async function skipRows(open: OpenCursor, rows: number, pageSize: number, mostBytes: number): Promise<void> {
  while (open.rows < rows) {
    const { length } = (await open.cursor.next(Math.min(pageSize, rows - open.rows), mostBytes)).rows;
    if (length === 0) return;
    open.rows += length;
  }
}

async function cursorPage(
  call: EffectCall,
  driver: Driver,
  paging: Paging,
  statement: Statement,
): Promise<EffectResult> {
  const carry = (call.carry as unknown as CursorCarry | undefined) ?? { cursor: call.idempotencyKey, rows: 0 };
  const name = `sql-cursor ${carry.cursor}`;
  const mostBytes = call.ports.limit('step.bytes');
  const restart = readChoice(call.params, 'restart', ['fail', 'skip'], 'fail');
  const open = await call.ports.keep(name, async () => {
    if (carry.rows > 0 && restart === 'fail') throw lost(driver, carry.rows);
    const value = await openCursor(driver, statement);
    return { value, close: () => value.session.close(false) };
  });
  try {
    const answer = await within(paging.deadline, open.session, async () => {
      if (open.rows > carry.rows) throw lost(driver, carry.rows);
      await skipRows(open, carry.rows, paging.pageSize, mostBytes);
      return open.cursor.next(paging.pageSize, mostBytes);
    });
    open.rows += answer.rows.length;
    const items = await itemsOf(answer, rowForm(call), call);
    const rows = carry.rows + items.length;
    if (items.length === paging.pageSize) {
      return { items, carry: { cursor: carry.cursor, rows } satisfies CursorCarry, done: false };
    }
    await call.ports.drop(name);
    return { items, done: true };
  } catch (error) {
    // Where the cursor stands is not known any more.
    await open.session.close(true);
    await call.ports.drop(name);
    throw error;
  }
}
