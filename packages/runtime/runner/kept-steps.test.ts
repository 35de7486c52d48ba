/** What the row of an iteration keeps of its steps: of a failed one all that ran, what it was given, each attempt. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { keptSteps, type KeptStep } from '@rondo/core/model/kept-step.ts';
import type { IterationRow } from '@rondo/core/ports.ts';
import { makeRunner, ran, run, tempFolder } from './workflow.testing.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(answer: (path: string, nth: number, request: IncomingMessage) => number): Promise<string> {
  const seen = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const nth = (seen.get(path) ?? 0) + 1;
    seen.set(path, nth);
    response.writeHead(answer(path, nth, request), { 'content-type': 'application/json' }).end(`{"path":"${path}"}`);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const stepsOf = (row: IterationRow | undefined): KeptStep[] => keptSteps(row?.steps ?? '');
const step = (row: IterationRow | undefined, id: string): KeptStep | undefined =>
  stepsOf(row).find((one) => one.id === id);

const flow = (url: string, loop = 'onError: drop', call = '') => `nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { over: "{{ range(3) }}", ${loop} }
    body:
      first: { type: set, with: { keep: none, fields: { n: "{{ $json }}" } } }
      call: { type: http-request, after: first, with: { url: "${url}/{{ $json.n }}"${call} }, loop: { retry: { times: 2, delay: 5ms } } }
      last: { type: set, after: call, with: { keep: none, fields: { path: "{{ $json.path }}" } } }`;

describe('a failed iteration', () => {
  it('keeps what was completed, and of the step that failed its arguments, input, error and each attempt', async () => {
    const url = await serve((path) => (path === '/1' ? 503 : 200));
    const result = await run(flow(url));
    const rows = await result.rows('each');
    const [, failed] = rows;
    expect(failed).toMatchObject({ status: 'failed', failure: { code: 'http-status', node: 'call' } });
    expect(stepsOf(failed).map(({ id, status }) => [id, status])).toEqual([
      ['first', 'completed'],
      ['call', 'failed'],
    ]);
    expect(step(failed, 'first')).toMatchObject({
      output: [[{ n: 1 }]],
      at: expect.any(Number),
      ms: expect.any(Number),
    });
    const call = step(failed, 'call');
    expect(call?.arguments).toMatchObject({ url: `${url}/1`, method: 'GET' });
    expect(call?.attempts?.map(({ n, failure }) => [n, failure?.code])).toEqual([
      [1, 'http-status'],
      [2, 'http-status'],
      [3, 'http-status'],
    ]);
    const starts = call?.attempts?.map(({ at }) => at) ?? [];
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(starts[0]).toBeGreaterThanOrEqual(call?.at ?? -1);
    const end = call?.attempts?.at(-1);
    expect((end?.at ?? 0) + (end?.ms ?? 0)).toBeLessThanOrEqual((failed?.durationMs ?? 0) + 1);
    // Its input is what the step before gave, so it is not kept twice.
    expect(call).not.toHaveProperty('input');
  });

  it('keeps attempts of the steps of one that completed, and no arguments', async () => {
    const url = await serve((path, nth) => (path === '/2' && nth < 3 ? 503 : 200));
    const rows = await (await run(flow(url))).rows('each');
    expect(rows.map((row) => row.status)).toEqual(['completed', 'completed', 'completed']);
    const call = step(rows[2], 'call');
    expect(call?.attempts?.map(({ failure }) => failure?.code ?? null)).toEqual(['http-status', 'http-status', null]);
    for (const one of stepsOf(rows[0])) {
      expect(one).toMatchObject({ at: expect.any(Number), ms: expect.any(Number) });
      expect(one).not.toHaveProperty('arguments');
      expect(one).not.toHaveProperty('attempts');
    }
    expect(step(rows[0], 'last')).toMatchObject({ status: 'completed', result: true });
    expect(step(rows[0], 'last')).not.toHaveProperty('output');
  });

  it('costs a completed iteration of one step nothing', async () => {
    const url = await serve(() => 200);
    const result = await run(`nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { over: "{{ range(3) }}", parallel: 3 }
    body:
      call: { type: http-request, with: { url: "${url}/{{ $json }}" } }`);
    expect((await result.rows('each')).map((row) => row.steps)).toEqual(['', '', '']);
  });

  it('of a node alone says what it was given, and when each attempt was made', async () => {
    const url = await serve((path, nth) => (path === '/b' || (path === '/c' && nth === 1) ? 500 : 200));
    const result = await run(
      `nodes:
  start: { type: manual }
  call: { type: http-request, after: start, with: { url: "${url}/{{ $json.p }}" }, loop: { onError: drop, retry: { times: 1, delay: 1ms } } }`,
      { input: ['a', 'b', 'c'].map((p) => ({ p })) },
    );
    const rows = await result.rows('call');
    expect(rows[0]?.steps).toBe('');
    expect(stepsOf(rows[1])).toMatchObject([
      { id: 'call', status: 'failed', arguments: { url: `${url}/b` }, attempts: [{ n: 1 }, { n: 2 }] },
    ]);
    expect(stepsOf(rows[2])).toMatchObject([
      { id: 'call', status: 'completed', result: true, attempts: [{ n: 1, failure: {} }, { n: 2 }] },
    ]);
  });

  it('of a body that was pushed down says what the step was given, without its code', async () => {
    const result = await run(`nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { over: "{{ range(2) }}", onError: drop }
    body:
      mark: { type: set, with: { keep: none, fields: { n: "{{ $json }}" } } }
      stop: { type: stop-and-error, after: mark, with: { message: "number {{ $json.n }} is not wanted" } }`);
    const rows = await result.rows('each');
    expect(step(rows[1], 'stop')).toMatchObject({
      status: 'failed',
      arguments: { message: 'number 1 is not wanted' },
      failure: { message: expect.stringContaining('number 1 is not wanted') },
    });
    const coded = await run(`nodes:
  start: { type: manual }
  code: { type: code, after: start, with: { code: "throw new Error('no')" }, loop: { onError: drop } }`);
    expect(JSON.stringify(await coded.rows('code'))).not.toContain('throw new');
  });

  it('tells the attempts of the whole iteration where the loop tries it anew', async () => {
    const url = await serve((path, nth) => (path === '/0' && nth <= 4 ? 503 : 200));
    const result = await run(flow(url, 'onError: drop, retry: { times: 1, delay: 1ms }'));
    const [row] = await result.rows('each');
    expect(row).toMatchObject({ status: 'completed', attempts: 2 });
    expect(stepsOf(row)[0]).toMatchObject({ id: '', status: 'completed', attempts: [{ failure: {} }, { n: 2 }] });
    expect(step(row, 'call')?.attempts).toHaveLength(2);
  });

  it('keeps the input of a step whose items lie in the rows of a loop', async () => {
    const url = await serve(() => 500);
    const result = await run(`nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { over: "{{ [2, 3] }}", onError: drop }
    body:
      inner:
        type: for-each
        loop: { over: "{{ range($json) }}" }
        body: { mark: { type: set, with: { keep: none, fields: { m: "{{ $json }}" } } } }
      call: { type: http-request, after: inner, loop: { over: items, size: 10 }, with: { url: "${url}/x" } }`);
    const [, row] = await result.rows('each');
    expect(row?.failure).toMatchObject({ node: 'call' });
    expect(step(row, 'inner')).toMatchObject({ status: 'completed', counts: [3] });
    expect(step(row, 'call')).toMatchObject({ status: 'failed', input: [{ m: 0 }, { m: 1 }, { m: 2 }] });
  });

  it('keeps the steps of a step that waited for longer than its time', async () => {
    const hanging = await serve(() => 200);
    const result = await run(`nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { over: "{{ [1] }}", onError: drop, timeout: 150ms }
    body:
      first: { type: set, with: { keep: none, fields: { url: "${hanging}" } } }
      sleep: { type: wait, after: first, with: { for: 1h } }`);
    const [row] = await result.rows('each');
    expect(row?.failure).toMatchObject({ code: 'timeout' });
    expect(stepsOf(row).map(({ id, status }) => [id, status])).toEqual([
      ['first', 'completed'],
      ['sleep', 'failed'],
    ]);
  });

  it('shows no secret and shortens what is long', async () => {
    const url = await serve(() => 500);
    const result = await run(
      `nodes:
  start: { type: manual }
  call:
    type: http-request
    after: start
    with: { url: "${url}/x", method: POST, auth: { type: bearer, secret: TOKEN }, body: "{{ 'very-secret-token ' + 'long '.repeat(50000) }}" }
    loop: { onError: drop }`,
      { environment: { secrets: { TOKEN: 'very-secret-token' } } },
    );
    const [row] = await result.rows('call');
    expect(row?.steps).not.toContain('very-secret-token');
    expect(row?.steps).toContain('[secret TOKEN]');
    expect(row?.steps.length).toBeLessThan(40_000);
    expect(stepsOf(row)[0]?.argumentsOf).toBeGreaterThan(250_000);
  });

  it('keeps of very many attempts the first and the last', async () => {
    const url = await serve(() => 500);
    const result = await run(
      `settings: { limits: { iteration.attempts: 6 } }
nodes:
  start: { type: manual }
  call: { type: http-request, after: start, with: { url: "${url}/x" }, loop: { onError: drop, retry: { times: 11, delay: 0ms } } }`,
    );
    const [row] = await result.rows('call');
    expect(row?.attempts).toBe(12);
    expect(stepsOf(row)[0]?.attempts?.map(({ n }) => n)).toEqual([1, 2, 3, 10, 11, 12]);
  });

  it('is replaced as a whole when it is run again', async () => {
    let broken = true;
    const url = await serve((path) => (broken && path === '/1' ? 503 : 200));
    const db = join(await tempFolder(), 'rondo.db');
    const first = await makeRunner({ db });
    const handle = await first.runner.start({ definition: `rondo: 1\n${flow(url)}`, file: 'x.yaml' });
    const before = ran(await handle.done, first.store);
    expect(step((await before.rows('each'))[1], 'call')?.status).toBe('failed');
    broken = false;
    await first.store.redrive(handle.runId, { loop: null, status: 'failed', after: [] });
    const after = ran(await (await first.runner.resume(handle.runId)).done, first.store);
    const [untouched, again] = await after.rows('each');
    expect(untouched?.steps).toBe((await before.rows('each'))[0]?.steps);
    expect(again).toMatchObject({ status: 'completed', failure: null });
    expect(stepsOf(again).every(({ status }) => status === 'completed')).toBe(true);
    expect(again?.steps).not.toContain('arguments');
    expect(await first.store.verify()).toEqual([]);
  });
});
