/** Two people at one workflow: each sees the other, a save of one is told to the other, and nothing is overwritten. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '@rondo/runtime/runner/clock.ts';
import { bearer, cookieOf, json, startStudio, studioTests } from '../../testing/start-studio.ts';

studioTests();

/** Hashing passwords takes its time on a machine that is busy. */
const SLOW_OK = { timeout: 120_000 };

const FLOW = (id: string): string => `name: Flow\nid: flow\nnodes:\n  ${id}: { type: no-op }\n`;
const BOB = { name: 'Bob', password: 'four words in a row' };

it(
  'each sees the other and which version there is; of saves at once one is taken and the others are told',
  SLOW_OK,
  async () => {
    let by = 0;
    const studio = await startStudio(
      { 'flow.yaml': FLOW('first') },
      { clock: { ...systemClock, now: () => Date.now() + by } },
    );
    const ada = await studio.owner();
    await ada('/api/v1/people', json('POST', { ...BOB, role: 'editor' }));
    const bob = studio.as(cookieOf(await studio.call('/api/v1/session', json('POST', BOB))));
    const here = async (ask: typeof ada): Promise<unknown> =>
      (await ask('/api/v1/workflows/flow/presence', json('PUT', {}))).json();

    expect(await here(ada)).toEqual({ people: [], version: 1, changedBy: null });
    expect(await here(bob)).toMatchObject({ people: [{ name: 'Ada' }], version: 1 });
    expect(await here(ada)).toMatchObject({ people: [{ name: 'Bob' }] });
    // A second window of the same person is the same person; a program is nobody.
    expect(await here(ada)).toMatchObject({ people: [{ name: 'Bob' }] });
    await studio.call('/api/v1/workflows/flow/presence', bearer(studio.token(['workflow:read']), json('PUT', {})));
    expect(await here(ada)).toMatchObject({ people: [{ name: 'Bob' }] });

    const save = (ask: typeof ada, id: string): Promise<Response> =>
      ask('/api/v1/workflows/flow', json('PUT', { text: `rondo: 1\n${FLOW(id)}`, version: 1 }));
    const answers = await Promise.all([
      save(ada, 'of-ada'),
      save(bob, 'of-bob'),
      save(ada, 'again'),
      save(bob, 'more'),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409]);
    const told = answers.find(({ status }) => status === 409);
    expect(await told?.json()).toMatchObject({ code: 'version-conflict', version: 2 });
    const winner = answers.findIndex(({ status }) => status === 200);
    expect(await here(winner % 2 === 0 ? bob : ada)).toMatchObject({
      version: 2,
      changedBy: winner % 2 === 0 ? 'Ada' : 'Bob',
    });
    const kept = await readFile(join(studio.folder, 'workflows', 'flow.yaml'), 'utf8');
    expect(kept).toContain(['of-ada', 'of-bob', 'again', 'more'][winner]);

    by = 25_000;
    expect(await here(ada)).toMatchObject({ people: [] });
  },
);
