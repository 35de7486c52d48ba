/**
 * Owns looking into a run's SQLite file from outside while it is being written: how far a loop
 * has come, and a digest of its rows. Plain SQL over a read-only connection; no code of the
 * engine, so that it cannot share its mistakes.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** A row's key is loop id times this, plus index. */
const ROWS_PER_LOOP = 2 ** 24;

export interface Probe {
  /** All indices below are settled; -1 while there is nothing. */
  settled(): number;
  close(): void;
}

/** Null while the file or its tables are not there yet. */
export function openProbe(file: string, path: string): Probe | null {
  if (!existsSync(file)) return null;
  let db: DatabaseSync | null = null;
  try {
    db = new DatabaseSync(file, { readOnly: true });
    const query = db.prepare('select cursor from loops where path = ?');
    const opened = db;
    return {
      settled() {
        try {
          const row = query.get(path);
          return row === undefined ? -1 : Number(row['cursor']);
        } catch {
          return -1;
        }
      },
      close: () => opened.close(),
    };
  } catch {
    db?.close();
    return null;
  }
}

/** Id of the only run in the file. */
export function onlyRun(file: string): string {
  using db = new DatabaseSync(file, { readOnly: true });
  const runs = db.prepare('select id from runs').all();
  if (runs.length !== 1) throw new Error(`${file} holds ${runs.length} runs, expected one`);
  return String(runs[0]?.['id']);
}

/** Digest of index, status, input and output of all rows of a loop, in order of index. */
export function ledgerDigest(file: string, path: string): string {
  using db = new DatabaseSync(file, { readOnly: true });
  const loop = Number(db.prepare('select id from loops where path = ?').get(path)?.['id']);
  const from = loop * ROWS_PER_LOOP;
  const rows = db.prepare('select id, status, input, output from rows where id >= ? and id < ? order by id');
  const hash = createHash('sha256');
  for (const row of rows.iterate(from, from + ROWS_PER_LOOP)) {
    hash.update(`${Number(row['id']) - from}\t${row['status']}\t${row['input']}\t${row['output']}\n`);
  }
  return hash.digest('hex');
}
