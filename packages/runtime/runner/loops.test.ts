/** Every loop mechanism, run for real from the native format. */
import { describe, expect, it } from 'vitest';
import { run, tempFolder } from './workflow.testing.ts';

const START = `nodes:
  start: { type: manual }`;

const numbers = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('a plain node', () => {
  it('runs once per item and has a row for each', async () => {
    const result = await run(
      `${START}
  double: { type: set, after: start, with: { keep: none, fields: { n: "{{ $json.n * 2 }}" } } }`,
      { input: [{ n: 1 }, { n: 2 }, { n: 3 }] },
    );
    expect(result.output).toEqual([{ n: 2 }, { n: 4 }, { n: 6 }]);
    expect(result.loop('double')).toMatchObject({ total: 3, completed: 3, failed: 0 });
    expect((await result.rows('double')).map((row) => [row.index, row.input, row.output])).toEqual([
      [0, '{"n":1}', '{"n":2}'],
      [1, '{"n":2}', '{"n":4}'],
      [2, '{"n":3}', '{"n":6}'],
    ]);
  });

  it('runs once with executeOnce, with the first item current and all items at hand', async () => {
    const result = await run(
      `${START}
  sum: { type: set, after: start, executeOnce: true, with: { keep: none, fields: { n: "{{ $json.n }}", all: "{{ $input.all().length }}" } } }`,
      { input: [{ n: 7 }, { n: 8 }] },
    );
    expect(result.output).toEqual([{ n: 7, all: 2 }]);
  });

  it('sees the whole list in $input, also item by item and in code', async () => {
    const result = await run(
      `${START}
  share: { type: set, after: start, with: { fields: { of: "{{ $input.all().length }}" } } }
  coded: { type: code, after: share, with: { code: "return { n: $json.n, last: $input.last().json.n };" } }`,
      { input: [{ n: 1 }, { n: 2 }, { n: 3 }] },
    );
    expect(result.output).toEqual([1, 2, 3].map((n) => ({ n, last: 3 })));
    expect((await result.rows('share')).map((row) => row.output)).toEqual([1, 2, 3].map((n) => `{"n":${n},"of":3}`));
  });

  it('fails with the index, node and path of the item', async () => {
    const result = await run(
      `${START}
  bad: { type: set, after: start, with: { fields: { x: "{{ $json.a.b.c }}" } } }`,
      { input: [{ a: { b: { c: 1 } } }, { a: 1 }] },
    );
    expect(result.status).toBe('failed');
    expect(result.failure).toMatchObject({ code: 'expression-failed', node: 'bad', item: 1 });
    expect(result.loop('bad')).toMatchObject({ completed: 1, failed: 1 });
  });
});

describe('paired items', () => {
  it('lead from an item to what it was made from, through filters, bodies and lists', async () => {
    const result = await run(
      `${START}
  rows: { type: split-out, after: start, with: { field: rows } }
  odd: { type: filter, after: rows, with: { when: "{{ $json.v % 2 === 1 }}" } }
  keep: { type: set, after: odd, with: { keep: none, fields: { w: "{{ $json.v * 10 }}" } } }
  each:
    type: for-each
    after: keep
    body:
      look: { type: set, with: { keep: none, fields: { w: "{{ $json.w }}", v: "{{ $('rows').item.json.v }}", o: "{{ $('odd').item.json.v }}", n: "{{ $('start').item.json.rows.length }}" } } }
  after: { type: set, after: each, with: { fields: { again: "{{ $('keep').item.json.w }}" } } }`,
      { input: { rows: [0, 1, 2, 3, 4, 5].map((v) => ({ v })) } },
    );
    expect(result.failure).toBeNull();
    expect(result.output).toEqual([1, 3, 5].map((v) => ({ w: v * 10, v, o: v, n: 6, again: v * 10 })));
  });
});

describe('for-each', () => {
  const each = (loop: string, body = '') => `${START}
  each:
    type: for-each
    after: start
    loop: ${loop}
    body:
      check: { type: code, with: { code: "if ($json % 5 === 4) throw new Error('bad ' + $json); return { n: $json * 10 };" } }
${body}`;

  it('goes through the list that `over` yields', async () => {
    const result = await run(
      `${START}
  each:
    type: for-each
    after: start
    loop: { over: "{{ $json.rows }}" }
    body:
      a: { type: set, with: { keep: none, fields: { v: "{{ $json + $loop.index }}" } } }`,
      { input: { rows: [10, 20, 30] } },
    );
    expect(result.output).toEqual([{ v: 10 }, { v: 21 }, { v: 32 }]);
    expect(result.loop('each')).toMatchObject({ total: 3, completed: 3 });
  });

  it('says what it got when that is no list', async () => {
    const result = await run(each('{ over: "{{ $json.rows }}" }'), { input: { rows: 'abc' } });
    expect(result.failure).toMatchObject({ code: 'not-a-list', node: 'each' });
    expect(result.failure?.message).toContain('each');
    expect(result.failure?.message).toContain('text "abc"');
  });

  it('stops at the first failure and keeps what was done', async () => {
    const result = await run(each('{ over: "{{ range(20) }}" }'));
    expect(result.status).toBe('failed');
    expect(result.failure).toMatchObject({ node: 'check', item: 4 });
    expect(result.failure?.message).toContain('bad 4');
    expect(result.loop('each')).toMatchObject({ completed: 4, failed: 1, status: 'failed' });
  });

  it('keeps positions with null, and leaves failures out with drop', async () => {
    const nulls = await run(each('{ over: "{{ range(10) }}", onError: "null" }'));
    expect(nulls.output).toEqual(numbers(10).map((n) => (n % 5 === 4 ? null : { n: n * 10 })));
    const drops = await run(each('{ over: "{{ range(10) }}", onError: drop }'));
    expect(drops.output).toEqual(
      numbers(10)
        .filter((n) => n % 5 !== 4)
        .map((n) => ({ n: n * 10 })),
    );
    expect(drops.loop('each')).toMatchObject({ completed: 8, failed: 2 });
  });

  it('fails when more fail than are tolerated, by count and by share', async () => {
    const count = await run(each('{ over: "{{ range(20) }}", tolerate: { count: 2 } }'));
    expect(count.failure?.code).toBe('too-many-failures');
    expect(count.loop('each').failed).toBe(3);
    const share = await run(each('{ over: "{{ range(20) }}", tolerate: { share: 0.1 } }'));
    expect(share.failure?.message).toContain('10 %');
    const enough = await run(each('{ over: "{{ range(20) }}", tolerate: { share: 0.2 } }'));
    expect(enough.status).toBe('completed');
  });

  it('gives batches of `size` items', async () => {
    const result = await run(`${START}
  each:
    type: for-each
    after: start
    loop: { over: "{{ range(7) }}", size: 3 }
    body:
      sum: { type: aggregate }`);
    expect(result.loop('each')).toMatchObject({ total: 3, completed: 3 });
    expect((result.output as unknown[]).length).toBe(3);
  });

  it('breaks when stopWhen holds, and keeps what was done', async () => {
    const result = await run(`${START}
  each:
    type: for-each
    after: start
    loop: { over: "{{ range(100) }}", stopWhen: "{{ $json.n >= 3 }}" }
    body:
      a: { type: set, with: { keep: none, fields: { n: "{{ $json }}" } } }`);
    expect(result.status).toBe('completed');
    expect(result.output).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }]);
  });

  it('hands on the result of the iteration before', async () => {
    const result = await run(`${START}
  each:
    type: for-each
    after: start
    loop: { over: "{{ range(2500) }}" }
    body:
      a: { type: set, with: { keep: none, fields: { sum: "{{ ($loop.previous?.sum ?? 0) + $json }}" } } }`);
    expect((result.output as { sum: number }[]).at(-1)).toEqual({ sum: (2499 * 2500) / 2 });
  });

  it('flattens lists one level and can collect by position', async () => {
    const flat = await run(`${START}
  each:
    type: for-each
    after: start
    loop: { over: "{{ [[1, 2], [3], []] }}", flatten: true }
    body: { a: { type: no-op } }`);
    expect(flat.output).toEqual([1, 2, 3]);
    const position = await run(`${START}
  each:
    type: for-each
    after: start
    loop: { over: "{{ [2, 0, 1] }}", collect: position }
    body:
      some: { type: code, with: { mode: all, code: "return Array.from({ length: $json }, (_, i) => ({ i }));" } }`);
    expect(position.output).toEqual([[{ i: 0 }, { i: 1 }], null, { i: 0 }]);
  });

  it('completes with nothing over an empty list', async () => {
    const result = await run(each('{ over: "{{ [] }}" }'));
    expect(result.status).toBe('completed');
    expect(result.output).toEqual([]);
    expect(result.loop('each')).toMatchObject({ total: 0, completed: 0 });
  });

  it('branches inside, per iteration', async () => {
    const result = await run(`${START}
  each:
    type: for-each
    after: start
    loop: { over: "{{ range(4) }}" }
    body:
      odd: { type: if, with: { when: "{{ $json % 2 === 1 }}" } }
      yes: { type: set, after: odd.true, with: { keep: none, fields: { odd: "{{ $json }}" } } }
      no: { type: set, after: odd.false, with: { keep: none, fields: { even: "{{ $json }}" } } }`);
    expect(result.output).toEqual([{ even: 0 }, { odd: 1 }, { even: 2 }, { odd: 3 }]);
  });

  it('refuses a list longer than the limit, and names the limit', async () => {
    const result = await run(`settings: { limits: { loop.iterations: 10 } }
${each('{ over: "{{ range(11) }}" }')}`);
    expect(result.failure?.code).toBe('limit-reached');
    expect(result.failure?.message).toContain('loop.iterations');
    expect(result.failure?.message).toContain('settings.limits');
  });
});

describe('loop-over-items', () => {
  it('goes batch by batch and gives everything at done', async () => {
    const result = await run(
      `${START}
  list: { type: split-out, after: start, with: { field: rows } }
  loop: { type: loop-over-items, after: [list, work], loop: { size: 2 } }
  work: { type: set, after: loop.loop, with: { fields: { batch: "{{ $loop.index }}" } } }
  finish: { type: no-op, after: loop.done }`,
      { input: { rows: [{ v: 1 }, { v: 2 }, { v: 3 }] } },
    );
    expect(result.output).toEqual([
      { v: 1, batch: 0 },
      { v: 2, batch: 0 },
      { v: 3, batch: 1 },
    ]);
    expect(result.loop('loop')).toMatchObject({ total: 2, completed: 2 });
  });

  it('nests three levels, 10 x 10 x 10, in order', async () => {
    const result = await run(`${START}
  as: { type: code, after: start, with: { mode: all, code: "return Array.from({ length: 10 }, (_, a) => ({ a }));" } }
  la: { type: loop-over-items, after: [as, lb.done] }
  bs: { type: code, after: la.loop, with: { code: "return Array.from({ length: 10 }, (_, b) => ({ ...$json, b }));" } }
  lb: { type: loop-over-items, after: [bs, lc.done] }
  cs: { type: code, after: lb.loop, with: { code: "return Array.from({ length: 10 }, (_, c) => ({ ...$json, c }));" } }
  lc: { type: loop-over-items, after: [cs, work] }
  work: { type: set, after: lc.loop, with: { keep: none, fields: { n: "{{ $json.a * 100 + $json.b * 10 + $json.c }}" } } }
  finish: { type: no-op, after: la.done }`);
    expect(result.failure).toBeNull();
    expect(result.output).toEqual(numbers(1000).map((n) => ({ n })));
  });

  it('starts anew with what came back when reset holds, up to its ceiling', async () => {
    const text = (until: number) => `settings: { limits: { loop.ceiling: 50 } }
${START}
  loop: { type: loop-over-items, after: [start, poll], with: { reset: "{{ $json.tries < ${until} }}" } }
  poll: { type: set, after: loop.loop, with: { fields: { tries: "{{ ($json.tries ?? 0) + 1 }}" } } }
  finish: { type: no-op, after: loop.done }`;
    const result = await run(text(7), { input: { job: 'x' } });
    expect(result.output).toEqual([{ job: 'x', tries: 7 }]);
    const endless = await run(text(1000), { input: { job: 'x' } });
    expect(endless.failure?.code).toBe('limit-reached');
    expect(endless.failure?.message).toContain('loop.ceiling');
  });
});

describe('loop', () => {
  const loop = (section: string) => `${START}
  loop:
    type: loop
    after: start
    loop: ${section}
    body:
      next: { type: set, with: { keep: none, fields: { n: "{{ $json.n + 1 }}", list: "{{ [...$json.list, $json.n] }}" } } }`;

  it('counts, while a condition holds, until one holds', async () => {
    const times = await run(loop('{ times: 4, state: { n: 0, list: [] } }'));
    expect(times.output).toEqual([{ n: 4, list: [0, 1, 2, 3] }]);
    const whiles = await run(loop('{ while: "{{ $json.n < 3 }}", state: { n: 0, list: [] } }'));
    expect(whiles.output).toEqual([{ n: 3, list: [0, 1, 2] }]);
    const until = await run(loop('{ until: "{{ $json.n >= 2 }}", state: { n: 0, list: [] } }'));
    expect(until.output).toEqual([{ n: 2, list: [0, 1] }]);
    expect(until.loop('loop')).toMatchObject({ completed: 2 });
  });

  it('does nothing when while is false at once', async () => {
    const result = await run(loop('{ while: "{{ false }}", state: { n: 5, list: [] } }'));
    expect(result.output).toEqual([{ n: 5, list: [] }]);
  });

  it('fails at its ceiling and says which limit it is', async () => {
    const result = await run(loop('{ while: "{{ true }}", limit: 20, state: { n: 0, list: [] } }'));
    expect(result.failure?.code).toBe('limit-reached');
    expect(result.failure?.message).toContain('20');
  });

  it('gives what the iterations gave when asked to collect', async () => {
    const result = await run(loop('{ times: 3, collect: concat, state: { n: 0, list: [] } }'));
    expect((result.output as { n: number }[]).map((o) => o.n)).toEqual([1, 2, 3]);
  });

  it('updates variables by templates', async () => {
    const result = await run(`${START}
  loop:
    type: loop
    after: start
    loop: { times: 10, state: { a: 0, b: 1 }, update: { a: "{{ $loop.vars.b }}", b: "{{ $json.next }}" } }
    body:
      f: { type: set, with: { keep: none, fields: { next: "{{ $json.a + $json.b }}" } } }`);
    expect(result.output).toEqual([{ a: 55, b: 89 }]);
  });
});

describe('sub-workflow', () => {
  const child = `rondo: 1
name: child
nodes:
  start: { type: manual }
  twice: { type: set, after: start, with: { keep: none, fields: { n: "{{ $json.n * 2 }}" } } }
`;

  it('runs once with all items, or once per item', async () => {
    const folder = await tempFolder({ 'child.yaml': child });
    const text = (mode: string) => `${START}
  call: { type: sub-workflow, after: start, with: { workflow: child, mode: ${mode} } }`;
    const input = [{ n: 1 }, { n: 2 }];
    const once = await run(text('once'), { folder, input });
    expect(once.output).toEqual([{ n: 2 }, { n: 4 }]);
    expect(once.loop('call').total).toBe(1);
    const each = await run(text('each'), { folder, input });
    expect(each.output).toEqual([{ n: 2 }, { n: 4 }]);
    expect(each.loop('call').total).toBe(2);
  });

  it('hands over some fields, and others that are set on the way', async () => {
    const folder = await tempFolder({ 'echo.yaml': 'rondo: 1\nnodes:\n  start: { type: manual }\n' });
    const call = (mode: string): string => `${START}
  call:
    type: sub-workflow
    after: start
    with: { workflow: echo, mode: ${mode}, fields: { at: "{{ $itemIndex }}", n: "{{ $json.n + 1 }}" }, only: [n, at] }`;
    const input = [{ n: 1, x: 'a' }, { n: 2 }];
    for (const mode of ['once', 'each']) {
      const { output } = await run(call(mode), { folder, input });
      expect(output).toEqual([
        { n: 2, at: 0 },
        { n: 3, at: 1 },
      ]);
    }
  });

  it('says what went wrong in its own words, or goes on without looking', async () => {
    const broken =
      'rondo: 1\nnodes:\n  start: { type: manual }\n  no: { type: stop-and-error, after: start, with: { message: "bad {{ $json.n }}" } }\n';
    const folder = await tempFolder({ 'broken.yaml': broken });
    const call = (more: string): string => `${START}
  call: { type: sub-workflow, after: start, with: { workflow: broken, mode: each, ${more} } }`;
    const input = [{ n: 7 }];
    const { failure } = await run(call('message: "call for {{ $json.n }} failed"'), { folder, input });
    expect(failure).toMatchObject({ message: 'call for 7 failed', cause: 'bad 7', node: 'call' });
    expect((await run(call('wait: false'), { folder, input })).output).toEqual([{ n: 7 }]);
  });

  const recursive = `name: countdown
${START}
  more: { type: if, after: start, with: { when: "{{ $json.n > 0 }}" } }
  less: { type: set, after: more.true, with: { fields: { n: "{{ $json.n - 1 }}" } } }
  again: { type: sub-workflow, after: less, with: { workflow: countdown, mode: each } }
  end: { type: set, after: more.false, with: { fields: { end: true } } }`;

  it('calls itself, down to the depth limit', async () => {
    const result = await run(recursive, { input: { n: 5 } });
    expect(result.output).toEqual([{ n: 0, end: true }]);
    const deep = await run(recursive, { input: { n: 100 } });
    expect(deep.failure?.code).toBe('limit-reached');
    expect(deep.failure?.message).toContain('workflow.depth');
  });
});

describe('flow: item', () => {
  it('lets each item walk the whole chain', async () => {
    const result = await run(
      `settings: { flow: item }
${START}
  a: { type: set, after: start, with: { fields: { a: "{{ $loop.index }}" } } }
  b: { type: set, after: a, with: { fields: { b: "{{ $json.a * 2 }}" } } }`,
      { input: [{ n: 1 }, { n: 2 }] },
    );
    expect(result.output).toEqual([
      { n: 1, a: 0, b: 0 },
      { n: 2, a: 1, b: 2 },
    ]);
    expect(result.loop('flow')).toMatchObject({ total: 2, completed: 2 });
  });
});

describe('items that misbehave', () => {
  it('time out or run out of memory alone, and the run goes on by its policy', async () => {
    const result = await run(`settings: { limits: { expression.ms: 6000 } }
${START}
  each:
    type: for-each
    after: start
    loop: { over: "{{ range(30) }}", onError: drop }
    body:
      x: { type: set, with: { keep: none, fields: { n: "{{ $json === 7 ? (() => { while (true) {} })() : $json === 20 ? (() => { const a = []; for (;;) a.push(new Array(1e5).fill($json)); })() : $json }}" } } }`);
    expect(result.status).toBe('completed');
    expect(result.output).toEqual(
      numbers(30)
        .filter((n) => n !== 7 && n !== 20)
        .map((n) => ({ n })),
    );
    const rows = await result.rows('each');
    expect(rows[7]?.failure?.code).toBe('expression-timeout');
    expect(rows[20]?.failure?.code).toBe('memory-exceeded');
  });
});
