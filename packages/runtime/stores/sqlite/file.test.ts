/**
 * Tests of what only a file can show: modes, versions, other processes, a full disk, kill -9,
 * flipped bits.
 */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { StoreError, type IterationRow, type RunStore } from '@rondo/core/ports.ts';
import { BATCH, claimed, failedRow, loopRecord, row, RUN } from '../testing/records.ts';
import { openStore } from '../open.ts';
import { openSqliteStore } from './store.ts';

const folder = mkdtempSync(join(tmpdir(), 'rondo-store-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function newPath(): string {
  files += 1;
  return join(folder, `${files}`, 'inner', 'rondo.db');
}

const COMMITTER = fileURLToPath(new URL('testing/committer.ts', import.meta.url));

function refusal(work: () => unknown): StoreError {
  try {
    work();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('file', () => {
  it('is for its owner only, and so is the folder made for it', async () => {
    const path = newPath();
    const store = openSqliteStore({ path });
    await store.createRun(RUN);
    const mode = (name: string): number => statSync(name).mode & 0o777;
    expect([mode(path), mode(`${path}-wal`), mode(join(path, '..'))]).toEqual([0o600, 0o600, 0o700]);
    await store.close();
  });

  it('of a newer version is refused and left alone', async () => {
    const path = newPath();
    await openSqliteStore({ path }).close();
    const raw = new DatabaseSync(path);
    raw.exec('pragma user_version = 99');
    raw.close();
    const error = refusal(() => openSqliteStore({ path }));
    expect(error.code).toBe('store-unavailable');
    expect(error.message).toMatch(/newer Rondo.*schema 99/);
  });

  it('of an older version is brought up to date, with its runs', async () => {
    const path = newPath();
    const before = openSqliteStore({ path });
    await before.createRun(RUN);
    await before.close();
    const raw = new DatabaseSync(path);
    raw.exec('drop table reruns; drop table earlier; alter table runs drop column usage; pragma user_version = 3');
    raw.close();
    const store = openSqliteStore({ path });
    expect(await store.getRun(RUN.id)).toMatchObject({ id: RUN.id, usage: null });
    const lease = await claimed(store, RUN.id);
    const usage = { tokensIn: 1, tokensOut: 2, cost: 0 };
    await store.commit({ lease, now: 1, run: { usage } });
    expect((await store.getRun(RUN.id))?.usage).toEqual(usage);
    expect(await store.verify()).toEqual([]);
    await store.close();
  });

  it('of another program, or that is no database, is refused', () => {
    const other = join(folder, 'other.db');
    const raw = new DatabaseSync(other);
    raw.exec('create table t (a)');
    raw.close();
    expect(refusal(() => openSqliteStore({ path: other })).message).toMatch(/not a Rondo database/);
    const text = join(folder, 'text.db');
    writeFileSync(text, 'these are no pages of a database\n'.repeat(100));
    expect(refusal(() => openSqliteStore({ path: text })).code).toBe('store-corrupt');
    expect(readFileSync(text, 'utf8')).toMatch(/^these are/);
  });

  it.skipIf(process.getuid?.() === 0)('that may not be written says so', () => {
    const path = newPath();
    openSqliteStore({ path }).close();
    chmodSync(path, 0o000);
    expect(refusal(() => openSqliteStore({ path })).code).toBe('store-unavailable');
  });

  it('keeps everything over closing and opening', async () => {
    const path = newPath();
    const first = openSqliteStore({ path });
    await first.createRun(RUN);
    const lease = await claimed(first, RUN.id, 60_000, 'a');
    await first.commit({ lease, now: 1, loops: [loopRecord()], rows: [row(0), failedRow(1)] });
    const before = await dump(first);
    await first.close();
    const second = openSqliteStore({ path });
    expect(await dump(second)).toBe(before);
    // The lease goes on: what was remembered of the loop is read again.
    await second.commit({ lease, now: 1, rows: [row(1), row(2)] });
    expect(await second.causes(RUN.id, 1)).toEqual([]);
    expect(await second.verify()).toEqual([]);
    await second.close();
  });

  it('is chosen by what people write', async () => {
    const memory = await openStore(':memory:');
    await memory.createRun(RUN);
    expect(await memory.getRun(RUN.id)).not.toBeNull();
    await expect(openStore('postgres://localhost/rondo')).rejects.toMatchObject({ code: 'store-unavailable' });
  });

  it('uses the clock of the database for leases', async () => {
    const store = openSqliteStore({ path: ':memory:' });
    await store.createRun(RUN);
    await store.claim(RUN.id, 'a', 60_000);
    expect(Math.abs((await store.getRun(RUN.id))!.heartbeatAt! - Date.now())).toBeLessThan(1_000);
    await store.close();
  });
});

describe('two processes on one file', () => {
  async function pair(): Promise<{ path: string; a: RunStore; b: RunStore }> {
    const path = newPath();
    const [a, b] = [openSqliteStore({ path, busyMs: 20 }), openSqliteStore({ path, busyMs: 20 })];
    for (const id of ['one', 'two']) await a.createRun({ ...RUN, id });
    return { path, a, b };
  }

  it('drive a run each, and one reads and controls what the other drives', async () => {
    const { a, b } = await pair();
    const one = await claimed(a, 'one', 60_000, 'a');
    const two = await claimed(b, 'two', 60_000, 'b');
    expect(await b.claim('one', 'b', 60_000)).toBeNull();
    for (let i = 0; i < 20; i += 1) {
      await a.commit({ lease: one, now: 1, loops: [loopRecord()], rows: [row(i)] });
      await b.commit({ lease: two, now: 1, loops: [loopRecord()], rows: [failedRow(i)] });
    }
    await b.setControl('one', 'cancel');
    expect(await a.commit({ lease: one, now: 1 })).toBe('cancel');
    expect(await b.rows('one', 1, { after: -1, limit: 100 })).toHaveLength(20);
    expect(await a.causes('two', 1)).toMatchObject([{ count: 20 }]);
    expect(await a.verify()).toEqual([]);
    await a.close();
    await b.close();
  });

  it('do not mix up what they remember when a run is taken over and taken back', async () => {
    const path = newPath();
    let now = 0;
    const [a, b] = [openSqliteStore({ path, now: () => now }), openSqliteStore({ path, now: () => now })];
    await a.createRun(RUN);
    for (const store of [a, b, a]) {
      now += 1_000;
      const lease = await claimed(store, RUN.id, 500);
      const from = (await store.score(RUN.id, 1)).completed.length;
      await store.commit({ lease, now, loops: [loopRecord()], rows: [row(from), row(from + 1), row(from + 2)] });
    }
    expect((await b.score(RUN.id, 1)).completed).toHaveLength(9);
    expect(await b.verify()).toEqual([]);
    await a.close();
    await b.close();
  });

  it('answer store-unavailable while the other one writes, and can try again', async () => {
    const { path, a, b } = await pair();
    const lease = await claimed(a, 'one', 60_000, 'a');
    const commit = { lease, now: 1, loops: [loopRecord()], rows: [row(0), failedRow(1)] };
    const raw = new DatabaseSync(path);
    raw.exec('begin immediate');
    const error: unknown = await a.commit(commit).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'store-unavailable' });
    expect((error as Error).message).toMatch(/another process is writing/);
    expect(await b.loops('one')).toEqual([]);
    raw.exec('rollback');
    raw.close();
    expect(await a.commit(commit)).toBe('none');
    expect(await a.verify()).toEqual([]);
    await a.close();
    await b.close();
  });
});

/** Everything a reader can see, as text. */
async function dump(store: RunStore): Promise<string> {
  const out: unknown[] = [];
  for (const run of await store.listRuns({ limit: 100 })) {
    out.push(run, await store.journal(run.id), await store.abandonedRuns(10));
    for (const loop of await store.loops(run.id)) {
      const score = await store.score(run.id, loop.key);
      const causes = (await store.causes(run.id, loop.key)).map((c) => ({ ...c, columns: [...c.columns] }));
      out.push(loop, score.per, [...score.completed], [...score.failed], [...score.skipped], causes);
      for (const status of [undefined, 'failed', 'completed', 'running'] as const) {
        const query = { after: -1, limit: 100_000 };
        out.push(await store.rows(run.id, loop.key, status === undefined ? query : { ...query, status }));
      }
      for (const { cause } of causes) out.push(await store.rows(run.id, loop.key, { after: -1, limit: 9999, cause }));
      out.push(await store.outputs(run.id, loop.key, -1, 100_000));
    }
  }
  return JSON.stringify(out);
}

/** Runs the committer until it has acknowledged `batches` more, kills it, answers the last acknowledged row. */
async function commitAndKill(
  path: string,
  batches: number,
  shell: string | null,
): Promise<{ acked: number; refused: string }> {
  const [command, args] =
    shell === null
      ? [process.execPath, [COMMITTER, path, RUN.id]]
      : ['sh', ['-c', `${shell}; exec "$0" "$@"`, process.execPath, COMMITTER, path, RUN.id]];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let acked = 0;
  let seen = 0;
  let refused = '';
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('refused')) refused = line;
    else acked = Number(line);
    seen += 1;
    if (seen === batches) child.kill('SIGKILL');
  }
  await ended;
  return { acked, refused };
}

async function expectWhole(path: string, acked: number): Promise<void> {
  const store = openSqliteStore({ path });
  const cursor = (await store.loop(RUN.id, 'each'))?.cursor ?? 0;
  expect(cursor).toBeGreaterThanOrEqual(acked);
  expect(cursor % BATCH).toBe(0);
  const rows: IterationRow[] = await store.rows(RUN.id, 1, { after: -1, limit: 1_000_000 });
  expect(rows.length).toBe(cursor);
  expect(rows.at(-1)?.index).toBe(cursor - 1);
  expect(await store.journal(RUN.id)).toHaveLength(cursor / BATCH);
  // What the rows cost is there exactly when they are.
  expect((await store.getRun(RUN.id))?.usage?.tokensIn).toBe(cursor);
  expect(await store.verify()).toEqual([]);
  await store.close();
}

describe('crash', () => {
  it('kill -9 twenty times: nothing acknowledged is lost, nothing is torn', { timeout: 120_000 }, async () => {
    const path = newPath();
    const store = openSqliteStore({ path });
    await store.createRun(RUN);
    await store.close();
    let last = 0;
    for (let kill = 0; kill < 20; kill += 1) {
      const { acked } = await commitAndKill(path, 1 + Math.floor(Math.random() * 15), null);
      expect(acked).toBeGreaterThan(last);
      last = acked;
      await expectWhole(path, acked);
    }
  });

  it.skipIf(process.platform === 'win32')(
    'a file that cannot grow is store-unavailable, and all before it is there',
    async () => {
      const path = newPath();
      const store = openSqliteStore({ path });
      await store.createRun(RUN);
      await store.close();
      const { acked, refused } = await commitAndKill(path, Infinity, 'ulimit -f 1000');
      expect(refused).toBe('refused store-unavailable');
      expect(acked).toBeGreaterThan(0);
      await expectWhole(path, acked);
    },
  );
});

/** Same numbers for the same seed, so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('flipped bits', () => {
  it('never give a wrong value unnoticed', { timeout: 120_000 }, async () => {
    const path = newPath();
    const store = openSqliteStore({ path });
    for (const id of ['r1', 'r2']) {
      await store.createRun({ ...RUN, id });
      const lease = await claimed(store, id, 60_000, 'a');
      const rows = Array.from({ length: 400 }, (_, i) => (i % 5 === 0 ? failedRow(i, `m${'ab'[i % 2]}`) : row(i)));
      const inner = rows.slice(0, 50).map((one) => ({ ...one, loop: 2, logs: 'x'.repeat(300) }));
      const loops = [loopRecord(), loopRecord({ key: 2, path: 'each[3]/in', node: 'in', carry: '{"a":1}' })];
      const events = Array.from(
        { length: 50 },
        (_, i) => ({ seq: i, frame: '', at: i, type: 'step-started', step: `s${i}` }) as const,
      );
      await store.commit({ lease, now: 1, loops, rows: [...rows, ...inner], events, run: { status: 'running' } });
    }
    const before = await dump(store);
    await store.close();
    const good = readFileSync(path);
    const copy = join(folder, 'flipped.db');
    const seed = Number(process.env['RONDO_SEED'] ?? 1);
    const next = random(seed);
    const flips = Number(process.env['RONDO_FLIPS'] ?? 50);
    const noticed = { harmless: 0, read: 0, verify: 0 };
    for (let flip = 0; flip < flips; flip += 1) {
      const bytes = Buffer.from(good);
      const at = 4096 + Math.floor(next() * (bytes.length - 4096));
      bytes[at]! ^= 1 << Math.floor(next() * 8);
      for (const suffix of ['-wal', '-shm']) rmSync(copy + suffix, { force: true });
      writeFileSync(copy, bytes);
      const found = await outcome(copy, before);
      expect(found, `seed ${seed}, flip ${flip} at byte ${at}`).not.toBe('unnoticed');
      if (found !== 'unnoticed') noticed[found] += 1;
    }
    // Most of the file is values, so most flips must have been noticed by reading alone.
    expect(noticed.read).toBeGreaterThan(flips / 2);
  });

  async function outcome(path: string, before: string): Promise<'harmless' | 'read' | 'verify' | 'unnoticed'> {
    let store: RunStore | null = null;
    try {
      store = openSqliteStore({ path });
      const after = await dump(store);
      const lines = await store.verify();
      if (lines.length > 0) return 'verify';
      return after === before ? 'harmless' : 'unnoticed';
    } catch (error) {
      if (error instanceof StoreError && error.code === 'store-corrupt') return 'read';
      throw error;
    } finally {
      await store?.close();
    }
  }

  it('are named by run, loop and index', async () => {
    const path = newPath();
    const store = openSqliteStore({ path });
    await store.createRun(RUN);
    const lease = await claimed(store, RUN.id, 60_000, 'a');
    await store.commit({ lease, now: 1, loops: [loopRecord()], rows: [row(0), row(1, { output: 'MARK' }), row(2)] });
    await store.close();
    const bytes = readFileSync(path);
    bytes[bytes.indexOf('MARK')]! ^= 1;
    writeFileSync(path, bytes);
    const damaged = openSqliteStore({ path });
    const reads = [
      damaged.rows(RUN.id, 1, { after: -1, limit: 10 }),
      damaged.row(RUN.id, 1, 1),
      damaged.outputs(RUN.id, 1, -1, 10),
    ];
    for (const read of reads) {
      const error: unknown = await read.catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'store-corrupt' });
      expect((error as Error).message).toMatch(/run run-1, loop each, index 1/);
    }
    expect(await damaged.row(RUN.id, 1, 2)).toEqual(row(2));
    expect((await damaged.verify()).join('\n')).toMatch(/run run-1, loop each, index 1/);
    await damaged.close();
  });

  it('in score and causes are made good from the rows', async () => {
    const path = newPath();
    const store = openSqliteStore({ path });
    await store.createRun(RUN);
    const lease = await claimed(store, RUN.id, 60_000, 'a');
    await store.commit({ lease, now: 1, loops: [loopRecord()], rows: [row(0), failedRow(1)] });
    const [score, causes] = [await store.score(RUN.id, 1), await store.causes(RUN.id, 1)];
    await store.close();
    const raw = new DatabaseSync(path);
    raw.exec("update score set sum = sum + 1; update causes set message = 'wrong'");
    raw.close();
    const damaged = openSqliteStore({ path });
    expect((await damaged.verify()).join()).toMatch(/score or causes/);
    expect(await damaged.score(RUN.id, 1)).toEqual(score);
    expect(await damaged.causes(RUN.id, 1)).toEqual(causes);
    await damaged.commit({ lease, now: 1, rows: [row(2)] });
    expect(await damaged.verify()).toEqual([]);
    await damaged.close();
  });
});
