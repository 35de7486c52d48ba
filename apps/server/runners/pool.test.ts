/** Runner processes: runs go on when one is killed or hangs, and after the end of the server; the server stays quick. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreError, type RunStore } from '@rondo/core/ports.ts';
import { InvalidWorkflow, type Progress } from '@rondo/runtime/api.ts';
import { systemClock } from '@rondo/runtime/runner/clock.ts';
import { openStore } from '@rondo/runtime/stores/open.ts';
import { memoryState } from '@rondo/runtime/triggers/testing/memory-state.ts';
import { until } from '../testing/start.ts';
import { createRunnerPool, type RunnerPool } from './pool.ts';
import { MOST_UNANSWERED, PING_MS } from './runner-process.ts';

let folder = '';
let store: RunStore;
let pools: RunnerPool[] = [];
let lines: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rondo-runners-'));
  store = await openStore(join(folder, 'rondo.db'));
  lines = [];
});
afterEach(async () => {
  for (const pool of pools) await pool.close();
  pools = [];
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

function open(most = 1, pingMs?: number): RunnerPool {
  const pool = createRunnerPool({
    setup: () => ({
      database: join(folder, 'rondo.db'),
      folder,
      blobs: join(folder, 'blobs'),
      encryptionKey: null,
      secrets: {},
      egressAllow: [],
      signalBase: 'http://127.0.0.1/hooks/wait/',
    }),
    most,
    store,
    state: memoryState(),
    clock: systemClock,
    findWorkflow: async (reference) =>
      reference === 'Helper'
        ? {
            text: 'rondo: 1\nname: Helper\nnodes: { s: { type: set, with: { fields: { found: true } } } }\n',
            file: 'h.yaml',
          }
        : null,
    report: (line) => lines.push(line),
    ...(pingMs === undefined ? {} : { pingMs }),
  });
  pools.push(pool);
  return pool;
}

const file = (): string => join(folder, 'w.yaml');

/** Writing to a file is an effect: one iteration after the other, not pushed down. */
const effects = (count: number): string => `rondo: 1
name: Effects
nodes:
  in: { type: manual }
  each:
    type: for-each
    after: in
    loop: { over: "{{ Array.from({ length: ${count} }, (_, i) => ({ n: i })) }}", parallel: 50 }
    body:
      pause: { type: wait, with: { for: 1ms } }
      square: { type: set, after: pause, with: { fields: { square: "{{ $json.n * $json.n }}" } } }
`;

const pure = (count: number): string => `rondo: 1
name: Pure
nodes:
  in: { type: manual }
  each:
    type: for-each
    after: in
    loop: { over: "{{ Array.from({ length: ${count} }, (_, i) => ({ n: i })) }}" }
    body:
      square: { type: set, with: { fields: { square: "{{ $json.n * $json.n }}" } } }
`;

async function allRows(run: string): Promise<{ index: number; output: string; status: string }[]> {
  const loop = await store.loop(run, 'each');
  const rows: { index: number; output: string; status: string }[] = [];
  while (loop !== null) {
    const page = await store.rows(run, loop.key, { after: rows.at(-1)?.index ?? -1, limit: 1000 });
    if (page.length === 0) break;
    rows.push(...page);
  }
  return rows;
}

async function settled(run: string): Promise<number> {
  return (await store.loop(run, 'each'))?.completed ?? 0;
}

async function expectWhole(run: string, count: number): Promise<void> {
  const rows = await allRows(run);
  expect(rows.length).toBe(count);
  rows.forEach((row, i) => {
    if (row.index !== i || row.status !== 'completed' || !row.output.includes(`"square":${i * i}`)) {
      throw new Error(`row ${i}: ${JSON.stringify(row)}`);
    }
  });
  expect(await store.loop(run, 'each')).toMatchObject({ total: count, completed: count, failed: 0, skipped: 0 });
}

const pidOf = (pool: RunnerPool): number => pool.processes()[0]?.pid ?? 0;

describe('a run', () => {
  it('of 20,000 iterations is whole when its process is killed twice in the middle', async () => {
    const pool = open();
    const handle = await pool.start({ definition: effects(20_000), file: file(), runId: 'killed' });
    for (const at of [3_000, 9_000]) {
      await until(async () => ((await settled('killed')) >= at ? true : null), `${at} are settled`, 60_000);
      process.kill(pidOf(pool), 'SIGKILL');
    }
    expect((await handle.done).status).toBe('completed');
    await expectWhole('killed', 20_000);
    expect(lines.filter((line) => line.includes('SIGKILL')).length).toBe(2);
  }, 120_000);

  it('goes on in another process when its process hangs', async () => {
    // 15 s after its last heartbeat nobody believes any more that a run is running.
    expect(PING_MS * (MOST_UNANSWERED + 1)).toBeLessThan(15_000);
    const pool = open(1, 250);
    const handle = await pool.start({ definition: effects(3_000), file: file(), runId: 'hung' });
    await until(async () => ((await settled('hung')) >= 500 ? true : null), 'it is in the middle', 30_000);
    const hung = pidOf(pool);
    process.kill(hung, 'SIGSTOP');
    await until(() => (pidOf(pool) !== hung && pidOf(pool) !== 0 ? true : null), 'another one took over', 10_000);
    expect((await handle.done).status).toBe('completed');
    await expectWhole('hung', 3_000);
  }, 60_000);

  it('is interrupted when the server ends, and goes on with the next one', async () => {
    const first = open();
    const handle = await first.start({ definition: effects(2_000), file: file(), runId: 'later' });
    await until(async () => ((await settled('later')) >= 300 ? true : null), 'it is in the middle', 30_000);
    handle.interrupt();
    expect((await handle.done).status).toBe('waiting');
    await first.close();
    const before = await settled('later');
    expect(before).toBeLessThan(2_000);
    const again = await open().resume('later');
    expect((await again.done).status).toBe('completed');
    await expectWhole('later', 2_000);
  }, 60_000);

  it('keeps what a person asked while its process died', async () => {
    const pool = open();
    const handle = await pool.start({ definition: effects(20_000), file: file(), runId: 'cancelled' });
    await until(async () => ((await settled('cancelled')) >= 200 ? true : null), 'it is in the middle', 30_000);
    await until(() => store.setControl('cancelled', 'cancel').catch(() => null), 'it is asked');
    process.kill(pidOf(pool), 'SIGKILL');
    expect((await handle.done).status).toBe('cancelled');
  }, 60_000);
});

describe('the processes', () => {
  it('tell progress, answers and errors, and find sub-workflows of the server', async () => {
    const pool = open();
    const definition = `rondo: 1
name: Parts
nodes:
  in: { type: manual }
  sub: { type: sub-workflow, after: in, with: { workflow: Helper } }
  reply: { type: respond, after: sub, with: { status: 201, body: "{{ $json.found }}" } }
`;
    const told: Progress[] = [];
    const handle = await pool.start({ definition, file: file() });
    handle.onProgress((progress) => told.push(progress));
    expect(await handle.done).toMatchObject({ status: 'completed' });
    expect(told.map(({ type }) => type)).toContain('respond');
    expect(told).toContainEqual(expect.objectContaining({ type: 'run', status: 'completed' }));
    await expect(
      pool.start({ definition: 'rondo: 1\nname: X\nnodes: { a: { type: nope } }\n', file: file() }),
    ).rejects.toThrow(InvalidWorkflow);
    await expect(pool.resume('nobody')).rejects.toMatchObject({ code: 'run-not-found' });
  }, 30_000);

  it('are as many as there is work, up to the most', async () => {
    const pool = open(2);
    const handles = [];
    for (const runId of ['a', 'b', 'c']) {
      handles.push(await pool.start({ definition: effects(100_000), file: file(), runId }));
    }
    expect(
      pool
        .processes()
        .map(({ runs }) => runs)
        .toSorted(),
    ).toEqual([1, 2]);
    for (const handle of handles) handle.cancel();
    await Promise.all(handles.map(({ done }) => done));
  }, 30_000);

  it('that cannot start are told to whoever asks', async () => {
    await store.close();
    await writeFile(join(folder, 'rondo.db'), 'not a database');
    const pool = open();
    await expect(pool.start({ definition: pure(1), file: file() })).rejects.toThrow(StoreError);
    store = await openStore(':memory:');
  }, 60_000);

  it('leave this one free: it reads a run within 50 ms while 300,000 iterations go at full speed', async () => {
    const pool = open();
    const handle = await pool.start({ definition: pure(300_000), file: file(), runId: 'fast' });
    let isOver = false;
    void handle.done.then(() => (isOver = true));
    const times: number[] = [];
    while (!isOver) {
      const started = performance.now();
      await store.getRun('fast');
      await store.loops('fast');
      await new Promise((resolve) => setImmediate(resolve));
      times.push(performance.now() - started);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    times.sort((a, b) => a - b);
    expect((await handle.done).status).toBe('completed');
    expect(times.length).toBeGreaterThan(20);
    expect(times[Math.floor(times.length * 0.99)]).toBeLessThan(50);
    expect(await settled('fast')).toBe(300_000);
  }, 60_000);
});
