/** What loops hand on: variables set from inside, one item instead of results, variables of no conversation. */
import { describe, expect, it } from 'vitest';
import { makeRunner, run } from './workflow.testing.ts';

describe('variables of loops', () => {
  const counting = (more: string): string => `nodes:
  start: { type: manual }
  count:
    type: loop
    after: start
    loop: { times: 3, state: { n: 0, seen: [] } }
    body:
      add: { type: assign, with: { scope: loop, add: { n: 2 } } }
      show: { type: set, after: add, with: { keep: none, fields: { was: "{{ $loop.vars.n }}" } } }
      ${more}
output: "{{ $('count').first().json }}"
`;

  it('set from inside are seen by what comes after, in the next round and at the end', async () => {
    const { output, rows } = await run(
      counting('keep: { type: assign, after: show, with: { scope: loop, append: { seen: "{{ $json.was }}" } } }'),
    );
    expect(output).toEqual({ n: 6, seen: [2, 4, 6] });
    expect((await rows('count')).map((row) => row.input)).toEqual([
      '{"n":0,"seen":[]}',
      '{"n":2,"seen":[2]}',
      '{"n":4,"seen":[2,4]}',
    ]);
  });

  it('may be those of a loop further out, by its id', async () => {
    const inner =
      'each: { type: for-each, after: show, loop: { over: [1, 2] }, body: { out: { type: assign, with: { scope: loop, loop: count, append: { seen: "{{ $loop.item }}" } } } } }';
    expect((await run(counting(inner))).output).toEqual({ n: 6, seen: [1, 2, 1, 2, 1, 2] });
  });

  it('are what they were when an iteration is gone on with', async () => {
    const definition = `rondo: 1
nodes:
  count:
    type: loop
    loop: { times: 2, state: { n: 0 } }
    body:
      add: { type: assign, with: { scope: loop, add: { n: 1 } } }
      pause: { type: wait, after: add, with: { for: 50ms } }
      show: { type: set, after: pause, with: { keep: none, fields: { seen: "{{ $loop.vars.n }}" } } }
output: "{{ $('count').first().json }}"
`;
    const { runner, store } = await makeRunner();
    const handle = await runner.start({ definition, file: 'test.yaml' });
    handle.onProgress((progress) => {
      if (progress.type === 'step' && progress.event.type === 'step-waiting' && progress.event.frame === 'count[1]') {
        handle.interrupt();
      }
    });
    expect((await handle.done).status).toBe('waiting');
    const { status, output, runId } = await (await runner.resume(handle.runId)).done;
    expect({ status, output }).toEqual({ status: 'completed', output: { n: 2 } });
    const loop = await store.loop(runId, 'count');
    const rows = await store.rows(runId, loop?.key ?? 0, { after: -1, limit: 10 });
    expect(rows.map((row) => row.output)).toEqual(['{"seen":1}', '{"seen":2}']);
  });

  it('are nowhere without a loop', async () => {
    const { failure } = await run('nodes: { a: { type: assign, with: { scope: loop, set: { x: 1 } } } }');
    expect(failure?.message).toBe('There is no loop with variables around this node.');
  });
});

describe('give', () => {
  it('makes one item of the results, of none too, and keeps what failed apart', async () => {
    const text = (list: string): string => `nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { over: ${list}, onError: port, give: { sum: "{{ $input.all().reduce((sum, one) => sum + one.json.n, 0) }}" } }
    body: { set: { type: set, with: { keep: none, fields: { n: "{{ $loop.item.n.valueOf() }}" } } } }
  bad: { type: set, after: each.error, with: { keep: none, fields: { why: "{{ $json.error.length > 0 }}" } } }
output: "{{ [$('each').all().map((one) => one.json), $('bad').isExecuted] }}"
`;
    expect((await run(text('[{ n: 1 }, { n: 2 }]'))).output).toEqual([[{ sum: 3 }], false]);
    expect((await run(text('[]'))).output).toEqual([[{ sum: 0 }], false]);
    const failing = await run(text('[{ n: 1 }, { n: null }]'));
    expect(failing).toMatchObject({ output: [[{ sum: 1 }], true], stats: { exceptions: 1 } });
  });
});

describe('a run of no conversation', () => {
  it('has the variables that are declared for itself', async () => {
    const text = `conversation: { name: { default: Ada } }
nodes:
  a: { type: assign, with: { scope: conversation, append: { list: 1 }, set: { name: "{{ $conversation.name + '!' }}" } } }
output: "{{ $conversation.name }}"
`;
    expect((await run(text.replace('append: { list: 1 }, ', ''))).output).toBe('Ada!');
    expect((await run(text)).failure?.message).toContain('belongs to no conversation');
  });
});

describe('a failure in the place of items', () => {
  it('has the policy and the retries of its node', async () => {
    const text = `nodes:
  start: { type: manual }
  ask: { type: set, after: start, loop: { onError: item, fallback: "{{ $error.message + $error.data.type }}", retry: { times: 2, delay: 0, always: true } } }
output: "{{ $('ask').first().json }}"
`;
    const { output, stats } = await run(text, { pins: { ask: [{ $error: { message: 'gone', type: '!' } }] } });
    expect(output).toBe('gone!');
    expect(stats.exceptions).toBe(3);
  });
});
