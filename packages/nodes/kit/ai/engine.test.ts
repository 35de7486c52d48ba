/** AI nodes inside real runs: order of streamed text, cost, retries, and an agent that goes on at its turn. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeRunner, ran, run, tempFolder } from '@rondo/runtime/runner/workflow.testing.ts';
import { startModelServer, type ModelServer } from '../../../../apps/model-server/server.ts';
import { serverThat } from './model.testing.ts';

const KEY = 'sk-engine-secret-42';
let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer({ apiKey: KEY });
});
afterAll(() => server.close());

const secrets = { MODEL_KEY: KEY };
const connection = (): string =>
  `{ baseUrl: "${server.url}", model: toy-chat, apiKey: MODEL_KEY, inputPrice: 1000000, outputPrice: 1000000 }`;

it('streams the long article in the order of its chapters, while they are written side by side', async () => {
  const open = await startModelServer();
  try {
    const file = new URL('../../../../examples/ai-long-article/workflow.yaml', import.meta.url);
    // The join in Python has its own tests, and takes the time of an interpreter.
    const definition = (await readFile(file, 'utf8'))
      .replace(/\n {2}python:[\s\S]*?\n {2}template:/, '\n  template:')
      .replace(
        /article: "\{\{ \$\('python'\)[^\n]*\n[^\n]*same[^\n]*/,
        `article: "{{ $('template').first().json.article }}"`,
      )
      .replace(`prompt: 'For`, `prompt: 'pace: 1ms\n\n            For`);
    const { runner, store } = await makeRunner();
    const handle = await runner.start({
      definition,
      file: 'x.yaml',
      input: { title: 'The sea', chapters: 5, server: open.url },
    });
    let said = '';
    let atFirst = '';
    let loopEnded = false;
    let before = '';
    handle.onProgress((progress) => {
      if (progress.type === 'answer') {
        said += progress.text;
        if (atFirst === '') atFirst = said;
        if (!loopEnded) before = said;
      } else if (progress.type === 'loop' && progress.loop.path === 'each' && progress.loop.status === 'completed')
        loopEnded = true;
    });
    const result = ran(await handle.done, store);
    expect(result.failure).toBeNull();
    expect(atFirst).toBe('# The sea\n\n');
    // All of it came while the loop was running, not at its end.
    expect(before).toContain('## Numbers that matter');
    const { article } = result.output as { article: string };
    expect(article.match(/^## .+$/gm)).toHaveLength(5);
    expect(said).toBe(article);
    expect(result.stats.usage?.tokensOut).toBeGreaterThan(100);
  } finally {
    await open.close();
  }
});

it('counts tokens and cost of every attempt, retries after 429, and lets single items fail', async () => {
  const result = await run(
    `nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { over: "{{ ['reply: one', 'fail once: 429\\\\nreply: two', 'fail: context', 'reply: four'] }}", parallel: 2, onError: drop }
    body:
      ask:
        type: llm
        loop: { retry: { times: 2, delay: 1ms } }
        with: { connection: ${connection()}, prompt: "{{ $json }}" }
output: "{{ $('each').all().map(item => item.json.text) }}"`,
    { environment: { secrets } },
  );
  expect(result.output).toEqual(['one', 'two', 'four']);
  expect(result.loop('each')).toMatchObject({ completed: 3, failed: 1 });
  const rows = await result.rows('each');
  expect(rows[2]?.failure).toMatchObject({
    code: 'node-failed',
    node: 'ask',
    message: expect.stringContaining('longer than the context'),
  });
  expect(result.stats.usage).toMatchObject({ tokensOut: 3 });
  expect(result.stats.usage?.cost).toBe((result.stats.usage?.tokensIn ?? 0) + 3);
  expect(JSON.stringify([rows, result.output, result.loops])).not.toContain(KEY);
});

it('lets an agent go on at the turn that was in flight, without repeating what was done', async () => {
  let interrupt = (): void => {};
  let asked = 0;
  await using tool = await serverThat((_request, response) => {
    asked += 1;
    interrupt();
    response.end('12');
  });
  const text = `nodes:
  start: { type: manual }
  agent:
    type: agent
    after: start
    with:
      connection: ${connection()}
      prompt: "call: look {}\\nthen:\\ncall: double {\\"n\\": 12}\\nthen:\\nreply: It is {result}."
      tools:
        - { type: http, name: look, description: Looks, url: "${tool.url}" }
        - { type: code, name: double, description: Doubles, parameters: { n: { type: number } }, source: "function main({ n }) { return 2 * n; }" }
output: "{{ $('agent').first().json }}"`;
  const db = join(await tempFolder(), 'rondo.db');
  const first = await makeRunner({ db, environment: { secrets } });
  const chats = server.facts().chats;
  const handle = await first.runner.start({ definition: `rondo: 1\n${text}`, file: 'x.yaml' });
  interrupt = () => handle.interrupt();
  expect((await handle.done).status).toBe('waiting');
  expect(server.facts().chats - chats).toBe(1);
  const second = await makeRunner({ db, environment: { secrets } });
  const result = ran(await (await second.runner.resume(handle.runId)).done, second.store);
  expect(result.output).toMatchObject({ text: 'It is 24.', turns: 3, steps: [{ result: '12' }, { result: '24' }] });
  expect(server.facts().chats - chats).toBe(3);
  expect(asked).toBe(1);
  expect(result.loop('agent')).toMatchObject({ completed: 3, failed: 0 });
});
