/**
 * Owns a SQLite file in a process of its own: statements there block nobody else, and one that takes too long is
 * ended with its process, which SQLite survives. Knows no nodes and no items.
 */
import { existsSync } from 'node:fs';
import { constants, DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { rowBytes, TooManyBytes } from '../kit/sql/row-size.ts';
import type { Answer, Cell, SqlValue } from '../kit/sql/session.ts';
import type { Request, Response, Settings, Trouble } from './messages.ts';

/** Longest text or blob of one value. */
const MOST_VALUE = 64 * 1024 * 1024;
/** How long another writer is waited for. */
const BUSY_MS = 5000;
/** Settings of the library that reach beyond the file. */
const REFUSED = new Set(['temp_store_directory', 'data_store_directory', 'writable_schema', 'trusted_schema']);

interface Reading {
  columns: string[];
  read: ((cell: unknown) => Cell)[];
}

let database: DatabaseSync | undefined;
let cursor: { rows: Iterator<unknown>; reading: Reading } | undefined;

function open(settings: Settings): DatabaseSync {
  if (!settings.create && !existsSync(settings.path))
    throw Object.assign(new Error('the file does not exist'), { errcode: 14 });
  const opened = new DatabaseSync(settings.path, {
    readOnly: settings.readOnly,
    timeout: BUSY_MS,
    readBigInts: true,
    returnArrays: true,
    enableDoubleQuotedStringLiterals: false,
    defensive: true,
    // No other file is opened from SQL: ATTACH, VACUUM INTO.
    limits: { attach: 0, length: MOST_VALUE },
  });
  opened.setAuthorizer((action, first) =>
    action === constants.SQLITE_PRAGMA && REFUSED.has(String(first).toLowerCase())
      ? constants.SQLITE_DENY
      : constants.SQLITE_OK,
  );
  return opened;
}

function bound(value: SqlValue): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  // Plain numbers are bound as floating point.
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array) ? JSON.stringify(value) : value;
}

/** Texts of a JSON column that are no JSON stay texts. */
function json(text: string): Cell {
  try {
    return JSON.parse(text) as Cell;
  } catch {
    return text;
  }
}

function readerOf(type: string | null): (cell: unknown) => Cell {
  const isFlag = /^bool/i.test(type ?? '');
  const isJson = /^json/i.test(type ?? '');
  return (cell) => {
    if (typeof cell === 'bigint') {
      if (isFlag && (cell === 0n || cell === 1n)) return cell === 1n;
      const value = Number(cell);
      return Number.isSafeInteger(value) ? value : String(cell);
    }
    if (typeof cell === 'number' && !Number.isFinite(cell)) return String(cell);
    return isJson && typeof cell === 'string' ? json(cell) : (cell as Cell);
  };
}

function readingOf(statement: StatementSync): Reading {
  const found = statement.columns();
  return { columns: found.map(({ name }) => name), read: found.map(({ type }) => readerOf(type)) };
}

function take(rows: Iterator<unknown>, reading: Reading, count: number, mostBytes: number): Cell[][] {
  const out: Cell[][] = [];
  let bytes = 0;
  while (out.length < count) {
    const { value, done } = rows.next();
    if (done === true) break;
    const cells = (value as unknown[]).map((cell, i) => (reading.read[i] as (cell: unknown) => Cell)(cell));
    bytes += rowBytes(reading.columns, cells);
    if (bytes > mostBytes) {
      rows.return?.();
      throw new TooManyBytes();
    }
    out.push(cells);
  }
  return out;
}

const changes = (on: DatabaseSync): number =>
  Number((on.prepare('SELECT total_changes()').get() as unknown as [bigint])[0]);

function runStatement(on: DatabaseSync, request: Request & { do: 'run' }): Answer {
  const statement = on.prepare(request.text);
  const values = request.values.map(bound);
  const reading = readingOf(statement);
  const before = changes(on);
  if (reading.columns.length > 0) {
    const rows = take(statement.iterate(...values), reading, Number.POSITIVE_INFINITY, request.mostBytes);
    return { columns: reading.columns, rows, affected: changes(on) - before };
  }
  const { lastInsertRowid } = statement.run(...values);
  const affected = changes(on) - before;
  const isInsert = affected > 0 && /^\s*(insert|replace)\b/i.test(request.text);
  const lastId = readerOf(null)(BigInt(lastInsertRowid));
  return { columns: [], rows: [], affected, ...(isInsert && !(lastId instanceof Uint8Array) ? { lastId } : {}) };
}

function answerTo(request: Request): Answer {
  const on = database as DatabaseSync;
  if (request.do === 'run') return runStatement(on, request);
  if (request.do === 'cursor') {
    const statement = on.prepare(request.text);
    cursor = { rows: statement.iterate(...request.values.map(bound)), reading: readingOf(statement) };
    return { columns: cursor.reading.columns, rows: [], affected: 0 };
  }
  if (cursor === undefined) throw new Error('there is no cursor');
  const rows = take(cursor.rows, cursor.reading, request.count, request.mostBytes);
  return { columns: cursor.reading.columns, rows, affected: 0 };
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof TooManyBytes) return { message: '', tooManyBytes: true };
  const { message, errcode } = error as { message: string; errcode?: number };
  return { message, ...(errcode === undefined ? {} : { errcode }) };
}

function respond(work: () => Answer): void {
  let response: Response;
  try {
    response = { answer: work() };
  } catch (error) {
    response = { trouble: troubleOf(error) };
  }
  process.send?.(response);
}

process.on('message', (request: Request) => respond(() => answerTo(request)));
// The runner is gone: nobody would end this process. While a statement runs only another thread can see that.
process.on('disconnect', () => process.exit(0));
const WATCH = `const { ppid } = process;
setInterval(() => process.ppid === ppid || process.kill(process.pid, 'SIGKILL'), 1000);`;
new Worker(WATCH, { eval: true }).unref();
respond(() => {
  database = open(JSON.parse(process.argv[2] ?? '') as Settings);
  return { columns: [], rows: [], affected: 0 };
});
