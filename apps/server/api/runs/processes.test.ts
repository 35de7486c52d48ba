/** Runs that another process drives: the server reads the store, and hears what the runner tells. */
import { expect, it } from 'vitest';
import { createClient } from '@rondo/api/client.ts';
import { items, WAITS } from '../../testing/loops.ts';
import { bearer, startStudio, studioTests } from '../../testing/start-studio.ts';
import { until } from '../../testing/start.ts';

studioTests();

it('streams, steers and redrives what a runner process does', { timeout: 60_000 }, async () => {
  const studio = await startStudio({ 'waits.yaml': WAITS });
  const token = studio.token(['workflow:read', 'run:start', 'run:read']);
  const api = createClient({ origin: studio.url, token });
  const { id } = await api('POST /workflows/{id}/runs', { params: { id: 'waits' }, body: { items: items(200) } });
  const answer = await studio.call(`/api/v1/runs/${id}/events`, bearer(token));
  const text = answer.text();
  const loop = async () => (await api('GET /runs/{id}/loops', { params: { id } })).loops[0];
  await until(async () => (((await loop())?.completed ?? 0) > 2 ? true : null), 'some are done', 30_000);
  expect(await api('GET /runs/{id}', { params: { id } })).toMatchObject({ status: 'running', alive: true });
  await api('PATCH /runs/{id}/loops/{path}', { params: { id, path: 'each' }, body: { parallel: 50 } });
  await until(async () => ((await loop())?.parallel === 50 ? true : null), 'the runner has confirmed');
  const events = await text;
  expect(events).toContain('event: progress');
  expect(events.trimEnd().split('\n\n').at(-1)).toMatch(/^id: .*\nevent: end\ndata: \{"status":"completed"/);
  expect(await api('GET /runs/{id}', { params: { id } })).toMatchObject({ completed: 200, startedBy: 'token test' });
  // One that is limited to another workflow does not see it.
  const limited = studio.token(['run:read'], { workflows: ['other'] });
  expect((await studio.call(`/api/v1/runs/${id}`, bearer(limited))).status).toBe(404);
  expect((await studio.call(`/api/v1/runs/${id}/events`, bearer(limited))).status).toBe(404);
});

it('ends streams when it shuts down', { timeout: 60_000 }, async () => {
  const studio = await startStudio({ 'waits.yaml': WAITS });
  const token = studio.token(['run:start', 'run:read']);
  const api = createClient({ origin: studio.url, token });
  const { id } = await api('POST /workflows/{id}/runs', { params: { id: 'waits' }, body: { items: items(2_000) } });
  const answer = await studio.call(`/api/v1/runs/${id}/events`, bearer(token));
  const text = answer.text();
  await studio.close();
  expect(await text).not.toContain('event: end');
});
