/**
 * The whole server with runner processes: who waits for a run notices nothing when its process is killed, runs go on
 * at the next start, waits and sub-workflows work across processes, and the server answers while runs go at full speed.
 */
import { describe, expect, it } from 'vitest';
import type { Scope } from '@rondo/api/access.ts';
import { bearer, json, startStudio, studioTests, type StartedStudio } from '../testing/start-studio.ts';
import { until } from '../testing/start.ts';

studioTests();

const list = (count: number): string => `over: "{{ Array.from({ length: ${count} }, (_, i) => ({ n: i })) }}"`;

const slow = (count: number): string => `
name: Slow
nodes:
  in: { type: webhook, with: { path: slow, respond: done, timeout: 2m } }
  each:
    type: for-each
    after: in
    loop: { ${list(count)}, parallel: 50 }
    body:
      pause: { type: wait, with: { for: 1ms } }
  sum: { type: aggregate, after: each }
output: "{{ { count: $('each').all().length } }}"
`;

const FAST = `
name: Fast
nodes:
  in: { type: webhook, with: { path: fast } }
  each:
    type: for-each
    after: in
    loop: { ${list(300_000)} }
    body:
      square: { type: set, with: { fields: { square: "{{ $json.n * $json.n }}" } } }
`;

async function settled({ store }: StartedStudio, run: string): Promise<number> {
  return (await store.loop(run, 'each'))?.completed ?? 0;
}

async function newest({ store }: StartedStudio): Promise<string | null> {
  return (await store.listRuns({ limit: 1 }))[0]?.id ?? null;
}

const hook = (studio: StartedStudio, path: string, body: unknown = {}): Promise<Response> =>
  studio.call(`/hooks/${path}`, json('POST', body));

describe('with runner processes', () => {
  it('whoever waits for a run gets its answer, though its process was killed', async () => {
    const studio = await startStudio({ 'slow.yaml': slow(4_000) });
    const answer = hook(studio, 'slow');
    const run = await until(() => newest(studio), 'the run is there', 30_000);
    await until(async () => ((await settled(studio, run)) >= 1_000 ? true : null), 'it is in the middle', 30_000);
    process.kill(studio.server.pool.processes()[0]?.pid ?? 0, 'SIGKILL');
    expect([(await answer).status, await (await answer).json()]).toEqual([200, { count: 4_000 }]);
    expect(await settled(studio, run)).toBe(4_000);
    expect(studio.lines.join('\n')).toMatch(/a runner process ended: SIGKILL\. Its runs \(1\) go on/);
    const timeline = await studio.call(`/api/v1/runs/${run}/timeline`, bearer(studio.token(['run:read'])));
    expect(await timeline.json()).toMatchObject({ marks: [{ what: 'taken-over', who: null }] });
  }, 60_000);

  it('a run goes on at the next start of the server', async () => {
    const first = await startStudio({ 'slow.yaml': slow(3_000) });
    const answer = hook(first, 'slow');
    const run = await until(() => newest(first), 'the run is there', 30_000);
    await until(async () => ((await settled(first, run)) >= 200 ? true : null), 'it is in the middle', 30_000);
    await first.close();
    expect((await answer).status).toBe(202);
    const second = await startStudio({}, { folder: first.folder });
    const record = await until(
      async () => {
        const found = await second.store.getRun(run);
        return found?.status === 'completed' ? found : null;
      },
      'it is completed',
      60_000,
    );
    expect(JSON.parse(record.output ?? '')).toEqual({ count: 3_000 });
    expect(await settled(second, run)).toBe(3_000);
  }, 90_000);

  it('answers of Respond nodes, signals and sub-workflows of the folder cross processes', async () => {
    const studio = await startStudio({
      'ask.yaml': `
name: Ask
nodes:
  in: { type: webhook, with: { path: ask, respond: node } }
  sub: { type: sub-workflow, after: in, with: { workflow: Twice, input: { n: "{{ $json.body.n }}" } } }
  reply: { type: respond, after: sub, with: { status: 201, body: "{{ $json }}" } }
  hold: { type: approval, after: reply, with: { message: Go on? } }
`,
      'twice.yaml': `
name: Twice
inputs: { n: { type: number } }
nodes:
  do: { type: set, with: { keep: none, fields: { twice: "{{ $vars.n * 2 }}" } } }
`,
    });
    const answer = await hook(studio, 'ask', { n: 21 });
    expect([answer.status, await answer.json()]).toEqual([201, { twice: 42 }]);
    const run = (await newest(studio)) ?? '';
    const address = async (...scopes: Scope[]): Promise<string | null> => {
      const answer = await studio.call(`/api/v1/runs/${run}`, bearer(studio.token(scopes)));
      return ((await answer.json()) as { waits: { url: string | null }[] }).waits[0]?.url ?? null;
    };
    const url = await until(() => address('run:read', 'run:start'), 'it waits');
    // Whoever has the address can answer: those who may only look do not get it.
    expect(await address('run:read')).toBe(null);
    // The address is a right: the log names the run only.
    expect(studio.lines.join('\n')).toContain(`run ${run} waits at`);
    expect(studio.lines.join('\n')).not.toContain(url);
    expect((await fetch(url, json('POST', { approved: true }))).status).toBe(200);
    await until(async () => ((await studio.store.getRun(run))?.status === 'completed' ? true : null), 'it ends');
    expect(await address('run:read', 'run:start')).toBe(null);
  }, 30_000);

  it('a run is answered for within 50 ms while 300,000 iterations go at full speed', async () => {
    const studio = await startStudio({ 'fast.yaml': FAST }, { warm: true });
    await studio.owner();
    const { runId } = (await (await hook(studio, 'fast')).json()) as { runId: string };
    const init = bearer(studio.token(['run:read']));
    const times: number[] = [];
    let status = '';
    while (status !== 'completed') {
      const started = performance.now();
      const answer = await studio.call(`/api/v1/runs/${runId}`, init);
      const text = await answer.text();
      times.push(performance.now() - started);
      expect(answer.status).toBe(200);
      ({ status } = JSON.parse(text) as { status: string });
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    times.sort((a, b) => a - b);
    expect(await settled(studio, runId)).toBe(300_000);
    expect(times.length).toBeGreaterThan(20);
    expect(times[Math.floor(times.length * 0.95)]).toBeLessThan(50);
  }, 60_000);
});
