/** What an iteration remembers, over HTTP: steps with attempts, arguments and input; loops inside; what a run cost. */
import { expect, it } from 'vitest';
import { openStore } from '@rondo/runtime/stores/open.ts';
import { apiTests, startApi } from '../../testing/start-api.ts';
import { serverTests } from '../../testing/start.ts';

apiTests();
serverTests();

const CALLS = `
id: calls
name: Calls
nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { over: "{{ [1, 2] }}", onError: drop }
    body:
      mark: { type: set, with: { keep: none, fields: { n: "{{ $json }}", url: "{{ $json === 2 ? 'http://127.0.0.1:1/x' : null }}" } } }
      pause: { type: wait, after: mark, with: { for: 1ms } }
      call:
        type: http-request
        after: pause
        with: { url: "{{ $json.url ?? 'http://127.0.0.1:1/y' }}" }
        loop: { onError: "{{ROLE}}", retry: { times: 1, delay: 5ms, always: true } }
      last: { type: set, after: call, with: { keep: none, fields: { done: true } } }
`;

const NESTED = `
id: nested
name: Nested
nodes:
  start: { type: manual }
  outer:
    type: for-each
    after: start
    loop: { over: "{{ [3, 0, 5] }}", onError: drop }
    body:
      inner:
        type: for-each
        loop: { over: "{{ range($json) }}", onError: drop }
        body:
          check: { type: code, with: { code: "if ($json === 2) throw new Error('two'); return { n: $json };" } }
`;

it('shows the steps of a failed iteration with arguments, input, error and attempts', async () => {
  const server = await startApi({ 'calls.yaml': CALLS.replace('{{ROLE}}', 'stop') });
  const { id } = await server.api('POST /workflows/{id}/runs', { params: { id: 'calls' }, body: {} });
  await server.run(id);
  const one = await server.api('GET /runs/{id}/loops/{path}/iterations/{index}', {
    params: { id, path: 'each', index: 1 },
    query: {},
  });
  expect(one.steps.map((step) => [step.id, step.status])).toEqual([
    ['mark', 'completed'],
    ['pause', 'completed'],
    ['call', 'failed'],
    ['last', 'skipped'],
  ]);
  const [mark, pause, call, last] = one.steps;
  expect(mark).toMatchObject({ output: [[{ n: 2, url: 'http://127.0.0.1:1/x' }]], failure: null });
  expect(pause?.attempts).toMatchObject([{ number: 1, failed: false }]);
  expect(call).toMatchObject({
    arguments: { url: 'http://127.0.0.1:1/x' },
    input: [{ n: 2, url: 'http://127.0.0.1:1/x' }],
    output: null,
    failure: { code: one.failure?.code },
    attempts: [
      { number: 1, failed: true, failure: { code: one.failure?.code } },
      { number: 2, failed: true },
    ],
  });
  const [first, second] = call?.attempts ?? [];
  expect(second?.startMs).toBeGreaterThanOrEqual((first?.startMs ?? 0) + (first?.durationMs ?? 0));
  expect(last).not.toHaveProperty('attempts');
});

it('shows when the steps of a completed iteration ran, also one that failed and was given up', async () => {
  const server = await startApi({ 'calls.yaml': CALLS.replace('{{ROLE}}', 'item') });
  const { id } = await server.api('POST /workflows/{id}/runs', { params: { id: 'calls' }, body: {} });
  await server.run(id);
  const one = await server.api('GET /runs/{id}/loops/{path}/iterations/{index}', {
    params: { id, path: 'each', index: 0 },
    query: {},
  });
  expect(one.status).toBe('completed');
  expect(one.steps.map((step) => [step.id, step.status, step.attempts?.length])).toEqual([
    ['mark', 'completed', 1],
    ['pause', 'completed', 1],
    ['call', 'completed', 2],
    ['last', 'completed', 1],
  ]);
  expect(one.steps[3]?.output).toEqual([[{ done: true }]]);
  expect(one.steps.some((step) => 'arguments' in step)).toBe(false);
});

it('shows nested loops: what each cell of the outer one holds, and the step that a failing loop is', async () => {
  const server = await startApi({ 'nested.yaml': NESTED });
  const { id } = await server.api('POST /workflows/{id}/runs', { params: { id: 'nested' }, body: {} });
  await server.run(id);
  const params = { id, path: 'outer' };
  expect(await server.api('GET /runs/{id}/loops/{path}/score', { params, query: {} })).toMatchObject({
    per: 1,
    inner: [3, 0, 5],
    innerFailed: [1, 0, 1],
  });
  const inside = await server.api('GET /runs/{id}/loops/{path}/score', {
    params: { id, path: 'outer[2]/inner' },
    query: {},
  });
  expect(inside).not.toHaveProperty('inner');
  const one = await server.api('GET /runs/{id}/loops/{path}/iterations/{index}', {
    params: { ...params, index: 2 },
    query: {},
  });
  expect(one.steps).toMatchObject([{ id: 'inner', loop: 'outer[2]/inner', attempts: [{ number: 1, failed: false }] }]);
});

it('says what the model calls of a run cost', async () => {
  const store = await openStore(':memory:');
  const server = await startApi({ 'nested.yaml': NESTED }, { store });
  const { id } = await server.api('POST /workflows/{id}/runs', { params: { id: 'nested' }, body: {} });
  await server.run(id);
  expect((await server.api('GET /runs/{id}', { params: { id } })).usage).toBeNull();
  const usage = { tokensIn: 1_200, tokensOut: 300, cost: 0.04 };
  await store.redrive(id, { loop: null, status: 'failed', after: null });
  const lease = await store.claim(id, 'test', 10_000);
  if (lease === null) throw new Error('the run is held');
  await store.commit({ lease, now: 1, run: { usage, status: 'completed' } });
  expect((await server.api('GET /runs/{id}', { params: { id } })).usage).toEqual(usage);
});
