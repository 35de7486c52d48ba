/** The server as a whole: files that change, schedules, failed runs, waits, health, end and new start. */
import { mkdtemp, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Defect } from '@rondo/core/errors.ts';
import { createApp, HTTP_LIMITS } from './http/app.ts';
import { addRoutes, route, type Route } from './http/route.ts';
import { systemClock } from '@rondo/runtime/runner/clock.ts';
import { openStore } from '@rondo/runtime/stores/open.ts';
import { memoryState } from '@rondo/runtime/triggers/testing/memory-state.ts';
import { post, serverTests, start, until, type Started } from './testing/start.ts';

serverTests();

const hook = (name: string, more = ''): string => `
name: ${name}
nodes:
  in: { type: webhook, with: { path: ${name.toLowerCase()}, respond: done } }
${more}
`;

describe('workflow files', () => {
  it('are taken up, changed and forgotten while it runs', async () => {
    const { call, folder, write, server } = await start({ 'a.yaml': hook('One') });
    const status = async (path: string): Promise<number> => (await call(path, post({}))).status;
    expect(await status('/hooks/one')).toBe(200);
    await write({ 'a.yaml': hook('Two'), 'deep/b.yaml': hook('Three') });
    expect([await status('/hooks/one'), await status('/hooks/two'), await status('/hooks/three')]).toEqual([
      404, 200, 200,
    ]);
    await unlink(join(folder, 'workflows', 'a.yaml'));
    // Without being told.
    await until(() => (server.library.list().length === 1 ? true : null), 'the file is forgotten');
    expect(await status('/hooks/two')).toBe(404);
  });

  it('that are not valid are told with line and column, and not active; the others are', async () => {
    const { call, workflows } = await start({
      'bad.yaml': '\nname: Bad\nnodes:\n  in: { type: webhok }\n',
      'cron.yaml': '\nname: Cron\nnodes:\n  in: { type: schedule, with: { cron: "99 * * * *" } }\n',
      'template.yaml': '\nname: T\nnodes:\n  in: { type: webhook, with: { path: "{{ 1 }}" } }\n',
      'auth.yaml': '\nname: A\nnodes:\n  in: { type: webhook, with: { auth: { type: basic, user: a } } }\n',
      'good.yaml': hook('Good'),
    });
    const first = (name: string): unknown => workflows.get(name)?.diagnostics[0];
    expect(first('bad.yaml')).toMatchObject({ code: 'unknown-node-type', line: 5 });
    expect(first('cron.yaml')).toMatchObject({ code: 'bad-value', line: 5, message: /cron "99/ });
    expect(first('template.yaml')).toMatchObject({ message: /path is read before any run starts/ });
    expect(first('auth.yaml')).toMatchObject({ message: /auth.secret/ });
    expect((await call('/hooks/good', post({}))).status).toBe(200);
  });

  it('that want the same address: the first one has it, the other is told', async () => {
    const { call, workflows } = await start({ 'a.yaml': hook('Same'), 'b.yaml': hook('Same') });
    expect(workflows.get('b.yaml')?.diagnostics[0]).toMatchObject({
      message: /POST \/hooks\/same is taken by a\.yaml/,
    });
    expect(workflows.get('b.yaml')?.triggers).toEqual([]);
    expect((await call('/hooks/same', post({}))).status).toBe(200);
  });

  it('have a path of their own by their id or name', async () => {
    const { call } = await start({
      'a.yaml': '\nname: "Über uns!"\nnodes:\n  in: { type: webhook }\n',
      'b.yaml': '\nname: "日本"\nid: nihon\nnodes:\n  in: { type: webhook }\n',
    });
    expect((await call('/hooks/uber-uns', post({}))).status).toBe(202);
    expect((await call('/hooks/nihon', post({}))).status).toBe(202);
  });

  it('call one another by id, name and path', async () => {
    const { call } = await start({
      'main.yaml': hook(
        'Main',
        '  sub: { type: sub-workflow, after: in, with: { workflow: Helper, input: { city: Graz } } }',
      ),
      'sub/helper.yaml': `
name: Helper
nodes:
  in: { type: workflow-trigger, with: { fields: [{ name: city, type: string }, { name: days, default: 3 }] } }
`,
    });
    expect(await (await call('/hooks/main', post({}))).json()).toEqual([{ city: 'Graz', days: 3 }]);
  });
});

it('fires schedules, once where two servers share the data', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rondo-two-'));
  const store = await openStore(join(folder, 'rondo.db'));
  const state = memoryState();
  const text = '\nname: Tick\nnodes:\n  in: { type: schedule, with: { every: 1s, timezone: Europe/Vienna } }\n';
  try {
    const [a, b] = [
      await start({ 'tick.yaml': text }, { store, state, folder }),
      await start({}, { store, state, folder }),
    ];
    const runs = await until(async () => {
      const all = await store.listRuns({ limit: 50, status: 'completed' });
      return all.length >= 2 ? all : null;
    }, 'two ticks are done');
    const ticks = runs.map((run) => JSON.parse(run.output ?? '') as { scheduledAt: string; timezone: string }[]);
    expect(new Set(ticks.map(([item]) => item?.scheduledAt)).size).toBe(runs.length);
    expect(ticks[0]?.[0]).toMatchObject({ timezone: 'Europe/Vienna', late: false });
    expect([...a.lines, ...b.lines].filter((line) => line.includes('schedule'))).toEqual([]);
    await a.close();
    await b.close();
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
});

describe('failed runs', () => {
  it('start error workflows once, with what happened; a failing one does not go round in circles', async () => {
    const { call, store, lines } = await start({
      'bad.yaml': hook('Bad', '  stop: { type: stop-and-error, after: in, with: { message: "no stock" } }'),
      'good.yaml': hook('Good'),
      'all.yaml': `
name: All errors
nodes:
  in: { type: error-trigger }
  stop: { type: stop-and-error, after: in, with: { message: "{{ 'seen: ' + $json.error.message }}" } }
`,
      'other.yaml': '\nname: Other errors\nnodes:\n  in: { type: error-trigger, with: { workflows: [Good] } }\n',
      'named.yaml': '\nname: Named errors\nnodes:\n  in: { type: error-trigger, with: { workflows: [Bad] } }\n',
    });
    expect((await call('/hooks/good', post({}))).status).toBe(200);
    const failed = (await call('/hooks/bad', post({}))).headers.get('x-rondo-run');
    const runs = await until(async () => {
      const all = await store.listRuns({ limit: 50 });
      const ended = all.filter((run) => run.status === 'failed' || run.status === 'completed');
      return ended.length >= 4 ? all : null;
    }, 'the error workflows have ended');
    const named = runs.find((run) => run.workflow === 'Named errors');
    expect(JSON.parse(named?.output ?? '')).toMatchObject([
      {
        run: { id: failed, url: /^http:\/\/127.0.0.1:\d+\/runs\/r/ },
        workflow: { name: 'Bad' },
        error: { code: 'stopped-by-node', message: /no stock/, node: 'stop' },
      },
    ]);
    expect(runs.find((run) => run.workflow === 'All errors')).toMatchObject({
      status: 'failed',
      failure: { message: /seen: .*no stock/ },
    });
    // Good, Bad, and two for Bad: none for All errors, which failed itself.
    expect(runs.map((run) => run.workflow).sort()).toEqual(['All errors', 'Bad', 'Good', 'Named errors']);
    expect(lines).toEqual([]);
  });
});

describe('waits', () => {
  const ASK = `
name: Ask
nodes:
  in: { type: webhook, with: { path: ask } }
  ask: { type: approval, after: in, with: { message: "Pay <b>{{ $json.body.n }}</b>?" } }
output: "{{ [$('ask').all(0).map(i => i.json.approval), $('ask').all(1).map(i => i.json.approval)] }}"
`;
  /** Where it waits, once it does. */
  const waiting = ({ signals, store }: Started, runId: string): Promise<string> =>
    until(async () => {
      const events = await store.journal(runId);
      const [signal] = signals;
      return signal !== undefined && events.some((event) => event.type === 'step-waiting')
        ? new URL(signal).pathname
        : null;
    }, 'it waits');

  it('for a decision: a page with buttons, which changes nothing by being read', async () => {
    const started = await start({ 'ask.yaml': ASK });
    const { call, run, url } = started;
    const { runId } = (await (await call('/hooks/ask', post({ n: 9 }))).json()) as { runId: string };
    const path = await waiting(started, runId);
    const page = await call(path);
    const text = await page.text();
    expect(text).toContain('Pay &lt;b&gt;9&lt;/b&gt;?');
    expect(text).toContain('value="approve"');
    expect(text).not.toContain('<script');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const decide = (decision: string, headers: Record<string, string> = {}, to = path): Promise<Response> =>
      call(to, { method: 'POST', body: new URLSearchParams({ decision, comment: 'too\r\nmuch' }), headers });
    expect((await decide('approve', { origin: 'https://evil.example' })).status).toBe(403);
    expect((await decide('maybe')).status).toBe(422);
    expect((await decide('approve', {}, `${path}x`)).status).toBe(404);
    const done = await decide('reject', { origin: url });
    expect([done.status, await done.text()]).toMatchObject([200, /You rejected\./]);
    const record = await run(runId);
    expect(JSON.parse(record.output ?? '')).toMatchObject([[], [{ approved: false, comment: 'too\nmuch' }]]);
    expect((await decide('approve')).status).toBe(404);
  });

  it('for a call: its body is what arrives', async () => {
    const started = await start({
      'wait.yaml': `
name: Wait
nodes:
  in: { type: webhook, with: { path: start } }
  wait: { type: wait, after: in, with: { signal: paid } }
output: "{{ $('wait').first().json.signal }}"
`,
    });
    const { call, run } = started;
    const { runId } = (await (await call('/hooks/start', post({}))).json()) as { runId: string };
    const path = await waiting(started, runId);
    expect((await call(path, { method: 'DELETE' })).status).toBe(404);
    expect(await (await call(path, post({ amount: 3 }))).json()).toEqual({ delivered: true });
    expect(JSON.parse((await run(runId)).output ?? '')).toEqual({ amount: 3 });
  });
});

it('says whether it lives and is ready', async () => {
  const { call } = await start();
  expect(await (await call('/healthz')).json()).toEqual({ status: 'ok' });
  expect(await (await call('/readyz')).json()).toEqual({ status: 'ok' });
  const unknown = await call('/nothing/here?token=secret');
  expect([unknown.status, await unknown.json()]).toMatchObject([
    404,
    { code: 'not-found', detail: /\/nothing\/here\./ },
  ]);
});

it('interrupts runs at its end, answers who waits, and goes on with them at the next start', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rondo-again-'));
  const store = await openStore(join(folder, 'rondo.db'));
  try {
    const text = hook(
      'Long',
      `  each:
    type: for-each
    after: in
    loop: { over: "{{ [1, 2, 3, 4] }}" }
    body:
      pause: { type: wait, with: { for: 150ms } }
`,
    );
    const first = await start({ 'long.yaml': text }, { store, folder });
    const waiting = first.call('/hooks/long', post({}));
    await until(async () => ((await store.listRuns({ limit: 1 }))[0]?.status === 'running' ? true : null), 'it runs');
    await first.close();
    const answer = await waiting;
    const { runId, status } = (await answer.json()) as { runId: string; status: string };
    expect([answer.status, status]).toEqual([202, 'waiting']);
    expect((await store.getRun(runId))?.status).toBe('waiting');
    const second = await start({}, { store, folder });
    await second.run(runId);
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
});

describe('the route table', () => {
  const app = () => createApp({ limits: HTTP_LIMITS, clock: systemClock, report: () => {} });
  const one = (more: Partial<Route>): Route =>
    ({
      ...route({ method: 'GET', path: '/x', scope: 'public', summary: '', handler: async () => null }),
      ...more,
    }) as Route;

  it('takes no route without a scope, or with one that nothing checks, or twice', () => {
    expect(() => addRoutes(app(), [one({ scope: undefined as never })], null)).toThrow(Defect);
    expect(() => addRoutes(app(), [one({ scope: 'admin' })], null)).toThrow(/Nothing checks/);
    expect(() => addRoutes(app(), [one({}), one({ method: ['POST', 'GET'] })], null)).toThrow(/twice/);
  });

  it('ends a handler that takes too long, and hides what a defect says', async () => {
    const lines: string[] = [];
    const built = createApp({
      limits: HTTP_LIMITS,
      clock: systemClock,
      report: (line, level) => void (level === 'debug' || lines.push(line)),
    });
    addRoutes(
      built,
      [
        one({ path: '/slow', timeoutMs: 20, handler: () => new Promise(() => {}) }),
        one({ path: '/broken', handler: () => Promise.reject(new Error('the password is hunter2')) }),
      ],
      null,
    );
    const slow = await built.inject('/slow');
    expect([slow.statusCode, slow.headers['retry-after']]).toEqual([503, '5']);
    const broken = await built.inject('/broken');
    expect([broken.statusCode, broken.body.includes('hunter2')]).toEqual([500, false]);
    expect(lines[0]).toContain('hunter2');
    await built.close();
  });
});
