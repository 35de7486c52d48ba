/** The client: what its types promise, and what it sends. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, expectTypeOf, it } from 'vitest';
import { addressOf, ApiError, createClient } from './client.ts';
import type { Workflow } from './schemas/workflow.ts';

interface Seen {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
}
let seen: Seen[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    seen.push({ method: request.method, url: request.url, headers: request.headers, body });
    const missing = request.url?.includes('missing') === true;
    response.writeHead(missing ? 404 : request.method === 'DELETE' ? 204 : 200, {
      'content-type': missing ? 'application/problem+json' : 'application/json',
    });
    response.end(
      missing ? '{"code":"not-found","detail":"There is none."}' : request.method === 'DELETE' ? '' : '{"id":"a"}',
    );
  });
});
let origin = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

it('fills addresses, so that no value can leave its place', () => {
  expect(
    addressOf('/runs/{id}/loops/{path}', { id: 'a/b', path: 'outer[3]/inner?x' }, { since: 3, by: undefined }),
  ).toBe('/api/v1/runs/a%2Fb/loops/outer%5B3%5D%2Finner%3Fx?since=3');
});

it('sends what the contract says and answers with its type', async () => {
  seen = [];
  const call = createClient({ origin, token: 't' });
  const workflow = await call('PUT /workflows/{id}', { params: { id: 'x y' }, body: { text: 'rondo: 1' } });
  expectTypeOf(workflow).toEqualTypeOf<Workflow>();
  expect(workflow).toEqual({ id: 'a' });
  expect(await call('DELETE /tokens/{id}', { params: { id: '1' } })).toBe(undefined);
  expect(seen.map(({ method, url, body }) => [method, url, body])).toEqual([
    ['PUT', '/api/v1/workflows/x%20y', '{"text":"rondo: 1"}'],
    ['DELETE', '/api/v1/tokens/1', ''],
  ]);
  expect(seen[0]?.headers).toMatchObject({ authorization: 'Bearer t', 'content-type': 'application/json' });
});

it('throws problem details', async () => {
  const call = createClient({ origin });
  const error = await call('GET /workflows/{id}', { params: { id: 'missing' } }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 404, code: 'not-found', message: 'There is none.' });
});
