/**
 * The document: every contract is in it, it is valid OpenAPI 3.1, and a client that somebody else's generator makes of
 * it, without knowing anything else of us, runs a workflow.
 */
import { Validator } from '@seriousme/openapi-schema-validator';
import { OpenAPIClientAxios } from 'openapi-client-axios';
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

/** What every method of the generated client looks like to this test. */
type GeneratedClient = Record<
  string,
  (
    parameters?: Record<string, unknown> | null,
    body?: unknown,
    config?: object,
  ) => Promise<{ status: number; data: { items?: Record<string, unknown>[] } & Record<string, unknown> }>
>;

const EACH = `name: Each
inputs: { rows: { type: array } }
nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { over: '{{ $vars.rows }}' }
    body:
      double: { type: set, with: { fields: { double: '{{ $json * 2 }}' } } }
`;

it('says what the server does', async () => {
  const { call } = await startApi({ 'a.yaml': 'name: First\nnodes:\n  start: { type: manual }\n' });
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
});

it('is valid, and a client generated from it runs a workflow and reads its iterations', async () => {
  const { url, headers } = await startApi({ 'each.yaml': EACH });
  const document = (await (await fetch(`${url}/api/v1/openapi.json`, { headers })).json()) as OpenApi;
  const { valid, errors } = await new Validator().validate(structuredClone(document) as never);
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);

  const generator = new OpenAPIClientAxios({
    definition: document as never,
    axiosConfigDefaults: { headers, adapter: 'fetch' },
    withServer: { url: `${url}/api/v1` },
  });
  const client = await generator.init<GeneratedClient>();
  const operations = Object.values(document.paths).flatMap((path) =>
    Object.values(path).map((one) => (one as { operationId: string }).operationId),
  );
  for (const operation of operations) expect(typeof client[operation], operation).toBe('function');

  const listed = await client['listWorkflows']?.();
  const workflow = listed?.data.items?.[0]?.['id'];
  expect(workflow).toBeTruthy();
  const started = await client['startRun']?.({ id: workflow }, { input: { rows: [1, 2, 3] } });
  const id = started?.data['id'];
  await expect
    .poll(async () => (await client['getRun']?.({ id }))?.data['status'], { timeout: 20_000 })
    .toBe('completed');
  const page = await client['listIterations']?.({ id, path: 'each', limit: 2 });
  expect(page?.data.items?.map((one) => one['index'])).toEqual([0, 1]);
  expect(page?.data['next']).toBeTruthy();

  const refused = await client['getRun']?.({ id: 'nobody' }, null, { validateStatus: () => true });
  expect(refused).toMatchObject({ status: 404, data: { title: expect.any(String) } });
});

it('does not start with a contract without a handler', () => {
  const { me } = CONTRACTS;
  expect(() => implement({ me }, {} as never)).toThrow('The contract me (GET /me) has no handler.');
  expect(() => implement({}, { other: async () => null } as never)).toThrow('of no contract');
});
