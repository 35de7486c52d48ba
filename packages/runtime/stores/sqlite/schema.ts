/**
 * Owns the tables, their version, and opening a file so that nothing acknowledged is ever lost.
 * Does not read or write rows.
 *
 * A row of the ledger has one integer key, loop id * 2^24 + index: rows of a loop lie side by side
 * in index order, appending is the cheapest insert there is, and a page is a range of keys.
 * (Measured: 25 to 40 % faster than a primary key of two columns, with or without rowid.)
 */
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from '@rondo/core/ports.ts';

export const SCHEMA_VERSION = 5;
/** Tells our file from any other SQLite file: "Rond". */
const APPLICATION_ID = 0x526f6e64;

const TABLES = `
  create table runs (
    key integer primary key,
    id text not null unique,
    workflow text not null,
    definition text not null,
    options text not null,
    created_at integer not null,
    text_sum integer not null,
    status text not null,
    output text,
    failure text,
    started_at integer,
    finished_at integer,
    sum integer not null
  );
  create index runs_status on runs (status, key);

  create table leases (
    run integer primary key,
    owner text,
    token integer not null,
    expires_at integer not null,
    heartbeat_at integer,
    control text not null,
    sum integer not null
  );

  create table journal (
    run integer not null,
    seq integer not null,
    frame text not null,
    event text not null,
    sum integer not null,
    primary key (run, seq)
  ) without rowid;
  create index journal_frame on journal (run, frame) where frame <> '';

  create table loops (
    id integer primary key,
    run integer not null,
    key integer not null,
    path text not null,
    node text not null,
    status text not null,
    total integer,
    completed integer not null,
    failed integer not null,
    skipped integer not null,
    cursor integer not null,
    carry text,
    tally text not null,
    started_at integer not null,
    duration integer not null,
    sum integer not null,
    unique (run, key),
    unique (run, path)
  );

  create table rows (
    id integer primary key,
    status integer not null,
    input text not null,
    output text not null,
    steps text not null,
    logs text not null,
    failure text,
    cause text,
    attempts integer not null,
    usage text,
    losses integer not null,
    started_at integer not null,
    duration integer not null,
    sum integer not null,
    output_sum integer not null
  );
  create index rows_status on rows (status) where status <> 1;
  create index rows_cause on rows (cause) where status = 2;

  create table causes (
    loop integer not null,
    cause text not null,
    message text not null,
    node text,
    count integer not null,
    first integer not null,
    last integer not null,
    columns blob not null,
    sum integer not null,
    primary key (loop, cause)
  ) without rowid;

  create table score (
    loop integer not null,
    chunk integer not null,
    per integer not null,
    cells blob not null,
    sum integer not null,
    primary key (loop, chunk)
  ) without rowid;
`;

/** Since version 3: what people change of loops while they run (revisions grow within a run); runs of a workflow. */
const THIRD = `
  create index runs_workflow on runs (workflow, key);

  create table dials (
    run integer not null,
    path text not null,
    revision integer not null,
    asked text not null,
    confirmed integer not null,
    in_force text,
    primary key (run, path)
  ) without rowid;
`;

/**
 * Since version 4: re-runs of a loop, numbered from 1, and what rows were when one took them out. `place` is the key of
 * the row in `rows`, whose columns have other names, so that both can be asked together.
 */
const FOURTH = `
  create table reruns (
    loop integer not null,
    number integer not null,
    at integer not null,
    who text,
    count integer not null,
    primary key (loop, number)
  ) without rowid;

  create table earlier (
    place integer not null,
    rerun integer not null,
    was integer not null,
    was_cause text,
    message text,
    tries integer not null,
    began integer not null,
    took integer not null,
    primary key (place, rerun)
  ) without rowid;
  create index earlier_rerun on earlier (rerun, place);
`;

/** Since version 5: what the model calls of a run cost. */
const FIFTH = 'alter table runs add column usage text';

/** The first version whose files are brought to the newest one. */
const OLDEST = 2;

/** The file and its folder are for their owner only; SQLite gives -wal and -shm the mode of the file. */
export function createFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
}

function pragma(db: DatabaseSync, name: string): number {
  return Number(db.prepare(`pragma ${name}`).get()?.[name]);
}

function versionOf(db: DatabaseSync, path: string): number {
  const version = pragma(db, 'user_version');
  const application = pragma(db, 'application_id');
  const empty = version === 0 && db.prepare('select 1 from sqlite_schema limit 1').get() === undefined;
  if (!empty && application !== APPLICATION_ID) {
    throw new StoreError('store-unavailable', `${path} is not a Rondo database. Use another file.`);
  }
  if (version > SCHEMA_VERSION) {
    const what = `has schema ${version}; this version of Rondo knows up to ${SCHEMA_VERSION}`;
    throw new StoreError('store-unavailable', `${path} was written by a newer Rondo (it ${what}). Update Rondo.`);
  }
  if (version !== 0 && version < OLDEST) {
    throw new StoreError('store-unavailable', `${path} was made by an early preview of Rondo. Use another file.`);
  }
  return version;
}

/** Settings of the connection, and the tables if there are none yet. */
export function prepareDatabase(db: DatabaseSync, path: string): void {
  // FULL: a commit that was acknowledged survives a power cut; where the log can be flushed beside
  // the work, the connection relaxes it (wal-sync.ts).
  db.exec('pragma synchronous = full; pragma foreign_keys = off; pragma trusted_schema = off');
  db.exec('pragma cache_size = -16000; pragma temp_store = memory; pragma cell_size_check = on');
  if (versionOf(db, path) === SCHEMA_VERSION) {
    // The file stays in WAL mode once it is; asking again would be one more lock at each start.
    if (db.prepare('pragma journal_mode').get()?.['journal_mode'] !== 'wal') db.exec('pragma journal_mode = wal');
  } else {
    db.exec('pragma journal_mode = wal');
    db.exec('begin immediate');
    try {
      // Somebody else may have been first while we waited for the lock.
      const version = versionOf(db, path);
      if (version < SCHEMA_VERSION) {
        if (version === 0) db.exec(TABLES);
        if (version < 3) db.exec(THIRD);
        if (version < 4) db.exec(FOURTH);
        db.exec(FIFTH);
        db.exec(`pragma application_id = ${APPLICATION_ID}; pragma user_version = ${SCHEMA_VERSION}`);
      }
      db.exec('commit');
    } catch (error) {
      if (db.isTransaction) db.exec('rollback');
      throw error;
    }
  }
  // 16 MB between checkpoints: fewer rewrites of the same pages at full speed.
  db.exec('pragma wal_autocheckpoint = 4000');
}
