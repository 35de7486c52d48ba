/**
 * Owns the one open database of the services: statements, transactions, waiting for other processes
 * that write, flushing to disk. Knows no table.
 */
import { chmodSync, statSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { StoreError } from '@rondo/core/ports.ts';
import { translate, type Cell } from '../stores/sqlite/connection.ts';
import { createFile } from '../stores/sqlite/schema.ts';
import { openWal, WalSync, type WalFile } from '../stores/sqlite/wal-sync.ts';
import { prepareServices } from './schema.ts';

/** Blocks this process, so it is short; beyond it, waiting is done beside the work. */
const BUSY_MS = 50;
const BUSY_PAUSE_MS = 20;
const BUSY_MOST_MS = 10_000;

function isBusy(error: unknown): boolean {
  const { code, errcode } = error as { code?: string; errcode?: number };
  return code === 'ERR_SQLITE_ERROR' && ((errcode ?? 0) & 0xff) === 5;
}

function unopened(error: unknown, path: string): unknown {
  const told = translate(error, path);
  const { syscall, message } = told as NodeJS.ErrnoException;
  if (syscall === undefined) return told;
  return new StoreError('store-unavailable', `The database ${path} cannot be opened: ${message}.`);
}

export class Database {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #log: WalFile | null;
  #wal: WalSync | null;
  #closed = false;

  /** `path` of a file, which is created for its owner only, or `:memory:`. */
  constructor(path: string) {
    this.path = path;
    let db: DatabaseSync | null = null;
    try {
      if (path !== ':memory:') createFile(path);
      db = new DatabaseSync(path, { timeout: 2_000 });
      prepareServices(db, path);
      db.exec(`pragma busy_timeout = ${BUSY_MS}`);
      // It holds secrets: a file that came from elsewhere, with a wider mode, is narrowed.
      if (path !== ':memory:' && process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
        chmodSync(path, 0o600);
    } catch (error) {
      db?.close();
      throw unopened(error, path);
    }
    this.#db = db;
    this.#log = path === ':memory:' ? null : openWal(path);
    this.#wal = this.#log === null ? null : new WalSync(this.#log.flush);
    // Commits are flushed beside the work, and acknowledged after that.
    if (this.#wal !== null) db.exec('pragma synchronous = normal');
  }

  /** A statement that reads. Not kept: for tables of which there may be many. Answers rows as lists. */
  reader(text: string): StatementSync {
    const statement = this.#db.prepare(text);
    statement.setReturnArrays(true);
    return statement;
  }

  /** The same for one that changes rows. */
  writer(text: string): StatementSync {
    const statement = this.#db.prepare(text);
    // Each change tells the last row id of the connection, and those of full text tables pass 2^53.
    statement.setReadBigInts(true);
    return statement;
  }

  #kept(text: string, make: (text: string) => StatementSync): StatementSync {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = make(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }

  #reads(text: string): StatementSync {
    return this.#kept(text, () => this.reader(text));
  }

  #writes(text: string): StatementSync {
    return this.#kept(text, () => this.writer(text));
  }

  all(text: string, ...values: Cell[]): Cell[][] {
    return this.#reads(text).all(...values) as unknown as Cell[][];
  }

  first(text: string, ...values: Cell[]): Cell[] | null {
    return (this.#reads(text).get(...values) as unknown as Cell[] | undefined) ?? null;
  }

  /** How many rows it changed. */
  change(text: string, ...values: Cell[]): number {
    return Number(this.#writes(text).run(...values).changes);
  }

  /** The id of the row it inserted. */
  insert(text: string, ...values: Cell[]): number {
    return Number(this.#writes(text).run(...values).lastInsertRowid);
  }

  /** Statements of the schema, inside a transaction. */
  define(text: string): void {
    this.#db.exec(text);
  }

  /** One transaction that only reads: one state of the database. */
  read<T>(work: () => T): T {
    try {
      return this.#transaction('begin', work);
    } catch (error) {
      throw translate(error, this.path);
    }
  }

  /** One transaction that writes: all of it or nothing. On disk when it resolves. `work` may be done again. */
  async write<T>(work: () => T): Promise<T> {
    const until = performance.now() + BUSY_MOST_MS;
    for (;;) {
      try {
        const answer = this.#transaction('begin immediate', work);
        await this.#flush();
        return answer;
      } catch (error) {
        if (!isBusy(error) || performance.now() > until) throw translate(error, this.path);
      }
      await delay(BUSY_PAUSE_MS);
    }
  }

  async #flush(): Promise<void> {
    try {
      await this.#wal?.sync();
    } catch (error) {
      // A failed flush cannot be asked again: the system may have let go of what it could not write.
      this.#wal = null;
      this.#db.exec('pragma synchronous = full; pragma wal_checkpoint(full)');
      throw error;
    }
  }

  #transaction<T>(begin: string, work: () => T): T {
    if (this.#closed) throw new StoreError('store-unavailable', `The database ${this.path} is closed.`);
    try {
      this.#writes(begin).run();
      const answer = work();
      this.#writes('commit').run();
      return answer;
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  #rollback(): void {
    try {
      // A full disk ends the transaction by itself.
      if (this.#db.isTransaction) this.#writes('rollback').run();
    } catch {
      // What made the rollback fail made the work fail too, and that error is on its way.
    }
  }

  /** What was written is on disk after it. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // Whoever still waits for the log is told by the same flush.
    await this.#wal?.sync().catch(() => undefined);
    this.#statements.clear();
    this.#db.close();
    this.#log?.close();
  }
}
