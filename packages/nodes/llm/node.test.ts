import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { BlobPort, FilePort } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { bench, door, failureOf, KEY, serverThat, until } from '../kit/ai/model.testing.ts';
import { nodeContract } from '../kit/contract.ts';
import { runNode, type RunNodeOptions } from '../kit/run.ts';
import { node } from './node.ts';

const at = bench();

type Fields = { [key: string]: Json };

const run = (params: Fields, more: RunNodeOptions = {}): ReturnType<typeof runNode> =>
  runNode(node, {
    params: { connection: at.connection, ...params },
    ports: at.ports,
    idempotencyKey: 'run/llm[0]',
    ...more,
  });

const say = async (params: Fields, more: RunNodeOptions = {}): Promise<Fields> =>
  (await run(params, more)).output['main']?.[0] as Fields;

const fails = (params: Fields, more: RunNodeOptions = {}): ReturnType<typeof failureOf> => failureOf(run(params, more));

const PERSON = {
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer', minimum: 0 } },
  required: ['name', 'age'],
  additionalProperties: false,
};

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe('the answer', () => {
  it('is text, with what it cost', async () => {
    const connection = { ...at.connection, inputPrice: 1_000_000, outputPrice: 2_000_000 };
    const answer = await say({ connection, prompt: 'reply: one two three' });
    // Four words and the toy's four tokens per message.
    const usage = { tokensIn: 8, tokensOut: 3, cost: 14 };
    expect(answer).toEqual({ text: 'one two three', reasoning: '', finishReason: 'stop', usage });
    expect(at.used).toEqual([usage]);
  });

  it('comes from system, messages and prompt, in this order, with the settings', async () => {
    await say({
      system: 'S',
      messages: [
        { role: 'user', content: 'A' },
        { role: 'assistant', content: { b: 1 } },
        { role: 'user', content: '' },
      ],
      prompt: { c: [1] },
      temperature: 0,
      topP: 0.5,
      maxTokens: 9,
      stop: ['X'],
      seed: 7,
      options: { reasoning_effort: 'low', messages: 'not mine' },
    });
    expect(at.asked().at(-1)).toMatchObject({
      model: 'toy-chat',
      messages: [
        { role: 'system', content: 'S' },
        { role: 'user', content: 'A' },
        { role: 'assistant', content: '{"b":1}' },
        { role: 'user', content: '{"c":[1]}' },
      ],
      temperature: 0,
      top_p: 0.5,
      max_tokens: 9,
      stop: ['X'],
      seed: 7,
      reasoning_effort: 'low',
    });
  });

  it('keeps reasoning apart, also when the model thinks in its text', async () => {
    expect(await say({ prompt: 'think: hm hm\nreply: yes' })).toMatchObject({ text: 'yes', reasoning: 'hm hm' });
    expect(await say({ prompt: 'reply: <think>hm</think>yes' })).toMatchObject({ text: 'yes', reasoning: 'hm' });
    expect(await say({ prompt: 'reply: <think>hm</think>yes', stream: true })).toMatchObject({
      text: 'yes',
      reasoning: 'hm',
    });
    expect(at.answers.join('')).toBe('yes');
  });

  it('says when it was cut', async () => {
    expect(await say({ prompt: 'reply: one two three', maxTokens: 2 })).toMatchObject({
      text: 'one two',
      finishReason: 'length',
    });
    expect(at.logs.join()).toContain('cut');
  });

  it('is made anew for each item, from its own prompt', async () => {
    const { output } = await run({ prompt: 'reply: {{ $json.a }}' }, { input: [{ a: 'x' }, { a: 'y' }] });
    expect(output['main']).toMatchObject([{ text: 'x' }, { text: 'y' }]);
  });

  it('does not evaluate what data brings: braces stay braces', async () => {
    const text = '{{ $json.secret }} {{ 1 + 1 }} {% raw %}';
    const answer = await say({ prompt: 'reply: {{ $json.text }}' }, { input: [{ text, secret: 'no' }] });
    expect(answer['text']).toBe(text);
    expect(at.asked().at(-1)).toMatchObject({ messages: [{ content: `reply: ${text}` }] });
  });

  it('takes every Unicode and hostile keys in a prompt', async () => {
    const text = '\u{1f9d1}\u200d\u{1f680} \u0000 \u2028 "\\';
    expect((await say({ prompt: 'reply: {{ $json.text }}' }, { input: [{ text }] }))['text']).toContain('\u{1f680}');
    const hostile = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2}') as Json;
    await say({ prompt: '{{ $json }}' }, { input: [hostile] });
    expect(at.asked().at(-1)).toMatchObject({ messages: [{ content: JSON.stringify(hostile) }] });
    expect('polluted' in {}).toBe(false);
  });
});

describe('images', () => {
  const png = Buffer.from('89504e470d0a1a0a', 'hex');

  it('go along as addresses, as files of the item and as files of the workflow', async () => {
    const items = [[{ json: {}, files: { photo: { blob: 'b1', size: 8, mime: 'application/octet-stream' } } }]];
    const ports = {
      ...at.ports,
      blobs: door<BlobPort>({ get: async () => png }),
      files: door<FilePort>({ read: async () => ({ bytes: png, size: 8, stamp: '' }) }),
    };
    const images = [
      'https://example.com/a.png',
      `data:image/png;base64,${png.toString('base64')}`,
      { file: 'photo' },
      { path: 'b.png' },
    ];
    const answer = await say({ prompt: 'What is it?', images }, { items, ports });
    expect(answer['text']).toContain('4 images were shown');
    const inline = `data:image/png;base64,${png.toString('base64')}`;
    const sent = at.asked().at(-1) as { messages: { content: { type: string; image_url?: { url: string } }[] }[] };
    expect(sent.messages[0]?.content.map((part) => part.image_url?.url)).toEqual([
      undefined,
      images[0],
      inline,
      inline,
      inline,
    ]);
  });

  it.each<[Json, RegExp]>([
    ['file:///etc/passwd', /images\[0\] must be an address/],
    ['data:text/html;base64,AAAA', /images\[0\] must be an address/],
    [{ file: 'none' }, /images\[0\]\.file/],
    [7, /images\[0\]/],
  ])('refuses %j', async (image, message) => {
    const blobs = door<BlobPort>({ get: async () => png });
    expect((await fails({ prompt: 'x', images: [image] }, { ports: { ...at.ports, blobs } })).message).toMatch(message);
  });

  it('refuses a file that is no picture, and one that is too large', async () => {
    const files = (bytes: Uint8Array, size: number): RunNodeOptions => ({
      ports: { ...at.ports, files: door<FilePort>({ read: async () => ({ bytes, size, stamp: '' }) }) },
    });
    const images = [{ path: 'x' }];
    expect((await fails({ prompt: 'x', images }, files(Buffer.from('hello'), 5))).message).toMatch(/a picture \(PNG/);
    expect((await fails({ prompt: 'x', images }, files(png, 2 ** 31))).message).toContain('http.bytes');
  });
});

describe('JSON of a schema', () => {
  it('is checked and answered as a value', async () => {
    const answer = await say({ prompt: 'name: Ada\nage: 36', schema: PERSON });
    expect(answer).toMatchObject({ json: { name: 'Ada', age: 36 }, repairs: 0 });
    expect(at.asked().at(-1)).toMatchObject({
      response_format: { type: 'json_schema', json_schema: { schema: PERSON, strict: true } },
    });
  });

  it.each([
    ['json', { type: 'json_object' }],
    ['prompt', undefined],
  ])('is asked for in the prompt when the server takes only %s', async (structured, format) => {
    const connection = { ...at.connection, structured };
    expect((await say({ connection, prompt: 'name: Ada\nage: 36', schema: PERSON }))['json']).toEqual({
      name: 'Ada',
      age: 36,
    });
    const sent = at.asked().at(-1) as Fields;
    expect(sent['response_format']).toEqual(format);
    expect(JSON.stringify(sent['messages'])).toContain('JSON Schema');
  });

  it.each([
    ['reply: no JSON at all', 'it is not JSON'],
    ['json: {"name": "Ada"}', "must have required property 'age'"],
    ['json: {"name": "Ada", "age": -1}', '/age must be >= 0'],
  ])('is repaired with what was wrong: %s', async (bad, problem) => {
    const prompt = `${bad}\nthen:\njson: {"name": "Ada", "age": 36}`;
    const answer = await say({ prompt, schema: PERSON });
    expect(answer).toMatchObject({ json: { name: 'Ada', age: 36 }, repairs: 1 });
    const sent = at.asked().at(-1) as { messages: { role: string; content: string }[] };
    expect(sent.messages.map((message) => message.role)).toEqual(['user', 'assistant', 'user']);
    expect(sent.messages[2]?.content).toContain(problem);
    // Both attempts are paid for.
    expect(at.used).toHaveLength(2);
    expect((answer['usage'] as Fields)['tokensOut']).toBe((at.used[0]?.tokensOut ?? 0) + (at.used[1]?.tokensOut ?? 0));
  });

  it('is taken out of a fenced block and out of chatter', async () => {
    const json = '{"name": "Ada", "age": 1}';
    for (const reply of [`Sure:\\n\`\`\`json\\n${json}\\n\`\`\`\\nDone.`, `Here: ${json}. Good?`]) {
      expect((await say({ prompt: `reply: ${reply}`, schema: PERSON, repairs: 0 }))['json']).toEqual({
        name: 'Ada',
        age: 1,
      });
    }
  });

  it('fails after the last repair, with the reason and the answer', async () => {
    const before = at.facts().chats;
    const failed = await fails({ prompt: 'json: {"name": 7, "age": 1}', schema: PERSON, repairs: 2 });
    expect(failed).toMatchObject({
      code: 'node-failed',
      retry: 'yes',
      data: { reason: 'schema', answer: '{"name": 7, "age": 1}' },
    });
    expect(failed.message).toContain('after 2 repairs: /name must be string');
    expect(at.facts().chats - before).toBe(3);
  });

  it('is not repaired when it was cut: more tokens are needed', async () => {
    const failed = await fails({ prompt: 'json: {"name": "A", "age": 1}', schema: PERSON, maxTokens: 2 });
    expect(failed).toMatchObject({ retry: 'no', fix: 'Raise maxTokens.' });
  });

  it('needs a schema that is one, and no stream', async () => {
    expect(await fails({ prompt: 'x', schema: { type: 'nonsense' } })).toMatchObject({
      code: 'bad-value',
      retry: 'no',
    });
    expect((await fails({ prompt: 'x', schema: PERSON, stream: true })).message).toContain('stream and schema');
  });

  it('keeps hostile keys of an answer', async () => {
    const schema = { type: 'object' };
    const answer = await say({ prompt: 'json: {"__proto__": {"polluted": 1}, "a": 1}', schema });
    expect(Object.keys(answer['json'] as Fields)).toEqual(['__proto__', 'a']);
    expect('polluted' in {}).toBe(false);
  });
});

describe('streaming', () => {
  it('hands the text on in order while it is written', async () => {
    const work = say({ prompt: 'pace: 15ms\nreply: one two three four', stream: true });
    await until(() => at.answers.length > 0);
    // The first words are here, the last are not yet written.
    expect(at.answers.join('')).not.toContain('four');
    const answer = await work;
    expect(at.answers.join('')).toBe('one two three four');
    expect(answer).toMatchObject({ text: 'one two three four', finishReason: 'stop', usage: { tokensOut: 4 } });
  });

  it('fails when the stream breaks or ends too early, and may be tried again', async () => {
    for (const trouble of ['truncate', 'cut']) {
      const failed = await fails({ prompt: `${trouble}\nreply: a b c d e f`, stream: true });
      expect(failed, trouble).toMatchObject({ code: 'http-failed', retry: 'yes' });
    }
  });

  it('reports an error that comes inside the stream', async () => {
    await using server = await serverThat((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('data: {"error":{"message":"maximum context length reached"}}\n\n');
    });
    const failed = await fails({ connection: { ...at.connection, baseUrl: server.url }, prompt: 'x', stream: true });
    expect(failed).toMatchObject({ retry: 'no', data: { reason: 'context-length' } });
  });
});

describe('failures', () => {
  it.each<[string, Fields, boolean]>([
    ['429 retry-after 2', { code: 'http-status', retry: 'yes', retryAfterMs: 2000 }, false],
    ['429 retry-after 2', { code: 'http-status', retry: 'yes', retryAfterMs: 2000 }, true],
    ['429', { code: 'http-status', retry: 'yes' }, false],
    ['500', { code: 'http-status', retry: 'yes', data: { status: 500, code: 'server_error' } }, false],
    ['400', { code: 'http-status', retry: 'no' }, true],
    ['context', { code: 'node-failed', retry: 'no', data: { reason: 'context-length' } }, false],
    ['filter', { code: 'node-failed', retry: 'no', data: { reason: 'content-filter' } }, false],
    ['filter', { code: 'node-failed', retry: 'no', data: { reason: 'content-filter' } }, true],
  ])('names %s', async (what, wanted, stream) => {
    const failed = await fails({ prompt: `fail: ${what}`, stream });
    expect(failed).toMatchObject(wanted);
    expect(failed.message).toContain('model toy-chat at http://127.0.0.1');
  });

  it('lets the engine try again: the same request succeeds later', async () => {
    const params = { prompt: 'fail once: 503\nreply: back' };
    expect((await fails(params)).retry).toBe('yes');
    expect((await say(params))['text']).toBe('back');
  });

  it('calls a body that is not JSON what it is', async () => {
    const failed = await fails({ prompt: 'garbage' });
    expect(failed).toMatchObject({ code: 'http-failed', retry: 'yes' });
    expect(failed.message).toContain('OpenAI-compatible');
  });

  it('never repeats the key, even when the server does', async () => {
    await using server = await serverThat((request, response) => {
      const key = request.headers.authorization ?? '';
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: `Wrong key: ${key}`, code: key } }));
    });
    const failed = await fails({ connection: { ...at.connection, baseUrl: server.url }, prompt: 'x' });
    expect(failed).toMatchObject({ code: 'http-status', retry: 'no', data: { status: 401 } });
    expect(failed.fix).toContain('MODEL_KEY');
    expect(JSON.stringify(failed)).not.toContain(KEY);
    expect(at.logs.join()).not.toContain(KEY);
  });

  it('fails before anything is sent when the secret is missing', async () => {
    const before = at.facts().chats;
    const failed = await fails({ connection: { ...at.connection, apiKey: 'OTHER' }, prompt: 'x' });
    expect(failed).toMatchObject({ code: 'secret-missing', retry: 'no' });
    expect(at.facts().chats).toBe(before);
  });

  it('says that a model does not exist', async () => {
    const failed = await fails({ connection: { ...at.connection, model: 'gpt-9' }, prompt: 'x' });
    expect(failed).toMatchObject({
      code: 'http-status',
      retry: 'no',
      fix: expect.stringContaining('connection.model'),
    });
  });

  it('says that nothing listens there', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    for (const stream of [true, false]) {
      const failed = await fails({
        connection: { ...at.connection, baseUrl: `http://127.0.0.1:${port}/v1` },
        prompt: 'x',
        stream,
      });
      expect(failed).toMatchObject({ code: 'http-failed', retry: 'yes' });
      expect(failed.message).toContain('nothing listens there');
    }
  });

  it('stays inside the network guard', async () => {
    const failed = await fails({ connection: { ...at.connection, baseUrl: 'http://169.254.169.254/v1' }, prompt: 'x' });
    expect(failed.code).toBe('egress-denied');
  });

  it.each([true, false])('gives up a server that hangs after its time-out (stream: %s)', async (stream) => {
    const failed = await fails({ connection: { ...at.connection, timeout: '50ms' }, prompt: 'hang', stream });
    expect(failed).toMatchObject({ code: 'timeout', retry: 'yes' });
  });

  it.each([true, false])('is cancelled in the middle, and the server notices (stream: %s)', async (stream) => {
    const giveUp = new AbortController();
    const before = at.facts();
    const work = fails({ prompt: stream ? 'pace: 20ms\nwords: 1000' : 'hang', stream }, { signal: giveUp.signal });
    await until(() => (stream ? at.answers.length > 0 : at.facts().chats > before.chats));
    giveUp.abort();
    expect((await work).code).toBe('cancelled');
    await until(() => at.facts().aborted > before.aborted);
  });

  it.each([true, false])('stops an answer that is too large (stream: %s)', async (stream) => {
    const ports = {
      ...at.ports,
      limit: (name: string) => (name === 'http.bytes' ? 100_000 : (at.ports.limit?.(name) ?? 0)),
    };
    const failed = await fails({ prompt: 'huge: 1mb', stream }, { ports });
    expect(failed.code).toBe('limit-reached');
    expect(failed.message).toContain('http.bytes');
  });

  it.each<[string, Fields, RegExp]>([
    ['no address', { baseUrl: 'ftp://x', model: 'm' }, /connection\.baseUrl must be an address/],
    ['a password in the address', { baseUrl: 'https://a:b@x/v1', model: 'm' }, /user name or password/],
    ['no model', { baseUrl: 'https://x/v1', model: ' ' }, /connection\.model/],
    ['an unknown field', { baseUrl: 'https://x/v1', model: 'm', key: 'k' }, /connection\.key/],
  ])('refuses a connection with %s', async (_what, connection, message) => {
    const failed = await fails({ connection, prompt: 'x' });
    expect(failed.message).toMatch(message);
    expect(failed.retry).toBe('no');
  });

  it('takes a connection that an expression gives', async () => {
    const input = [{ model: at.connection }];
    expect(await say({ connection: '{{ $json.model }}', prompt: 'reply: hi' }, { input })).toMatchObject({
      text: 'hi',
    });
  });

  it('needs something to say', async () => {
    expect((await fails({ system: 'S' })).message).toMatch(/prompt must be a text/);
    expect((await fails({ prompt: 'x', messages: [{ role: 'robot', content: 'x' }] })).message).toMatch(
      /messages\[0\]\.role/,
    );
    expect((await fails({ prompt: 'x', stop: [1] })).message).toMatch(/stop must be/);
  });
});

it('sends one idempotency key per request, the same over retries', async () => {
  const keys: unknown[] = [];
  await using server = await serverThat((request, response) => {
    keys.push(request.headers['idempotency-key']);
    const message = { role: 'assistant', content: keys.length % 2 === 1 ? 'bad' : '{}' };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ choices: [{ message, finish_reason: 'stop' }] }));
  });
  const params = { connection: { baseUrl: server.url, model: 'm' }, prompt: 'x', schema: { type: 'object' } };
  expect(await say(params)).toMatchObject({ usage: { tokensIn: 0, tokensOut: 0, cost: 0 } });
  await say(params, { attempt: 2 });
  expect(keys).toEqual(['run/llm[0]', 'run/llm[0]-1', 'run/llm[0]', 'run/llm[0]-1']);
  expect(at.logs.join()).toContain('does not say how many tokens');
});
