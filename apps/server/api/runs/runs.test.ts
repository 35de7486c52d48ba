/** Runs over HTTP: start, watch, find what failed, run it again, steer. Real runs in a real store. */
import { expect, it } from 'vitest';
import type { RunEvent } from '@rondo/api/schemas/run.ts';
import { apiTests, startApi, type StartedApi } from '../../testing/start-api.ts';
import { items, THIRD, WAITS } from '../../testing/loops.ts';
import { serverTests, until } from '../../testing/start.ts';

apiTests();
serverTests();

async function finished({ api, run }: StartedApi, id: string, body: object): Promise<string> {
  const started = await api('POST /workflows/{id}/runs', { params: { id }, body });
  await run(started.id);
  return started.id;
}

it('shows a run with its loops, causes, score and iterations', async () => {
  const server = await startApi({ 'third.yaml': THIRD });
  const { api } = server;
  const id = await finished(server, 'third', { items: items(300) });
  const run = await api('GET /runs/{id}', { params: { id } });
  expect(run).toMatchObject({
    workflowId: 'third',
    version: 1,
    startedBy: 'token test',
    status: 'completed',
    completed: 200,
    failed: 100,
    total: 300,
    input: '300 items',
    alive: false,
    shown: 'each',
    loops: [{ path: 'each', completed: 200, failed: 100, inFlight: 0, title: 'each' }],
  });
  const { causes } = await api('GET /runs/{id}/loops/{path}/causes', { params: { id, path: 'each' } });
  expect(causes).toMatchObject([{ count: 100, first: 0, last: 297, node: 'check', pattern: 'every 3rd' }]);
  expect(causes[0]?.columns.reduce((a, b) => a + b, 0)).toBe(100);
  const cause = causes[0]?.id ?? '';

  const score = await api('GET /runs/{id}/loops/{path}/score', { params: { id, path: 'each' } });
  const bytes = Buffer.from(score.cells, 'base64');
  expect([score.rows, score.columns, bytes.length]).toEqual([2, 150, 300]);
  expect([...bytes.subarray(0, 4)]).toEqual([0x51, 0x20, 0x20, 0x51]);
  expect(score.columns).toBe(causes[0]?.columns.length);
  const again = await api('GET /runs/{id}/loops/{path}/score', { params: { id, path: 'each' } });
  expect(again.revision).toBe(score.revision);
  const bars = await api('GET /runs/{id}/loops/{path}/score', {
    params: { id, path: 'each' },
    query: { by: 'duration' },
  });
  expect(bars.failed?.reduce((a, b) => a + b, 0)).toBe(100);
  expect(bars.bounds).toHaveLength(65);
  const clock = await api('GET /runs/{id}/loops/{path}/score', { params: { id, path: 'each' }, query: { by: 'time' } });
  expect(Buffer.from(clock.cells, 'base64').length).toBeGreaterThan(0);

  const seen: number[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await api('GET /runs/{id}/loops/{path}/iterations', {
      params: { id, path: 'each' },
      query: { cause, limit: 30, ...(cursor === undefined ? {} : { cursor }) },
    });
    seen.push(...page.items.map((one) => one.index));
    cursor = page.next;
  }
  expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => i * 3));
  const jump = await api('GET /runs/{id}/loops/{path}/iterations', {
    params: { id, path: 'each' },
    query: { cursor: 'index:250', limit: 2 },
  });
  expect(jump.items).toMatchObject([
    { index: 250, status: 'completed', item: '{"n":250,"kind":"good 250"}', text: '{"half":125}' },
    { index: 251 },
  ]);
  const found = await api('GET /runs/{id}/loops/{path}/iterations', {
    params: { id, path: 'each' },
    query: { search: 'good 29' },
  });
  expect(found.items.map((one) => one.index)).toEqual([29, 290, 292, 293, 295, 296, 298, 299]);
  expect(found).toMatchObject({ next: null, searched: { rows: 300, of: 300 } });
  const slowest = await api('GET /runs/{id}/loops/{path}/iterations', {
    params: { id, path: 'each' },
    query: { sort: 'duration', limit: 100 },
  });
  const durations = slowest.items.map((one) => one.durationMs);
  expect(durations).toEqual([...durations].sort((a, b) => b - a));

  const one = await api('GET /runs/{id}/loops/{path}/iterations/{index}', {
    params: { id, path: 'each', index: 30 },
    query: { cause },
  });
  expect(one).toMatchObject({
    input: [{ n: 30, kind: 'bad' }],
    failure: { node: 'check' },
    previous: 27,
    following: 33,
    steps: [{ id: 'check', type: 'code', status: 'failed' }],
  });
  const common = await api('GET /runs/{id}/loops/{path}/causes/{cause}/common', {
    params: { id, path: 'each', cause },
  });
  expect(common).toMatchObject({ failed: 100, completed: 200, fields: [{ path: 'kind', says: '= "bad"', failed: 1 }] });
});

it('tells what the fields of a loop look like, from all of a short one and a sample of a long one', async () => {
  const server = await startApi({ 'third.yaml': THIRD });
  const row = (n: number) => ({
    n,
    list: Array.from({ length: n % 4 }),
    kind: ['a', 'b'][n % 2],
    ...(n < 7 ? { mail: '' } : { mail: `${n}@x` }),
  });
  const rows = (count: number) => Array.from({ length: count }, (_, n) => row(n));
  const facts = async (count: number) => {
    const id = await finished(server, 'third', { items: rows(count) });
    return server.api('GET /runs/{id}/loops/{path}/fields', { params: { id, path: 'each' } });
  };
  const short = await facts(40);
  expect(short).toMatchObject({ looked: 40, of: 40 });
  expect(Object.fromEntries(short.fields.map((one) => [one.path.join('.'), one]))).toMatchObject({
    n: { empty: 0, items: null, values: 40 },
    kind: { empty: 0, values: 2 },
    mail: { empty: 7 },
    list: { empty: 10, items: { least: 0, most: 3 }, values: null },
  });
  const long = await facts(1_200);
  expect(long).toMatchObject({ looked: 500, of: 1_200 });
  // From everywhere in it, not from its beginning.
  expect(long.fields.find((one) => one.path[0] === 'n')).toMatchObject({ values: null });
});

it('exports a loop as a file', async () => {
  const server = await startApi({ 'third.yaml': THIRD });
  const id = await finished(server, 'third', { items: items(9) });
  const get = (query: string) =>
    server.call(`/api/v1/runs/${id}/loops/each/export?${query}`, { headers: server.headers });
  const lines = (await (await get('status=completed&what=output')).text()).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject(
    [1, 2, 4, 5, 7, 8].map((n) => ({ index: n, output: [{ half: n / 2 }] })),
  );
  const csv = await get('format=csv&what=input');
  expect(csv.headers.get('content-disposition')).toBe(`attachment; filename="${id}-each.csv"`);
  expect((await csv.text()).split('\r\n')[1]).toMatch(/^0,failed,1,.*,"\{""n"":0,""kind"":""bad""\}",node-failed,no 0/);
});

it('waits for a run, and refuses what cannot be run', async () => {
  const { api, call, headers } = await startApi({ 'third.yaml': THIRD });
  const answer = await call('/api/v1/workflows/third/runs', {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ items: items(3), mode: 'wait' }),
  });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ status: 'completed', failure: null });
  const upTo = await api('POST /workflows/{id}/runs', {
    params: { id: 'third' },
    body: { items: items(4), mode: 'wait', upTo: 'each' },
  });
  expect(upTo.output).toEqual([{ half: 0.5 }, { half: 1 }]);
  await expect(
    api('POST /workflows/{id}/runs', { params: { id: 'third' }, body: { trigger: 'nothing' } }),
  ).rejects.toMatchObject({ status: 422, code: 'workflow-invalid' });
  await expect(api('GET /runs/{id}', { params: { id: 'nothing' } })).rejects.toMatchObject({ status: 404 });
});

it('lists runs by key, with filters', async () => {
  const server = await startApi({ 'third.yaml': THIRD, 'waits.yaml': WAITS });
  const { api } = server;
  const ids: string[] = [];
  for (const count of [1, 2, 5]) ids.unshift(await finished(server, 'third', { items: items(count) }));
  const other = await finished(server, 'waits', { items: [{ who: 'Ada' }] });
  const listed = async (query: object) => (await api('GET /runs', { query })).items.map((one) => one.id);
  expect(await listed({})).toEqual([other, ...ids]);
  const first = await api('GET /runs', { query: { workflow: 'third', limit: 2 } });
  expect(first.items.map((one) => one.id)).toEqual(ids.slice(0, 2));
  expect(await listed({ workflow: 'third', limit: 2, cursor: first.next })).toEqual(ids.slice(2));
  expect(await listed({ failed: 'false' })).toEqual([other]);
  expect(await listed({ search: 'ada' })).toEqual([other]);
  expect(await listed({ status: 'running,failed' })).toEqual([]);
  expect(await listed({ status: 'completed,running', limit: 3 })).toEqual([other, ...ids.slice(0, 2)]);
  // The newest of each workflow, until a later one ends well.
  expect(await listed({ needs: 'look' })).toEqual([ids[0]]);
  const good = await finished(server, 'third', { items: [] });
  expect(await listed({ needs: 'look' })).toEqual([]);
  await api('DELETE /runs/{id}', { params: { id: good } });
  await expect(api('GET /runs', { query: { status: 'sleeping' } })).rejects.toMatchObject({ code: 'status-invalid' });
  const { items: workflows } = await api('GET /workflows', {});
  expect(workflows.find((one) => one.id === 'third')).toMatchObject({
    last: { id: ids[0], completed: 3, failed: 2, total: 5 },
    recent: ids.map((id) => ({ id, status: 'completed' })),
  });
});

it('runs failed iterations again', async () => {
  const server = await startApi({ 'third.yaml': THIRD });
  const { api, run } = server;
  const id = await finished(server, 'third', { items: items(30) });
  const redrive = (dry: 'true' | 'false', body: object) =>
    api('POST /runs/{id}/redrive', { params: { id }, query: { dry }, body });
  expect(await redrive('true', {})).toMatchObject({ count: 10, mayRepeat: 0 });
  expect(await redrive('true', { loop: 'each', indices: [0, 1, 3] })).toMatchObject({ count: 2, mayRepeat: 0 });
  expect((await api('GET /runs/{id}', { params: { id } })).status).toBe('completed');
  expect(await redrive('false', { loop: 'each', indices: [3, 6] })).toMatchObject({ count: 2 });
  await run(id);
  expect(await api('GET /runs/{id}', { params: { id } })).toMatchObject({
    status: 'completed',
    failed: 10,
    completed: 20,
  });
  await api('DELETE /runs/{id}', { params: { id } });
  await expect(api('GET /runs/{id}', { params: { id } })).rejects.toMatchObject({ status: 404 });
});

it('pauses, goes on and cancels', async () => {
  const server = await startApi({ 'waits.yaml': WAITS });
  const { api, run } = server;
  const start = () => api('POST /workflows/{id}/runs', { params: { id: 'waits' }, body: { items: items(40) } });
  const { id } = await start();
  const params = { id };
  await until(async () => ((await api('GET /runs/{id}', { params })).completed > 1 ? true : null), 'two are done');
  await expect(api('DELETE /runs/{id}', { params })).rejects.toMatchObject({ status: 409 });
  await api('POST /runs/{id}/pause', { params });
  await run(id, 'waiting');
  const paused = await until(async () => {
    const now = await api('GET /runs/{id}', { params });
    return now.alive ? null : now;
  }, 'nobody drives it');
  expect(paused.control).toBe('pause');
  await api('POST /runs/{id}/resume', { params });
  await run(id);
  expect(await api('GET /runs/{id}', { params })).toMatchObject({ completed: 40, control: 'none' });
  const second = await start();
  await api('POST /runs/{id}/cancel', { params: { id: second.id } });
  await run(second.id, 'cancelled');
  await expect(api('POST /runs/{id}/pause', { params: { id: second.id } })).rejects.toMatchObject({
    code: 'run-ended',
  });
});

it('changes parallel and rate of a loop while it runs, and puts them back', async () => {
  const server = await startApi({ 'waits.yaml': WAITS });
  const { api, run } = server;
  const { id } = await api('POST /workflows/{id}/runs', { params: { id: 'waits' }, body: { items: items(400) } });
  const params = { id, path: 'each' };
  const loop = async () => (await api('GET /runs/{id}/loops', { params: { id } })).loops[0];
  await until(async () => ((await loop()) === undefined ? null : true), 'the loop is there');
  expect(await loop()).toMatchObject({ parallel: 2, perSecond: null, defined: null });
  const turned = await api('PATCH /runs/{id}/loops/{path}', { params, body: { parallel: 20 } });
  // Said by the answer, unless the runner was as fast.
  expect(turned.asked ?? { parallel: turned.parallel, perSecond: turned.perSecond }).toEqual({
    parallel: 20,
    perSecond: null,
  });
  const asked = Date.now();
  await until(async () => ((await loop())?.parallel === 20 ? true : null), 'it is in force');
  expect(Date.now() - asked).toBeLessThan(1_500);
  expect(await loop()).toMatchObject({ parallel: 20, defined: { parallel: 2, perSecond: null } });
  expect((await loop())?.asked).toBeUndefined();
  await until(async () => (((await loop())?.inFlight ?? 0) > 15 ? true : null), 'so many are in flight');
  await api('PATCH /runs/{id}/loops/{path}', { params, body: { parallel: null, perSecond: 1 } });
  await until(async () => ((await loop())?.perSecond === 1 ? true : null), 'the rate is in force');
  await until(async () => (((await loop())?.inFlight ?? 99) <= 2 ? true : null), 'the others have finished');
  expect((await loop())?.status).toBe('running');
  await api('PATCH /runs/{id}/loops/{path}', { params, body: { parallel: 100, perSecond: null } });
  await run(id);
  expect(await api('GET /runs/{id}', { params: { id } })).toMatchObject({ completed: 400, failed: 0 });
  await expect(api('PATCH /runs/{id}/loops/{path}', { params, body: { parallel: 1 } })).rejects.toMatchObject({
    status: 409,
  });
});

it('runs failed iterations again while the run is still going', async () => {
  const mixed = WAITS.replaceAll('waits', 'mixed')
    .replace('loop: { parallel: 2 }', 'loop: { parallel: 4, onError: drop, tolerate: { share: 1 } }')
    .replace(
      'body:',
      `body:
      check: { type: code, with: { code: "if ($json.n % 5 === 0) throw new Error('no'); return $json;" } }`,
    )
    .replace('type: wait,', 'type: wait, after: check,');
  const server = await startApi({ 'mixed.yaml': mixed });
  const { api, run } = server;
  const { id } = await api('POST /workflows/{id}/runs', { params: { id: 'mixed' }, body: { items: items(120) } });
  const params = { id };
  await until(async () => ((await api('GET /runs/{id}', { params })).failed > 2 ? true : null), 'some have failed');
  const again = await api('POST /runs/{id}/redrive', { params, query: {}, body: { loop: 'each' } });
  expect(again.count).toBeGreaterThan(2);
  await run(id);
  expect(await api('GET /runs/{id}', { params })).toMatchObject({
    completed: 96,
    failed: 24,
    total: 120,
    control: 'none',
  });
});

it('lets go of old runs, and keeps those with failures longer', async () => {
  const server = await startApi({ 'third.yaml': THIRD });
  const { api, store } = server;
  const day = 24 * 60 * 60_000;
  const made = async (name: string, days: number, failed: number): Promise<void> => {
    const at = Date.now() - days * day;
    await store.createRun({ id: name, workflow: 'w', definition: 'rondo: 1', options: '{"file":""}', createdAt: at });
    const lease = await store.claim(name, 'test', 1_000);
    if (lease === null) throw new Error('held');
    const loop = {
      key: 1,
      path: 'each',
      node: 'each',
      status: 'completed',
      total: 1,
      completed: 1 - failed,
      failed,
    } as const;
    const rest = { skipped: 0, cursor: 1, carry: null, tally: '', startedAt: at, durationMs: 1 };
    await store.commit({ lease, now: at, loops: [{ ...loop, ...rest }], run: { status: 'completed', finishedAt: at } });
  };
  await made('old', 2, 0);
  await made('old-failed', 2, 1);
  await made('older-failed', 4, 1);
  const fresh = await finished(server, 'third', { items: items(2) });
  const effect = () => api('GET /retention', {});
  expect(await effect()).toMatchObject({ oldestEndedAt: (await store.getRun('old'))?.finishedAt, due: 2, last: null });
  expect(await server.retain()).toBe(2);
  expect(await effect()).toMatchObject({ due: 0, last: { deleted: 2 } });
  expect((await api('GET /runs', {})).items.map((one) => one.id)).toEqual([fresh, 'old-failed']);
});

it('tells what it does to Prometheus', async () => {
  const server = await startApi({ 'third.yaml': THIRD });
  await finished(server, 'third', { items: items(9) });
  const metrics = async () => (await server.call('/metrics', { headers: server.headers })).text();
  const text = await until(async () => {
    const now = await metrics();
    return now.includes('rondo_iterations_total{outcome="failed"}') ? now : null;
  }, 'the loop is counted');
  expect(text).toContain('rondo_iterations_total{outcome="completed"} 6');
  expect(text).toContain('rondo_iterations_total{outcome="failed"} 3');
  expect(text).toContain('rondo_runs_total{status="completed"} 1');
  expect(text).toMatch(/rondo_runs_working \d/);
  expect((await server.call('/metrics')).status).toBe(401);
});

/** Events of a stream as they come. */
async function* eventsOf(answer: Response): AsyncGenerator<RunEvent & { id: string }> {
  let text = '';
  for await (const part of answer.body ?? []) {
    text += Buffer.from(part as Uint8Array).toString();
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = Object.fromEntries(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      text = text.slice(end + 2);
      if (fields['event'] !== undefined)
        yield { id: fields['id'] ?? '', name: fields['event'], data: JSON.parse(fields['data'] ?? '') } as RunEvent & {
          id: string;
        };
    }
  }
}

it('streams what happens, to its end, and goes on where a client left', async () => {
  const server = await startApi({ 'waits.yaml': WAITS });
  const { api, call, headers } = server;
  const { id } = await api('POST /workflows/{id}/runs', { params: { id: 'waits' }, body: { items: items(30) } });
  const answer = await call(`/api/v1/runs/${id}/events`, { headers });
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  const events: (RunEvent & { id: string })[] = [];
  for await (const event of eventsOf(answer)) events.push(event);
  const names = events.map((event) => event.name);
  expect(new Set(names)).toEqual(new Set(['run', 'progress', 'score', 'step', 'end']));
  expect(names.at(-1)).toBe('end');
  expect(events.at(-1)?.data).toMatchObject({ status: 'completed', failure: null });
  const progress = events.flatMap((event) => (event.name === 'progress' ? event.data.loops : []));
  const counts = progress.map((loop) => loop.completed);
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
  expect(counts.at(-1)).toBe(30);
  expect(progress.some((loop) => loop.inFlight > 0)).toBe(true);
  const revisions = events.flatMap((event) => (event.name === 'score' ? [event.data.revision] : []));
  expect(new Set(revisions).size).toBe(revisions.length);
  // From the end there is nothing but the end.
  const late = await call(`/api/v1/runs/${id}/events`, {
    headers: { ...headers, 'last-event-id': events.at(-1)?.id ?? '' },
  });
  const rest: string[] = [];
  for await (const event of eventsOf(late)) rest.push(event.name);
  expect(rest).toEqual(['end']);
});
