/** Tests of what nodes do besides giving items: variables, signals, answers in order, cost, secrets that leak. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { defineNode, MAIN } from '@rondo/nodes/kit/define.ts';
import { createRegistry } from '@rondo/nodes/kit/registry.ts';
import { registry } from '@rondo/nodes/registry.ts';
import type { Progress, RunnerEnvironment, RunServices } from '../api.ts';
import { openServices, type Services } from '../services/services.ts';
import { makeRunner, ran, run, tempFolder } from './workflow.testing.ts';

const open: Services[] = [];
const servers: Server[] = [];
afterAll(async () => {
  await Promise.all(open.map((one) => one.close()));
  for (const server of servers) server.close();
});

async function services(path = ':memory:'): Promise<RunServices> {
  const opened = await openServices({ path, key: new Uint8Array(32) });
  open.push(opened);
  return { ...opened, secret: () => null };
}

/** Says parts of an answer, one per turn of the event loop, and what they cost. */
const speaker: NodeType = defineNode({
  type: 'speaker',
  title: 'Speaker',
  description: 'Says its words.',
  group: 'data',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  parameters: { words: { type: 'list', description: 'Words.', required: true } },
  examples: [{ title: 'Says', with: { words: ['a'] }, output: [{}] }],
  run: async ({ params, ports, items }) => {
    for (const word of params['words'] as string[]) {
      await new Promise(setImmediate);
      ports.answer(`${word} `);
      ports.usage({ tokensIn: 1, tokensOut: 2, cost: 0.5 });
    }
    return { items };
  },
});
const withSpeaker = createRegistry([...registry.list(), speaker]);

describe('variables', () => {
  it('that a node assigns are seen by what comes after it, in loops too', async () => {
    const result = await run(
      `inputs: { sum: { type: number, default: 10 } }
nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { over: "{{ [1, 2, 3] }}" }
    body:
      count: { type: assign, with: { add: { sum: "{{ $json }}" }, append: { seen: "{{ $json }}" } } }
      show: { type: set, after: count, with: { keep: none, fields: { sum: "{{ $vars.sum }}" } } }
output: "{{ ({ sums: $('each').all().map(i => i.json.sum), seen: $vars.seen }) }}"`,
    );
    expect(result.output).toEqual({ sums: [11, 13, 16], seen: [1, 2, 3] });
  });

  it('of the run survive an interruption', async () => {
    const db = join(await tempFolder(), 'rondo.db');
    const first = await makeRunner({ db });
    const definition = `rondo: 1
nodes:
  start: { type: manual }
  remember: { type: assign, after: start, with: { set: { __proto__: 1, name: "Ada" } } }
  pause: { type: wait, after: remember, with: { for: 5m } }
output: "{{ $vars.name }}"`;
    const handle = await first.runner.start({ definition, file: 'x.yaml' });
    handle.onProgress((progress) => {
      if (progress.type === 'step' && progress.event.type === 'step-waiting') handle.interrupt();
    });
    expect((await handle.done).status).toBe('waiting');
    let now = Date.now() + 600_000;
    const clock = {
      now: () => now,
      monotonic: () => now,
      sleep: async (ms: number) => void (now += ms),
    };
    const second = await makeRunner({ db, environment: { clock } });
    const again = await second.runner.resume(handle.runId);
    expect(await again.done).toMatchObject({ status: 'completed', output: 'Ada' });
  });

  it('of a conversation are those of its next run', async () => {
    const environment: Partial<RunnerEnvironment> = { services: await services() };
    const text = `nodes:
  start: { type: manual }
  more: { type: assign, after: start, with: { scope: conversation, add: { turns: 1 } } }
output: "{{ $conversation.turns }}"`;
    const turns = [];
    for (const conversation of ['a', 'a', 'b', 'a'])
      turns.push((await run(text, { environment, conversation })).output);
    expect(turns).toEqual([1, 2, 1, 3]);
    const without = await run(text, { environment });
    expect(without.failure?.message).toContain('no conversation');
  });
});

describe('answers and cost', () => {
  it('come in the order of the list however many iterations run at once', async () => {
    const said: string[] = [];
    const { runner, store } = await makeRunner({ environment: { registry: withSpeaker } });
    const handle = await runner.start({
      definition: `rondo: 1
nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { over: "{{ range(4) }}", parallel: 4 }
    body:
      say: { type: speaker, with: { words: "{{ Array.from({ length: 5 - $json }, (_, i) => $json + '.' + i) }}" } }`,
      file: 'x.yaml',
    });
    handle.onProgress((progress: Progress) => {
      if (progress.type === 'answer') said.push(progress.text);
    });
    const result = ran(await handle.done, store);
    expect(said.join('')).toBe('0.0 0.1 0.2 0.3 0.4 1.0 1.1 1.2 1.3 2.0 2.1 2.2 3.0 3.1 ');
    expect((await result.rows('each')).map((row) => row.usage?.tokensOut)).toEqual([10, 8, 6, 4]);
    expect(result.stats.usage).toEqual({ tokensIn: 14, tokensOut: 28, cost: 7 });
  });
});

describe('what a run cost', () => {
  const talks = `rondo: 1
nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { over: "{{ range(6) }}", onError: drop }
    body:
      say: { type: speaker, with: { words: ["a", "b"] } }
      judge: { type: code, after: say, with: { code: "if ($loop.item === 1) throw new Error('no'); return { n: 1 };" } }`;

  it('is kept with the run, over an interruption, and counts what is done again', async () => {
    const db = join(await tempFolder(), 'rondo.db');
    const first = await makeRunner({ db, environment: { registry: withSpeaker } });
    const handle = await first.runner.start({ definition: talks, file: 'x.yaml' });
    let said = 0;
    handle.onProgress((progress) => {
      if (progress.type === 'answer' && (said += 1) === 5) handle.interrupt();
    });
    const halfway = await handle.done;
    expect(halfway.status).toBe('waiting');
    const spent = (await first.store.getRun(handle.runId))?.usage;
    expect(spent?.tokensIn).toBeGreaterThanOrEqual(5);
    expect(spent?.tokensIn).toBeLessThan(12);
    expect(halfway.stats.usage).toEqual(spent);

    const second = await makeRunner({ db, environment: { registry: withSpeaker } });
    const whole = await (await second.runner.resume(handle.runId)).done;
    expect(whole.stats.usage).toEqual({ tokensIn: 12, tokensOut: 24, cost: 6 });
    expect((await second.store.getRun(handle.runId))?.usage).toEqual(whole.stats.usage);

    await second.store.redrive(handle.runId, { loop: null, status: 'failed', after: [] });
    const again = await (await second.runner.resume(handle.runId)).done;
    expect(again.stats.usage).toEqual({ tokensIn: 14, tokensOut: 28, cost: 7 });
    expect((await second.store.getRun(handle.runId))?.usage).toEqual(again.stats.usage);
  });

  it('is in the store with the rows, before the run ends', async () => {
    const { runner, store } = await makeRunner({ environment: { registry: withSpeaker } });
    const handle = await runner.start({ definition: talks, file: 'x.yaml' });
    const seen: [number, number][] = [];
    handle.onProgress((progress) => {
      if (progress.type !== 'answer') return;
      void Promise.all([store.loop(handle.runId, 'each'), store.getRun(handle.runId)]).then(([loop, run]) => {
        seen.push([loop?.cursor ?? 0, run?.usage?.tokensIn ?? 0]);
      });
    });
    await handle.done;
    expect(seen.length).toBeGreaterThan(6);
    for (const [cursor, tokens] of seen) expect(tokens).toBeGreaterThanOrEqual(2 * cursor);
  });
});

describe('logs', () => {
  it('of all steps of an iteration are kept with its row, also when it fails, up to their limit', async () => {
    const result = await run(
      `settings: { limits: { code.logBytes: 60 } }
nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { over: "{{ [1, 2, 3] }}", onError: drop }
    body:
      say: { type: speaker, with: { words: [x] } }
      code:
        type: code
        after: say
        with:
          code: |
            console.log('n is', $loop.item);
            if ($loop.item === 2) throw new Error('no');
            if ($loop.item === 3) console.log('y'.repeat(200));
            return {};`,
      { environment: { registry: withSpeaker } },
    );
    const rows = await result.rows('each');
    expect(rows[0]).toMatchObject({ status: 'completed', logs: 'n is 1' });
    expect(rows[1]).toMatchObject({ status: 'failed', logs: 'n is 2' });
    expect(rows[2]?.logs).toContain('code.logBytes');
    expect(rows[2]?.logs.length).toBeLessThan(200);
  });
});

describe('signals', () => {
  const definition = `rondo: 1
nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { over: "{{ ['a', 'b'] }}", parallel: 2 }
    body:
      ask: { type: approval, with: { message: "Take {{ $json }}?" } }
      yes: { type: set, after: ask.approved, with: { fields: { taken: true } } }
      no: { type: set, after: ask.rejected, with: { fields: { taken: false } } }
output: "{{ $('each').all().map(i => [i.json.taken, i.json.approval.comment]) }}"`;

  it('reach the iteration that waits, once, in another process too, and after a restart', async () => {
    const folder = await tempFolder();
    const db = join(folder, 'rondo.db');
    const first = await makeRunner({ db, environment: { services: await services(join(folder, 'services.db')) } });
    const tokens: string[] = [];
    const handle = await first.runner.start({ definition, file: 'x.yaml' });
    const asked = new Promise<void>((resolve) => {
      handle.onProgress((progress) => {
        if (progress.type !== 'log') return;
        tokens.push(progress.line.split(' ').at(-1) as string);
        if (tokens.length === 2) resolve();
      });
    });
    await asked;
    handle.interrupt();
    expect((await handle.done).status).toBe('waiting');
    const second = await makeRunner({ db, environment: { services: await services(join(folder, 'services.db')) } });
    expect(await second.runner.deliver('nobody', true)).toBe(false);
    expect(await second.runner.deliver(tokens[0] as string, { approved: true, comment: 'fine' })).toBe(true);
    expect(await second.runner.deliver(tokens[0] as string, { approved: false })).toBe(false);
    const again = await second.runner.resume(handle.runId);
    expect(await second.runner.deliver(tokens[1] as string, { approved: false, comment: 'no' })).toBe(true);
    const result = await again.done;
    expect(result.status).toBe('completed');
    expect((result.output as Json[]).toSorted()).toEqual([
      [false, 'no'],
      [true, 'fine'],
    ]);
  });

  it('that do not come in time send the item another way', async () => {
    const result = await run(
      `nodes:
  start: { type: manual }
  ask: { type: approval, after: start, with: { message: "?", expires: 30ms } }
  late: { type: set, after: ask.expired, with: { keep: none, fields: { late: true } } }
output: "{{ $('late').first().json }}"`,
      { environment: { services: await services() } },
    );
    expect(result.output).toEqual({ late: true });
  });
});

describe('several triggers', () => {
  it('only the one that fired gives items', async () => {
    const text = `nodes:
  a: { type: manual }
  b: { type: webhook, with: { path: x } }
  fromA: { type: set, after: a, with: { fields: { via: a } } }
  fromB: { type: set, after: b, with: { fields: { via: b } } }
  both: { type: aggregate, after: [fromA, fromB], with: { include: all } }
output: "{{ $('both').first().json }}"`;
    const { output } = await run(text, { trigger: 'b', input: [{ n: 1 }] });
    expect(JSON.stringify(output)).toContain('"via":"b"');
    expect(JSON.stringify(output)).not.toContain('"via":"a"');
  });
});

describe('secrets', () => {
  it('that a server sends back are not recorded and not shown', async () => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/bad' ? 400 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ echo: request.headers.authorization }));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const text = (path: string): string => `nodes:
  start: { type: manual }
  call: { type: http-request, after: start, with: { url: "${url}${path}", auth: { type: bearer, secret: TOKEN } } }`;
    const environment: Partial<RunnerEnvironment> = { secrets: { TOKEN: 'very-secret-token' } };
    const good = await run(text('/good'), { environment });
    expect(good.output).toEqual([{ echo: 'Bearer [secret TOKEN]' }]);
    const bad = await run(text('/bad'), { environment });
    expect(bad.status).toBe('failed');
    expect(JSON.stringify([bad.failure, await bad.rows('call')])).not.toContain('very-secret-token');
  });
});
