/**
 * Owns what people change of running loops, in SQLite. Callers hold the transaction. Applies nothing.
 */
import type { DialRecord, Dials } from '@rondo/core/ports.ts';
import type { Connection } from './connection.ts';

export function putDials(db: Connection, run: number, path: string, asked: Dials): number {
  const revision = Number(db.first('select ifnull(max(revision), 0) + 1 from dials where run = ?', run)?.[0]);
  db.change(
    'insert into dials (run, path, revision, asked, confirmed) values (?, ?, ?, ?, 0) ' +
      'on conflict (run, path) do update set revision = excluded.revision, asked = excluded.asked',
    run,
    path,
    revision,
    JSON.stringify(asked),
  );
  return revision;
}

export function confirm(db: Connection, run: number, path: string, revision: number): void {
  const text =
    'update dials set confirmed = ?, in_force = case when revision = ? then asked else in_force end ' +
    'where run = ? and path = ? and confirmed < ? and revision >= ?';
  db.change(text, revision, revision, run, path, revision, revision);
}

export function dialsOf(db: Connection, run: number, after: number): DialRecord[] {
  const text =
    'select path, revision, asked, confirmed, in_force from dials where run = ? and revision > ? order by path';
  return db.all(text, run, after).map(([path, revision, asked, confirmed, inForce]) => ({
    path: String(path),
    revision: Number(revision),
    asked: JSON.parse(String(asked)) as Dials,
    confirmed: Number(confirmed),
    inForce: inForce === null ? null : (JSON.parse(String(inForce)) as Dials),
  }));
}
