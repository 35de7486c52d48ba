/** Going on: interrupt and resume, cancel, pause, redrive, lost attempts; results as if nothing had happened. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { StoreError, type Lease } from '@rondo/core/ports.ts';
import { makeRunner, ran, run, tempFolder } from './workflow.testing.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A server that counts calls per path and answers by `answer`. */
async function serve(
  answer: (path: string, nth: number) => { status: number; body: unknown; headers?: Record<string, string> } | null,
) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    seen.push(path);
    const reply = answer(path, seen.filter((p) => p === path).length);
    // null: the server hangs.
    if (reply === null) return;
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    response.end(JSON.stringify(reply.body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const calls = (url: string, loop: string, n = 40) => `nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { over: "{{ range(${n}) }}", ${loop} }
    body:
      call: { type: http-request, with: { url: "${url}/{{ $json }}" } }
      keep: { type: set, after: call, with: { keep: none, fields: { n: "{{ $json.n }}" } } }
  total: { type: aggregate, after: each }`;

describe('a loop with effects', () => {
  it('is interrupted, keeps what was done, and goes on without repeating it', async () => {
    let interrupt = (): void => {};
    const { url, seen } = await serve((path) => {
      if (path === '/10') interrupt();
      return { status: 200, body: { n: Number(path.slice(1)) } };
    });
    const db = join(await tempFolder(), 'rondo.db');
    const first = await makeRunner({ db });
    const handle = await first.runner.start({ definition: `rondo: 1\n${calls(url, 'parallel: 4')}`, file: 'x.yaml' });
    interrupt = () => handle.interrupt();
    const halfway = await handle.done;
    expect(halfway.status).toBe('waiting');
    const second = await makeRunner({ db });
    const resumed = await second.runner.resume(handle.runId);
    const result = ran(await resumed.done, second.store);
    expect(result.status).toBe('completed');
    expect(seen.length).toBe(40);
    expect(new Set(seen).size).toBe(40);
    expect(result.loop('each')).toMatchObject({ completed: 40, failed: 0, cursor: 40 });
    const whole = await run(calls(url, 'parallel: 4'));
    expect(result.output).toEqual(whole.output);
  });

  it('is cancelled through the store, drains and says so', async () => {
    const { url } = await serve(() => ({ status: 200, body: { n: 1 } }));
    const { runner, store } = await makeRunner();
    const handle = await runner.start({
      definition: `rondo: 1\n${calls(url, 'parallel: 2, pause: 5ms', 5000)}`,
      file: 'x.yaml',
    });
    handle.onProgress((progress) => {
      if (progress.type === 'loop' && progress.loop.completed > 3) void store.setControl(handle.runId, 'cancel');
    });
    const result = ran(await handle.done, store);
    expect(result.status).toBe('cancelled');
    expect(result.failure?.code).toBe('cancelled');
    expect((await result.rows('each')).every((row) => row.status === 'completed')).toBe(true);
  });

  it('retries what can succeed later, honours Retry-After, and not what cannot', async () => {
    const { url, seen } = await serve((path, nth) => {
      if (path === '/3' && nth < 3) return { status: 503, body: {} };
      if (path === '/5' && nth < 2) return { status: 429, body: {}, headers: { 'retry-after': '1' } };
      return path === '/7' ? { status: 404, body: {} } : { status: 200, body: { n: 0 } };
    });
    const started = Date.now();
    const result = await run(calls(url, 'onError: drop, parallel: 3, retry: { times: 3, delay: 1ms }', 10));
    expect(result.status).toBe('completed');
    expect(Date.now() - started).toBeGreaterThanOrEqual(1000);
    expect(result.loop('each')).toMatchObject({ completed: 9, failed: 1 });
    const rows = await result.rows('each');
    expect(rows[3]?.attempts).toBe(3);
    expect(rows[5]?.attempts).toBe(2);
    expect(rows[7]).toMatchObject({ status: 'failed', attempts: 1 });
    expect(rows[7]?.failure).toMatchObject({ code: 'http-status', item: 7, node: 'call' });
    expect(seen.filter((path) => path === '/7').length).toBe(1);
  });

  it('gives up an attempt at its timeout', async () => {
    const { url } = await serve((path) => (path === '/1' ? null : { status: 200, body: { n: 0 } }));
    const result = await run(calls(url, 'onError: drop, parallel: 3, timeout: 300ms', 3));
    const rows = await result.rows('each');
    expect(rows[1]?.failure?.code).toBe('timeout');
    expect(result.loop('each')).toMatchObject({ completed: 2, failed: 1 });
  });

  it('keeps its rate', async () => {
    const { url, seen } = await serve(() => ({ status: 200, body: { n: 0 } }));
    // 20 starts, 5 in 200 ms: the last group cannot begin before three whole periods are over.
    const result = await run(calls(url, 'parallel: 10, rate: { count: 5, per: 200ms }', 20));
    expect(seen.length).toBe(20);
    expect(result.loop('each').durationMs).toBeGreaterThanOrEqual(600);
  });

  it('redrives only what failed', async () => {
    let broken = true;
    const { url, seen } = await serve((path) =>
      broken && ['/2', '/5'].includes(path)
        ? { status: 400, body: {} }
        : { status: 200, body: { n: Number(path.slice(1)) } },
    );
    const { runner, store } = await makeRunner();
    const handle = await runner.start({ definition: `rondo: 1\n${calls(url, 'onError: drop', 8)}`, file: 'x.yaml' });
    expect((await handle.done).status).toBe('completed');
    broken = false;
    seen.length = 0;
    const answered = await store.redrive(handle.runId, { loop: null, status: 'failed', after: ['total'] } as never);
    expect(answered).toBe(2);
    const again = await runner.resume(handle.runId);
    const result = ran(await again.done, store);
    expect(seen.toSorted()).toEqual(['/2', '/5']);
    expect(result.loop('each')).toMatchObject({ completed: 8, failed: 0 });
    expect(JSON.stringify(result.output)).toContain('5');
  });
});

describe('a wait', () => {
  it('is gone on with after an interruption, at the time it was due', async () => {
    const text = `nodes:
  start: { type: manual }
  pause: { type: wait, after: start, with: { for: 700ms } }
  end: { type: set, after: pause, with: { fields: { done: true } } }`;
    const { runner, store } = await makeRunner();
    const handle = await runner.start({ definition: `rondo: 1\n${text}`, file: 'x.yaml' });
    const started = Date.now();
    handle.onProgress((progress) => {
      if (progress.type === 'step' && progress.event.type === 'step-waiting') handle.interrupt();
    });
    expect((await handle.done).status).toBe('waiting');
    const again = await runner.resume(handle.runId);
    const result = ran(await again.done, store);
    expect(result.output).toEqual([{ done: true }]);
    expect(Date.now() - started).toBeGreaterThanOrEqual(690);
  });
});

describe('a run', () => {
  const slow = `settings: { timeout: 1500ms }
nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { over: "{{ range(1000) }}", pause: 20ms }
    body: { a: { type: set, with: { fields: { n: 1 } } } }`;

  it('ends at its time limit and keeps what was done', async () => {
    const result = await run(slow);
    expect(result.status).toBe('failed');
    expect(result.failure).toMatchObject({ code: 'timeout' });
    expect(result.loop('each').completed).toBeGreaterThan(0);
  });

  it('pauses while the store cannot be written, says so, and goes on by itself', async () => {
    const { runner, store } = await makeRunner();
    let refusals = 3;
    const commit = store.commit.bind(store);
    store.commit = async (batch) => {
      if ((batch.rows?.length ?? 0) > 0 && refusals > 0) {
        refusals -= 1;
        throw new StoreError('store-unavailable', 'The disk is full.');
      }
      return commit(batch);
    };
    const handle = await runner.start({
      definition: `rondo: 1\n${calls('http://unused', '', 3).replace(/call:.*\n/, 'call: { type: no-op }\n')}`,
      file: 'x.yaml',
    });
    const said: string[] = [];
    handle.onProgress((progress) => {
      if (progress.type === 'stalled') said.push(progress.message);
      if (progress.type === 'unstalled') said.push('goes on');
    });
    const result = ran(await handle.done, store);
    expect(said).toEqual(['The disk is full.', 'goes on']);
    expect(result.status).toBe('completed');
    expect(result.loop('each').completed).toBe(3);
  });

  it('stops at once when another runner has taken over, and writes nothing more', async () => {
    const { runner, store } = await makeRunner();
    const { url } = await serve(() => ({ status: 200, body: { n: 1 } }));
    const handle = await runner.start({ definition: `rondo: 1\n${calls(url, '', 5000)}`, file: 'x.yaml' });
    let taken = false;
    handle.onProgress((progress) => {
      if (taken || progress.type !== 'loop' || progress.loop.completed < 2) return;
      taken = true;
      void store
        .leaseOwner(handle.runId)
        .then((owner) => store.claim(handle.runId, 'another', 60_000, owner ?? undefined));
    });
    await expect(handle.done).rejects.toMatchObject({ code: 'lease-lost' });
    const loop = await store.loop(handle.runId, 'each');
    expect(loop?.status).toBe('running');
    expect(loop?.completed).toBeLessThan(5000);
  });

  it('that its runner left is taken over by a sweep', async () => {
    let now = 1_000_000;
    const store = (await import('../stores/memory.ts')).openMemoryStore({ now: () => now });
    await store.createRun({
      id: 'left',
      workflow: 'w',
      definition:
        'rondo: 1\nnodes: { start: { type: manual }, a: { type: set, after: start, with: { fields: { x: 1 } } } }',
      options: '{"file":"w.yaml"}',
      createdAt: 1,
    });
    const lease = await store.claim('left', 'elsewhere:x:1:1', 15_000);
    await store.commit({ lease: lease as Lease, now, run: { status: 'running' } });
    const { runner } = await makeRunner({ environment: { store } });
    expect(await runner.sweep()).toEqual([]);
    now += 16_000;
    const [handle] = await runner.sweep();
    expect((await handle?.done)?.output).toEqual([{ x: 1 }]);
    expect(await runner.sweep()).toEqual([]);
    await expect(runner.resume('left')).rejects.toMatchObject({ code: 'run-ended' });
  });
});
