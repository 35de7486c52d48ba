/**
 * Owns looking into a run's SQLite file from outside while it is being written: how far a loop
 * has come. Plain SQL over a read-only connection; no code of the engine, so that it cannot
 * share its mistakes.
 */
import { DatabaseSync } from 'node:sqlite';

export interface Probe {
  /** Highest settled index + 1 of the run's loop with this path; -1 while there is nothing. */
  settled(): number;
  close(): void;
}

/** Null while the file or its tables are not there yet. */
export function openProbe(file: string, path: string): Probe | null {
  try {
    const db = new DatabaseSync(file, { readOnly: true });
    const query = db.prepare('select cursor from loop where path = ? limit 1');
    return {
      settled() {
        try {
          const row = query.get(path) as { cursor: number } | undefined;
          return row === undefined ? -1 : Number(row.cursor);
        } catch {
          return -1;
        }
      },
      close: () => db.close(),
    };
  } catch {
    return null;
  }
}
