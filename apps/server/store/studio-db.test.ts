/** studio.db: who may read it, which files are taken, all or nothing. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { StoreError } from '@rondo/core/ports.ts';
import { MIGRATIONS } from './migrations.ts';
import { StudioDb } from './studio-db.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rondo-studio-db-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const setting = (db: StudioDb, name: string): number =>
  db.change('insert into settings (name, value, changed_at, changed_by) values (?, ?, ?, ?)', name, '1', 0, 'Ada');

it('is its owner’s only, and keeps what was written over a new start', async () => {
  const path = join(folder, 'deep', 'studio.db');
  const db = new StudioDb(path);
  setting(db, 'a');
  db.close();
  if (process.platform !== 'win32') expect((await stat(path)).mode & 0o077).toBe(0);
  const again = new StudioDb(path);
  expect(again.all('select name from settings')).toEqual([{ name: 'a' }]);
  again.close();
});

it('comes from any older version to the newest, step by step', () => {
  for (let version = 1; version < MIGRATIONS.length; version++) {
    const path = join(folder, `${version}.db`);
    const old = new DatabaseSync(path);
    for (const step of MIGRATIONS.slice(0, version)) old.exec(step);
    old.exec(`pragma application_id = ${0x526f6e75}; pragma user_version = ${version}`);
    old.exec("insert into settings values ('kept', '1', 0, 'Ada')");
    old.close();
    const db = new StudioDb(path);
    expect(db.first('pragma user_version')).toEqual({ user_version: MIGRATIONS.length });
    expect(db.first('select name from settings')).toEqual({ name: 'kept' });
    db.close();
  }
});

it('refuses files of others and of newer versions, and changes nothing in them', () => {
  const other = join(folder, 'other.db');
  const foreign = new DatabaseSync(other);
  foreign.exec('create table theirs (x)');
  foreign.close();
  expect(() => new StudioDb(other)).toThrow(/is not a database of Rondo's server/);
  const path = join(folder, 'studio.db');
  new StudioDb(path).close();
  const newer = new DatabaseSync(path);
  newer.exec('pragma user_version = 9999');
  newer.close();
  expect(() => new StudioDb(path)).toThrow(StoreError);
  expect(() => new StudioDb(path)).toThrow(/newer Rondo/);
});

it('does all of a transaction or nothing, also where one is inside another', () => {
  const db = new StudioDb(':memory:');
  const work = (): void =>
    db.transaction(() => {
      setting(db, 'a');
      db.transaction(() => setting(db, 'b'));
      throw new Error('no');
    });
  expect(work).toThrow('no');
  expect(db.all('select name from settings')).toEqual([]);
  db.transaction(() => setting(db, 'c'));
  expect(db.all('select name from settings')).toEqual([{ name: 'c' }]);
  db.close();
});
