/**
 * Owns one open database: prepared statements, transactions, the clock, and turning SQLite's
 * errors into ours. Knows no table.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { Defect } from '@rondo/core/errors.ts';
import { StoreError } from '@rondo/core/ports.ts';
import { createFile, prepareDatabase } from './schema.ts';
import { openWal, WalSync, type WalFile } from './wal-sync.ts';

export type Cell = string | number | null | Uint8Array;

/** Checksum over values in order. JSON keeps them apart, so that no two lists give the same text. */
export function checksum(values: readonly unknown[]): number {
  return crc32(JSON.stringify(values));
}

export function corrupt(what: string): StoreError {
  const advice = 'The database is damaged there. Run `rondo doctor`, and restore the file from a backup.';
  return new StoreError('store-corrupt', `${what}: the checksum does not fit. ${advice}`);
}

interface SqliteError extends Error {
  code: string;
  errcode: number;
  errstr: string;
}

const UNAVAILABLE: Readonly<Record<number, string>> = {
  3: 'access was denied',
  5: 'another process is writing to it',
  6: 'another connection is writing to it',
  7: 'there is not enough memory',
  8: 'it is read-only',
  10: 'the disk reported an error',
  13: 'the disk is full',
  14: 'it cannot be opened',
  23: 'access was denied',
};

/** SQLite's error as one for people. What is neither trouble outside nor damage is our bug. */
export function translate(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof StoreError || error instanceof Defect) return error;
  const { code, errcode, errstr } = error as SqliteError;
  // A number that cannot be one we wrote: damage.
  if (code === 'ERR_OUT_OF_RANGE') return corrupt(path);
  if (
    code === 'ENOSPC' ||
    code === 'EACCES' ||
    code === 'EROFS' ||
    code === 'EPERM' ||
    code === 'ENOTDIR' ||
    code === 'EIO'
  ) {
    return new StoreError('store-unavailable', `The database ${path} cannot be used: ${error.message}.`);
  }
  if (code === 'ERR_INVALID_STATE') return new StoreError('store-unavailable', `The database ${path} is closed.`);
  if (code !== 'ERR_SQLITE_ERROR') return error;
  const primary = errcode & 0xff;
  const reason = UNAVAILABLE[primary];
  if (reason !== undefined) {
    const message = `The database ${path} cannot be written now: ${reason} (${errstr}). Nothing was changed.`;
    return new StoreError('store-unavailable', message);
  }
  if (primary === 11 || primary === 26) {
    const message = `The database ${path} is damaged (${error.message}). Run \`rondo doctor\`, and restore a backup.`;
    return new StoreError('store-corrupt', message);
  }
  return new Defect(`SQLite: ${error.message}`);
}

export interface SqliteOptions {
  /** File, or `:memory:`. */
  path: string;
  /** Replaces the database's clock; for tests. */
  now?: () => number;
  /** How long to wait for another process that writes. It blocks this one, so it is short. */
  busyMs?: number;
}

export class Connection {
  readonly path: string;
  private readonly db: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();
  private readonly clock: (() => number) | null;
  private readonly log: WalFile | null;
  private wal: WalSync | null;

  constructor(options: SqliteOptions) {
    this.path = options.path;
    this.clock = options.now ?? null;
    try {
      if (options.path !== ':memory:') createFile(options.path);
      this.db = new DatabaseSync(options.path, { timeout: options.busyMs ?? 250 });
    } catch (error) {
      throw translate(error, options.path);
    }
    try {
      prepareDatabase(this.db, options.path);
    } catch (error) {
      this.db.close();
      throw translate(error, options.path);
    }
    this.log = options.path === ':memory:' ? null : openWal(options.path);
    this.wal = this.log === null ? null : new WalSync(this.log.flush);
    if (this.wal !== null) this.db.exec('pragma synchronous = normal');
  }

  /** Prepared once; answers rows as lists. */
  sql(text: string): StatementSync {
    let statement = this.statements.get(text);
    if (statement === undefined) {
      statement = this.db.prepare(text);
      statement.setReturnArrays(true);
      this.statements.set(text, statement);
    }
    return statement;
  }

  all(text: string, ...values: Cell[]): Cell[][] {
    return this.sql(text).all(...values) as unknown as Cell[][];
  }

  first(text: string, ...values: Cell[]): Cell[] | null {
    return (this.sql(text).get(...values) as unknown as Cell[] | undefined) ?? null;
  }

  each(text: string, ...values: Cell[]): Iterable<Cell[]> {
    return this.sql(text).iterate(...values) as unknown as Iterable<Cell[]>;
  }

  /** How many rows it changed. */
  change(text: string, ...values: Cell[]): number {
    return Number(this.sql(text).run(...values).changes);
  }

  /** One transaction that may write: all of it or nothing. On disk after flush(). */
  append<T>(work: () => T): T {
    return this.transaction('begin immediate', work);
  }

  /** The same, and it is on disk. */
  async write<T>(work: () => T): Promise<T> {
    const answer = this.append(work);
    await this.flush();
    return answer;
  }

  /** Resolves when what was appended is on disk. */
  async flush(): Promise<void> {
    try {
      await this.wal?.sync();
    } catch (error) {
      // A failed flush cannot be asked again: the system may have let go of what it could not write.
      this.wal = null;
      this.transactionless('pragma synchronous = full; pragma wal_checkpoint(full)');
      throw translate(error, this.path);
    }
  }

  private transactionless(text: string): void {
    try {
      this.db.exec(text);
    } catch (error) {
      throw translate(error, this.path);
    }
  }

  /** One transaction that only reads: one state of the database. */
  read<T>(work: () => T): T {
    return this.transaction('begin', work);
  }

  private transaction<T>(begin: string, work: () => T): T {
    try {
      this.sql(begin).run();
      const answer = work();
      this.sql('commit').run();
      return answer;
    } catch (error) {
      this.rollback();
      throw translate(error, this.path);
    }
  }

  private rollback(): void {
    try {
      // A full disk ends the transaction by itself.
      if (this.db.isTransaction) this.sql('rollback').run();
    } catch {
      // What made the rollback fail made the work fail too, and that error is on its way.
    }
  }

  /** ms since 1970 by the database's clock, the one that all who drive runs share. */
  now(): number {
    if (this.clock !== null) return this.clock();
    return Math.round(Number(this.first("select unixepoch('subsec') * 1000")?.[0]));
  }

  close(): void {
    this.statements.clear();
    this.log?.close();
    try {
      this.db.close();
    } catch (error) {
      if ((error as SqliteError).code !== 'ERR_INVALID_STATE') throw translate(error, this.path);
    }
  }
}
