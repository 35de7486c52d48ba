/** Options by which GraphQL requests of imported workflows keep their results. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { failureOf, openServer, openWorld, sendJson, type TestServer, type World } from '../kit/http/ports.testing.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

let server: TestServer;
let world: World;
beforeAll(async () => {
  world = openWorld();
  server = await openServer();
});
afterAll(async () => {
  await server.close();
  await world.close();
});
beforeEach(() => {
  server.received.length = 0;
  server.answer = (_request, response) => sendJson(response, { data: { a: 1 } });
});

const json = async (params: Record<string, Json>): Promise<Json[]> => {
  const given = { url: `${server.base}/graph`, query: '{ a }', ...params };
  return (await runNode(node, { params: given, ports: world.ports })).output['main'] as Json[];
};

it('the whole answer, or its text', async () => {
  expect(await json({ answer: 'body' })).toEqual([{ data: { a: 1 } }]);
  expect(await json({ answer: 'text', property: 'said' })).toEqual([{ said: '{"data":{"a":1}}' }]);
});

it('the operation alone as the body, or in the address', async () => {
  await json({ bodyType: 'graphql', queryTemplate: '{ a(id: {{ 1 + 1 }}) }' });
  await json({ method: 'GET', variables: '{"x":1}' });
  const [body, address] = server.received;
  expect([body?.headers['content-type'], body?.body]).toEqual(['application/graphql', '{ a(id: 2) }']);
  expect([address?.method, address?.body, address?.query.get('variables')]).toEqual(['GET', '', '{"x":1}']);
});

it('variables that are none, and errors of the answer, in own words', async () => {
  const messages = { variables: 'No variables: {value}', errors: 'It says {value}' };
  expect((await failureOf(json({ variables: 1, messages }))).message).toBe('No variables: 1');
  server.answer = (_request, response) => sendJson(response, { errors: [{ message: 'a' }, { message: 'b' }] });
  expect((await failureOf(json({ answer: 'body', messages }))).message).toBe('It says a, b');
});
