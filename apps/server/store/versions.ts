/**
 * Owns versions of workflows and who asked for runs, in studio.db. A version is a text that a workflow had, saved here
 * or found in its file. Does not touch files.
 */
import { createHash } from 'node:crypto';
import type { StudioDb } from './studio-db.ts';

export interface VersionFacts {
  version: number;
  changedAt: number;
  /** Null: changed in the file, by whoever. */
  changedBy: string | null;
  note: string | null;
}

export interface Asker {
  workflow: string;
  version: number | null;
  startedBy: string | null;
}

/** Texts of one workflow that are kept; the oldest go. */
const MOST_VERSIONS = 500;

const FACTS = 'version, changed_at as changedAt, changed_by as changedBy, note';

const hashOf = (text: string): Uint8Array => createHash('sha256').update(text).digest();

export class Versions {
  readonly #db: StudioDb;
  readonly #now: () => number;

  constructor(db: StudioDb, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** The newest version; a text that differs from it becomes the next one. */
  record(workflow: string, text: string, by: string | null, note: string | null = null): VersionFacts {
    return this.#db.transaction(() => {
      const hash = hashOf(text);
      const last = this.#db.first<VersionFacts & { hash: Uint8Array }>(
        `select ${FACTS}, hash from workflow_versions where workflow = ? order by version desc limit 1`,
        workflow,
      );
      if (last !== undefined && Buffer.compare(last.hash, hash) === 0) {
        const { hash: _, ...facts } = last;
        return facts;
      }
      const facts = { version: (last?.version ?? 0) + 1, changedAt: this.#now(), changedBy: by, note };
      this.#db.change(
        'insert into workflow_versions (workflow, version, hash, text, changed_at, changed_by, note) values (?, ?, ?, ?, ?, ?, ?)',
        workflow,
        facts.version,
        hash,
        text,
        facts.changedAt,
        by,
        note,
      );
      this.#db.change(
        'delete from workflow_versions where workflow = ? and version <= ?',
        workflow,
        facts.version - MOST_VERSIONS,
      );
      return facts;
    });
  }

  latest(workflow: string): VersionFacts | undefined {
    const text = `select ${FACTS} from workflow_versions where workflow = ? order by version desc limit 1`;
    return this.#db.first<VersionFacts>(text, workflow);
  }

  get(workflow: string, version: number): (VersionFacts & { text: string }) | undefined {
    const text = `select ${FACTS}, text from workflow_versions where workflow = ? and version = ?`;
    return this.#db.first<VersionFacts & { text: string }>(text, workflow, version);
  }

  /** The newest version that had this text. */
  find(workflow: string, text: string): number | null {
    const query = 'select max(version) as version from workflow_versions where workflow = ? and hash = ?';
    return this.#db.first<{ version: number | null }>(query, workflow, hashOf(text))?.version ?? null;
  }

  /** Newest first. */
  list(workflow: string, before: number, limit: number): (VersionFacts & { runs: number })[] {
    const runs = '(select count(*) from run_askers a where a.workflow = v.workflow and a.version = v.version) as runs';
    const text = `select ${FACTS}, ${runs} from workflow_versions v where workflow = ? and version < ? order by version desc limit ?`;
    return this.#db.all(text, workflow, before, limit);
  }

  /** The workflow has another id now. */
  rename(from: string, to: string): void {
    if (from === to || this.latest(to) !== undefined) return;
    this.#db.change('update workflow_versions set workflow = ? where workflow = ?', to, from);
  }

  forget(workflow: string): void {
    this.#db.change('delete from workflow_versions where workflow = ?', workflow);
  }

  /** Of a run that was started here. */
  asked(run: string, { workflow, version, startedBy }: Asker): void {
    this.#db.change(
      'insert or ignore into run_askers (run, workflow, version, started_by, created_at) values (?, ?, ?, ?, ?)',
      run,
      workflow,
      version,
      startedBy,
      this.#now(),
    );
  }

  /** The run goes on by another version. */
  moved(run: string, version: number): void {
    this.#db.change('update run_askers set version = ? where run = ?', version, run);
  }

  asker(run: string): Asker | undefined {
    const text = 'select workflow, version, started_by as startedBy from run_askers where run = ?';
    return this.#db.first<Asker>(text, run);
  }

  forgetRun(run: string): void {
    this.#db.change('delete from run_askers where run = ?', run);
  }
}
