/** The GraphQL node against a server on the loopback that answers by the shapes of the specification. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Failure } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { nodeContract } from '../kit/contract.ts';
import { failureOf, openServer, openWorld, sendJson, type TestServer, type World } from '../kit/http/ports.testing.ts';
import type { JsonObject } from '../kit/paths.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

let server: TestServer;
let world: World;

beforeAll(async () => {
  server = await openServer();
  world = openWorld();
});
beforeEach(() => {
  server.received = [];
  world.logs = [];
});
afterAll(async () => {
  await server.close();
  await world.close();
});

const QUERY = 'query ($id: ID, $after: String) { user(id: $id) { name }}';
const run = async (params: JsonObject = {}, signal?: AbortSignal): Promise<Json[]> => {
  const given = { url: `${server.base}/graphql`, query: QUERY, ...params };
  return (await runNode(node, { params: given, ports: world.ports, ...(signal && { signal }) })).output['main'] ?? [];
};
const failing = (params: JsonObject = {}): Promise<Failure> => failureOf(run(params));
const sent = (): JsonObject[] => server.received.map((one) => JSON.parse(one.body) as JsonObject);
const answers = (body: Json, status = 200): void => {
  server.answer = (_request, response) => sendJson(response, body, status);
};

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe('one operation', () => {
  it('sends query, variables and name as they are', async () => {
    answers({ data: { user: { name: 'Ada' } } });
    const variables = { id: '") { evil }', list: [1, null] };
    expect(await run({ variables, operationName: 'Q', headers: { 'X-A': 'b', 'X-N': null } })).toEqual([
      { user: { name: 'Ada' } },
    ]);
    expect(sent()).toEqual([{ query: QUERY, variables, operationName: 'Q' }]);
    const [request] = server.received;
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-a': 'b',
      'idempotency-key': 'test-0',
    });
  });

  it.each<[string, Json, Json[]]>([
    ['user', { user: { name: 'Ada' } }, [{ name: 'Ada' }]],
    ['users', { users: [{ n: 1 }, null] }, [{ n: 1 }, null]],
    ['users', { users: { nodes: [{ n: 1 }, null, { n: 2 }] } }, [{ n: 1 }, { n: 2 }]],
    ['a.users', { a: { users: { edges: [{ node: { n: 1 } }, { node: { n: 2 } }] } } }, [{ n: 1 }, { n: 2 }]],
    ['user', { user: null }, []],
  ])('items %s of %j', async (items, data, expected) => {
    answers({ data });
    expect(await run({ items })).toEqual(expected);
  });

  it('uses the credentials', async () => {
    world.secrets = { T: 'token' };
    answers({ data: {} });
    await run({ auth: { type: 'bearer', secret: 'T' } });
    expect(server.received[0]?.headers.authorization).toBe('Bearer token');
    expect((await failing({ auth: { type: 'bearer', secret: 'X' } })).code).toBe('secret-missing');
  });
});

describe('errors', () => {
  const errors = [{ message: 'no such field', path: ['user', 0], extensions: { code: 'BAD' } }];

  it('in an answer with status 200 are failures', async () => {
    answers({ data: { user: null }, errors });
    const failed = await failing();
    expect(failed).toMatchObject({ code: 'node-failed', retry: 'no', data: { errors } });
    expect(failed.message).toContain('no such field (at user.0)');
  });

  it('that say "later" may be tried again', async () => {
    answers({ data: null, errors: [{ message: 'slow down', extensions: { code: 'RATE_LIMITED' } }] });
    expect((await failing()).retry).toBe('yes');
  });

  it('may be allowed', async () => {
    answers({ data: { user: { n: 1 } }, errors });
    expect(await run({ allowErrors: true })).toEqual([{ data: { user: { n: 1 } }, errors }]);
    expect(await run({ allowErrors: true, items: 'user' })).toEqual([{ n: 1 }]);
    expect(world.logs.join()).toContain('no such field');
  });

  it.each<[Json, number, string]>([
    [{ errors: [{ message: 'syntax' }] }, 400, 'syntax'],
    [{ ok: true }, 200, 'neither data nor errors'],
    [[1], 200, 'neither data nor errors'],
    ['text', 503, '503'],
  ])('%j with status %i', async (body, status, words) => {
    answers(body, status);
    expect((await failing()).message).toContain(words);
  });

  it('of the wire: not JSON, no server, no answer, a bad address', async () => {
    server.answer = (_request, response) => void response.end('<html>');
    expect((await failing()).message).toContain('not valid JSON');
    expect((await failing({ url: 'http://127.0.0.1:9/' })).code).toBe('http-failed');
    server.answer = () => {};
    expect((await failing({ timeout: '100ms' })).code).toBe('timeout');
    expect((await failing({ url: 'example.com' })).message).toContain('url');
    const stop = new AbortController();
    server.answer = () => stop.abort();
    expect((await failureOf(run({}, stop.signal))).code).toBe('cancelled');
  });
});

describe('pages of a connection', () => {
  const serve = (last: number): void => {
    server.answer = (request, response) => {
      const { variables = {} } = JSON.parse(request.body) as { variables?: JsonObject };
      const at = Number(variables['after'] ?? 0);
      const pageInfo = { hasNextPage: at < last, endCursor: String(at + 1) };
      sendJson(response, { data: { a: { list: { nodes: [{ n: at }], pageInfo } } } });
    };
  };

  it('are read to the end, each with its own idempotency key', async () => {
    serve(2);
    const params = { items: 'a.list', variables: { first: 1 }, pagination: {} };
    expect(await run(params)).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }]);
    expect(sent().map((one) => one['variables'])).toEqual([
      { first: 1 },
      { first: 1, after: '1' },
      { first: 1, after: '2' },
    ]);
    expect(new Set(server.received.map((one) => one.headers['idempotency-key'])).size).toBe(3);
  });

  it('end at maxPages', async () => {
    serve(9);
    expect(await run({ items: 'a.list', pagination: { maxPages: 2 } })).toHaveLength(2);
    expect(world.logs.join()).toContain('maxPages');
  });

  it('that do not move, or have no pageInfo, are failures', async () => {
    const page = (pageInfo: Json): void => answers({ data: { list: { nodes: [], pageInfo } } });
    const params = { items: 'list', pagination: {} };
    page({ hasNextPage: true, endCursor: 'same' });
    expect((await failing(params)).message).toContain('does not move');
    page({ hasNextPage: true, endCursor: null });
    expect((await failing(params)).message).toContain('endCursor');
    page(null);
    expect((await failing(params)).message).toContain('pageInfo');
    expect((await failing({ pagination: {} })).message).toContain('connection');
  });
});
