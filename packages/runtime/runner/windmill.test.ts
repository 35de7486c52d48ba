/** Flows of Windmill, converted and run: what only a whole run shows. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { convert } from '@rondo/core/convert/convert.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { makeRunner } from './workflow.testing.ts';

const js = (expr: string): Json => ({ type: 'javascript', expr });

const step = (id: string, body: string, x = 'null', more: Record<string, Json> = {}): Json => ({
  id,
  value: {
    type: 'rawscript',
    language: 'bun',
    content: `export function main(x) { ${body} }`,
    input_transforms: { x: js(x) },
  },
  ...more,
});

const loop = (id: string, iterator: string, modules: Json[], more: Record<string, Json> = {}): Json => ({
  id,
  value: { type: 'forloopflow', iterator: js(iterator), skip_failures: false, modules, ...more },
});

async function output(value: Json, input: Json = {}): Promise<[string, Json]> {
  const { definition, diagnostics } = convert(JSON.stringify({ value }), 'openflow', { strict: false, file: 'f.json' });
  expect(diagnostics.filter((one) => one.severity === 'error')).toEqual([]);
  const { runner } = await makeRunner();
  const handle = await runner.start({ definition: JSON.stringify(definition), file: join(tmpdir(), 'f.json'), input });
  const { status, output: found } = await handle.done;
  return [status, found];
}

const odd = step('b', 'if (x === 2) throw new TypeError("two"); return x * 10', 'flow_input.iter.value');
const two = { error: expect.objectContaining({ name: 'TypeError', message: 'two', step_id: 'b' }) };

it.each<[string, Json, unknown]>([
  [
    'a failed iteration is in its place',
    { modules: [loop('a', '[1,2,3]', [odd], { skip_failures: true })] },
    ['completed', [10, two, 30]],
  ],
  [
    'a loop that fails gives what it has',
    { modules: [loop('a', '[1,2,3]', [odd]), step('z', 'return 1')] },
    ['failed', [10, two]],
  ],
  [
    'a parallel one all of it',
    { modules: [loop('a', '[1,2,3]', [odd], { parallel: true })] },
    ['failed', [10, two, 30]],
  ],
  [
    'the failure step runs in the iteration, and not again',
    { modules: [loop('a', '[1,2,3]', [odd])], failure_module: step('failure', 'return { said: x }', 'error.message') },
    ['failed', [10, { said: 'two' }]],
  ],
  [
    'a step of a while loop reads what it gave before',
    {
      modules: [
        {
          id: 'w',
          value: {
            type: 'whileloopflow',
            skip_failures: false,
            modules: [step('c', 'return (x ?? 0) + 1', 'results.c'), step('d', 'return x * 10', 'results.c')],
          },
          stop_after_if: { expr: 'result >= 30' },
        },
      ],
    },
    ['completed', [10, 20, 30]],
  ],
  [
    'a step inside a loop is seen from outside: what it gave last',
    {
      modules: [
        loop('a', '[1,2]', [step('b', 'return x', 'flow_input.iter.value'), step('c', 'return x + 1', 'results.b')]),
        step('z', 'return x', '[results.b, results.a]'),
      ],
    },
    ['completed', [2, [2, 3]]],
  ],
  [
    'a stop in a branch of a loop ends the loop with what it has',
    {
      modules: [
        loop('o', '[1,2,3]', [
          {
            id: 'ba',
            value: {
              type: 'branchall',
              parallel: false,
              branches: [
                {
                  modules: [
                    step('b', 'return x', 'flow_input.iter.value', { stop_after_if: { expr: 'result === 2' } }),
                  ],
                },
                { modules: [step('c', 'return "c"')] },
              ],
            },
          },
        ]),
        step('z', 'return x', 'results.o'),
      ],
    },
    ['completed', [[1, 'c'], [2]]],
  ],
  [
    'enclosing loops, and the input with them',
    {
      modules: [
        loop('o', '["x","y"]', [
          loop('i', '[1]', [step('b', 'return x', '[flow_input.k, flow_input.iter_parent.value, flow_input.iter]')]),
        ]),
      ],
    },
    ['completed', [[['v', 'x', { index: 0, value: 1 }]], [['v', 'y', { index: 0, value: 1 }]]]],
  ],
])('%s', async (_, value, expected) => {
  expect(await output(value, { k: 'v' })).toEqual(expected);
});

it('arguments are the own ones of a script', async () => {
  const modules = [
    step('a', 'return [3, 1]'),
    step('b', 'x.sort(); x.push(9); return x', 'results.a'),
    step('c', 'return x', '[results.a, results.b]'),
  ];
  expect(await output({ modules })).toEqual([
    'completed',
    [
      [3, 1],
      [1, 3, 9],
    ],
  ]);
});

it('timers are called in their order, and nothing waits', async () => {
  const body =
    'const t = []; setTimeout(() => t.push(2), 1e9); setTimeout(() => t.push(1), 10); return new Promise((r) => setTimeout(() => r(t), 2e9));';
  expect(await output({ modules: [step('a', body)] })).toEqual(['completed', [1, 2]]);
});
