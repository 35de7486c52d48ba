/**
 * Owns what the SQL nodes ask of a database: sessions that run statements, and the facts in which the dialects
 * differ. The drivers are in the folders of the nodes. Runs nothing itself.
 */
import type { Json } from '@rondo/core/model/item.ts';

/** A value on its way into a statement. Lists and objects are written as the dialect says. */
export type SqlValue = Json | Uint8Array | bigint;

/** A value that came out: bytes become base64 or a file of the item. */
export type Cell = Json | Uint8Array;

export interface Statement {
  text: string;
  values: readonly SqlValue[];
}

export interface Answer {
  /** Empty where the statement gives no rows at all. */
  columns: readonly string[];
  /** What `Dialect.stored` must know to take a cell back as a value; by column, where it matters. */
  kinds?: readonly string[];
  rows: readonly Cell[][];
  /** Rows that a write changed. */
  affected: number;
  /** The id that the database gave to the last new row, where it says so. */
  lastId?: Json;
}

export interface Cursor {
  /** The next rows, at most `count`; fewer mean the end. */
  next(count: number, mostBytes: number): Promise<Answer>;
}

/** One connection. It runs one statement at a time. */
export interface Session {
  /** Set once it cannot be used any more; it is closed then, not given back. */
  readonly broken: boolean;
  run(statement: Statement, mostBytes: number): Promise<Answer>;
  /** Opens a cursor; only one per session, which is of no other use from then on. */
  cursor(statement: Statement): Promise<Cursor>;
  /** Stops what runs, on the server. Never throws; best effort. */
  cancel(): Promise<void>;
  /** Closes it; `hard` without waiting for what runs. */
  close(hard: boolean): Promise<void>;
}

/** What a driver's error means, in the same words for all databases. */
export interface Problem {
  kind:
    | 'connection'
    | 'authentication'
    | 'tls'
    | 'unique'
    | 'foreign-key'
    | 'not-null'
    | 'check'
    | 'value'
    | 'syntax'
    | 'unknown-name'
    | 'permission'
    | 'read-only'
    | 'deadlock'
    | 'serialization'
    | 'busy'
    | 'overload'
    | 'cancelled'
    | 'other';
  message: string;
  /** SQLSTATE, or the database's own code. */
  state?: string;
  /** 1-based position in the text of the statement. */
  position?: number;
  constraint?: string;
  table?: string;
  column?: string;
  detail?: string;
  hint?: string;
}

export type TableOperation = 'insert' | 'upsert' | 'update' | 'delete';

export interface Dialect {
  /** For messages: PostgreSQL, MySQL, SQLite. */
  name: string;
  quote: (identifier: string) => string;
  /** Placeholder of the n-th value, counted from 1. */
  placeholder: (n: number) => string;
  /** Most values of one statement. */
  mostValues: number;
  text: TextRules;
  /** Begins a transaction that writes. */
  begin: string;
  /** Keeps rows whose key is NULL in front, so that they are seen. */
  nullsFirst: string;
  /** Rows of one operation as statements that run in one transaction. */
  write: (write: Write) => readonly Statement[];
  problem: (error: unknown) => Problem;
  /** What the columns of a table need done to values; only where values must be rewritten. */
  columnKinds?: (session: Session, table: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  stored?: (value: SqlValue, kind: string | undefined) => SqlValue;
}

/** How SQL text is written: what is a string, a name, a comment, a placeholder. */
export interface TextRules {
  /** `?` or `$1`. */
  positional: 'question' | 'dollar';
  backslashEscapes: boolean;
  /** $tag$ texts, E'' strings and nested comments of PostgreSQL. */
  dollarQuotes: boolean;
  hashComments: boolean;
  backticks: boolean;
  brackets: boolean;
  /** The driver would run the first of several statements and say nothing about the rest. */
  onlyFirst: boolean;
  /** A list stands for several values, as in IN (:ids). Otherwise it is one array. */
  spreadLists: boolean;
}

export interface Write {
  operation: TableOperation;
  table: readonly string[];
  rows: readonly Record<string, SqlValue>[];
  key: readonly string[];
  /** upsert: what happens to a row that is there. */
  onConflict: 'update' | 'ignore';
  returning: readonly string[];
  /** update and delete: condition instead of a key, as text with values that begin at `first`. */
  where: ((first: number, prefix?: string) => Statement) | null;
}

export interface Driver {
  dialect: Dialect;
  /** Opens a connection; throws what `dialect.problem` understands, or a FailureError. */
  open: () => Promise<Session>;
  /** Tells this database and user from others; without secrets. */
  key: string;
  /** For messages: user@host:port/database. */
  where: string;
  connections: number;
}
