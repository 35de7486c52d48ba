/** A token that is limited to some workflows: everything else is as if it were not there, on every route. */
import { expect, it } from 'vitest';
import { BASE, type Contract } from '@rondo/api/contract.ts';
import { CONTRACTS } from '@rondo/api/contracts/index.ts';
import { bearer, json, startStudio, studioTests, type StartedStudio } from '../testing/start-studio.ts';
import { until } from '../testing/start.ts';

studioTests();

const workflow = (name: string): string => `
name: ${name}
id: ${name}
nodes:
  in: { type: webhook, with: { path: ${name} } }
  each:
    type: for-each
    after: in
    loop: { over: "{{ [1, 2] }}" }
    body:
      s: { type: set, with: { fields: { private: ${name}-only } } }
`;

async function runOf(studio: StartedStudio, name: string): Promise<string> {
  const { runId } = (await (await studio.call(`/hooks/${name}`, { method: 'POST' })).json()) as { runId: string };
  await until(async () => ((await studio.store.getRun(runId))?.status === 'completed' ? true : null), 'it ends');
  return runId;
}

/** Bodies that are valid, so that the answer says who may, and not what is wrong with the request. */
const BODIES: Partial<Record<string, unknown>> = {
  'PUT /workflows/{id}': { text: `rondo: 1${workflow('mine')}` },
};

it('reaches nothing of another workflow, by no route', async () => {
  const studio = await startStudio({ 'mine.yaml': workflow('mine'), 'theirs.yaml': workflow('theirs') });
  await studio.owner();
  const [mine, theirs] = [await runOf(studio, 'mine'), await runOf(studio, 'theirs')];
  const secret = studio.token(['workflow:read', 'workflow:write', 'run:read', 'run:start'], { workflows: ['mine'] });
  const call = (path: string, init: RequestInit = {}): Promise<Response> =>
    studio.call(`${BASE}${path}`, bearer(secret, init));

  for (const contract of Object.values(CONTRACTS) as Contract[]) {
    const { method, path, scope, body } = contract;
    if (!/^\/(workflows|runs)\/\{id\}/.test(path) || scope === 'admin') continue;
    const id = path.startsWith('/runs') ? theirs : 'theirs';
    const address = path.replace('{id}', id).replace('{path}', 'each').replace('{index}', '0').replace('{cause}', 'x');
    const answer = await call(
      address,
      body === undefined ? { method } : json(method, BODIES[`${method} ${path}`] ?? {}),
    );
    const text = await answer.text();
    expect([method, path, answer.status]).toEqual([method, path, 404]);
    expect(text).not.toContain('theirs-only');
  }

  expect((await call('/workflows/mine')).status).toBe(200);
  expect((await call(`/runs/${mine}`)).status).toBe(200);
  for (const list of ['/workflows', '/runs', '/runs?limit=1', '/runs?workflow=theirs']) {
    const text = await (await call(list)).text();
    expect([list, text.includes('theirs')]).toEqual([list, false]);
  }
  expect(await (await call('/runs')).text()).toContain(mine);
  // A new workflow would be in nobody's list; a limited token makes none.
  const made = await call('/workflows', json('POST', { text: `rondo: 1${workflow('third')}` }));
  expect(made.status).toBe(403);
  const preview = { template: '{{ $json }}', scopes: [{}], run: { id: theirs, loop: 'each', indices: [0], node: 's' } };
  const shown = await call('/expressions/preview', json('POST', preview));
  expect([shown.status, (await shown.text()).includes('theirs-only')]).toEqual([404, false]);
}, 60_000);
