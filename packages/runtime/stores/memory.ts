/**
 * Owns the store that keeps nothing: runs, journals and ledgers in the memory of this process.
 * The reference for what the port means; not durable, and not for large lists.
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
import { contains, needles } from './match.ts';
import { planRedrive } from './redrive.ts';
import {
  checkSameRun,
  isDriven,
  lostMessage,
  lowered,
  MAX_ITERATIONS,
  MOST_MESSAGE,
  MOST_RERUNS,
  notFound,
  type Taken,
  UNCLAIMED_MS,
} from './rules.ts';
import { causeList, Digest } from './digest.ts';

interface MemoryLoop {
  record: LoopRecord;
  rows: Map<number, IterationRow>;
  /** Indices in order; null after one came out of order. */
  order: number[] | null;
  digest: Digest;
  reruns: RerunRecord[];
  /** By index. */
  earlier: Map<number, EarlierRow[]>;
}

interface MemoryRun {
  record: RunRecord;
  lease: { owner: string | null; token: number; expiresAt: number };
  journal: Map<number, JournalEvent>;
  loops: Map<number, MemoryLoop>;
  dials: Map<string, DialRecord>;
}

export interface MemoryOptions {
  /** The database's clock; tests move it. */
  now?: () => number;
}

class MemoryStore implements RunStore {
  private readonly runs = new Map<string, MemoryRun>();
  private readonly now: () => number;

  constructor(options: MemoryOptions) {
    this.now = options.now ?? Date.now;
  }

  private run(id: string): MemoryRun {
    const run = this.runs.get(id);
    if (run === undefined) throw notFound(id);
    return run;
  }

  private held(lease: Lease): MemoryRun | null {
    const run = this.run(lease.run);
    return run.lease.token === lease.token && run.lease.owner === lease.owner ? run : null;
  }

  async createRun(run: Pick<RunRecord, 'id' | 'workflow' | 'definition' | 'options' | 'createdAt'>): Promise<void> {
    const known = this.runs.get(run.id);
    if (known !== undefined) return checkSameRun(known.record, run);
    this.runs.set(run.id, {
      record: {
        id: run.id,
        workflow: run.workflow,
        definition: run.definition,
        options: run.options,
        createdAt: run.createdAt,
        status: 'queued',
        control: 'none',
        output: null,
        failure: null,
        startedAt: null,
        finishedAt: null,
        heartbeatAt: null,
        usage: null,
      },
      lease: { owner: null, token: 0, expiresAt: 0 },
      journal: new Map(),
      loops: new Map(),
      dials: new Map(),
    });
  }

  async leaseOwner(id: string): Promise<string | null> {
    const { lease } = this.run(id);
    return isDriven(lease, this.now()) ? lease.owner : null;
  }

  async claim(id: string, owner: string, ttlMs: number, instead?: string): Promise<Lease | null> {
    const run = this.run(id);
    const now = this.now();
    if (isDriven(run.lease, now) && (instead === undefined || run.lease.owner !== instead)) return null;
    run.lease = { owner, token: run.lease.token + 1, expiresAt: now + ttlMs };
    run.record.heartbeatAt = now;
    return { run: id, owner, token: run.lease.token };
  }

  async renew(lease: Lease, ttlMs: number): Promise<boolean> {
    const run = this.held(lease);
    if (run === null) return false;
    const now = this.now();
    run.lease.expiresAt = now + ttlMs;
    run.record.heartbeatAt = now;
    return true;
  }

  async release(lease: Lease): Promise<void> {
    const run = this.held(lease);
    if (run !== null) run.lease.owner = null;
  }

  async commit(commit: Commit): Promise<Control> {
    const run = this.held(commit.lease);
    if (run === null) throw new StoreError('lease-lost', lostMessage(commit.lease.run));
    // Everything that can be refused is looked at before anything is written.
    const known = new Set(run.loops.keys());
    const paths = new Map([...run.loops.values()].map((loop) => [loop.record.path, loop.record.key]));
    for (const loop of commit.loops ?? []) {
      known.add(loop.key);
      if ((paths.get(loop.path) ?? loop.key) !== loop.key) throw new Defect(`two loops with the path ${loop.path}`);
      paths.set(loop.path, loop.key);
    }
    for (const row of commit.rows ?? []) {
      if (!known.has(row.loop)) this.loopOf(run, row.loop);
      if (row.index >= MAX_ITERATIONS) throw new Defect(`index ${row.index} is beyond every limit`);
    }
    for (const event of commit.events ?? []) run.journal.set(event.seq, event);
    const forget = new Set(commit.forget);
    if (forget.size > 0) {
      for (const [seq, event] of run.journal) if (forget.has(event.frame)) run.journal.delete(seq);
    }
    for (const loop of commit.loops ?? []) this.putLoop(run, loop);
    for (const row of commit.rows ?? []) this.putRow(this.loopOf(run, row.loop), row);
    for (const loop of run.loops.values()) this.settle(loop);
    Object.assign(run.record, commit.run);
    if (hasEnded(run.record.status)) run.lease.owner = null;
    return run.record.control;
  }

  private loopOf(run: MemoryRun, key: number): MemoryLoop {
    const loop = run.loops.get(key);
    if (loop === undefined) throw new Defect(`row of a loop that is not there: ${key}`);
    return loop;
  }

  private putLoop(run: MemoryRun, record: LoopRecord): void {
    const loop = run.loops.get(record.key);
    if (loop !== undefined) loop.record = { ...record };
    else {
      const digest = Digest.empty(record.key, iterationsPerCell(record.total));
      run.loops.set(record.key, {
        record: { ...record },
        rows: new Map(),
        order: [],
        digest,
        reruns: [],
        earlier: new Map(),
      });
    }
  }

  private putRow(loop: MemoryLoop, row: IterationRow): void {
    const was = loop.rows.get(row.index) ?? null;
    const cause = loop.digest.write(row, was);
    loop.rows.set(row.index, { ...row, cause });
    if (was !== null || loop.order === null) return;
    if (row.index > (loop.order.at(-1) ?? -1)) loop.order.push(row.index);
    else loop.order = null;
  }

  private settle(loop: MemoryLoop): void {
    for (const id of loop.digest.staleBounds) {
      const record = loop.digest.causes.get(id);
      if (record === undefined) continue;
      const of = this.order(loop).filter((index) => {
        const row = loop.rows.get(index);
        return row?.status === 'failed' && row.cause === id;
      });
      record.first = of[0] ?? 0;
      record.last = of.at(-1) ?? 0;
    }
    loop.digest.settled();
  }

  private order(loop: MemoryLoop): number[] {
    loop.order ??= [...loop.rows.keys()].sort((a, b) => a - b);
    return loop.order;
  }

  async setControl(id: string, control: Control): Promise<boolean> {
    const run = this.runs.get(id);
    if (run === undefined || hasEnded(run.record.status)) return false;
    run.record.control = control;
    return true;
  }

  async getRun(id: string): Promise<RunRecord | null> {
    const run = this.runs.get(id);
    return run === undefined ? null : { ...run.record };
  }

  async listRuns(query: RunQuery): Promise<RunRecord[]> {
    const all = [...this.runs.values()].reverse();
    const from = query.before === undefined ? 0 : all.indexOf(this.run(query.before)) + 1;
    return all
      .slice(from)
      .filter((run) => query.status === undefined || run.record.status === query.status)
      .filter((run) => query.workflow === undefined || run.record.workflow === query.workflow)
      .slice(0, query.limit)
      .map((run) => ({ ...run.record }));
  }

  async abandonedRuns(limit: number): Promise<string[]> {
    const now = this.now();
    return [...this.runs.values()]
      .filter(({ record, lease }) => {
        if (isDriven(lease, now)) return false;
        if (record.status === 'queued') return record.createdAt <= now - UNCLAIMED_MS;
        return record.status === 'running' || (record.status === 'waiting' && record.control !== 'pause');
      })
      .slice(0, limit)
      .map((run) => run.record.id);
  }

  async journal(id: string, after = -1): Promise<JournalEvent[]> {
    return [...this.run(id).journal.values()].filter(({ seq }) => seq > after).sort((a, b) => a.seq - b.seq);
  }

  async loops(id: string): Promise<LoopRecord[]> {
    return [...this.run(id).loops.values()].map((loop) => ({ ...loop.record })).sort((a, b) => a.key - b.key);
  }

  async loop(id: string, path: string): Promise<LoopRecord | null> {
    for (const { record } of this.run(id).loops.values()) if (record.path === path) return { ...record };
    return null;
  }

  async loopsIn(id: string, frame: string, limit: number, after = ''): Promise<LoopRecord[]> {
    const prefix = frame === '' ? '' : `${frame}/`;
    return (await this.loops(id))
      .filter(({ path }) => path.startsWith(prefix) && !path.slice(prefix.length).includes('[') && path > after)
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .slice(0, limit);
  }

  async loopsInside(id: string, path: string, limit: number): Promise<LoopInside[]> {
    const inside = (await this.loops(id)).flatMap((loop): LoopInside[] => {
      const [, index, own = ''] = loop.path.startsWith(`${path}[`)
        ? (/^\[(\d+)\]\/(.*)$/s.exec(loop.path.slice(path.length)) ?? [])
        : [];
      if (index === undefined || own.includes('[')) return [];
      const { total, completed, failed, skipped } = loop;
      return [{ index: Number(index), path: loop.path, total, completed, failed, skipped }];
    });
    return inside.sort((a, b) => (a.path < b.path ? -1 : 1)).slice(0, limit);
  }

  async indices(id: string, key: number, query: IndexQuery): Promise<number[]> {
    const { after = -1, before = MAX_ITERATIONS, descending, limit, ...filter } = query;
    const all = (await this.rows(id, key, { ...filter, after, before, limit: MAX_ITERATIONS })).map((row) => row.index);
    return (descending === true ? all.reverse() : all).slice(0, limit);
  }

  async times(id: string, key: number, { sort, after, limit, ...filter }: TimeQuery): Promise<RowTime[]> {
    const valueOf = (row: RowTime): number => (sort === 'duration' ? row.durationMs : row.startedAt);
    const compare = (a: RowTime, b: RowTime): number => valueOf(b) - valueOf(a) || a.index - b.index;
    return (await this.rows(id, key, { ...filter, after: -1, limit: MAX_ITERATIONS }))
      .filter((row) => after === undefined || compare(row, after) > 0)
      .sort(compare)
      .slice(0, limit)
      .map(timeOf);
  }

  async scanTimes(id: string, key: number, after: number, limit: number): Promise<RowTime[]> {
    return (await this.rows(id, key, { after, limit })).map(timeOf);
  }

  private *scan(id: string, key: number, after: number): Generator<IterationRow> {
    const loop = this.run(id).loops.get(key);
    if (loop === undefined) return;
    const order = this.order(loop);
    let low = 0;
    let high = order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((order[middle] ?? Infinity) <= after) low = middle + 1;
      else high = middle;
    }
    for (let i = low; i < order.length; i += 1) {
      const row = loop.rows.get(order[i] ?? -1);
      if (row !== undefined) yield row;
    }
  }

  async rows(id: string, key: number, query: RowQuery): Promise<IterationRow[]> {
    const wanted = query.search === undefined ? null : needles(query.search);
    const out: IterationRow[] = [];
    for (const row of this.scan(id, key, query.after)) {
      if (out.length >= query.limit || row.index >= (query.before ?? Infinity)) break;
      if (query.status !== undefined && row.status !== query.status) continue;
      if (query.cause !== undefined && (row.status !== 'failed' || row.cause !== query.cause)) continue;
      if (query.rerun !== undefined && !this.isRedone(id, key, row.index, query.rerun)) continue;
      if (row.durationMs < (query.minMs ?? 0) || row.durationMs > (query.maxMs ?? Infinity)) continue;
      if (wanted === null || contains(row, wanted)) out.push({ ...row });
    }
    return out;
  }

  async row(id: string, key: number, index: number): Promise<IterationRow | null> {
    const row = this.run(id).loops.get(key)?.rows.get(index);
    return row === undefined ? null : { ...row };
  }

  async outputs(id: string, key: number, after: number, limit: number): Promise<{ index: number; output: string }[]> {
    const out: { index: number; output: string }[] = [];
    for (const row of this.scan(id, key, after)) {
      if (out.length >= limit) break;
      out.push({ index: row.index, output: row.output });
    }
    return out;
  }

  async causes(id: string, key: number): Promise<CauseRecord[]> {
    const causes = this.run(id).loops.get(key)?.digest.causes.values() ?? [];
    return causeList(causes).map((cause) => ({ ...cause, columns: cause.columns.slice() }));
  }

  async score(id: string, key: number): Promise<Score> {
    const digest = this.run(id).loops.get(key)?.digest ?? Digest.empty(key, 1);
    return readScore(digest.cells);
  }

  async redrive(id: string, what: Redrive): Promise<number> {
    const run = this.run(id);
    if (isDriven(run.lease, this.now()))
      throw new StoreError('lease-lost', `Run ${id} is being driven; pause it first.`);
    const loops = [...run.loops.values()].map((loop) => loop.record).sort((a, b) => a.key - b.key);
    const plan = planRedrive(loops, await this.journal(id), what, (record, narrowed) => {
      const chosen = narrowed && what.indices !== undefined ? new Set(what.indices) : null;
      return [...this.loopOf(run, record.key).rows.values()]
        .filter((row) => row.status === what.status && (chosen === null || chosen.has(row.index)))
        .filter((row) => !narrowed || what.cause === undefined || row.cause === what.cause)
        .map((row) => row.index);
    });
    if (plan.count === 0) return 0;
    for (const seq of plan.events) run.journal.delete(seq);
    for (const key of plan.forgotten) run.loops.delete(key);
    for (const [key, indices] of plan.open) {
      const loop = this.loopOf(run, key);
      const taken: Taken[] = [];
      const rerun = (loop.reruns[0]?.number ?? 0) + 1;
      if (indices.size > 0)
        loop.reruns.unshift({ number: rerun, at: this.now(), by: what.by ?? null, count: indices.size });
      loop.reruns.length = Math.min(loop.reruns.length, MOST_RERUNS);
      for (const index of indices.values()) {
        const row = loop.rows.get(index);
        if (row === undefined) continue;
        loop.earlier.set(index, [...(loop.earlier.get(index) ?? []), earlierRow(row, rerun)]);
        loop.digest.remove(index, row);
        taken.push({ index, status: row.status, output: row.output !== '' });
        loop.rows.delete(index);
      }
      loop.order = null;
      loop.record = lowered(loop.record, taken);
      this.settle(loop);
    }
    run.lease = { owner: null, token: run.lease.token + 1, expiresAt: 0 };
    Object.assign(run.record, { status: 'waiting', control: 'none', output: null, failure: null, finishedAt: null });
    if (what.definition !== undefined) run.record.definition = what.definition;
    return plan.count;
  }

  private isRedone(id: string, key: number, index: number, rerun: number): boolean {
    const loop = this.run(id).loops.get(key);
    const isKept = loop?.reruns.some((one) => one.number === rerun) === true;
    return isKept && loop?.earlier.get(index)?.some((one) => one.rerun === rerun) === true;
  }

  async reruns(id: string, key: number): Promise<RerunRecord[]> {
    return (this.run(id).loops.get(key)?.reruns ?? []).map((one) => ({ ...one }));
  }

  async earlier(id: string, key: number, index: number): Promise<EarlierRow[]> {
    const loop = this.run(id).loops.get(key);
    const oldest = loop?.reruns.at(-1)?.number ?? 1;
    return (loop?.earlier.get(index) ?? []).filter(({ rerun }) => rerun >= oldest).map((one) => ({ ...one }));
  }

  async setDials(id: string, path: string, asked: Dials): Promise<number> {
    const { dials } = this.run(id);
    const was = dials.get(path) ?? { path, confirmed: 0, inForce: null };
    const revision = Math.max(0, ...[...dials.values()].map((one) => one.revision)) + 1;
    dials.set(path, { ...was, revision, asked: { ...asked } });
    return revision;
  }

  async dials(id: string, after = 0): Promise<DialRecord[]> {
    return [...this.run(id).dials.values()]
      .filter(({ revision }) => revision > after)
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .map((one) => ({ ...one }));
  }

  async confirmDials(lease: Lease, path: string, revision: number): Promise<void> {
    const run = this.held(lease);
    if (run === null) throw new StoreError('lease-lost', lostMessage(lease.run));
    const one = run.dials.get(path);
    if (one === undefined || one.confirmed >= revision || one.revision < revision) return;
    one.confirmed = revision;
    if (one.revision === revision) one.inForce = one.asked;
  }

  async endedRuns(query: {
    before: number;
    after?: string;
    limit: number;
  }): Promise<{ id: string; status: RunStatus }[]> {
    const all = [...this.runs.values()];
    const from = query.after === undefined ? 0 : all.indexOf(this.run(query.after)) + 1;
    return all
      .slice(from)
      .filter(({ record }) => hasEnded(record.status) && (record.finishedAt ?? Infinity) < query.before)
      .slice(0, query.limit)
      .map(({ record: { id, status } }) => ({ id, status }));
  }

  async deleteRun(id: string): Promise<boolean> {
    const run = this.runs.get(id);
    if (run === undefined || !hasEnded(run.record.status) || isDriven(run.lease, this.now())) return false;
    return this.runs.delete(id);
  }

  /** There is no disk. */
  async flush(): Promise<void> {}

  async verify(): Promise<string[]> {
    return [];
  }

  async close(): Promise<void> {
    this.runs.clear();
  }
}

function timeOf({ index, status, startedAt, durationMs }: IterationRow): RowTime {
  return { index, status, startedAt, durationMs };
}

function earlierRow(
  { status, cause, failure, attempts, startedAt, durationMs }: IterationRow,
  rerun: number,
): EarlierRow {
  const message = failure === null ? null : failure.message.slice(0, MOST_MESSAGE);
  return { rerun, status, cause, message, attempts, startedAt, durationMs };
}

export function openMemoryStore(options: MemoryOptions = {}): RunStore {
  return new MemoryStore(options);
}
