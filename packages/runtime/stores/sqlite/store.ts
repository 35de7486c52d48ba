/**
 * Owns the SQLite store: the port RunStore over one file. Each method is one transaction; what it
 * writes is decided by records.ts, ledger.ts, digests.ts and redrive.ts.
 *
 * SQLite itself answers at once; a method that writes resolves when what it wrote is on disk. A second process may open
 * the same file: what this one remembers between commits is bound to the token of the lease.
 */
import type { JournalEvent } from '@rondo/core/events.ts';
import { Defect } from '@rondo/core/errors.ts';
import { iterationsPerCell, readScore, type Score } from '@rondo/core/engine/score.ts';
import {
  hasEnded,
  StoreError,
  type CauseRecord,
  type Commit,
  type Control,
  type DialRecord,
  type Dials,
  type IndexQuery,
  type IterationRow,
  type Lease,
  type LoopInside,
  type LoopRecord,
  type Redrive,
  type RowQuery,
  type RowTime,
  type RunQuery,
  type RunRecord,
  type RunStatus,
  type RunStore,
  type TimeQuery,
} from '@rondo/core/ports.ts';
import type { EarlierRow, RerunRecord } from '@rondo/core/reruns.ts';
import { checkSameRun, isDriven, lostMessage, MAX_ITERATIONS, notFound, UNCLAIMED_MS } from '../rules.ts';
import { causeList, type Digest } from '../digest.ts';
import { Connection, translate, type SqliteOptions } from './connection.ts';
import { deleteRun } from './delete.ts';
import { confirm, dialsOf, putDials } from './dials.ts';
import { readRow, RowWriter, type LoopName } from './ledger.ts';
import { queryOutputs, queryRows, type Target } from './query.ts';
import * as records from './records.ts';
import { earlierOf, rerunsOf } from './earlier.ts';
import { redriveRun } from './redrive.ts';
import { readDigest, rebuildDigest, replaceDigest, saveDigest } from './digests.ts';
import { verifyDatabase } from './verify.ts';
import { loopsInside, pathsIn, queryIndices, scanTimes, sortedTimes } from './views.ts';

/** What is remembered of a loop while its run is driven from here. */
interface OpenLoop {
  id: number;
  path: string;
  per: number;
  digest: Digest | null;
  writer: RowWriter | null;
}

/** Loops remembered per run; a run may have a million. */
const REMEMBERED = 500;

class SqliteStore implements RunStore {
  private readonly db: Connection;
  /** By run id; valid for this token only. */
  private readonly driven = new Map<string, { token: number; loops: Map<number, OpenLoop> }>();

  constructor(options: SqliteOptions) {
    this.db = new Connection(options);
  }

  private lease(run: string): records.LeaseRecord {
    const lease = records.leaseOf(this.db, run);
    if (lease === null) throw notFound(run);
    return lease;
  }

  async createRun(run: Pick<RunRecord, 'id' | 'workflow' | 'definition' | 'options' | 'createdAt'>): Promise<void> {
    await this.db.write(() => {
      const known = records.getRun(this.db, run.id);
      if (known === null) records.insertRun(this.db, run);
      else checkSameRun(known, run);
    });
  }

  async leaseOwner(run: string): Promise<string | null> {
    const lease = this.lease(run);
    return isDriven(lease, this.db.now()) ? lease.owner : null;
  }

  async claim(run: string, owner: string, ttlMs: number, instead?: string): Promise<Lease | null> {
    return this.db.write(() => {
      const lease = this.lease(run);
      const now = this.db.now();
      if (isDriven(lease, now) && (instead === undefined || lease.owner !== instead)) return null;
      const token = lease.token + 1;
      records.putLease(this.db, { ...lease, owner, token, expiresAt: now + ttlMs, heartbeatAt: now });
      return { run, owner, token };
    });
  }

  async renew(lease: Lease, ttlMs: number): Promise<boolean> {
    return this.db.write(() => {
      const held = this.lease(lease.run);
      if (held.token !== lease.token || held.owner !== lease.owner) return false;
      const now = this.db.now();
      records.putLease(this.db, { ...held, expiresAt: now + ttlMs, heartbeatAt: now });
      return true;
    });
  }

  async release(lease: Lease): Promise<void> {
    this.driven.delete(lease.run);
    await this.db.write(() => {
      const held = this.lease(lease.run);
      if (held.token === lease.token && held.owner === lease.owner) records.putLease(this.db, { ...held, owner: null });
    });
  }

  async commit(commit: Commit): Promise<Control> {
    const { run, token, owner } = commit.lease;
    try {
      return this.db.append(() => {
        const lease = this.lease(run);
        if (lease.token !== token || lease.owner !== owner) throw new StoreError('lease-lost', lostMessage(run));
        for (const event of commit.events ?? []) records.putEvent(this.db, lease.run, event);
        for (const frame of commit.forget ?? []) records.forgetFrame(this.db, lease.run, frame);
        this.writeLoops(lease.run, commit);
        this.writeRows(lease.run, commit);
        if (commit.run !== undefined) records.patchRun(this.db, lease.run, commit.run);
        // With its final status a run needs no driver any more, even if this one dies right after.
        if (commit.run?.status !== undefined && hasEnded(commit.run.status))
          records.putLease(this.db, { ...lease, owner: null });
        return lease.control;
      });
    } catch (error) {
      // What is remembered includes what was rolled back.
      this.driven.delete(run);
      throw error;
    }
  }

  async flush(): Promise<void> {
    await this.db.flush();
  }

  private remembered(lease: Lease): Map<number, OpenLoop> {
    let driven = this.driven.get(lease.run);
    if (driven === undefined || driven.token !== lease.token) {
      driven = { token: lease.token, loops: new Map() };
      this.driven.set(lease.run, driven);
    }
    return driven.loops;
  }

  private remember(loops: Map<number, OpenLoop>, key: number, loop: OpenLoop): OpenLoop {
    if (loops.size >= REMEMBERED) {
      const oldest = loops.keys().next().value;
      if (oldest !== undefined) loops.delete(oldest);
    }
    loops.set(key, loop);
    return loop;
  }

  private writeLoops(run: number, commit: Commit): void {
    const loops = this.remembered(commit.lease);
    for (const record of commit.loops ?? []) {
      const known = loops.get(record.key) ?? null;
      const stored = known ?? records.loopByKey(this.db, run, record.key, commit.lease.run);
      const id = records.putLoop(this.db, run, stored?.id ?? null, record);
      const per = iterationsPerCell(record.total);
      if (known === null) this.remember(loops, record.key, { id, path: record.path, per, digest: null, writer: null });
      else known.per = per;
    }
  }

  private openLoop(run: number, lease: Lease, key: number): OpenLoop {
    const loops = this.remembered(lease);
    const known = loops.get(key);
    if (known !== undefined) return known;
    const stored = records.loopByKey(this.db, run, key, lease.run);
    if (stored === null) throw new Defect(`row of a loop that is not there: ${key}`);
    const per = iterationsPerCell(stored.record.total);
    return this.remember(loops, key, { id: stored.id, path: stored.record.path, per, digest: null, writer: null });
  }

  private writeRows(run: number, commit: Commit): void {
    const touched = new Map<number, { digest: Digest; writer: RowWriter }>();
    for (const row of commit.rows ?? []) {
      let at = touched.get(row.loop);
      if (at === undefined) {
        at = this.openForRows(this.openLoop(run, commit.lease, row.loop), row.loop, commit.lease.run);
        touched.set(row.loop, at);
      }
      if (row.index >= MAX_ITERATIONS) throw new Defect(`index ${row.index} is beyond every limit`);
      const cause = at.digest.write(row, at.writer.find(row.index));
      at.writer.write(row, cause);
    }
    for (const { digest, writer } of touched.values()) {
      writer.flush();
      saveDigest(this.db, writer.loopId, digest);
    }
  }

  private openForRows(loop: OpenLoop, key: number, run: string): { digest: Digest; writer: RowWriter } {
    loop.writer ??= new RowWriter(this.db, loop.id, { run, path: loop.path, key });
    loop.digest ??= this.digest(loop.id, key, loop.per, true);
    return { digest: loop.digest, writer: loop.writer };
  }

  /** Score and causes are made of the rows: damaged ones are made again instead of stopping the run. */
  private digest(id: number, key: number, per: number, repair: boolean): Digest {
    const stored = readDigest(this.db, id, key, per);
    if (stored !== null) return stored;
    const rebuilt = rebuildDigest(this.db, id, key, per);
    if (repair) replaceDigest(this.db, id, rebuilt);
    return rebuilt;
  }

  async setControl(run: string, control: Control): Promise<boolean> {
    return this.db.write(() => {
      const record = records.getRun(this.db, run);
      if (record === null || hasEnded(record.status)) return false;
      records.putLease(this.db, { ...this.lease(run), control });
      return true;
    });
  }

  async getRun(run: string): Promise<RunRecord | null> {
    return this.db.read(() => records.getRun(this.db, run));
  }

  async listRuns(query: RunQuery): Promise<RunRecord[]> {
    return this.db.read(() => {
      const before = query.before === undefined ? Number.MAX_SAFE_INTEGER : this.lease(query.before).run;
      return records.listRuns(this.db, before, query);
    });
  }

  async abandonedRuns(limit: number): Promise<string[]> {
    return this.db.read(() => {
      const text =
        'select r.id from runs r join leases l on l.run = r.key ' +
        "where (r.status = 'running' or r.status = 'waiting' and l.control <> 'pause' " +
        "or r.status = 'queued' and r.created_at <= ?) " +
        'and (l.owner is null or l.expires_at <= ?) order by r.key limit ?';
      const now = this.db.now();
      return this.db.all(text, now - UNCLAIMED_MS, now, limit).map(([id]) => String(id));
    });
  }

  async journal(run: string, after?: number): Promise<JournalEvent[]> {
    return this.db.read(() => records.journalOf(this.db, this.lease(run).run, run, after));
  }

  async loops(run: string): Promise<LoopRecord[]> {
    return this.db.read(() => records.loopsOf(this.db, this.lease(run).run, run).map((loop) => loop.record));
  }

  async loop(run: string, path: string): Promise<LoopRecord | null> {
    return this.db.read(() => records.loopByPath(this.db, this.lease(run).run, path, run)?.record ?? null);
  }

  async loopsIn(run: string, frame: string, limit: number, after?: string): Promise<LoopRecord[]> {
    return this.db.read(() => {
      const { run: key } = this.lease(run);
      return pathsIn(this.db, key, frame, limit, after).flatMap(
        (path) => records.loopByPath(this.db, key, path, run)?.record ?? [],
      );
    });
  }

  async loopsInside(run: string, path: string, limit: number): Promise<LoopInside[]> {
    return this.db.read(() => loopsInside(this.db, this.lease(run).run, path, limit));
  }

  async indices(run: string, loop: number, query: IndexQuery): Promise<number[]> {
    return this.db.read(() => {
      const target = this.target(run, loop);
      return target === null ? [] : queryIndices(this.db, target.id, query);
    });
  }

  async times(run: string, loop: number, query: TimeQuery): Promise<RowTime[]> {
    const target = this.db.read(() => this.target(run, loop));
    if (target === null) return [];
    try {
      return await sortedTimes(this.db, target, query);
    } catch (error) {
      throw translate(error, this.db.path);
    }
  }

  async scanTimes(run: string, loop: number, after: number, limit: number): Promise<RowTime[]> {
    return this.db.read(() => {
      const target = this.target(run, loop);
      return target === null ? [] : scanTimes(this.db, target, after, limit);
    });
  }

  private target(run: string, key: number): (Target & { per: number }) | null {
    const stored = records.loopByKey(this.db, this.lease(run).run, key, run);
    if (stored === null) return null;
    const name: LoopName = { run, path: stored.record.path, key };
    return { id: stored.id, name, per: iterationsPerCell(stored.record.total) };
  }

  async rows(run: string, loop: number, query: RowQuery): Promise<IterationRow[]> {
    const target = this.db.read(() => this.target(run, loop));
    if (target === null) return [];
    try {
      return await queryRows(this.db, target, query);
    } catch (error) {
      throw translate(error, this.db.path);
    }
  }

  async row(run: string, loop: number, index: number): Promise<IterationRow | null> {
    return this.db.read(() => {
      const target = this.target(run, loop);
      return target === null ? null : readRow(this.db, target.id, target.name, index);
    });
  }

  async outputs(run: string, loop: number, after: number, limit: number): Promise<{ index: number; output: string }[]> {
    return this.db.read(() => {
      const target = this.target(run, loop);
      return target === null ? [] : queryOutputs(this.db, target, after, limit);
    });
  }

  async causes(run: string, loop: number): Promise<CauseRecord[]> {
    return this.db.read(() => {
      const target = this.target(run, loop);
      return target === null ? [] : causeList(this.digest(target.id, loop, target.per, false).causes.values());
    });
  }

  async score(run: string, loop: number): Promise<Score> {
    return this.db.read(() => {
      const target = this.target(run, loop);
      if (target === null)
        return { per: 1, completed: new Uint32Array(0), failed: new Uint32Array(0), skipped: new Uint32Array(0) };
      return readScore(this.digest(target.id, loop, target.per, false).cells);
    });
  }

  async redrive(run: string, what: Redrive): Promise<number> {
    this.driven.delete(run);
    return this.db.write(() => {
      const lease = this.lease(run);
      if (isDriven(lease, this.db.now())) {
        throw new StoreError('lease-lost', `Run ${run} is being driven; pause or cancel it first.`);
      }
      return redriveRun(this.db, run, lease, what);
    });
  }

  async reruns(run: string, loop: number): Promise<RerunRecord[]> {
    return this.db.read(() => {
      const target = this.target(run, loop);
      return target === null ? [] : rerunsOf(this.db, target.id);
    });
  }

  async earlier(run: string, loop: number, index: number): Promise<EarlierRow[]> {
    return this.db.read(() => {
      const target = this.target(run, loop);
      return target === null ? [] : earlierOf(this.db, target.id, index);
    });
  }

  async setDials(run: string, path: string, dials: Dials): Promise<number> {
    return this.db.write(() => putDials(this.db, this.lease(run).run, path, dials));
  }

  async dials(run: string, after = 0): Promise<DialRecord[]> {
    return this.db.read(() => dialsOf(this.db, this.lease(run).run, after));
  }

  async confirmDials(lease: Lease, path: string, revision: number): Promise<void> {
    this.db.append(() => {
      const held = this.lease(lease.run);
      if (held.token !== lease.token || held.owner !== lease.owner)
        throw new StoreError('lease-lost', lostMessage(lease.run));
      confirm(this.db, held.run, path, revision);
    });
  }

  async endedRuns(query: {
    before: number;
    after?: string;
    limit: number;
  }): Promise<{ id: string; status: RunStatus }[]> {
    return this.db.read(() => {
      const after = query.after === undefined ? 0 : this.lease(query.after).run;
      return records.endedRuns(this.db, query.before, after, query.limit);
    });
  }

  async deleteRun(run: string): Promise<boolean> {
    this.driven.delete(run);
    return deleteRun(this.db, run);
  }

  async verify(): Promise<string[]> {
    return verifyDatabase(this.db);
  }

  async close(): Promise<void> {
    this.driven.clear();
    this.db.close();
  }
}

/** Throws StoreError: the file cannot be used, is not ours, or is newer than this version. */
export function openSqliteStore(options: SqliteOptions): RunStore {
  return new SqliteStore(options);
}
