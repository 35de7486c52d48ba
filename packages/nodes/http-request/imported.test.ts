/** Options by which requests of imported workflows keep their results. */
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { failureOf, openServer, openWorld, sendJson, type TestServer, type World } from '../kit/http/ports.testing.ts';
import { runNode, type NodeRun } from '../kit/run.ts';
import { node } from './node.ts';

let server: TestServer;
let world: World;
let answer: (path: string, response: ServerResponse) => void;

beforeAll(async () => {
  world = openWorld();
  world.secrets = { Mail: 'p4ssword', 'Mail user': 'ada', 'Key name': 'X-Key', Key: 'k3y-value' };
  server = await openServer();
  server.answer = ({ path, query }, response) => answer(`${path}?${query.toString()}`, response);
});
afterAll(async () => {
  await server.close();
  await world.close();
});
beforeEach(() => {
  server.received.length = 0;
  answer = (_path, response) => sendJson(response, { ok: true });
});

const run = (params: Record<string, Json>, item: Item = { json: {} }): Promise<NodeRun> =>
  runNode(node, { params: { url: `${server.base}/x`, ...params }, items: [[item]], ports: world.ports });
const json = async (params: Record<string, Json>): Promise<Json[]> => (await run(params)).output['main'] as Json[];
const text = (response: ServerResponse, body: string, headers: Record<string, string> = {}): void =>
  void response.writeHead(200, headers).end(body);

describe('names that are computed', () => {
  it('pairs, and JSON text, are a query; a name that repeats is a list', async () => {
    const pairs = [
      { name: 'a', value: 1 },
      { name: 'b', value: 'x' },
      { name: 'a', value: 2 },
    ];
    await json({ query: pairs });
    await json({ query: pairs, queryLists: 'brackets' });
    await json({ query: '{"l":[7,8]}', queryLists: 'indices', headers: '{"X-One":"1"}' });
    expect(server.received.map((one) => decodeURIComponent(one.query.toString()))).toEqual([
      'a=1&a=2&b=x',
      'a[]=1&a[]=2&b=x',
      'l[0]=7&l[1]=8',
    ]);
    expect(server.received[2]?.headers['x-one']).toBe('1');
  });

  it('fields are the body; __proto__ is a name like any other', async () => {
    const fields = [
      { name: '__proto__', value: { a: 1 } },
      { name: 'n', value: 2 },
    ];
    await json({ method: 'POST', fields });
    expect(server.received[0]?.body).toBe('{"__proto__":{"a":1},"n":2}');
  });

  it('what is neither is refused by name', async () => {
    expect((await failureOf(json({ query: 'a=1' }))).message).toContain('query must be');
    expect((await failureOf(json({ headers: [1] }))).message).toContain('headers must be a list of { name, value }');
  });
});

describe('a body that must be JSON', () => {
  it('is sent as written, or is a failure in own words', async () => {
    await json({ method: 'POST', bodyType: 'jsonText', body: '{"a": 1}' });
    await json({ method: 'POST', bodyType: 'jsonText', body: { a: 2 } });
    expect(server.received.map((one) => one.body)).toEqual(['{"a": 1}', '{"a":2}']);
    const failed = await failureOf(
      json({ method: 'POST', bodyType: 'jsonText', body: '{a}', messages: { body: 'No!' } }),
    );
    expect([failed.message, failed.retry, server.received.length]).toEqual(['No!', 'no', 2]);
  });
});

describe('own words for failures', () => {
  it('by status, and for an answer that is no JSON', async () => {
    answer = (path, response) =>
      path.startsWith('/x') ? sendJson(response, { message: 'gone' }, 404) : text(response, '<html>');
    const messages = { '404': 'There is nothing.', 'json': 'Not JSON.' };
    const missing = await failureOf(json({ messages }));
    expect([missing.message, missing.code, missing.data?.['body']]).toEqual([
      'There is nothing.',
      'http-status',
      '{"message":"gone"}',
    ]);
    const wrong = await failureOf(json({ url: `${server.base}/y`, response: 'json', messages }));
    expect([wrong.message, wrong.code]).toEqual(['Not JSON.', 'node-failed']);
    expect((await failureOf(json({}))).message).toContain('answered 404');
  });
});

describe('what becomes of an answer', () => {
  it('full goes with every kind: text under its property, lists not split', async () => {
    answer = (path, response) => (path.startsWith('/x') ? text(response, 'hello') : sendJson(response, [1, 2]));
    const [said] = await json({ response: 'text', full: true, property: 'said' });
    expect(said).toMatchObject({ said: 'hello', statusCode: 200, statusMessage: 'OK' });
    expect((await json({ response: 'full' }))[0]).toMatchObject({ body: 'hello' });
    expect((await json({ url: `${server.base}/y`, full: true }))[0]).toMatchObject({ body: [1, 2] });
  });

  it('a file beside the fields and files of the item, with a media type by its name', async () => {
    answer = (_path, response) => text(response, 'abc', { 'content-disposition': 'attachment; filename="photo.jpg"' });
    const old = { blob: '0'.repeat(64), size: 1, name: 'old' };
    const item: Item = { json: { id: 7 }, files: { old } };
    const file = expect.objectContaining({ name: 'photo.jpg', mime: 'image/jpeg', size: 3 }) as unknown;
    const params = { response: 'file', as: 'photo' };
    expect((await run({ ...params, beside: 'item' }, item)).items[0]).toEqual([
      { json: { id: 7 }, files: { old, photo: file } },
    ]);
    expect((await run({ ...params, beside: 'none' }, item)).items[0]).toEqual([{ json: {}, files: { photo: file } }]);
    expect((await run({ ...params, beside: 'described' }, item)).items[0]?.[0]?.json).toEqual({
      mimeType: 'image/jpeg',
      fileType: 'image',
      fileName: 'photo.jpg',
      fileExtension: 'jpg',
      fileSize: '3 B',
    });
    const full = (await run({ ...params, beside: 'item', full: true }, item)).items[0]?.[0]?.json;
    expect(full).toMatchObject({ statusCode: 200 });
    expect(full).not.toHaveProperty('id');
  });
});

describe('credentials whose fields are secrets', () => {
  it('user and name of a header come from secrets of their own', async () => {
    await json({ auth: { type: 'basic', secret: 'Mail', secrets: { user: 'Mail user' } } });
    await json({ auth: { type: 'header', secret: 'Key', secrets: { name: 'Key name' } } });
    expect(server.received[0]?.headers.authorization).toBe(`Basic ${Buffer.from('ada:p4ssword').toString('base64')}`);
    expect(server.received[1]?.headers['x-key']).toBe('k3y-value');
    const wrong = await failureOf(json({ auth: { type: 'basic', secret: 'Mail', secrets: { user: 7 } } }));
    expect(wrong.message).toContain('secrets.user');
  });
});

describe('pages', () => {
  const pages = { mode: 'parameters', query: { page: '{{ $pageCount }}' } };

  it('an empty list with an error status is the end, where that is asked for', async () => {
    answer = (path, response) =>
      path.endsWith('page=0') ? sendJson(response, [{ n: 1 }]) : sendJson(response, [], 404);
    expect(await json({ pagination: { ...pages, completeWhen: 'empty', anyStatus: true } })).toEqual([{ n: 1 }]);
    expect((await failureOf(json({ pagination: { ...pages, completeWhen: 'empty' } }))).code).toBe('http-status');
  });

  it('an error status that is not the end stays a failure', async () => {
    answer = (_path, response) => sendJson(response, { trouble: true }, 500);
    const pagination = { ...pages, completeWhen: 'empty', anyStatus: true, maxPages: 3 };
    expect((await failureOf(json({ pagination }))).code).toBe('http-status');
    expect(await json({ pagination, neverError: true })).toHaveLength(3);
  });

  it('go by the value of JSON, also where the items hold the text', async () => {
    answer = (path, response) => sendJson(response, path.endsWith('page=2') ? [] : [path]);
    const items = await json({ response: 'text', pagination: { ...pages, completeWhen: 'empty' } });
    expect(items).toEqual([{ data: '["/x?page=0"]' }, { data: '["/x?page=1"]' }, { data: '[]' }]);
    const names = { ...pages, completeWhen: '{{ $response.statusMessage === "OK" && $request.qs.page === 1 }}' };
    expect(await json({ pagination: names })).toEqual(['/x?page=0', '/x?page=1']);
  });

  it('the number of pages may be computed', async () => {
    answer = (path, response) => sendJson(response, { path });
    expect(await json({ pagination: { ...pages, completeWhen: '{{ false }}', maxPages: '{{ 1 + 1 }}' } })).toHaveLength(
      2,
    );
  });

  it('own words for an address that is none and for pages that repeat', async () => {
    answer = (_path, response) => sendJson(response, { next: null });
    const messages = { nextUrl: "'{value}' is no page", repeated: 'Again and again' };
    const next = { mode: 'nextUrl', url: '{{ $response.body.next }}', completeWhen: '{{ false }}' };
    expect((await failureOf(json({ messages, pagination: next }))).message).toBe("'null' is no page");
    const same = { ...next, url: `${server.base}/x` };
    expect((await failureOf(json({ messages, pagination: same }))).message).toBe('Again and again');
    expect(server.received.length).toBe(6);
  });
});
