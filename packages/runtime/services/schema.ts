/**
 * Owns the tables of the services, their version, and preparing a file for them.
 * Does not read or write rows.
 *
 * Ids of bases and chunks are never given twice (autoincrement): a cache that knows an id knows its row.
 */
import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from '@rondo/core/ports.ts';

export const SCHEMA_VERSION = 1;
/** Tells our file from any other SQLite file, the run store's too: "Rons". */
const APPLICATION_ID = 0x526f6e73;

const TABLES = `
  create table scopes (
    id integer primary key autoincrement,
    -- null: forgotten, its rows are being taken away
    name unique,
    keys integer not null
  );
  create table state_values (
    scope integer not null,
    key not null,
    value text not null,
    primary key (scope, key)
  ) without rowid;
  create table state_members (
    scope integer not null,
    key not null,
    owner text not null,
    primary key (scope, key)
  ) without rowid;

  create table installation (
    id integer primary key check (id = 1),
    salt blob not null
  );
  create table secrets (
    name text primary key,
    key_id text not null,
    nonce blob not null,
    sealed blob not null,
    hosts text not null,
    created_at integer not null,
    updated_at integer not null
  ) without rowid;

  create table bases (
    id integer primary key autoincrement,
    name text not null unique,
    dimensions integer,
    chunks integer not null,
    vectors integer not null,
    revision integer not null
  );
  create table documents (
    id integer primary key autoincrement,
    base integer not null,
    name text not null,
    title text not null,
    meta text not null,
    unique (base, name)
  );
  create table chunks (
    id integer primary key autoincrement,
    base integer not null,
    document integer not null,
    position integer not null,
    text text not null
  );
  create index chunks_document on chunks (document, position);
  -- Apart from the text, so that reading all vectors of a base reads nothing else.
  create table vectors (
    chunk integer primary key,
    base integer not null,
    numbers blob not null
  );
  create index vectors_base on vectors (base, chunk);
`;

function pragma(db: DatabaseSync, name: string): number {
  return Number(db.prepare(`pragma ${name}`).get()?.[name]);
}

function versionOf(db: DatabaseSync, path: string): number {
  const version = pragma(db, 'user_version');
  const empty = version === 0 && db.prepare('select 1 from sqlite_schema limit 1').get() === undefined;
  if (!empty && pragma(db, 'application_id') !== APPLICATION_ID) {
    const message = `${path} is not a database of Rondo's services (state, secrets, knowledge). Use another file.`;
    throw new StoreError('store-unavailable', message);
  }
  if (version > SCHEMA_VERSION) {
    const what = `it has schema ${version}; this version of Rondo knows up to ${SCHEMA_VERSION}`;
    throw new StoreError('store-unavailable', `${path} was written by a newer Rondo (${what}). Update Rondo.`);
  }
  return version;
}

/** Settings of the connection, and the tables if there are none yet. */
export function prepareServices(db: DatabaseSync, path: string): void {
  db.exec('pragma synchronous = full; pragma foreign_keys = off; pragma trusted_schema = off');
  db.exec('pragma temp_store = memory; pragma cell_size_check = on');
  // Sets of a million keys are written all over their table: what is in memory is not read again.
  db.exec('pragma cache_size = -64000; pragma wal_autocheckpoint = 4000');
  // A secret that is removed or replaced leaves no bytes behind in its page.
  db.exec('pragma secure_delete = fast');
  if (versionOf(db, path) === SCHEMA_VERSION) {
    if (db.prepare('pragma journal_mode').get()?.['journal_mode'] !== 'wal') db.exec('pragma journal_mode = wal');
    return;
  }
  db.exec('pragma journal_mode = wal');
  db.exec('begin immediate');
  try {
    // Somebody else may have been first while we waited for the lock.
    if (versionOf(db, path) === 0) {
      db.exec(TABLES);
      db.exec('insert into installation (id, salt) values (1, randomblob(32))');
      db.exec(`pragma application_id = ${APPLICATION_ID}; pragma user_version = ${SCHEMA_VERSION}`);
    }
    db.exec('commit');
  } catch (error) {
    if (db.isTransaction) db.exec('rollback');
    throw error;
  }
}
