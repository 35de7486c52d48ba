/**
 * Owns studio.db: the one SQLite file of what the server keeps besides runs. Opens it, brings it to the newest
 * version (migrations.ts), runs prepared statements and transactions. Knows no table.
 */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { StoreError } from '@rondo/core/ports.ts';
import { translate } from '@rondo/runtime/stores/sqlite/connection.ts';
import { MIGRATIONS } from './migrations.ts';

export type Value = string | number | null | Uint8Array;

/** Tells our file from any other SQLite file: "Ronu". */
const APPLICATION_ID = 0x526f6e75;
const BUSY_MS = 2_000;

export class StudioDb {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #depth = 0;

  /** A file, created for its owner only, or `:memory:`. Throws StoreError when it cannot be used. */
  constructor(path: string) {
    this.path = path;
    const isFile = path !== ':memory:';
    let db: DatabaseSync | null = null;
    try {
      if (isFile) createPrivately(path);
      db = new DatabaseSync(path, { timeout: BUSY_MS });
      prepare(db, path, isFile);
    } catch (error) {
      db?.close();
      throw translate(error, path);
    }
    this.#db = db;
  }

  all<T>(text: string, ...values: Value[]): T[] {
    return this.#guard(() => this.#statement(text).all(...values) as unknown as T[]);
  }

  first<T>(text: string, ...values: Value[]): T | undefined {
    return this.#guard(() => this.#statement(text).get(...values) as unknown as T | undefined);
  }

  /** How many rows it changed. On disk when it returns, unless a transaction is around it. */
  change(text: string, ...values: Value[]): number {
    return this.#guard(() => Number(this.#statement(text).run(...values).changes));
  }

  /** All of it or nothing. One inside another is part of that one. */
  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    return this.#guard(() => {
      this.#statement('begin immediate').run();
      this.#depth += 1;
      try {
        const answer = work();
        this.#statement('commit').run();
        return answer;
      } catch (error) {
        if (this.#db.isTransaction) this.#statement('rollback').run();
        throw error;
      } finally {
        this.#depth -= 1;
      }
    });
  }

  close(): void {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }

  #statement(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.#db.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw translate(error, this.path);
    }
  }
}

function createPrivately(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  // It holds hashes of passwords: a file that came from elsewhere, with a wider mode, is narrowed.
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
}

function numberOf(db: DatabaseSync, pragma: string): number {
  return Number(db.prepare(`pragma ${pragma}`).get()?.[pragma]);
}

function prepare(db: DatabaseSync, path: string, isFile: boolean): void {
  db.exec('pragma foreign_keys = on; pragma trusted_schema = off; pragma secure_delete = on');
  if (isFile) db.exec('pragma journal_mode = wal; pragma synchronous = full');
  db.exec('begin immediate');
  try {
    const version = numberOf(db, 'user_version');
    const isNew = version === 0 && db.prepare('select 1 from sqlite_schema limit 1').get() === undefined;
    if (!isNew && numberOf(db, 'application_id') !== APPLICATION_ID) {
      throw new StoreError(
        'store-unavailable',
        `${path} is not a database of Rondo's server. Use another data folder.`,
      );
    }
    if (version > MIGRATIONS.length) {
      const what = `it has version ${version}; this version of Rondo knows up to ${MIGRATIONS.length}`;
      throw new StoreError('store-unavailable', `${path} was written by a newer Rondo (${what}). Update Rondo.`);
    }
    for (const step of MIGRATIONS.slice(version)) db.exec(step);
    db.exec(`pragma application_id = ${APPLICATION_ID}; pragma user_version = ${MIGRATIONS.length}`);
    db.exec('commit');
  } catch (error) {
    if (db.isTransaction) db.exec('rollback');
    throw error;
  }
}
