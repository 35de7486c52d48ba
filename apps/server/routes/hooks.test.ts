/** Webhooks over real HTTP: what becomes an item, who may call, how callers get their answers. */
import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { bounded } from '../hooks/bytes.ts';
import { post, serverTests, start, until } from '../testing/start.ts';

serverTests();

const ECHO = `
name: Echo
nodes:
  in: { type: webhook, with: { path: "echo/:id", methods: [POST, PUT], respond: done } }
`;

describe('a request becomes an item', () => {
  it('with params, query, headers and a JSON body', async () => {
    const { call, run } = await start({ 'echo.yaml': ECHO });
    const answer = await call(
      '/hooks/echo/7?a=1&b=2&b=3&__proto__=x',
      post({ deep: { x: [1] } }, { 'x-one': 'yes', 'cookie': 'session=1' }),
    );
    expect(answer.status).toBe(200);
    const [item] = (await answer.json()) as Record<string, unknown>[];
    expect(item).toMatchObject({
      method: 'POST',
      path: '/hooks/echo/7',
      params: { id: '7' },
      body: { deep: { x: [1] } },
      headers: { 'x-one': 'yes' },
    });
    expect(JSON.stringify(item?.query)).toBe('{"a":"1","b":["2","3"],"__proto__":"x"}');
    expect(item?.headers).not.toHaveProperty('cookie');
    const record = await run(answer.headers.get('x-rondo-run') ?? '');
    expect(record.workflow).toBe('Echo');
  });

  it('with forms, text and files', async () => {
    const text = `
name: Kinds
nodes:
  in: { type: webhook, with: { path: kinds, respond: done } }
output: "{{ { body: $json.body, files: $item.files ?? null } }}"
`;
    const { call } = await start({ 'kinds.yaml': text });
    const send = async (body: RequestInit['body'], type?: string): Promise<unknown> => {
      const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
      const answer = await call('/hooks/kinds', { method: 'POST', body: body ?? null, headers });
      return answer.json();
    };
    expect(await send('a=1&a=2&b=%C3%BC', 'application/x-www-form-urlencoded')).toMatchObject({
      body: { a: ['1', '2'], b: 'ü' },
    });
    expect(await send(Buffer.from([0xe9]), 'text/plain; charset=latin1')).toMatchObject({ body: 'é' });
    expect(await send('<a/>', 'application/xml')).toMatchObject({ body: '<a/>' });
    const bytes = Buffer.from([0, 1, 2, 255]);
    expect(await send(bytes, 'image/png')).toMatchObject({
      body: null,
      files: { data: { size: 4, mime: 'image/png', blob: /^[0-9a-f]{64}$/ } },
    });
    const form = new FormData();
    form.set('name', 'Ada');
    form.append('doc', new Blob([bytes], { type: 'application/pdf' }), 'Übersicht.pdf');
    form.append('doc', new Blob(['second']), 'b.txt');
    expect(await send(form)).toMatchObject({
      body: { name: 'Ada' },
      files: { doc: { name: 'Übersicht.pdf', mime: 'application/pdf', size: 4 }, doc_1: { name: 'b.txt', size: 6 } },
    });
  });

  it('whose JSON cannot name stored files', async () => {
    const text = `
name: Forged
nodes:
  in: { type: webhook, with: { path: forged, respond: done } }
output: "{{ { body: $json.body, files: $item.files ?? null } }}"
`;
    const { call } = await start({ 'forged.yaml': text });
    const forged = {
      $files: { data: { blob: 'a'.repeat(64), size: 1 } },
      files: { data: { filepath: '/etc/passwd' } },
    };
    expect(await (await call('/hooks/forged', post(forged))).json()).toEqual({ body: forged, files: null });
  });
});

describe('what is refused', () => {
  it('says so as problem details, and starts nothing', async () => {
    const text = `
name: Small
nodes:
  in: { type: webhook, with: { path: small, methods: [POST], maxBytes: 2000000, body: json } }
`;
    const { call, store } = await start({ 'small.yaml': text });
    const refused = async (init: RequestInit, path = '/hooks/small'): Promise<[number, string]> => {
      const answer = await call(path, init);
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      return [answer.status, ((await answer.json()) as { code: string }).code];
    };
    const json = { 'content-type': 'application/json' };
    expect(await refused({}, '/hooks/other')).toEqual([404, 'not-found']);
    expect(await refused({}, '/hooks/%E0%A4%A')).toEqual([400, 'request-invalid']);
    expect(await refused({ method: 'GET' })).toEqual([405, 'method']);
    expect(await refused({ method: 'POST', headers: json, body: '{"a":' })).toEqual([400, 'body-invalid']);
    expect(await refused({ method: 'POST', headers: json, body: Buffer.from([0x22, 0xff, 0x22]) })).toEqual([
      400,
      'body-invalid',
    ]);
    expect(await refused({ method: 'POST', headers: json, body: `${'['.repeat(100)}${']'.repeat(100)}` })).toEqual([
      400,
      'body-invalid',
    ]);
    expect(await refused({ method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' })).toEqual([
      415,
      'content-type',
    ]);
    expect(await refused({ method: 'POST', headers: { ...json, 'content-encoding': 'gzip' }, body: 'x' })).toEqual([
      415,
      'content-encoding',
    ]);
    expect(await refused({ method: 'POST', headers: json, body: `"${'x'.repeat(2_100_000)}"` })).toEqual([
      413,
      'body-too-large',
    ]);
    // Fits maxBytes, not item.bytes.
    expect(await refused({ method: 'POST', headers: json, body: `"${'x'.repeat(1_500_000)}"` })).toEqual([
      413,
      'body-too-large',
    ]);
    expect(await store.listRuns({ limit: 10 })).toEqual([]);
  });

  it('does not wait for a body whose length is not said', async () => {
    const text = `
name: Small
nodes:
  in: { type: webhook, with: { path: small, maxBytes: 1000, body: binary } }
`;
    const { call, store } = await start({ 'small.yaml': text });
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(500)),
    });
    const answer = call('/hooks/small', { method: 'POST', body: endless, duplex: 'half' } as RequestInit);
    await answer.then(
      (response) => expect(response.status).toBe(413),
      // The server has closed while we were still sending.
      (error: Error) => expect(error.message).toBe('fetch failed'),
    );
    expect(await store.listRuns({ limit: 10 })).toEqual([]);
  });
});

describe('who may call', () => {
  const hook = (auth: string): string => `
name: Guarded
nodes:
  in: { type: webhook, with: { path: guarded, respond: done, auth: ${auth} } }
output: "{{ $json.headers }}"
`;
  const BODY = { a: 1 };
  const raw = JSON.stringify(BODY);
  const secrets = { key: 'c2VjcmV0LWtleQ==', empty: '' };

  it.each<[string, string, Record<string, string>]>([
    ['basic', '{ type: basic, user: ada, secret: key }', { authorization: `Basic ${btoa('ada:c2VjcmV0LWtleQ==')}` }],
    ['bearer', '{ type: bearer, secret: key }', { authorization: 'Bearer c2VjcmV0LWtleQ==' }],
    ['header', '{ type: header, header: X-Key, secret: key }', { 'x-key': secrets.key }],
    [
      'hmac',
      '{ type: hmac, secret: key, prefix: "sha256=", header: x-hub-signature-256 }',
      {
        'x-hub-signature-256':
          `sha256=${createHmac('sha256', secrets.key).update(raw).digest('hex').toUpperCase()}`.replace('SHA', 'sha'),
      },
    ],
  ])('%s', async (_, auth, right) => {
    const { call, store } = await start({ 'guarded.yaml': hook(auth) }, { secrets });
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await call('/hooks/guarded', post(BODY, headers))).status;
    const [name = '', value = ''] = Object.entries(right)[0] ?? [];
    expect(await status({})).toBe(401);
    expect(await status({ [name]: '' })).toBe(401);
    expect(await status({ [name]: `${value}x` })).toBe(401);
    expect(await status({ [name]: value.slice(0, -1) })).toBe(401);
    expect(await store.listRuns({ limit: 10 })).toEqual([]);
    const answer = await call('/hooks/guarded', post(BODY, right));
    expect(answer.status).toBe(200);
    // What proves the caller is in no item.
    expect(await answer.text()).not.toContain(value);
  });

  it('standard webhooks, with a time, and once per id', async () => {
    const auth = '{ type: standard-webhooks, secret: key }';
    const { call, store } = await start({ 'guarded.yaml': hook(auth) }, { secrets: { key: `whsec_${secrets.key}` } });
    const signed = (id: string, seconds: number): Record<string, string> => {
      const signature = createHmac('sha256', Buffer.from(secrets.key, 'base64'))
        .update(`${id}.${seconds}.${raw}`)
        .digest('base64');
      return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,AAAA v1,${signature}` };
    };
    const now = Math.floor(Date.now() / 1000);
    expect((await call('/hooks/guarded', post(BODY, signed('m1', now - 400)))).status).toBe(401);
    expect((await call('/hooks/guarded', post(BODY, { ...signed('m1', now), 'webhook-id': 'm2' }))).status).toBe(401);
    const first = await call('/hooks/guarded', post(BODY, signed('m1', now)));
    expect(first.status).toBe(200);
    const again = await call('/hooks/guarded', post(BODY, signed('m1', now)));
    expect(again.headers.get('x-rondo-run')).toBe(first.headers.get('x-rondo-run'));
    expect(await store.listRuns({ limit: 10 })).toHaveLength(1);
  });

  it.each(['missing', 'empty'])('lets nobody in where the secret is %s', async (secret) => {
    const { call, lines } = await start({ 'guarded.yaml': hook(`{ type: bearer, secret: ${secret} }`) }, { secrets });
    for (const authorization of ['', 'Bearer', 'Bearer ', 'Bearer undefined', 'Bearer null']) {
      const answer = await call('/hooks/guarded', post(BODY, { authorization }));
      expect(answer.status).toBe(503);
      expect(await answer.text()).not.toContain(secret);
    }
    expect(lines.join('\n')).toContain(`"${secret}"`);
  });
});

describe('answers', () => {
  it('at once, with the run id or what the author wrote', async () => {
    const { call, run, write } = await start({
      'now.yaml': `
name: Now
nodes:
  in: { type: webhook, with: { path: now } }
  after: { type: set, after: in, with: { fields: { x: "{{ $json.body.a + 1 }}" }, keep: none } }
`,
    });
    const answer = await call('/hooks/now', post({ a: 1 }));
    expect(answer.status).toBe(202);
    const { runId } = (await answer.json()) as { runId: string };
    expect(JSON.parse((await run(runId)).output ?? '')).toEqual([{ x: 2 }]);
    await write({
      'now.yaml': `
name: Now
nodes:
  in: { type: webhook, with: { path: now, status: 200, answer: "<b>ok</b>", headers: { x-a: b } } }
`,
    });
    const own = await call('/hooks/now', post({}));
    expect([own.status, own.headers.get('x-a'), await own.text()]).toEqual([200, 'b', '<b>ok</b>']);
    expect(own.headers.get('content-security-policy')).toMatch(/^sandbox/);
    expect(own.headers.get('content-type')).toMatch(/^text\/plain/);
  });

  it('with what a Respond node says, while the run goes on', async () => {
    const { call, run } = await start({
      'node.yaml': `
name: Node
nodes:
  in: { type: webhook, with: { path: "node/:id", respond: node } }
  say: { type: respond, after: in, with: { status: 201, body: { id: "{{ $json.params.id }}" }, headers: { x-id: "{{ $json.params.id }}" } } }
  pause: { type: wait, after: say, with: { for: 300ms } }
  end: { type: set, after: pause, with: { fields: { late: true }, keep: none } }
output: "{{ $('end').first().json }}"
`,
    });
    const answer = await call('/hooks/node/7', post({}));
    expect([answer.status, answer.headers.get('x-id'), await answer.json()]).toEqual([201, '7', { id: '7' }]);
    const id = answer.headers.get('x-rondo-run') ?? '';
    expect(JSON.parse((await run(id)).output ?? '')).toEqual({ late: true });
  });

  it('with the first answer from inside a loop', async () => {
    const { call, run } = await start({
      'loop.yaml': `
name: Loop
nodes:
  in: { type: webhook, with: { path: loop, respond: node } }
  each:
    type: for-each
    after: in
    loop: { over: "{{ $json.body }}" }
    body:
      say: { type: respond, with: { as: text, body: "{{ 'n' + $json }}" } }
`,
    });
    const answer = await call('/hooks/loop', post([5, 6, 7]));
    expect(await answer.text()).toBe('n5');
    await run(answer.headers.get('x-rondo-run') ?? '');
  });

  it('with a file, and under a policy that runs nothing', async () => {
    const { call } = await start({
      'file.yaml': `
name: File
nodes:
  in: { type: webhook, with: { path: file, respond: node, body: binary } }
  say: { type: respond, after: in, with: { as: binary, download: false } }
`,
    });
    const page = '<script>alert(1)</script>';
    const answer = await call('/hooks/file', { method: 'POST', body: page, headers: { 'content-type': 'text/html' } });
    expect(await answer.text()).toBe(page);
    expect(answer.headers.get('content-type')).toBe('text/html');
    expect(answer.headers.get('content-security-policy')).toMatch(/^sandbox(?!.*allow-s)/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('when the time is over: 202 for done, 504 for node, and the run goes on', async () => {
    const slow = (respond: string): string => `
name: Slow ${respond}
nodes:
  in: { type: webhook, with: { path: ${respond}, respond: ${respond}, timeout: 50ms } }
  pause: { type: wait, after: in, with: { for: 400ms } }
`;
    const { call, run } = await start({ 'a.yaml': slow('done'), 'b.yaml': slow('node') });
    const done = await call('/hooks/done', post({}));
    expect([done.status, await done.json()]).toEqual([
      202,
      { runId: done.headers.get('x-rondo-run'), status: 'running' },
    ]);
    const node = await call('/hooks/node', post({}));
    expect([node.status, await node.json()]).toMatchObject([
      504,
      { code: 'no-answer', runId: node.headers.get('x-rondo-run') },
    ]);
    await run(node.headers.get('x-rondo-run') ?? '');
  });

  it('does not tell strangers what went wrong inside', async () => {
    const { call } = await start({
      'bad.yaml': `
name: Bad
nodes:
  in: { type: webhook, with: { path: bad, respond: done } }
  stop: { type: stop-and-error, after: in, with: { message: "password is hunter2" } }
`,
    });
    const answer = await call('/hooks/bad', post({}));
    const text = await answer.text();
    expect(answer.status).toBe(500);
    expect(JSON.parse(text)).toMatchObject({ code: 'run-failed', failure: 'stopped-by-node' });
    expect(text).not.toContain('hunter2');
  });
});

it('answers a request that is sent again with the run of the first one', async () => {
  const { call, store } = await start({
    'once.yaml': `
name: Once
nodes:
  in: { type: webhook, with: { path: once, idempotencyHeader: Idempotency-Key } }
`,
  });
  const send = async (key: string): Promise<unknown> =>
    (await call('/hooks/once', post({}, { 'idempotency-key': key }))).json();
  const [first, ...others] = await Promise.all(Array.from({ length: 5 }, () => send('k1')));
  for (const other of others) expect(other).toEqual(first);
  expect(await send('k2')).not.toEqual(first);
  expect(await store.listRuns({ limit: 10 })).toHaveLength(2);
});

it('still answers the first request when it is sent again meanwhile', async () => {
  const { call } = await start({
    'once.yaml': `
name: Once
nodes:
  in: { type: webhook, with: { path: once, respond: node, idempotencyHeader: x-id } }
  pause: { type: wait, after: in, with: { for: 200ms } }
  say: { type: respond, after: pause, with: { body: said } }
`,
  });
  const [a, b] = await Promise.all([1, 2].map(() => call('/hooks/once', post({}, { 'x-id': '1' }))));
  expect([a?.status, b?.status].sort()).toEqual([200, 202]);
  expect(a?.headers.get('x-rondo-run')).toBe(b?.headers.get('x-rondo-run'));
});

it('lets pages of named origins call, and no others', async () => {
  const { call } = await start({
    'cors.yaml': `
name: Cors
nodes:
  in: { type: webhook, with: { path: cors, methods: [PUT], cors: ["https://app.example"] } }
`,
  });
  const preflight = (origin: string): Promise<Response> =>
    call('/hooks/cors', {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'x-a, content-type',
      },
    });
  const right = await preflight('https://app.example');
  expect(right.status).toBe(204);
  expect(right.headers.get('access-control-allow-origin')).toBe('https://app.example');
  expect(right.headers.get('access-control-allow-headers')).toBe('x-a, content-type');
  expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  const answer = await call('/hooks/cors', { method: 'PUT', headers: { origin: 'https://app.example' } });
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([202, 'https://app.example']);
  const evil = { origin: 'https://evil.example', 'content-type': 'text/plain' };
  expect((await call('/hooks/cors', { method: 'PUT', headers: evil })).status).toBe(403);
});

it('starts only the trigger that was called', async () => {
  const { call } = await start({
    'two.yaml': `
name: Two
nodes:
  a: { type: webhook, with: { path: a, respond: done } }
  b: { type: webhook, with: { path: b, respond: done } }
  from-a: { type: set, after: a, with: { fields: { from: a }, keep: none } }
  from-b: { type: set, after: b, with: { fields: { from: b }, keep: none } }
  end: { type: no-op, after: [from-a, from-b] }
`,
  });
  expect(await (await call('/hooks/a', post({}))).json()).toEqual([{ from: 'a' }]);
  expect(await (await call('/hooks/b', post({}))).json()).toEqual([{ from: 'b' }]);
});

it('takes the most fitting path', async () => {
  const hook = (path: string): string =>
    `
name: ${path}
nodes:
  in: { type: webhook, with: { path: "${path}", methods: [GET], respond: done } }
output: "{{ [$workflow.name, $json.params] }}"
`.replace('$workflow.name', `'${path}'`);
  const { call } = await start({ 'a.yaml': hook(':any/b'), 'b.yaml': hook('a/b'), 'c.yaml': hook('a/:x') });
  expect(await (await call('/hooks/a/b')).json()).toEqual(['a/b', {}]);
  expect(await (await call('/hooks/a/c%2Fd')).json()).toEqual(['a/:x', { x: 'c/d' }]);
  expect(await (await call('/hooks/q/b')).json()).toEqual([':any/b', { any: 'q' }]);
});

it('gives up a client that stops in the middle of a body', async () => {
  const stream = new Readable({ read: () => {} });
  stream.push(Buffer.from('{'));
  const reading = (async () => {
    for await (const piece of bounded(stream, 100, 30)) expect(piece.toString()).toBe('{');
  })();
  await expect(reading).rejects.toMatchObject({ status: 408, code: 'too-slow' });
});

it('is not reached under a name that was made to lead here', async () => {
  const { url } = await start({ 'echo.yaml': ECHO });
  const { port } = new URL(url);
  const status = (host: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const sent = request({ port, host: '127.0.0.1', path: '/healthz', headers: { host } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.on('error', reject).end();
    });
  expect(await status(`localhost:${port}`)).toBe(200);
  expect(await status(`rebound.example:${port}`)).toBe(421);
});

it('keeps honest callers going while others send nothing, and gives those up', async () => {
  const { call, url } = await start({ 'echo.yaml': ECHO }, { limits: { headMs: 200 } });
  const { port } = new URL(url);
  const sockets = Array.from({ length: 50 }, () => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    socket.write('POST /hooks/echo/1 HTTP/1.1\r\nhost: x\r\n');
    return socket;
  });
  try {
    expect((await call('/hooks/echo/1', post({}))).status).toBe(200);
    await until(() => (sockets.every((socket) => socket.closed) ? true : null), 'slow ones are closed');
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});

it('answers 429 beyond the rate and 503 beyond the runs it takes, and loses nothing it took', async () => {
  const slow = `
name: Slow
nodes:
  in: { type: webhook, with: { path: slow } }
  work: { type: code, after: in, with: { code: "const end = Date.now() + 50; while (Date.now() < end); return [];" } }
`;
  const { call, store } = await start({ 'slow.yaml': slow }, { runs: 3, limits: { rate: 0.01, burst: 40 } });
  const answers = await Promise.all(Array.from({ length: 60 }, () => call('/hooks/slow', post({}))));
  const counts = { 202: 0, 429: 0, 503: 0 };
  for (const { status, headers } of answers) {
    counts[status as keyof typeof counts] += 1;
    if (status !== 202) expect(headers.get('retry-after')).toMatch(/^\d+$/);
  }
  expect(counts[202] + counts[429] + counts[503]).toBe(60);
  expect(counts[202]).toBeGreaterThan(0);
  // Nothing to speak of is refilled, however long it takes.
  expect(counts[429]).toBe(20);
  expect(await store.listRuns({ limit: 100 })).toHaveLength(counts[202]);
});
