/** End, On failure, Branches, skipWhen, results as a list: what leaves the usual order, with real nodes. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { join } from 'node:path';
import { makeRunner, run, tempFolder } from './workflow.testing.ts';

const code = (body: string, more = ''): string => `{ type: code, with: { code: ${JSON.stringify(body)} }${more} }`;
const flow = (nodes: string, output = ''): string => `nodes:\n${nodes.replace(/^/gm, '  ')}\n${output}`;

describe('end', () => {
  const after = code('return { after: true };', ', after: stop');
  const stop = 'stop: { type: end, after: start, with: { when: "{{ $json.n > 1 }}" } }';
  const text = flow(`start: { type: manual }\n${stop}\nlast: ${after}`);

  it('ends the run with the items for which it holds', async () => {
    const result = await run(text, { input: { n: 2 } });
    expect(result).toMatchObject({ status: 'completed', output: [{ n: 2 }] });
  });
  it('lets items pass otherwise', async () => {
    expect((await run(text, { input: { n: 1 } })).output).toEqual([{ after: true }]);
  });

  const loops = (what: string, more = ''): string =>
    flow(`start: { type: manual }
outer:
  type: for-each
  after: start
  loop: { over: [1, 2] }
  body:
    inner:
      type: for-each
      loop: { over: [10, 20, 30] }
      body:
        value: ${code('return { v: $loop.parent.item + $loop.item };')}
        stop: { type: end, after: value, with: { when: "{{ $loop.item === 20 }}", what: ${what}${more} } }
        late: ${code('return { v: -$json.v };', ', after: stop')}
    mark: ${code('return { m: $json.v };', ', after: inner')}`);
  const values = (output: Json): Json => (output as { m?: number; v?: number }[]).map((one) => one.m ?? one.v ?? null);

  it('iteration: the next one starts', async () => {
    expect(values((await run(loops('iteration'))).output)).toEqual([-11, 21, -31, -12, 22, -32]);
  });
  it('loop: it gives what it has, and the level around goes on', async () => {
    expect(values((await run(loops('loop'))).output)).toEqual([-11, 21, -12, 22]);
  });
  it('of: an outer loop ends too, with what it has', async () => {
    const { output } = await run(loops('loop', ', of: outer'));
    expect(output).toEqual([{ v: -11 }, { v: 21 }]);
  });
  it('names a container that is not around it', async () => {
    await expect(run(loops('loop', ', of: nowhere'))).rejects.toMatchObject({
      diagnostics: [expect.objectContaining({ code: 'unknown-node', node: 'stop' })],
    });
  });
});

describe('on-failure', () => {
  const failing = code('throw new Error("boom");', ', after: start');
  const told =
    'told: { type: set, after: failed, with: { keep: none, fields: { said: "{{ $json.error.message }}", by: "{{ $json.error.node }}" } } }';
  const nodes = `start: { type: manual }\nwork: ${failing}\nlater: { type: no-op, after: work }\nfailed: { type: on-failure }\n${told}`;

  it('runs what comes after it; the run has failed, with that as its output', async () => {
    const result = await run(flow(nodes));
    expect(result).toMatchObject({ status: 'failed', failure: { node: 'work' } });
    expect(result.output).toEqual({ said: expect.stringContaining('boom'), by: 'work' });
    expect(result.failure).not.toHaveProperty('output');
  });
  it('with End the run is completed', async () => {
    const result = await run(flow(`${nodes}\ndone: { type: end, after: told }`));
    expect(result).toMatchObject({ status: 'completed', output: [{ by: 'work' }] });
  });
  it('is not reached when nothing fails', async () => {
    const result = await run(flow(nodes.replace(failing, code('return { fine: 1 };', ', after: start'))));
    expect(result).toMatchObject({ status: 'completed', output: [{ fine: 1 }] });
  });
  it('stands in iterations too: with End they count as completed', async () => {
    const body = `work: ${code('if ($loop.item === 2) throw new Error("two"); return { n: $loop.item };')}
failed: { type: on-failure }
done: { type: end, after: failed, with: { what: iteration } }`;
    const result = await run(
      flow(
        `start: { type: manual }\neach:\n  type: for-each\n  after: start\n  loop: { over: [1, 2, 3] }\n  body:\n${body.replace(/^/gm, '    ')}`,
      ),
    );
    expect(result.output).toMatchObject([{ n: 1 }, { error: { node: 'work' } }, { n: 3 }]);
    expect(result.loop('each')).toMatchObject({ completed: 3, failed: 0 });
  });
  it('once: leaves alone what one inside has seen', async () => {
    const inner = `work: ${code('throw new Error("boom");')}\nseen: { type: on-failure }`;
    const text = (once: boolean): string =>
      flow(`start: { type: manual }\neach:\n  type: for-each\n  after: start\n  body:\n${inner.replace(/^/gm, '    ')}
failed: { type: on-failure, with: { once: ${once} } }\ndone: { type: end, after: failed }`);
    expect((await run(text(false))).status).toBe('completed');
    expect((await run(text(true))).status).toBe('failed');
  });
});

describe('branches', () => {
  it('is one piece to retries, and no loop to expressions', async () => {
    const result = await run(
      flow(`start: { type: manual }
each:
  type: for-each
  after: start
  loop: { over: [5, 6], collect: list }
  body:
    both:
      type: branches
      loop: { over: [left, right], parallel: 2, collect: list }
      body:
        which: { type: switch, with: { outputs: [left, right], output: "{{ $json }}" } }
        l: { type: set, after: which.left, with: { value: "{{ ({ left: $loop.item }) }}" } }
        r: { type: set, after: which.right, with: { value: "{{ ({ right: $loop.index }) }}" } }`),
    );
    expect(result.failure).toBeNull();
    expect(result.output).toEqual([
      [
        [{ left: 5 }, { right: 0 }],
        [{ left: 6 }, { right: 1 }],
      ],
    ]);
  });
});

describe('loop settings', () => {
  const each = (loop: string): string =>
    flow(`start: { type: manual }
each:
  type: for-each
  after: start
  loop: { over: [1, 2, 3], ${loop} }
  body: { work: ${code('if ($loop.item === 2) throw new Error("two"); return { n: $loop.item };')} }`);

  it('collect list: one item with the results by position', async () => {
    expect((await run(each('onError: null, collect: list'))).output).toEqual([[{ n: 1 }, null, { n: 3 }]]);
  });
  it('a list that failed is the output of the run all the same', async () => {
    const early = await run(each('onError: item, tolerate: { count: 0 }, collect: list'));
    expect(early).toMatchObject({ status: 'failed', failure: { code: 'too-many-failures' } });
    expect(early.output).toEqual([{ n: 1 }, { error: expect.stringContaining('two') }]);
  });
  it('judge end: all iterations run before failures are judged', async () => {
    const late = await run(each('onError: item, tolerate: { count: 0, judge: end }, collect: list'));
    expect(late.status).toBe('failed');
    expect(late.output).toEqual([{ n: 1 }, { error: expect.stringContaining('two') }, { n: 3 }]);
  });
  it('skipWhen passes items on untouched', async () => {
    const text = flow(
      `start: { type: manual }\nwork: ${code('return { ran: true };', ', after: start, skipWhen: "{{ $json.skip }}"')}`,
    );
    expect((await run(text, { input: { skip: true } })).output).toEqual([{ skip: true }]);
    expect((await run(text, { input: { skip: false } })).output).toEqual([{ ran: true }]);
  });
  it('retry.when decides whether a failed attempt is followed by another', async () => {
    const text = (when: string): string =>
      flow(`start: { type: manual }
work: ${code('throw new Error("boom");', `, after: start, loop: { retry: { times: 2, delay: [0, 1], when: "{{ ${when} }}" } }`)}`);
    const no = await run(text("$error.message.includes('other')"));
    expect((await no.rows('work'))[0]?.attempts).toBe(1);
    const yes = await run(text("$error.message.includes('boom')"));
    expect((await yes.rows('work'))[0]?.attempts).toBe(3);
  });
  it('constants are seen by expressions, and by workflows that are called', async () => {
    const result = await run(
      `constants: { rate: 3 }\n${flow('start: { type: manual }\nset: { type: set, after: start, with: { fields: { r: "{{ $constants.rate }}" } } }')}`,
    );
    expect(result.output).toEqual([{ r: 3 }]);
  });
});

describe('going on with a run', () => {
  it('that was interrupted while it dealt with a failure: what had failed is not done again', async () => {
    const db = join(await tempFolder(), 'rondo.db');
    const text = flow(`start: { type: manual }
work: ${code('throw new Error("boom " + Math.random());', ', after: start')}
failed: { type: on-failure }
pause: { type: wait, after: failed, with: { for: 300ms } }
told: { type: set, after: pause, with: { keep: none, fields: { said: "{{ $json.error.message }}" } } }`);
    const first = await makeRunner({ db });
    const handle = await first.runner.start({ definition: `rondo: 1\n${text}`, file: 'x.yaml' });
    let said: unknown;
    handle.onProgress((one) => {
      if (one.type !== 'step' || one.event.type !== 'step-completed' || one.event.step !== 'failed') return;
      said = one.event.output;
      handle.interrupt();
    });
    expect((await handle.done).status).toBe('waiting');
    const second = await makeRunner({ db });
    const result = await (await second.runner.resume(handle.runId)).done;
    expect(result.status).toBe('failed');
    const message = /boom [\d.e-]+/.exec(JSON.stringify(said))?.[0];
    expect(message).toBeDefined();
    expect(JSON.stringify(result.output)).toContain(message);
  });

  it('a redrive does the failed iterations again, and no longer what dealt with the failure', async () => {
    const { runner, store } = await makeRunner();
    const text = flow(`start: { type: manual }
each:
  type: for-each
  after: start
  loop: { over: [1, 2] }
  body:
    work: ${code('if ($loop.item === 2 && $conversation.fine !== true) throw new Error("no"); return { n: $loop.item };')}
failed: { type: on-failure }
told: { type: set, after: failed, with: { keep: none, fields: { told: true } } }`);
    const handle = await runner.start({ definition: `rondo: 1\n${text}`, file: 'x.yaml' });
    expect(await handle.done).toMatchObject({ status: 'failed', output: { told: true } });
    expect(await store.redrive(handle.runId, { loop: null, status: 'failed', after: ['failed', 'told'] })).toBe(1);
    const events = await store.journal(handle.runId);
    expect(events.filter((event) => event.step === 'failed' || event.step === 'told')).toEqual([]);
  });
});
