/** The document: every contract is in it, its structure is that of OpenAPI 3.1, and the client reaches the server. */
import { expect, it } from 'vitest';
import type { Contract } from '@rondo/api/contract.ts';
import { CONTRACTS } from '@rondo/api/contracts/index.ts';
import { apiTests, startApi } from '../testing/start-api.ts';
import { serverTests } from '../testing/start.ts';
import { implement } from './implement.ts';
import type { OpenApi } from './openapi.ts';

apiTests();
serverTests();

const METHODS = new Set(['get', 'post', 'put', 'patch', 'delete']);

function referencesIn(value: unknown, into: string[] = []): string[] {
  if (value === null || typeof value !== 'object') return into;
  for (const [key, one] of Object.entries(value)) {
    if (key === '$ref') into.push(String(one));
    else referencesIn(one, into);
  }
  return into;
}

it('says what the server does, and the typed client works against it', async () => {
  const { api, call } = await startApi({ 'a.yaml': 'name: First\nnodes:\n  start: { type: manual }\n' });
  const document = (await (await call('/api/v1/openapi.json')).json()) as OpenApi;
  expect(document.openapi).toBe('3.1.0');
  const operations = new Set<string>();
  for (const [name, one] of Object.entries(CONTRACTS as Record<string, Contract>)) {
    const operation = document.paths[one.path]?.[one.method.toLowerCase()] as Record<string, unknown> | undefined;
    expect(operation, name).toMatchObject({ operationId: name, summary: one.summary, tags: [one.tag] });
    const named = [...one.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    const given = ((operation?.['parameters'] ?? []) as { in: string; name: string; schema: unknown }[])
      .filter((parameter) => parameter.in === 'path')
      .map((parameter) => parameter.name);
    expect(given.sort(), name).toEqual(named.sort());
    expect(operation?.['requestBody'] === undefined, name).toBe(one.body === undefined);
    const responses = operation?.['responses'] as Record<string, { description?: string }>;
    expect(responses[String(one.status ?? 200)]?.description, name).toBeTruthy();
    operations.add(name);
  }
  for (const path of Object.values(document.paths)) {
    for (const method of Object.keys(path)) expect(METHODS).toContain(method);
  }
  for (const reference of referencesIn(document)) {
    const name = /^#\/components\/schemas\/(.+)$/.exec(reference)?.[1] ?? '';
    expect(Object.keys(document.components.schemas), reference).toContain(name);
  }
  expect(operations.size).toBe(Object.keys(CONTRACTS).length);

  const { items } = await api('GET /workflows', {});
  expect(items.map((one) => [one.name, one.nodes, one.loops, one.version])).toEqual([['First', 1, 0, 1]]);
});

it('does not start with a contract without a handler', () => {
  const { me } = CONTRACTS;
  expect(() => implement({ me }, {} as never)).toThrow('The contract me (GET /me) has no handler.');
  expect(() => implement({}, { other: async () => null } as never)).toThrow('of no contract');
});
