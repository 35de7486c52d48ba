import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { CodeRequest, EffectPorts } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { bench, failureOf, KEY, serverThat, until } from '../kit/ai/model.testing.ts';
import { nodeContract } from '../kit/contract.ts';
import { runNode, type RunNodeOptions } from '../kit/run.ts';
import { node } from './node.ts';

const at = bench();

type Fields = { [key: string]: Json };

const CITY = { city: { type: 'string', description: 'Name' } };
const http = (url: string, more: Fields = {}): Fields => ({
  type: 'http',
  name: 'weather',
  description: 'Weather',
  parameters: CITY,
  url,
  ...more,
});

const run = (
  prompt: string,
  tools: Json,
  more: Fields = {},
  options: RunNodeOptions = {},
): ReturnType<typeof runNode> =>
  runNode(node, {
    params: { connection: at.connection, prompt: '{{ $json.prompt }}', tools, ...more },
    input: [{ prompt, land: 'de', host: '127.0.0.1' }],
    ports: at.ports,
    idempotencyKey: 'run/agent[0]',
    ...options,
  });

const work = async (...args: Parameters<typeof run>): Promise<Fields> =>
  (await run(...args)).output['main']?.[0] as Fields;

interface Seen {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A server that remembers what it was asked. */
async function weather(status = 200): Promise<{ url: string; seen: Seen[] } & AsyncDisposable> {
  const seen: Seen[] = [];
  const server = await serverThat((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      seen.push({ method: request.method, url: request.url, headers: request.headers, body });
      response.writeHead(status).end(`rain, ${request.headers.authorization ?? 'no key'}`);
    });
  });
  return Object.assign(server, { seen });
}

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe('agent', () => {
  it('calls a tool, sees its result and answers', async () => {
    await using server = await weather();
    const item = await work('call: weather {"city": "Bonn"}\nthen:\nreply: So: {result}', [
      http(`${server.url}/w/{city}`),
    ]);
    expect(item).toMatchObject({
      text: 'So: rain, no key',
      turns: 2,
      finishReason: 'stop',
      steps: [{ turn: 1, tool: 'weather', arguments: { city: 'Bonn' }, result: 'rain, no key', failed: false }],
    });
    expect(server.seen).toMatchObject([{ method: 'GET', url: '/w/Bonn' }]);
    expect(at.used).toHaveLength(2);
    expect((item['usage'] as Fields)['tokensOut']).toBe((at.used[0]?.tokensOut ?? 0) + (at.used[1]?.tokensOut ?? 0));
  });

  it('answers at once when it needs no tool, and has none', async () => {
    expect(await work('reply: Hello', [])).toMatchObject({ text: 'Hello', turns: 1, steps: [] });
    expect(at.asked().at(-1)).not.toHaveProperty('tools');
  });

  it('calls several tools in one turn, over several turns', async () => {
    await using server = await weather();
    const script =
      'call: weather {"city": "A"}\ncall: weather {"city": "B"}\nthen:\ncall: weather {"city": "C"}\nthen:\nreply: done';
    const item = await work(script, [http(`${server.url}/{city}`)]);
    expect(item).toMatchObject({ text: 'done', turns: 3 });
    expect(server.seen.map((one) => one.url)).toEqual(['/A', '/B', '/C']);
    const keys = server.seen.map((one) => one.headers['idempotency-key']);
    expect(keys).toEqual(['run/agent[0]-1-0', 'run/agent[0]-1-1', 'run/agent[0]-2-0']);
  });

  it('is one call per turn, with the conversation in the carry', async () => {
    await using server = await weather();
    const call = (carry: Json | undefined): Promise<{ items?: unknown; carry?: Json; done?: boolean }> | undefined =>
      node.run?.({
        params: {
          connection: at.connection,
          prompt: 'call: weather {"city": "A"}\nthen:\nreply: done',
          tools: [http(`${server.url}/{city}`)],
        },
        items: [{ json: {} }],
        carry,
        index: 0,
        attempt: 1,
        idempotencyKey: 'k',
        signal: new AbortController().signal,
        ports: at.ports as EffectPorts,
        evaluate: async (template) => template,
      });
    const first = await call(undefined);
    expect(first).toMatchObject({ items: [], done: false });
    // What a store gives back is JSON: nothing else may be in it.
    const stored = JSON.parse(JSON.stringify(first?.carry)) as Json;
    expect(stored).toEqual(first?.carry);
    const again = await call(stored);
    expect(again).toMatchObject({ items: [{ json: { text: 'done', turns: 2 } }] });
    expect(again?.done).toBeUndefined();
    // The turn can be repeated after a crash, and gives the same.
    expect(await call(stored)).toEqual(again);
    expect(server.seen).toHaveLength(1);
  });

  it('fails after maxTurns and does not call what nobody would read', async () => {
    await using server = await weather();
    const script = 'call: weather {"city": "A"}\nthen:\ncall: weather {"city": "B"}\nthen:\nreply: late';
    const failed = await failureOf(run(script, [http(`${server.url}/{city}`)], { maxTurns: 2 }));
    expect(failed).toMatchObject({ code: 'limit-reached', retry: 'no', fix: expect.stringContaining('maxTurns') });
    expect(server.seen).toHaveLength(1);
  });

  it('streams what it says', async () => {
    await using server = await weather();
    const script = 'reply: Looking it up.\ncall: weather {"city": "A"}\nthen:\nreply: It rains.';
    const item = await work(script, [http(`${server.url}/{city}`)], { stream: true });
    expect(item).toMatchObject({ text: 'It rains.', turns: 2 });
    expect(at.answers.join('')).toBe('Looking it up.It rains.');
  });

  it('names the limit that a conversation reaches', async () => {
    await using server = await weather();
    const limit = (name: string): number => (name === 'step.bytes' ? 100 : (at.ports.limit?.(name) ?? 0));
    const failed = await failureOf(
      run('call: weather {"city": "A"}', [http(`${server.url}/{city}`)], {}, { ports: { ...at.ports, limit } }),
    );
    expect(failed.message).toContain('step.bytes');
  });

  it('is cancelled in the middle of a tool', async () => {
    const reached = Promise.withResolvers<void>();
    await using server = await serverThat(() => reached.resolve());
    const giveUp = new AbortController();
    const running = failureOf(
      run('call: weather {"city": "A"}', [http(`${server.url}/{city}`)], {}, { signal: giveUp.signal }),
    );
    await reached.promise;
    giveUp.abort();
    expect((await running).code).toBe('cancelled');
  });
});

describe('HTTP tools', () => {
  it('put arguments into path, query or body, and fixed values over them', async () => {
    await using server = await weather();
    const parameters = { type: 'object' };
    const get = http(`${server.url}/{{ $json.land }}/{city}`, {
      parameters,
      query: { units: 'c' },
      headers: { 'X-Land': '{{ $json.land }}' },
    });
    await work('call: weather {"city": "Köln /?", "day": [1, 2], "units": "f"}', [get]);
    expect(server.seen[0]).toMatchObject({
      url: '/de/K%C3%B6ln%20%2F%3F?day=1&day=2&units=c',
      headers: { 'x-land': 'de' },
    });
    const post = http(server.url, { parameters, method: 'POST', body: { user: '{{ $json.land }}' } });
    await work('call: weather {"city": "A", "user": "root"}', [post]);
    expect(server.seen[1]).toMatchObject({ method: 'POST', body: '{"city":"A","user":"de"}' });
    expect(server.seen[1]?.headers['content-type']).toBe('application/json');
  });

  it('send their secret to the server, and never to the model', async () => {
    await using server = await weather();
    const item = await work('call: weather {"city": "A"}', [http(`${server.url}/{city}`, { secret: 'MODEL_KEY' })]);
    expect(server.seen[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(JSON.stringify(item)).not.toContain(KEY);
    expect(JSON.stringify(at.asked())).not.toContain(KEY);
    expect(item['text']).toContain('[secret]');
    await work('call: weather {"city": "A"}', [
      http(`${server.url}/{city}`, { secret: 'MODEL_KEY', secretHeader: 'X-Key' }),
    ]);
    expect(server.seen[1]?.headers).toMatchObject({ 'x-key': KEY });
  });

  it.each([
    ['..', /leads out of the path/],
    ['.', /leads out of the path/],
  ])('let no argument leave its path: %s', async (city, message) => {
    await using server = await weather();
    const item = await work(`call: weather {"city": "${city}"}`, [http(`${server.url}/users/{city}/x`)]);
    expect(item['steps']).toMatchObject([{ failed: true, result: expect.stringMatching(message) }]);
    expect(server.seen).toEqual([]);
  });

  it.each(['../../admin', '%2e%2e', 'a#b', '@evil.test/', '\\\\evil.test', 'x\r\nHost: y'])(
    'take %j as one part of the path',
    async (city) => {
      await using server = await weather();
      await work(`call: weather ${JSON.stringify({ city })}`, [http(`${server.url}/users/{city}/x`)]);
      expect(server.seen.map((one) => one.url)).toEqual([`/users/${encodeURIComponent(city)}/x`]);
    },
  );

  it('never let the model choose the server', async () => {
    const failed = await failureOf(run('x', [http('https://{city}.example.com/')]));
    expect(failed).toMatchObject({ code: 'bad-value', retry: 'no' });
    // Nor through braces that data brings.
    const options = { input: [{ prompt: 'call: weather {"city": "evil"}', host: '{city}.test' }] };
    const item = await work('', [http('http://{{ $json.host }}/')], {}, options);
    expect(item['steps']).toMatchObject([{ failed: true, result: expect.stringContaining('no address') }]);
  });

  it('stay inside the network guard', async () => {
    const item = await work('call: weather {"city": "x"}', [http('http://169.254.169.254/{city}')]);
    expect(item['steps']).toMatchObject([{ failed: true, result: expect.stringContaining('network guard') }]);
  });

  it('tell the model what a server says that refuses, or fail', async () => {
    await using server = await weather(404);
    const script = 'call: weather {"city": "A"}\nthen:\nreply: Sorry.';
    const item = await work(script, [http(`${server.url}/{city}`)]);
    expect(item).toMatchObject({
      text: 'Sorry.',
      steps: [{ failed: true, result: 'The server answered 404: rain, no key' }],
    });
    const denied = [http('http://169.254.169.254/{city}')];
    expect(await failureOf(run(script, denied, { onToolError: 'fail' }))).toMatchObject({ code: 'egress-denied' });
  });

  it('cut what is too long to read', async () => {
    await using server = await serverThat((_request, response) => response.end('x'.repeat(200_000)));
    const item = await work('call: weather {"city": "A"}\nthen:\nreply: ok', [http(`${server.url}/{city}`)]);
    expect(JSON.stringify(at.asked().at(-1)).length).toBeLessThan(60_000);
    expect((item['steps'] as Fields[])[0]?.['result']).toHaveLength(2000);
  });
});

describe('what a hostile model sends', () => {
  it.each([
    ['call: weather {"city": 7}', /arguments do not fit: \/city must be string/],
    ['call: weather {"city": "A", "extra": 1}', /must NOT have additional properties/],
    ['call: weather {}', /must have required property/],
    ['call: weather {"city": ', /not valid JSON/],
    ['call: weather ["A"]', /must be object/],
    ['call: rm {"city": "A"}', /there is no tool rm/],
    ['call: constructor {}', /there is no tool constructor/],
  ])('is refused and explained: %s', async (script, message) => {
    await using server = await weather();
    const item = await work(`${script}\nthen:\nreply: ok`, [http(`${server.url}/{city}`)]);
    expect(item).toMatchObject({ text: 'ok', steps: [{ failed: true, result: expect.stringMatching(message) }] });
    expect(server.seen).toEqual([]);
    const sent = at.asked().at(-1) as { messages: { role: string; content: string }[] };
    expect(sent.messages.at(-1)).toMatchObject({ role: 'tool', content: expect.stringMatching(message) });
  });

  it('keeps keys such as __proto__ as data', async () => {
    const inputs: CodeRequest['inputs'][] = [];
    const code: EffectPorts['code'] = async (request) => {
      inputs.push(request.inputs);
      return { value: Object.keys(request.inputs), logs: '' };
    };
    const tool = {
      type: 'code',
      name: 'f',
      description: 'F',
      parameters: { type: 'object' },
      source: 'function main() {}',
    };
    const item = await work(
      'call: f {"__proto__": {"polluted": 1}, "a": "{{ 1 + 1 }}"}\nthen:\nreply: {result}',
      [tool],
      {},
      { ports: { ...at.ports, code } },
    );
    expect(item['text']).toBe('["__proto__","a"]');
    expect(inputs[0]?.['a']).toBe('{{ 1 + 1 }}');
    expect('polluted' in {}).toBe(false);
  });

  it('never becomes part of the code that runs', async () => {
    const sources: string[] = [];
    const code: EffectPorts['code'] = async (request) => {
      sources.push(request.source);
      return { value: 1, logs: '' };
    };
    const source = 'function main({ a }) { return "{{ $json.prompt }}" + a; }';
    const tool = { type: 'code', name: 'f', description: 'F', parameters: { a: 'string' }, source };
    await work('call: f {"a": "x"}', [tool], {}, { ports: { ...at.ports, code } });
    expect(sources).toEqual([source]);
  });
});

it.each<[Json, RegExp]>([
  ['x', /tools must be a list/],
  [[7], /tools\[0\] must be an object/],
  [[{ type: 'shell', name: 'a', description: 'A' }], /type must be one of workflow, http, code/],
  [[{ type: 'code', name: 'a b', description: 'A', source: 'x' }], /tools\[0\]\.name/],
  [
    [
      { type: 'code', name: 'a', description: 'A', source: 'x' },
      { type: 'code', name: 'a', description: 'A', source: 'x' },
    ],
    /tools\[1\]\.name/,
  ],
  [[{ type: 'code', name: 'a', description: 'A' }], /tools\[0\]\.source/],
  [[{ type: 'workflow', name: 'a', description: 'A' }], /tools\[0\]\.workflow/],
  [
    [{ type: 'code', name: 'a', description: 'A', source: 'x', parameters: { b: { type: 'date' } } }],
    /type must be one of string/,
  ],
  [
    [{ type: 'code', name: 'a', description: 'A', source: 'x', parameters: { type: 'nonsense' } }],
    /not a valid JSON Schema/,
  ],
])('refuses tools %j before anything is asked', async (tools, message) => {
  const before = at.facts().chats;
  const failed = await failureOf(run('x', tools));
  expect(failed.message).toMatch(message);
  expect(failed.retry).toBe('no');
  expect(at.facts().chats).toBe(before);
});

it('passes failures of the model on, and hangs no longer than its time-out', async () => {
  expect(await failureOf(run('fail: 429 retry-after 3', []))).toMatchObject({ retryAfterMs: 3000 });
  expect(await failureOf(run('hang', [], { connection: { ...at.connection, timeout: '50ms' } }))).toMatchObject({
    code: 'timeout',
  });
  await until(() => at.facts().aborted > 0);
});
