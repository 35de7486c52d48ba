import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EffectPorts } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { nodeContract } from '../kit/contract.ts';
import { failureOf, openServer, openWorld, sendJson, type TestServer, type World } from '../kit/http/ports.testing.ts';
import { runNode, type NodeRun } from '../kit/run.ts';
import { node } from './node.ts';
import { nextLink } from './pagination.ts';

type Handler = (request: unknown, response: ServerResponse, body: string) => void;
interface Seen {
  method: string;
  url: URL;
  headers: IncomingMessage['headers'];
  body: string;
}

let server: TestServer;
let world: World;
let base = '';
let seen: Seen[] = [];
let handler: Handler;

const NOW = Date.parse('2030-01-01T00:00:00Z');

beforeAll(async () => {
  world = openWorld();
  world.time = NOW;
  world.secrets = { S: 'secret-of-S' };
  server = await openServer();
  base = server.base;
  server.answer = ({ method, path, query, headers, bytes }, response) => {
    const search = query.toString();
    const body = bytes.toString('latin1');
    seen.push({ method, url: new URL(`${base}${path}${search === '' ? '' : `?${search}`}`), headers, body });
    handler(null, response, body);
  };
  mkdirSync(join(world.folder, 'in'));
});
afterAll(async () => {
  await server.close();
  await world.close();
});
beforeEach(() => {
  seen = [];
  world.logs = [];
});

const run = (params: Record<string, Json>, more: { attempt?: number } = {}): Promise<NodeRun> =>
  runNode(node, { params: { url: `${base}/x`, ...params }, ports: world.ports, idempotencyKey: 'key', ...more });

const items = async (params: Record<string, Json>): Promise<Json[]> => (await run(params)).output['main'] as Json[];

const json = (response: ServerResponse, value: unknown, status = 200, headers: Record<string, string> = {}): void =>
  sendJson(response, value as Json, status, headers);

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe('the request', () => {
  beforeEach(() => {
    handler = (_request, response) => json(response, { ok: true });
  });

  it('adds the query to what the URL has: lists repeat, null is left out', async () => {
    await items({ url: `${base}/x?a=1`, query: { b: 'ä &', c: [1, 2], d: null, e: { f: 1 } } });
    expect(seen[0]?.url.search).toBe('?a=1&b=%C3%A4+%26&c=1&c=2&e=%7B%22f%22%3A1%7D');
  });

  it.each([
    ['json', { a: 'ü' }, '{"a":"ü"}', 'application/json'],
    ['json', 'plain', '"plain"', 'application/json'],
    ['json', '[1,2]', '[1,2]', 'application/json'],
    ['form', { a: 'x y', b: [1, 2] }, 'a=x+y&b=1&b=2', 'application/x-www-form-urlencoded'],
    ['raw', '<x/>', '<x/>', 'text/plain; charset=utf-8'],
    ['none', { a: 1 }, '', undefined],
  ])('writes a body of type %s: %j', async (bodyType, body, text, type) => {
    await items({ method: 'POST', bodyType, body });
    expect(Buffer.from(seen[0]?.body ?? '', 'latin1').toString()).toBe(text);
    expect(seen[0]?.headers['content-type']).toBe(type);
  });

  it('writes multipart with texts and files', async () => {
    writeFileSync(join(world.folder, 'in/a.png'), Buffer.from([1, 2, 3]));
    await items({
      method: 'POST',
      bodyType: 'multipart',
      body: { t: 'v', f: { file: 'in/a.png', type: 'image/png' } },
    });
    expect(seen[0]?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(seen[0]?.body).toContain('name="t"\r\n\r\nv');
    expect(seen[0]?.body).toContain('name="f"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n\x01\x02\x03');
  });

  it.each<[Record<string, Json>, string, string]>([
    [{ type: 'basic', user: 'u', password: 'p' }, 'authorization', `Basic ${Buffer.from('u:p').toString('base64')}`],
    [
      { type: 'basic', user: 'u', secret: 'S' },
      'authorization',
      `Basic ${Buffer.from('u:secret-of-S').toString('base64')}`,
    ],
    [{ type: 'bearer', token: 't' }, 'authorization', 'Bearer t'],
    [{ type: 'bearer', secret: 'S' }, 'authorization', 'Bearer secret-of-S'],
    [{ type: 'header', name: 'X-Key', secret: 'S' }, 'x-key', 'secret-of-S'],
  ])('sends credentials %j', async (auth, name, value) => {
    await items({ auth });
    expect(seen[0]?.headers[name]).toBe(value);
  });

  it('sends the idempotency key with unsafe methods only, unless switched off or given', async () => {
    await items({ method: 'POST', body: {} });
    await items({ method: 'GET' });
    await items({ method: 'POST', body: {}, idempotencyKey: false });
    await items({ method: 'PUT', body: {}, headers: { 'Idempotency-Key': 'mine' } });
    expect(seen.map((one) => one.headers['idempotency-key'])).toEqual(['key', undefined, undefined, 'mine']);
  });

  it('refuses what is no http address', async () => {
    for (const url of ['example.com', '', 'ftp://a.b']) {
      expect((await failureOf(items({ url }))).message).toContain('http://');
    }
  });
});

describe('the answer', () => {
  const answers = (
    body: string | Buffer,
    type: string | null,
    status = 200,
    headers: Record<string, string> = {},
  ): void => {
    handler = (_request, response) => {
      response.writeHead(status, { ...(type === null ? {} : { 'content-type': type }), ...headers }).end(body);
    };
  };

  it.each<[string, string, string | null, Record<string, Json>, Json[]]>([
    ['an object', '{"a":1}', 'application/json', {}, [{ a: 1 }]],
    ['a list', '[{"a":1},2,null]', 'application/json; charset=utf-8', {}, [{ a: 1 }, 2, null]],
    ['a list that stays', '[1,2]', 'application/json', { split: false }, [[1, 2]]],
    ['an empty list', '[]', 'application/json', {}, []],
    ['problem details', '{"t":1}', 'application/problem+json', {}, [{ t: 1 }]],
    ['nothing', '', 'application/json', {}, [{}]],
    ['text', 'hi', 'text/plain', {}, [{ data: 'hi' }]],
    ['text under a name', '<p>', 'text/html', { property: 'html' }, [{ html: '<p>' }]],
    ['JSON without a type', ' [1]', null, {}, [1]],
    ['JSON as text', '{"a":1}', 'application/json', { response: 'text' }, [{ data: '{"a":1}' }]],
    ['JSON that is called text', '{"a":1}', 'text/plain', { response: 'json' }, [{ a: 1 }]],
    ['a list inside', '{"d":{"r":[1,2]}}', 'application/json', { items: 'd.r' }, [1, 2]],
    ['a missing list inside', '{"d":{}}', 'application/json', { items: 'd.r' }, []],
    ['hostile keys', '{"__proto__":{"x":1}}', 'application/json', {}, [JSON.parse('{"__proto__":{"x":1}}') as Json]],
  ])('%s', async (_name, body, type, params, expected) => {
    answers(body, type);
    const found = await items(params);
    expect(JSON.stringify(found)).toBe(JSON.stringify(expected));
  });

  it('reads other character sets', async () => {
    answers(Buffer.from([0xe4, 0xf6]), 'text/plain; charset=iso-8859-1');
    expect(await items({})).toEqual([{ data: 'äö' }]);
  });

  it('full: body, headers and status, lists unsplit', async () => {
    answers('[1]', 'application/json', 201, { 'x-a': 'b' });
    expect(await items({ response: 'full' })).toMatchObject([
      { body: [1], headers: { 'x-a': 'b' }, statusCode: 201, statusMessage: 'Created' },
    ]);
  });

  it('files go to a path or to the blob store', async () => {
    answers(Buffer.from([1, 2]), 'image/png', 200, { 'content-disposition': 'attachment; filename="../p.png"' });
    expect(await items({ saveTo: 'out/p.png' })).toEqual([
      { name: 'p.png', mime: 'image/png', size: 2, path: 'out/p.png' },
    ]);
    expect(readFileSync(join(world.folder, 'out/p.png'))).toEqual(Buffer.from([1, 2]));
    const stored = await run({});
    const file = stored.items[0]?.[0]?.files?.['data'];
    expect(file).toMatchObject({ size: 2, name: 'p.png', mime: 'image/png' });
    expect(await world.ports.blobs?.get(file?.blob ?? '')).toEqual(Buffer.from([1, 2]));
  });

  it('says what is wrong with broken JSON and with a list that is none', async () => {
    answers('{"a":', 'application/json');
    expect((await failureOf(items({}))).message).toContain('not valid JSON');
    answers('{"d":{"r":5}}', 'application/json');
    expect(await failureOf(items({ items: 'd.r' }))).toMatchObject({ code: 'not-a-list' });
  });

  it.each<[number, 'yes' | 'no']>([
    [400, 'no'],
    [401, 'no'],
    [404, 'no'],
    [408, 'yes'],
    [429, 'yes'],
    [500, 'yes'],
    [503, 'yes'],
  ])('status %i is a failure, retry %s', async (status, retry) => {
    answers('{"error":"why it failed"}', 'application/json', status);
    const failed = await failureOf(items({}));
    expect(failed).toMatchObject({ code: 'http-status', retry, data: { status, body: '{"error":"why it failed"}' } });
    expect(failed.message).toContain(String(status));
    expect(failed.message).toContain('why it failed');
    expect(await items({ neverError: true })).toEqual([{ error: 'why it failed' }]);
  });

  it.each<[string, number | undefined]>([
    ['7', 7000],
    ['Tue, 01 Jan 2030 00:00:30 GMT', 30_000],
    ['Tue, 01 Jan 2019 00:00:30 GMT', 0],
    ['soon', undefined],
  ])('Retry-After: %s', async (value, ms) => {
    answers('', null, 429, { 'retry-after': value });
    expect((await failureOf(items({}))).retryAfterMs).toBe(ms);
  });

  it('an error page that claims to be JSON keeps its status', async () => {
    answers('<html>', 'application/json', 502);
    expect(await failureOf(items({}))).toMatchObject({ code: 'http-status', data: { status: 502 } });
  });
});

describe('pages', () => {
  const ALL = Array.from({ length: 7 }, (_, n) => ({ n }));
  const counts = (): (string | null)[] => seen.map((one) => one.url.search);

  it('page: stops on the short one', async () => {
    handler = (_q, response) => {
      const query = seen.at(-1)?.url.searchParams;
      const page = Number(query?.get('page'));
      json(response, { data: ALL.slice((page - 1) * 3, page * 3) });
    };
    const pagination = { mode: 'page', size: 3, sizeParameter: 'per_page' };
    expect(await items({ items: 'data', pagination })).toEqual(ALL);
    expect(counts()).toEqual(['?per_page=3&page=1', '?per_page=3&page=2', '?per_page=3&page=3']);
  });

  it('offset: by size, or by what came; stops on an empty page', async () => {
    handler = (_q, response) => {
      const from = Number(seen.at(-1)?.url.searchParams.get('skip'));
      json(response, ALL.slice(from, from + 7));
    };
    expect(await items({ pagination: { mode: 'offset', parameter: 'skip' } })).toEqual(ALL);
    expect(counts()).toEqual(['?skip=0', '?skip=7']);
  });

  it('offset in the body of a POST, each page with its own idempotency key', async () => {
    handler = (_q, response, body) => {
      const { from, keep } = JSON.parse(body) as { from: number; keep: string };
      expect(keep).toBe('me');
      json(response, ALL.slice(from, from + 4));
    };
    const pagination = { mode: 'offset', parameter: 'from', in: 'body', size: 4 };
    expect(await items({ method: 'POST', body: { keep: 'me' }, pagination })).toEqual(ALL);
    expect(new Set(seen.map((one) => one.headers['idempotency-key'])).size).toBe(2);
  });

  it('cursor: until there is none, and refuses one that does not move', async () => {
    handler = (_q, response) => {
      const at = Number(seen.at(-1)?.url.searchParams.get('after') ?? 0);
      json(response, { rows: ALL.slice(at, at + 3), meta: { next: at + 3 < 7 ? at + 3 : null } });
    };
    const params = { items: 'rows', pagination: { mode: 'cursor', path: 'meta.next', parameter: 'after' } };
    expect(await items(params)).toEqual(ALL);
    expect(counts()).toEqual(['', '?after=3', '?after=6']);
    handler = (_q, response) => json(response, { rows: [seen.length], meta: { next: 'same' } });
    expect((await failureOf(items(params))).message).toContain('does not move');
  });

  it('link: follows rel=next, relative too', async () => {
    handler = (_q, response) => {
      const at = Number(seen.at(-1)?.url.searchParams.get('p') ?? 0);
      const link = at < 2 ? `<?p=0>; rel="first", <?p=${at + 1}>; rel="next"` : '<?p=0>; rel=first';
      json(response, [at], 200, { link });
    };
    expect(await items({ query: { keep: 1 }, pagination: { mode: 'link' } })).toEqual([0, 1, 2]);
    expect(counts()).toEqual(['?keep=1', '?p=1&keep=1', '?p=2&keep=1']);
  });

  it('nextUrl: a template over the answer, ended by an empty one', async () => {
    handler = (_q, response) => {
      const at = Number(seen.at(-1)?.url.searchParams.get('p') ?? 0);
      json(response, { at, next: at < 2 ? `${base}/x?p=${at + 1}` : null });
    };
    const url = '{{ $response.body.next }}';
    expect(await items({ pagination: { mode: 'nextUrl', url } })).toMatchObject([{ at: 0 }, { at: 1 }, { at: 2 }]);
    const failed = await failureOf(items({ pagination: { mode: 'nextUrl', url, completeWhen: 'empty' } }));
    expect(failed.message).toContain('no URL of a next page');
    const completeWhen = '{{ $response.body.next === null }}';
    expect(await items({ pagination: { mode: 'nextUrl', url, completeWhen } })).toHaveLength(3);
  });

  it('nextUrl to another origin goes without credentials, and says so', async () => {
    const other = base.replace('127.0.0.1', 'localhost');
    handler = (_q, response) => json(response, { next: seen.length === 1 ? `${other}/y` : null });
    await items({
      auth: { type: 'header', name: 'x-key', value: 'k' },
      headers: { Authorization: 'a', 'X-Plain': 'p' },
      pagination: { mode: 'nextUrl', url: '{{ $response.body.next }}' },
    });
    expect(seen.map((one) => one.headers['x-key'])).toEqual(['k', undefined]);
    expect(seen.map((one) => one.headers.authorization)).toEqual(['a', undefined]);
    expect(seen[1]?.headers['x-plain']).toBe('p');
    expect(world.logs.join()).toContain('no credentials');
  });

  it('parameters: $pageCount from 0, in query, header and body; an empty list ends and gives no item', async () => {
    handler = (_q, response, body) => {
      const at = Number(seen.at(-1)?.url.searchParams.get('page'));
      expect(seen.at(-1)?.headers['x-page']).toBe(String(at));
      expect(JSON.parse(body)).toEqual({ a: { b: 1, page: at } });
      json(response, at < 2 ? [at] : []);
    };
    const template = '{{ $pageCount }}';
    const pagination = {
      mode: 'parameters',
      query: { page: template },
      headers: { 'X-Page': template },
      body: { a: { page: template } },
    };
    expect(await items({ method: 'POST', body: { a: { b: 1 } }, pagination })).toEqual([0, 1]);
  });

  it('parameters: what reads the answer is left out of the first request', async () => {
    handler = (_q, response) => json(response, { token: `t${seen.length}`, last: seen.length === 3 });
    const pagination = {
      mode: 'parameters',
      query: { token: '{{ $response.body.token }}', url: '{{ $request.method }}' },
      completeWhen: '{{ $response.body.last }}',
    };
    await items({ pagination });
    expect(counts()).toEqual(['?url=GET', '?token=t1&url=GET', '?token=t2&url=GET']);
  });

  it('an object with an empty list is not empty, unless items says where the list is', async () => {
    handler = (_q, response) => json(response, { items: seen.length < 3 ? [seen.length] : [], n: seen.length });
    const pagination = { mode: 'parameters', query: { p: '{{ $pageCount }}' }, maxPages: 6 };
    expect(await items({ pagination })).toHaveLength(6);
    expect(world.logs.join()).toContain('maxPages');
    seen = [];
    expect(await items({ items: 'items', pagination })).toEqual([1, 2]);
  });

  it('completeWhen statuses: the answer that ends is part of the result; other errors fail', async () => {
    handler = (_q, response) => (seen.length < 3 ? json(response, [seen.length]) : json(response, { gone: true }, 404));
    const pagination = { mode: 'parameters', query: { p: '{{ $pageCount }}' }, completeWhen: [404, 410] };
    expect(await items({ pagination })).toEqual([1, 2, { gone: true }]);
    seen = [];
    expect(await failureOf(items({ pagination: { ...pagination, completeWhen: [410] } }))).toMatchObject({
      code: 'http-status',
      data: { status: 404 },
    });
  });

  it('the fifth identical answer is a failure', async () => {
    handler = (_q, response) => json(response, [1]);
    const failed = await failureOf(items({ pagination: { mode: 'parameters', query: { p: '{{ $pageCount }}' } } }));
    expect(failed.message).toContain('identical');
    expect(seen).toHaveLength(5);
  });

  it('asks the engine to wait between pages, and carries little', async () => {
    handler = (_q, response) => json(response, { rows: ['x'.repeat(100_000)], next: 'c'.repeat(20) });
    const call = { attempt: 1, params: {}, items: [], index: 0, carry: undefined, idempotencyKey: 'k' };
    const result = await node.run?.({
      ...call,
      params: { url: `${base}/x`, items: 'rows', pagination: { mode: 'cursor', path: 'next', interval: '2s' } },
      signal: new AbortController().signal,
      ports: world.ports as EffectPorts,
      evaluate: async () => null,
    });
    expect(result).toMatchObject({ done: false, waitUntil: NOW + 2000 });
    expect(JSON.stringify(result?.carry).length).toBeLessThan(200);
  });

  it('names what is wrong in pagination', async () => {
    for (const pagination of [{ mode: 'x' }, { mode: 'cursor' }, { mode: 'nextUrl' }, { mode: 'page', size: 0 }]) {
      expect((await failureOf(items({ pagination }))).message).toContain('pagination');
    }
    handler = (_q, response) => json(response, { a: 1 });
    expect((await failureOf(items({ pagination: { mode: 'page' } }))).message).toContain('items');
  });
});

it.each<[string, string | null]>([
  ['<a>; rel="next"', 'a'],
  ['<a>; rel=prev, <b,c>; title="x, y"; rel="last next"', 'b,c'],
  ['<a>; rel="prev"', null],
  ['', null],
])('Link %j leads to %j', (value, next) => expect(nextLink(value)).toBe(next));
