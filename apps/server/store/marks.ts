/**
 * Owns what happened to runs from outside: paused, gone on with, cancelled, re-run, limits changed, taken over, and by
 * whom. Bounded per run. For the timeline; what is for the record is in the audit log.
 */
import type { StudioDb } from './studio-db.ts';

export type MarkKind = 'pause' | 'resume' | 'cancel' | 'rerun' | 'limits' | 'taken-over';

export interface MarkNote {
  what: MarkKind;
  /** Null: nobody; the server itself. */
  who: string | null;
  /** Of a loop. */
  path?: string | null;
  detail?: Record<string, unknown>;
}

export interface Mark {
  at: number;
  who: string | null;
  what: MarkKind;
  path: string | null;
  detail: Record<string, unknown>;
}

/** Older ones of a run are let go. */
const MOST = 500;
/** A dial that is dragged is one change. */
const TOGETHER_MS = 5_000;

interface Stored {
  id: number;
  at: number;
  who: string | null;
  what: MarkKind;
  path: string | null;
  detail: string | null;
}

export class Marks {
  readonly #db: StudioDb;
  readonly #now: () => number;

  constructor(db: StudioDb, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  add(run: string, { what, who, path = null, detail }: MarkNote): void {
    const at = this.#now();
    const text = detail === undefined ? null : JSON.stringify(detail);
    this.#db.transaction(() => {
      const last = this.#db.first<Stored>('select * from run_marks where run = ? order by id desc limit 1', run);
      const same = last?.what === what && last.who === who && last.path === path && at - last.at < TOGETHER_MS;
      if (what === 'limits' && same) {
        this.#db.change('update run_marks set at = ?, detail = ? where id = ?', at, text, last.id);
        return;
      }
      const columns = 'run, at, who, what, path, detail';
      this.#db.change(`insert into run_marks (${columns}) values (?, ?, ?, ?, ?, ?)`, run, at, who, what, path, text);
      const old = 'select id from run_marks where run = ? order by id desc limit -1 offset ?';
      this.#db.change(`delete from run_marks where id in (${old})`, run, MOST);
    });
  }

  /** Oldest first. */
  of(run: string): Mark[] {
    return this.#db
      .all<Stored>('select * from run_marks where run = ? order by id', run)
      .map(({ at, who, what, path, detail }) => ({
        at,
        who,
        what,
        path,
        detail: detail === null ? {} : (JSON.parse(detail) as Record<string, unknown>),
      }));
  }

  forgetRun(run: string): void {
    this.#db.change('delete from run_marks where run = ?', run);
  }
}
