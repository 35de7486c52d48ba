/** Finding iterations by how long they took and by what a re-run did; the timeline with who did what. Real runs. */
import { expect, it } from 'vitest';
import { apiTests, startApi } from '../../testing/start-api.ts';
import { serverTests, until } from '../../testing/start.ts';

apiTests();
serverTests();

/** Every third fails, until the file is repaired. */
const third = (repaired: boolean): string => `
id: third
name: Every third
nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { onError: drop, tolerate: { share: 1 } }
    body:
      check:
        type: code
        with: { code: "if ($json.n % ${repaired ? 9 : 3} === 0) throw new Error('no ' + $json.n); return { half: 1 };" }
  count: { type: aggregate, after: each }
`;
const items = (count: number): { n: number }[] => Array.from({ length: count }, (_, n) => ({ n }));

it('finds what a re-run did, and says what each iteration was before', async () => {
  const server = await startApi({ 'third.yaml': third(false) });
  const { api, run } = server;
  const { id } = await api('POST /workflows/{id}/runs', { params: { id: 'third' }, body: { items: items(30) } });
  await run(id);
  const params = { id, path: 'each' };
  const indices = async (query: object) =>
    (await api('GET /runs/{id}/loops/{path}/iterations', { params, query })).items.map((one) => one.index);
  expect(await api('GET /runs/{id}/loops/{path}/reruns', { params })).toEqual({ reruns: [] });
  const { text, version } = await api('GET /workflows/{id}', { params: { id: 'third' } });
  await api('PUT /workflows/{id}', {
    params: { id: 'third' },
    body: { text: text.replace('% 3', '% 9'), version },
  });
  await api('POST /runs/{id}/redrive', { params: { id }, query: {}, body: { loop: 'each', indices: [3, 6, 9, 12] } });
  await run(id);
  expect(await indices({ rerun: 1 })).toEqual([3, 6, 9, 12]);
  expect(await indices({ rerun: 1, status: 'failed' })).toEqual([9]);
  expect(await indices({ rerun: 1, sort: 'duration' })).toHaveLength(4);
  expect(await indices({ rerun: 2 })).toEqual([]);
  const { reruns } = await api('GET /runs/{id}/loops/{path}/reruns', { params });
  expect(reruns).toMatchObject([{ number: 1, by: 'token test', count: 4, now: { completed: 3, failed: 1, other: 0 } }]);
  await api('POST /runs/{id}/redrive', { params: { id }, query: {}, body: { loop: 'each', indices: [9] } });
  await run(id);
  const one = await api('GET /runs/{id}/loops/{path}/iterations/{index}', {
    params: { ...params, index: 9 },
    query: { rerun: 1 },
  });
  expect(one.earlier.map(({ rerun, status, message }) => [rerun, status, message?.includes('no 9')])).toEqual([
    [1, 'failed', true],
    [2, 'failed', true],
  ]);
  expect([one.previous, one.following]).toEqual([6, 12]);
  const sent = await server.call(`/api/v1/runs/${id}/loops/each/export?rerun=1&what=input`, {
    headers: server.headers,
  });
  expect((await sent.text()).trimEnd().split('\n')).toHaveLength(4);
  const { marks } = await api('GET /runs/{id}/timeline', { params: { id } });
  expect(marks).toMatchObject([
    { what: 'rerun', who: 'token test', path: 'each', detail: { count: 4, version: 2 } },
    { what: 'rerun', detail: { count: 1 } },
  ]);
});

it('finds iterations by how long they took, a page at a time, and their neighbours', async () => {
  const server = await startApi({ 'third.yaml': third(false) });
  const { api, run } = server;
  const { id } = await api('POST /workflows/{id}/runs', { params: { id: 'third' }, body: { items: items(300) } });
  await run(id);
  const params = { id, path: 'each' };
  const page = (query: object) => api('GET /runs/{id}/loops/{path}/iterations', { params, query });
  const all = (await page({ limit: 300 })).items;
  const durations = [...new Set(all.map((one) => one.durationMs))].sort((a, b) => a - b);
  const minMs = durations[Math.floor(durations.length / 3)] ?? 0;
  const maxMs = durations[Math.floor((2 * durations.length) / 3)] ?? 0;
  const wanted = all.filter((one) => one.durationMs >= minMs && one.durationMs <= maxMs).map((one) => one.index);
  const seen: number[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const part = await page({ minMs, maxMs, limit: 7, ...(cursor === undefined ? {} : { cursor }) });
    seen.push(...part.items.map((one) => one.index));
    cursor = part.next;
  }
  expect(seen).toEqual(wanted);
  const failing = wanted.filter((index) => index % 3 === 0);
  expect((await page({ minMs, maxMs, status: 'failed', limit: 300 })).items.map((one) => one.index)).toEqual(failing);
  const longest = (await page({ minMs, maxMs, sort: 'duration', limit: 300 })).items;
  expect(longest.map((one) => one.index).sort((a, b) => a - b)).toEqual(wanted);
  const at = Math.floor(wanted.length / 2);
  const one = await api('GET /runs/{id}/loops/{path}/iterations/{index}', {
    params: { ...params, index: wanted[at] ?? 0 },
    query: { minMs, maxMs },
  });
  expect([one.previous, one.following]).toEqual([wanted[at - 1] ?? null, wanted[at + 1] ?? null]);
});

const WAITS = `
id: waits
name: Waits
nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { parallel: 2 }
    body:
      pause: { type: wait, with: { for: 30ms } }
  count: { type: aggregate, title: Count them, after: each }
`;

it('tells the nodes outside loops, and who paused, went on and turned limits', async () => {
  const server = await startApi({ 'waits.yaml': WAITS });
  const { api, run } = server;
  const { id } = await api('POST /workflows/{id}/runs', { params: { id: 'waits' }, body: { items: items(60) } });
  const params = { id };
  await until(async () => ((await api('GET /runs/{id}', { params })).completed > 1 ? true : null), 'two are done');
  for (const parallel of [4, 6])
    await api('PATCH /runs/{id}/loops/{path}', { params: { id, path: 'each' }, body: { parallel } });
  await api('POST /runs/{id}/pause', { params });
  await until(async () => ((await api('GET /runs/{id}', { params })).alive ? null : true), 'nobody drives it');
  await api('POST /runs/{id}/resume', { params });
  await run(id);
  const { steps, marks } = await api('GET /runs/{id}/timeline', { params });
  expect(steps.map((one) => [one.title, one.status])).toEqual([
    ['start', 'completed'],
    ['Count them', 'completed'],
  ]);
  const [first, last] = steps;
  expect(last?.startedAt).toBeGreaterThanOrEqual((first?.endedAt ?? 0) + 100);
  // A dial that is dragged is one mark, with the last value.
  expect(marks).toMatchObject([
    { what: 'limits', who: 'token test', path: 'each', detail: { parallel: 6 } },
    { what: 'pause', who: 'token test' },
    { what: 'resume', who: 'token test' },
  ]);
  await api('DELETE /runs/{id}', { params });
  await expect(api('GET /runs/{id}/timeline', { params })).rejects.toMatchObject({ status: 404 });
});

const NESTED = `
id: nested
name: Nested
nodes:
  start: { type: manual }
  site:
    type: for-each
    after: start
    loop: { over: "{{ [0, 1, 2, 3] }}", onError: 'null' }
    body:
      page:
        type: for-each
        loop: { over: "{{ [0, 1, 2] }}", onError: 'null' }
        body:
          check:
            type: code
            with: { code: "if ([1, 10].includes($loop.index + 9 * $loop.parent.index)) throw new Error('no'); return {};" }
`;

it('goes to the next failed one anywhere in nested loops, and back the same way', async () => {
  const server = await startApi({ 'nested.yaml': NESTED });
  const { api, run } = server;
  const { id } = await api('POST /workflows/{id}/runs', { params: { id: 'nested' }, body: {} });
  await run(id);
  const step = async (path: string, index: number | undefined, to: 'next' | 'previous') => {
    const query = { step: to, ...(index === undefined ? {} : { index }) };
    const { failed } = await api('GET /runs/{id}/loops/{path}/failed', { params: { id, path }, query });
    return failed === null ? null : `${failed.loop} ${failed.index}`;
  };
  expect(await step('site', undefined, 'next')).toBe('site[0]/page 1');
  expect(await step('site', 0, 'next')).toBe('site[0]/page 1');
  expect(await step('site[0]/page', 1, 'next')).toBe('site[1]/page 1');
  expect(await step('site[1]/page', 1, 'next')).toBeNull();
  expect(await step('site[3]/page', 2, 'previous')).toBe('site[1]/page 1');
  expect(await step('site[1]/page', 1, 'previous')).toBe('site[0]/page 1');
  expect(await step('site[0]/page', 1, 'previous')).toBeNull();
  expect(await step('site', undefined, 'previous')).toBe('site[1]/page 1');
});
