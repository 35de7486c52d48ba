/** A new run of an ended one: what came before is taken over, the rest runs again. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { makeRunner, tempFolder } from './workflow.testing.ts';

const text = `rondo: 1
inputs: { tag: {} }
nodes:
  start: { type: manual }
  first: { type: code, after: start, with: { code: "return { first: $vars.tag };" } }
  each:
    type: for-each
    after: first
    loop: { over: [1, 2, 3] }
    body:
      a: { type: code, with: { code: "return { a: $vars.tag + $loop.item };" } }
      inner:
        type: for-each
        after: a
        loop: { over: [x, y] }
        body: { b: { type: code, with: { code: "return { v: $('a').first().json.a + $loop.item + $vars.tag };" } } }
  wide: { type: for-each, after: start, loop: { over: [1, 2], parallel: 2 }, body: { n: { type: no-op } } }
output: "{{ [$('first').first().json.first, ...$('each').all().map(i => i.json.v)] }}"`;

async function rerun(at: { step: string; iteration?: number }[]): Promise<Json> {
  const { runner } = await makeRunner();
  const first = await runner.start({ definition: text, file: 'x.yaml', input: { tag: 'o' } });
  expect((await first.done).output).toEqual(['o', 'o1xo', 'o1yo', 'o2xo', 'o2yo', 'o3xo', 'o3yo']);
  const again = await runner.restart({ run: first.runId, at, input: { tag: 'n' } });
  return (await again.done).output;
}

it.each<[string, { step: string; iteration?: number }[], Json]>([
  ['at the first step', [{ step: 'first' }], ['n', 'n1xn', 'n1yn', 'n2xn', 'n2yn', 'n3xn', 'n3yn']],
  ['at a loop', [{ step: 'each' }], ['o', 'n1xn', 'n1yn', 'n2xn', 'n2yn', 'n3xn', 'n3yn']],
  ['at an iteration', [{ step: 'each', iteration: 2 }], ['o', 'o1xo', 'o1yo', 'o2xo', 'o2yo', 'n3xn', 'n3yn']],
  [
    'at an iteration of a loop in an iteration; what came before it there is kept',
    [
      { step: 'each', iteration: 1 },
      { step: 'inner', iteration: 1 },
    ],
    ['o', 'o1xo', 'o1yo', 'o2xo', 'o2yn', 'n3xn', 'n3yn'],
  ],
])('%s', async (_, at, expected) => {
  expect(await rerun(at)).toEqual(expected);
});

it.each([0, 1, 2])('at iteration %i of a loop over the items that the run was given', async (iteration) => {
  const { runner, store } = await makeRunner();
  const items = join(await tempFolder(), 'items.json');
  await writeFile(items, '[{ "n": 1 }, { "n": 2 }, { "n": 3 }]');
  const definition = `rondo: 1
nodes:
  start: { type: manual }
  each: { type: for-each, after: start, body: { a: { type: code, with: { code: "return { v: $json.n * 2 };" } } } }
output: "{{ $('each').all().map(i => i.json.v) }}"`;
  const first = await runner.start({ definition, file: 'x.yaml', items });
  expect((await first.done).output).toEqual([2, 4, 6]);
  const again = await runner.restart({ run: first.runId, at: [{ step: 'each', iteration }] });
  expect(await again.done).toMatchObject({ status: 'completed', output: [2, 4, 6] });
  expect(await store.loop(again.runId, 'each')).toMatchObject({ completed: 3, total: 3 });
});

it.each<[{ step: string; iteration?: number }[], string]>([
  [[{ step: 'nowhere' }], 'There is no step nowhere'],
  [[{ step: 'each', iteration: 3 }], 'each has 3 iterations'],
  [[{ step: 'wide', iteration: 1 }], 'wide is parallel'],
  [[{ step: 'first', iteration: 1 }], 'first has no iterations'],
])('refuses %j', async (at, message) => {
  await expect(rerun(at)).rejects.toThrow(message);
});
