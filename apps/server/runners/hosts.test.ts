/** Limits of hosts hold over all runs and all runner processes together, and change while runs go. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { json, startStudio, studioTests } from '../testing/start-studio.ts';
import { until } from '../testing/start.ts';

studioTests();

let other: Server;
afterEach(() => new Promise((resolve) => other.close(resolve)));

it('counts calls of two processes together; without the limit all go at once', async () => {
  let under = 0;
  let peak = 0;
  let answered = 0;
  const held: (() => void)[] = [];
  other = createServer((_, response) => {
    under += 1;
    peak = Math.max(peak, under);
    held.push(() => {
      under -= 1;
      answered += 1;
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const calls = `
name: Calls
nodes:
  in: { type: webhook, with: { path: calls } }
  each:
    type: for-each
    after: in
    loop: { over: "{{ Array.from({ length: 8 }, (_, i) => ({ n: i })) }}", parallel: 8 }
    body:
      get: { type: http-request, with: { url: "http://127.0.0.1:${port}/" } }
`;
  const studio = await startStudio(
    { 'calls.yaml': calls },
    { settings: { runners: 2, egressAllow: ['127.0.0.1'] as never } },
  );
  const owner = await studio.owner();
  const put = async (name: string, value: unknown): Promise<number> =>
    (await owner(`/api/v1/settings/${name}`, json('PUT', { value }))).status;
  expect(await put('hostLimits', ['api.example.org'])).toBe(422);
  expect(await put('hostLimits', ['127.0.0.1 3'])).toBe(200);
  for (let n = 0; n < 2; n++) expect((await studio.call('/hooks/calls', json('POST', {}))).status).toBe(202);
  await until(
    async () => (studio.server.pool.processes().filter(({ runs }) => runs > 0).length === 2 ? true : null),
    'both',
  );
  await until(() => (held.length === 3 ? true : null), 'three calls', 20_000);
  // Each that ends lets one more in.
  for (let n = 0; n < 6; n++) {
    held.shift()?.();
    await until(() => (held.length === 3 ? true : null), 'the next call');
  }
  expect([answered, peak]).toEqual([6, 3]);
  expect(await put('hostLimits', [])).toBe(200);
  await until(() => (held.length === 10 ? true : null), 'all that are left');
  for (const end of held.splice(0)) end();
  await until(
    async () => ((await studio.store.listRuns({ limit: 5, status: 'completed' })).length === 2 ? true : null),
    'both runs completed',
    20_000,
  );
}, 60_000);
