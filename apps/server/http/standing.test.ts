/** Long answers end when the session, the token, the person or the role behind them does, and only then. */
import { expect, it } from 'vitest';
import { systemClock } from '@rondo/runtime/runner/clock.ts';
import { bearer, cookieOf, json, startStudio, studioTests, type StartedStudio } from '../testing/start-studio.ts';

studioTests();

/** On a machine that is busy. */
const SLOW_OK = { timeout: 120_000 };

type Ask = (path: string, init?: RequestInit) => Promise<Response>;

const SLOW = `id: slow
name: Slow
nodes:
  wait: { type: wait, with: { for: 1h } }
`;
const BOB = { name: 'Bob', password: 'four words in a row' };
/** Well above the second after which the gate looks again; the run would hold the stream open for an hour. */
const SOON_MS = 30_000;

async function startRun(owner: Ask): Promise<string> {
  const answer = await owner('/api/v1/workflows/slow/runs', json('POST', { mode: 'async' }));
  expect(answer.status).toBe(202);
  return ((await answer.json()) as { id: string }).id;
}

/** The stream is open; `ended` resolves when it is not. */
async function open(
  ask: Ask,
  run: string,
  init: RequestInit = {},
): Promise<{ isOpen(): boolean; ended: Promise<void> }> {
  const answer = await ask(`/api/v1/runs/${run}/events`, init);
  expect(answer.status).toBe(200);
  let isOpen = true;
  const read = async (): Promise<void> => {
    // Cut off in the middle, which is an error, or over.
    for await (const _ of answer.body as AsyncIterable<Uint8Array>);
  };
  const ended = read()
    .catch(() => {})
    .finally(() => (isOpen = false));
  return { isOpen: () => isOpen, ended };
}

async function endsSoon(stream: { ended: Promise<void> }): Promise<void> {
  const late = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => late.resolve('late'), SOON_MS);
  expect(await Promise.race([stream.ended.then(() => 'ended'), late.promise])).toBe('ended');
  clearTimeout(timer);
}

async function withBob(studio: StartedStudio, owner: Ask): Promise<{ ask: Ask; id: string; signIn(): Promise<Ask> }> {
  const made = await owner('/api/v1/people', json('POST', { ...BOB, role: 'editor' }));
  const { id } = (await made.json()) as { id: string };
  const signIn = async (): Promise<Ask> => studio.as(cookieOf(await studio.call('/api/v1/session', json('POST', BOB))));
  return { ask: await signIn(), id, signIn };
}

it('a stream ends with the session, the role, the person or the token, while others go on', SLOW_OK, async () => {
  const studio = await startStudio({ 'slow.yaml': SLOW });
  const owner = await studio.owner();
  const run = await startRun(owner);
  const kept = await open(owner, run);
  const bob = await withBob(studio, owner);

  const signedOut = await open(bob.ask, run);
  expect((await bob.ask('/api/v1/session', { method: 'DELETE' })).status).toBe(204);
  await endsSoon(signedOut);

  const before = await open(await bob.signIn(), run);
  await owner(`/api/v1/people/${bob.id}`, json('PATCH', { role: 'viewer' }));
  await endsSoon(before);

  const last = await open(await bob.signIn(), run);
  await owner(`/api/v1/people/${bob.id}`, { method: 'DELETE' });
  await endsSoon(last);

  const secret = studio.token(['run:read']);
  const machine = await open(studio.call, run, bearer(secret));
  const [token] = studio.server.access.tokens.list();
  await owner(`/api/v1/tokens/${token?.id}`, { method: 'DELETE' });
  await endsSoon(machine);

  expect(kept.isOpen()).toBe(true);
});

it('a stream ends when its token or session expires; that it is open keeps neither alive', SLOW_OK, async () => {
  let by = 0;
  const studio = await startStudio({ 'slow.yaml': SLOW }, { clock: { ...systemClock, now: () => Date.now() + by } });
  const owner = await studio.owner();
  const run = await startRun(owner);
  const machine = await open(studio.call, run, bearer(studio.token(['run:read'], { expiresAt: Date.now() + 60_000 })));
  const person = await open(owner, run);
  by = 120_000;
  await endsSoon(machine);
  expect(person.isOpen()).toBe(true);
  by = 13 * 3_600_000;
  await endsSoon(person);
});

it('a request that waits for the end of a run is told, instead of being given the output', SLOW_OK, async () => {
  const studio = await startStudio({ 'slow.yaml': SLOW });
  const owner = await studio.owner();
  const bob = await withBob(studio, owner);
  const waiting = bob.ask('/api/v1/workflows/slow/runs', json('POST', { mode: 'wait' }));
  await expect
    .poll(async () => (await studio.store.listRuns({ limit: 1 }))[0]?.status, { timeout: 20_000 })
    .toBeDefined();
  await owner(`/api/v1/people/${bob.id}`, { method: 'DELETE' });
  const answer = await waiting;
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([401, 'access-ended']);
});
