/** What tests, demos and clients of the toy model server rely on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startModelServer, type ModelServer } from './server.ts';

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());

type Fields = Record<string, unknown>;

async function post(
  path: string,
  body: unknown,
  base = server.url,
  headers: Record<string, string> = {},
): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(`${base}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: text,
  });
}

const chatBody = (prompt: string, more: Fields = {}): Fields => ({
  model: 'toy-chat',
  messages: [{ role: 'user', content: prompt }],
  ...more,
});

interface Completion {
  model: string;
  system_fingerprint: string;
  choices: {
    finish_reason: string;
    message: { content: string | null; reasoning_content?: string; tool_calls?: { id: string; function: Fields }[] };
  }[];
  usage: Fields;
}

async function chat(prompt: string, more: Fields = {}): Promise<Completion> {
  return (await (await post('/chat/completions', chatBody(prompt, more))).json()) as Completion;
}
const say = async (prompt: string, more: Fields = {}): Promise<string | null | undefined> =>
  (await chat(prompt, more)).choices[0]?.message.content;

const format = (schema: unknown): Fields => ({
  response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
});

describe('the server', () => {
  it('lists its models and says what it is', async () => {
    const { data } = (await (await fetch(`${server.url}/models`)).json()) as { data: { id: string }[] };
    expect(data.map((model) => model.id)).toEqual(['toy-chat', 'toy-embedding']);
    expect(await chat('Hello')).toMatchObject({
      model: 'toy-chat',
      system_fingerprint: expect.stringContaining('toy'),
    });
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:/);
  });

  it.each<[string, unknown, number, RegExp]>([
    ['/chat/completions', '{', 400, /not valid JSON/],
    ['/chat/completions', { model: 'toy-chat', messages: [] }, 400, /at least one message/],
    ['/chat/completions', { model: 'toy-chat', messages: [{ role: 'x' }] }, 400, /needs a role/],
    ['/chat/completions', { model: 'gpt', messages: [] }, 404, /toy-chat/],
    ['/embeddings', { model: 'toy-embedding', input: '' }, 400, /not empty/],
    ['/embeddings', { model: 'toy-embedding', input: 'a', dimensions: 0 }, 400, /dimensions/],
    ['/nothing', {}, 404, /no POST/],
  ])('refuses a bad request to %s', async (path, body, status, message) => {
    const answer = await post(path, body);
    expect(answer.status).toBe(status);
    expect(((await answer.json()) as { error: Fields }).error.message).toMatch(message);
  });

  it('refuses a body that is too large without reading it all', async () => {
    const answer = await post('/chat/completions', 'x'.repeat(33 * 1024 * 1024)).catch((error: unknown) => error);
    if (answer instanceof Response) expect(answer.status).toBe(413);
    else expect(answer).toBeInstanceOf(TypeError);
  });

  it('checks the key, and does not repeat it', async () => {
    const own = await startModelServer({ apiKey: 'right' });
    try {
      const body = chatBody('reply: in');
      expect((await post('/chat/completions', body, own.url)).status).toBe(401);
      const wrong = await post('/chat/completions', body, own.url, { authorization: 'Bearer wrong-key' });
      expect(wrong.status).toBe(401);
      expect(await wrong.text()).not.toContain('wrong-key');
      expect((await post('/chat/completions', body, own.url, { authorization: 'Bearer right' })).status).toBe(200);
    } finally {
      await own.close();
    }
  });
});

describe('chat', () => {
  it('gives the same answer to the same request', async () => {
    const [a, b] = [await chat('Write about "the sea".'), await chat('Write about "the sea".')];
    expect(a).toEqual(b);
    expect(a.choices[0]?.message.content).toContain('the sea');
  });

  it('follows instructions, turn by turn', async () => {
    expect(await say('reply: one\\ntwo\nreply: three')).toBe('one\ntwo\nthree');
    expect(await say('outline: 2 chapters')).toBe('1. Beginnings\n2. How it works');
    expect(((await say('words: 7')) ?? '').split(' ')).toHaveLength(7);
    const messages = [
      { role: 'system', content: 'reply: never' },
      { role: 'user', content: 'reply: first\nthen:\nreply: second' },
      { role: 'assistant', content: 'first' },
      { role: 'user', content: 'again, please' },
    ];
    expect(await say('', { messages })).toBe('second');
    expect(await say('', { messages: messages.slice(0, 1) })).toBe('never');
    expect((await chat('think: hm\nreply: ok')).choices[0]?.message).toMatchObject({
      reasoning_content: 'hm',
      content: 'ok',
    });
  });

  it('honours max_tokens and stop', async () => {
    const cut = await chat('reply: one two three four', { max_tokens: 2 });
    expect(cut.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: 'one two' } });
    expect(cut.usage).toMatchObject({ completion_tokens: 2 });
    expect(await say('reply: a b STOP c', { stop: 'STOP' })).toBe('a b ');
  });

  it('streams the same answer in events, with usage when asked', async () => {
    const body = chatBody('think: hm\nreply: one two', { stream: true, stream_options: { include_usage: true } });
    const answer = await post('/chat/completions', body);
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const events = (await answer.text())
      .trim()
      .split('\n\n')
      .map((event) => event.replace('data: ', ''));
    expect(events.pop()).toBe('[DONE]');
    const chunks = events.map(
      (event) => JSON.parse(event) as { choices: { delta: Fields; finish_reason: string | null }[]; usage?: Fields },
    );
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe('one two');
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.reasoning_content ?? '').join('')).toBe('hm');
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 3 } });
  });

  it('takes images and says how many', async () => {
    const image = (url: string): Fields => ({ type: 'image_url', image_url: { url } });
    const content = [
      { type: 'text', text: 'What is this?' },
      image('data:image/png;base64,AA=='),
      image('https://example.com/a.png'),
    ];
    expect(await say('', { messages: [{ role: 'user', content }] })).toContain('2 images were shown');
    const bad = await post(
      '/chat/completions',
      chatBody('', { messages: [{ role: 'user', content: [image('file:///etc/passwd')] }] }),
    );
    expect(bad.status).toBe(400);
  });
});

describe('JSON answers', () => {
  it.each<[string, unknown, unknown]>([
    [
      'name: Ada Lovelace\nage: 36',
      { type: 'object', properties: { name: { type: 'string' }, age: { type: 'integer' } } },
      { name: 'Ada Lovelace', age: 36 },
    ],
    [
      '1. The sea\n2. The land',
      { type: 'object', properties: { chapters: { type: 'array', items: { type: 'string' } } } },
      { chapters: ['The sea', 'The land'] },
    ],
    [
      'tags: red, green and blue',
      { type: 'object', properties: { tags: { type: 'array', items: { type: 'string' }, maxItems: 2 } } },
      { tags: ['red', 'green'] },
    ],
    [
      '- name: A\n- name: B',
      { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } },
      [{ name: 'A' }, { name: 'B' }],
    ],
    ['My parcel never arrived', { enum: ['parcel', 'money'] }, 'parcel'],
    ['urgent: yes', { type: 'object', properties: { urgent: { type: 'boolean' } } }, { urgent: true }],
    ['5 stars', { type: 'object', properties: { stars: { type: 'number', maximum: 4 } } }, { stars: 4 }],
    ['x', { type: 'object', properties: { at: { $ref: '#/$defs/d' } }, $defs: { d: { const: 1 } } }, { at: 1 }],
    ['x', { type: ['string', 'null'], minLength: 12, maxLength: 12 }, 'toy text toy'],
    [
      'Query: blue whales\n[1] Cows eat grass.\n[2] Blue whales eat krill.',
      { type: 'object', properties: { scores: { type: 'array', items: { type: 'number' } } } },
      { scores: [0, 1] },
    ],
    [
      'Task: every chapter\n- $json.tags: list of 2, each text\n- $json.chapters: list of 3, each an object (title: text)\n- $json.chapterNotes: list of 0',
      { type: 'object', properties: { expression: { type: 'string' }, why: { type: 'string' } } },
      { expression: '$json.chapters', why: '$json.chapters is the list of 3, each an object (title: text).' },
    ],
  ])('makes of %j with a schema', async (prompt, schema, wanted) => {
    expect(JSON.parse((await say(prompt, format(schema))) ?? '')).toEqual(wanted);
  });

  it('takes a schema from the prompt, and survives one that refers to itself', async () => {
    const schema = { type: 'object', properties: { city: { type: 'string' } } };
    expect(JSON.parse((await say(`city: Bonn\n\`\`\`json\n${JSON.stringify(schema)}\n\`\`\``)) ?? '')).toEqual({
      city: 'Bonn',
    });
    const endless = { $ref: '#/$defs/a', $defs: { a: { type: 'object', properties: { a: { $ref: '#/$defs/a' } } } } };
    expect(typeof (await say('x', format(endless)))).toBe('string');
  });
});

describe('tools', () => {
  const parameters = { type: 'object', properties: { city: { type: 'string' } } };
  const tools = ['get_weather', 'send_mail'].map((name) => ({ type: 'function', function: { name, parameters } }));

  it('calls a tool that the prompt names, and then uses its result', async () => {
    const first = await chat('Please get weather. city: Bonn', { tools });
    expect(first.choices[0]?.finish_reason).toBe('tool_calls');
    const [call] = first.choices[0]?.message.tool_calls ?? [];
    expect(call?.function).toEqual({ name: 'get_weather', arguments: '{"city":"Bonn"}' });
    const messages = [
      { role: 'user', content: 'Please get weather. city: Bonn' },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: call?.id, content: 'rain' },
    ];
    expect(await say('', { messages, tools })).toBe('The tool answered: rain');
  });

  it('calls none without a reason, and the one it must', async () => {
    expect((await chat('Hello', { tools })).choices[0]?.finish_reason).toBe('stop');
    expect((await chat('get weather', { tools, tool_choice: 'none' })).choices[0]?.finish_reason).toBe('stop');
    const tool_choice = { type: 'function', function: { name: 'send_mail' } };
    expect((await chat('Hello', { tools, tool_choice })).choices[0]?.message.tool_calls?.[0]?.function.name).toBe(
      'send_mail',
    );
  });

  it('calls what its script says, valid or not', async () => {
    const { choices } = await chat('call: send_mail {"to": 1\ncall: other', { tools });
    expect(choices[0]?.message.tool_calls?.map((call) => call.function)).toEqual([
      { name: 'send_mail', arguments: '{"to": 1' },
      { name: 'other', arguments: '{}' },
    ]);
  });
});

describe('trouble', () => {
  it('fails as told, for good or the first times', async () => {
    const limited = await post('/chat/completions', chatBody('fail: 429 retry-after 2'));
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '2']);
    const statuses: number[] = [];
    for (let i = 0; i < 3; i += 1)
      statuses.push((await post('/chat/completions', chatBody('fail 2 times: 503\nreply: up'))).status);
    expect(statuses).toEqual([503, 503, 200]);
    const context = await post('/chat/completions', chatBody('fail: context'));
    expect(await context.json()).toMatchObject({ error: { code: 'context_length_exceeded' } });
    expect((await chat('fail: filter')).choices[0]?.finish_reason).toBe('content_filter');
  });

  it('breaks off in the middle', async () => {
    for (const stream of [true, false]) {
      const answer = await post('/chat/completions', chatBody('truncate\nreply: a b c d', { stream }));
      await expect(answer.text()).rejects.toThrow(TypeError);
    }
    const cut = await (await post('/chat/completions', chatBody('cut\nreply: a b c d', { stream: true }))).text();
    expect(cut).not.toContain('[DONE]');
  });

  it('hangs until the caller goes', async () => {
    const before = server.facts();
    const giveUp = new AbortController();
    const hanging = fetch(`${server.url}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(chatBody('hang')),
      signal: giveUp.signal,
    });
    while (server.facts().chats === before.chats) await new Promise((resolve) => setImmediate(resolve));
    giveUp.abort();
    await expect(hanging).rejects.toThrow(/abort/i);
    while (server.facts().aborted === before.aborted) await new Promise((resolve) => setImmediate(resolve));
  });
});

describe('embeddings', () => {
  const vectors = async (input: string[], more: Fields = {}): Promise<number[][]> => {
    const answer = (await (await post('/embeddings', { model: 'toy-embedding', input, ...more })).json()) as {
      data: { embedding: number[] }[];
    };
    return answer.data.map((one) => one.embedding);
  };
  const near = (a: number[] = [], b: number[] = []): number =>
    a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

  it('puts texts near each other that share words', async () => {
    const [query, whales, bread] = await vectors([
      'How do whales sleep?',
      'Whales sleep with half of the brain.',
      'Bread needs flour and water.',
    ]);
    expect(near(query, query)).toBeCloseTo(1, 3);
    expect(near(query, whales)).toBeGreaterThan(near(query, bread) + 0.2);
  });

  it('has the asked number of places, also as base64, and takes texts without words', async () => {
    const [[numbers], [none]] = [await vectors(['one two three'], { dimensions: 32 }), await vectors(['\u{1f41b} !'])];
    expect(numbers).toHaveLength(32);
    expect(near(none, none)).toBeCloseTo(1, 5);
    const answer = await post('/embeddings', {
      model: 'toy-embedding',
      input: 'one two three',
      dimensions: 32,
      encoding_format: 'base64',
    });
    const { data } = (await answer.json()) as { data: { embedding: string }[] };
    const bytes = Buffer.from(data[0]?.embedding ?? '', 'base64');
    expect(bytes.readFloatLE(0)).toBeCloseTo(numbers?.[0] ?? 9, 5);
  });
});
