/** Workflows in the order of n8n: runs, lists of runs, loops of both kinds, going on after a crash, limits. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunHandle } from '../../api.ts';
import { openMemoryStore } from '../../stores/memory.ts';
import { makeRunner, ran, run, tempFolder, type Ran } from '../workflow.testing.ts';

const head = (settings = ''): string => `settings: { order: n8n-v1, dialect: n8n${settings} }\n`;
const set = (after: string, v: string): string =>
  `{ type: set, after: ${after}, with: { keep: all, fields: { v: "{{ ${v} }}" } } }`;

/** Runs and answers what each node gave: runs, outputs, json. */
async function nodesOf(
  text: string,
  input: unknown = {},
): Promise<{
  status: string;
  output: unknown;
  nodes: Record<string, unknown[][][]>;
  message?: string;
  order: string[];
}> {
  const { runner } = await makeRunner();
  const handle = await runner.start({ definition: `rondo: 1\n${text}`, file: 'w.yaml', input: input as never });
  const order: string[] = [];
  handle.onProgress((progress) => {
    if (progress.type === 'step' && progress.event.type === 'step-completed') order.push(progress.event.step);
  });
  const result = await handle.done;
  return {
    ...(await told(handle)),
    status: result.status,
    output: result.output,
    order,
    ...(result.failure === null ? {} : { message: result.failure.message }),
  };
}

async function told(handle: RunHandle): Promise<{ nodes: Record<string, unknown[][][]> }> {
  const nodes = await handle.nodes(10_000);
  return {
    nodes: Object.fromEntries(
      Object.entries(nodes).map(([id, runs]) => [id, runs.map((outputs) => outputs.map((list) => list.items))]),
    ),
  };
}

const ROWS = `  S: { type: manual }
  Rows: { type: split-out, after: S, with: { field: rows } }
`;

const LOOP = (more = '', size = 2): string => `nodes:
${ROWS}  Loop: { type: loop-over-items, after: [Rows, Work], loop: { size: ${size} }${more} }
  Work: ${set('Loop.loop', '$json.v * 10')}
  End: { type: aggregate, after: Loop.done }
`;

const rows = (...v: number[]) => ({ rows: v.map((one) => ({ v: one })) });

describe('a walk', () => {
  it('runs a node again for each list that arrives, one branch after the other, and gives what ran last', async () => {
    const { output, nodes, order } = await nodesOf(
      `${head()}nodes:
${ROWS}  Low: ${set('Rows', '$json.v + 1')}
  High: ${set('Rows', '$json.v + 2')}
  Join: ${set('[Low, High]', '$json.v * 10')}
layout: { Low: { x: 0, y: 90 }, High: { x: 0, y: 0 }, Join: { x: 9, y: 0 } }`,
      rows(1, 2),
    );
    expect(order).toEqual(['S', 'Rows', 'High', 'Join', 'Low', 'Join@1']);
    expect(nodes.Join).toEqual([[[{ v: 30 }, { v: 40 }]], [[{ v: 20 }, { v: 30 }]]]);
    expect(output).toEqual([{ v: 20 }, { v: 30 }]);
  });

  it('has nodes of the same names as files of n8n do, and keeps paths readable', async () => {
    const result = await run(
      `${head()}nodes:
  "Start: here": { type: manual }
  "a/b [1]#2@3 100%": ${set('"Start: here"', '1')}
`,
      { input: [{}] },
    );
    expect(result.output).toEqual([{ v: 1 }]);
    expect(result.loop('a%2Fb %5B1%5D%232%403 100%25').node).toBe('a/b [1]#2@3 100%');
  });

  it('tells expressions which run it is and where items come from', async () => {
    const { nodes } = await nodesOf(
      `${head()}nodes:
${ROWS}  A: ${set('Rows', '$json.v')}
  B: ${set('[Rows, A]', "$runIndex + ' ' + $prevNode.name + ' ' + $('Rows').item.json.v + ' ' + $('B').isExecuted")}
layout: { A: { x: 0, y: 9 }, B: { x: 0, y: 0 } }`,
      rows(7, 8),
    );
    expect(nodes.B).toEqual([
      [[{ v: '0 Rows 7 false' }, { v: '0 Rows 8 false' }]],
      [[{ v: '1 A 7 true' }, { v: '1 A 8 true' }]],
    ]);
  });

  it('follows items back through branches, joins and drops, and says when it cannot', async () => {
    const text = (end: string): string => `${head()}nodes:
${ROWS}  If: { type: if, after: Rows, with: { conditions: [ { left: "{{ $json.v }}", op: gt, right: 2 } ] } }
  Up: ${set('If.true', '$json.v * 10')}
  Down: ${set('If.false', '$json.v * 100')}
  Both: { type: merge, after: { input1: Up, input2: Down } }
${end}`;
    const one = await nodesOf(text(`  X: ${set('Both', "$('Rows').item.json.v")}\n`), rows(1, 3, 2, 4));
    expect(one.nodes.X).toEqual([[[{ v: 3 }, { v: 4 }, { v: 1 }, { v: 2 }]]]);
    const many = await nodesOf(
      text(`  All: { type: aggregate, after: Both }\n  X: ${set('All', "$('Rows').item.json.v")}\n`),
      rows(1, 3),
    );
    expect(many.status).toBe('failed');
    expect(many.message).toBe('Multiple matches found');
  });

  it('goes round in a circle, and stops one without end at a limit that it names', async () => {
    const circle = (settings: string, until: number): string => `${head(settings)}nodes:
  S: { type: manual }
  Add: ${set('[S, If.false]', '($json.v ?? 0) + 1')}
  If: { type: if, after: Add, with: { conditions: [ { left: "{{ $json.v }}", op: gte, right: ${until} } ] } }
  Out: { type: no-op, after: If.true }
`;
    const { nodes } = await nodesOf(circle('', 4), [{}]);
    expect(nodes.Add).toHaveLength(4);
    expect(nodes.Out).toEqual([[[{ v: 4 }]]]);
    const endless = await nodesOf(circle(', limits: { walk.runs: 50 }', 1e9), [{}]);
    expect(endless.status).toBe('failed');
    expect(endless.message).toContain('walk.runs');
  });

  it('fills an empty first output with one item, also when another output has some', async () => {
    const { nodes } = await nodesOf(
      `${head()}nodes:
${ROWS}  If: { type: if, after: Rows, alwaysOutput: true, with: { conditions: [ { left: "{{ $json.v }}", op: gt, right: 9 } ] } }
`,
      rows(1),
    );
    expect(nodes.If).toEqual([[[{}], [{ v: 1 }]]]);
  });

  it('hands one item to a node that runs once; its expressions see all', async () => {
    const { nodes } = await nodesOf(
      `${head()}nodes:
${ROWS}  A: { type: set, after: Rows, executeOnce: true, with: { fields: { v: "{{ $input.all().length }}" } } }
  B: { type: aggregate, after: Rows, executeOnce: true }
`,
      rows(1, 2, 3),
    );
    expect(nodes.A).toEqual([[[{ v: 3 }]]]);
    expect(nodes.B).toEqual([[[{ data: [{ v: 1 }] }]]]);
  });

  it('starts at the trigger that is asked for, and runs nothing else', async () => {
    const text = `${head()}nodes:
  One: { type: webhook, with: { path: a } }
  Two: { type: manual }
  A: ${set('One', '1')}
  B: ${set('Two', '2')}
`;
    expect((await run(text, { input: [{}] })).output).toEqual([{ v: 2 }]);
    expect((await run(text, { input: [{}], trigger: 'One' })).output).toEqual([{ v: 1 }]);
  });

  it('shows the run that failed, and those before it', async () => {
    const { nodes, status, message } = await nodesOf(
      `${head(', strict: true')}nodes:
${ROWS}  Loop: { type: loop-over-items, after: [Rows, Work] }
  Work: { type: code, after: Loop.loop, with: { code: "if ($json.v === 2) throw new Error('two'); return { json: $json }" } }
`,
      rows(1, 2, 3),
    );
    expect(status).toBe('failed');
    expect(message).toContain('two');
    expect(nodes.Work).toEqual([[[{ v: 1 }]], []]);
  });
});

describe('order v0', () => {
  it('runs level by level and starts what a waiting node needs', async () => {
    const { order, nodes } = await nodesOf(
      `settings: { order: n8n-v0, dialect: n8n }
nodes:
  S: { type: manual }
  A: ${set('S', '1')}
  Other: { type: set, with: { fields: { v: 2 } } }
  M: { type: merge, after: { input1: A, input2: Other } }
`,
      [{}],
    );
    expect(order).toEqual(['S', 'A', 'Other', 'M']);
    expect(nodes.M).toEqual([[[{ v: 1 }, { v: 2 }]]]);
  });
});

describe('a loop in a walk', () => {
  const batches = [
    [[], [{ v: 1 }, { v: 2 }]],
    [[], [{ v: 3 }]],
    [[{ v: 10 }, { v: 20 }, { v: 30 }], []],
  ];
  const expected = {
    Loop: batches,
    Work: [[[{ v: 10 }, { v: 20 }]], [[{ v: 30 }]]],
    End: [[[{ data: [{ v: 10 }, { v: 20 }, { v: 30 }] }]]],
  };

  it('is a container with rows of its own, told as the runs that n8n shows', async () => {
    const result = await nodesOf(`${head()}${LOOP()}`, rows(1, 2, 3));
    expect(result.order).toEqual(['S', 'Rows', 'Loop', 'End']);
    expect(result.nodes).toMatchObject(expected);
  });

  it('is nodes that run again in a strict workflow, with the same results', async () => {
    const result = await nodesOf(`${head(', strict: true')}${LOOP()}`, rows(1, 2, 3));
    expect(result.order).toEqual(['S', 'Rows', 'Loop', 'Work', 'Loop@1', 'Work@1', 'Loop@2', 'End']);
    expect(result.nodes).toMatchObject(expected);
  });

  it('has the outputs of its version', async () => {
    const old = await nodesOf(`${head(', strict: true')}${LOOP(', with: { version: 2 }')}`, rows(1, 2, 3));
    expect(old.nodes.Loop).toEqual(batches.map((outputs) => outputs.toReversed()));
    const first = await nodesOf(`${head(', strict: true')}${LOOP(', with: { version: 1 }')}`, rows(1, 2, 3));
    expect(first.nodes.Loop).toEqual([[[{ v: 1 }, { v: 2 }]], [[{ v: 3 }]]]);
    expect(first.nodes.End).toBeUndefined();
  });

  it('takes its size from an expression, whether it is a container or not', async () => {
    for (const settings of ['', ', strict: true']) {
      const { nodes } = await nodesOf(
        `${head(settings)}${LOOP(`, with: { size: "{{ $('Rows').all().length - 1 }}" }`, 1)}`,
        rows(1, 2, 3),
      );
      expect(nodes.Work).toEqual(expected.Work);
    }
  });

  const nested = (settings: string, inner = ''): string => `${head(settings)}nodes:
${ROWS}  Outer: { type: loop-over-items, after: [Rows, Inner] }
  Kids: { type: split-out, after: Outer.loop, with: { field: kids } }
  Inner: { type: loop-over-items, after: [Kids, Work]${inner} }
  Work: ${set('Inner.loop', "$json.v + '!'")}
  All: { type: no-op, after: Outer.done }
`;
  const families = { rows: [{ kids: [{ v: 'a' }, { v: 'b' }] }, { kids: [{ v: 'c' }, { v: 'd' }] }] };
  const whole = ['a!', 'b!', 'c!', 'd!'].map((v) => ({ v }));

  it('runs in each iteration of the loop around it; n8n passes the second list by', async () => {
    const { output, nodes } = await nodesOf(nested(''), families);
    expect(output).toEqual(whole);
    expect(nodes.Work).toHaveLength(4);
    const strict = await nodesOf(nested(', strict: true'), families);
    expect(strict.output).toEqual(['a!', 'b!', 'a!', 'b!', 'c', 'd'].map((v) => ({ v })));
    expect(strict.nodes.Work).toHaveLength(2);
  });

  it('starts over by a reset that asks whether it was done', async () => {
    const reset = `, with: { reset: "{{ $('Inner').context.done }}" }`;
    for (const settings of ['', ', strict: true']) {
      const { output } = await nodesOf(nested(settings, reset), families);
      expect(output).toEqual(whole);
    }
  });

  it('lets expressions read what it keeps, and starts over by itself all the same', async () => {
    const { output, nodes } = await nodesOf(
      nested('').replace(
        "$json.v + '!'",
        "$json.v + $('Inner').context.currentRunIndex + '/' + $('Inner').context.maxRunIndex + $('Inner').context.noItemsLeft",
      ),
      families,
    );
    expect(output).toEqual(['a0/2false', 'b1/2true', 'c0/2false', 'd1/2true'].map((v) => ({ v })));
    expect(nodes.Inner).toHaveLength(6);
  });

  it('joins several branches that return, and goes on after a batch of which nothing came back', async () => {
    const text = (settings: string): string => `${head(settings)}nodes:
${ROWS}  Loop: { type: loop-over-items, after: [Rows, Up, Down], loop: { size: 2 } }
  Odd: { type: filter, after: Loop.loop, with: { conditions: [ { left: "{{ $json.v }}", op: notEquals, right: 5 } ] } }
  If: { type: if, after: Odd, with: { conditions: [ { left: "{{ $json.v }}", op: gt, right: 2 } ] } }
  Up: ${set('If.true', '$json.v * 10')}
  Down: ${set('If.false', '$json.v * 100')}
  End: { type: no-op, after: Loop.done }
`;
    const { nodes } = await nodesOf(text(''), rows(1, 3, 5, 5, 4, 2));
    expect(nodes.End).toEqual([[[{ v: 30 }, { v: 100 }, { v: 40 }, { v: 200 }]]]);
    expect(nodes.Loop).toHaveLength(4);
    const strict = await nodesOf(text(', strict: true'), rows(1, 3, 5, 5, 4, 2));
    expect(strict.nodes.End?.length ?? 0).not.toBe(1);
  });

  it('keeps outer items and its own batch in reach of the body', async () => {
    for (const settings of ['', ', strict: true']) {
      const { nodes } = await nodesOf(
        `${head(settings)}${LOOP().replace('$json.v * 10', "$('Rows').item.json.v + ':' + $('Loop').item.json.v + ':' + $('Loop').all().length + ':' + $('Rows').all().length")}`,
        rows(1, 2, 3),
      );
      expect(nodes.End).toEqual([[[{ data: [{ v: '1:1:2:3' }, { v: '2:2:2:3' }, { v: '3:3:1:3' }] }]]]);
    }
  });

  it('knows in the body of a batch which items were filtered and split', async () => {
    for (const settings of ['', ', strict: true']) {
      const { nodes } = await nodesOf(
        `${head(settings)}nodes:
${ROWS}  Loop: { type: loop-over-items, after: [Rows, Work], loop: { size: 3 } }
  Odd: { type: filter, after: Loop.loop, with: { conditions: [ { left: "{{ $json.v }}", op: notEquals, right: 2 } ] } }
  Parts: { type: split-out, after: Odd, with: { field: parts } }
  Work: ${set('Parts', "$('Rows').item.json.v + $json.p")}
  End: { type: no-op, after: Loop.done }
`,
        { rows: [1, 2, 3].map((v) => ({ v, parts: [{ p: 'a' }, { p: 'b' }] })) },
      );
      expect(nodes.Work).toMatchObject([[['1a', '1b', '3a', '3b'].map((v) => ({ v }))]]);
    }
  });

  it('whose body does not return hands out one batch, as in n8n', async () => {
    const { nodes, status } = await nodesOf(`${head()}${LOOP().replace('[Rows, Work]', 'Rows')}`, rows(1, 2, 3));
    expect(status).toBe('completed');
    expect(nodes.Work).toEqual([[[{ v: 10 }, { v: 20 }]]]);
    expect(nodes.End).toBeUndefined();
  });
});

describe('going on with a walk', () => {
  const text = `rondo: 1\n${head(', strict: true')}${LOOP('', 1)}`;
  const input = rows(...Array.from({ length: 40 }, (_, i) => i));
  const whole = input.rows.map(({ v }) => ({ v: v * 10 }));

  async function crashed(at: string): Promise<Ran & { events: string[] }> {
    const db = join(await tempFolder(), 'rondo.db');
    const first = await makeRunner({ db, environment: { commitRows: 4, commitMs: 1 } });
    const handle = await first.runner.start({ definition: text, file: 'w.yaml', input });
    handle.onProgress((progress) => {
      if (progress.type === 'step' && progress.event.type === 'step-started' && progress.event.step === at)
        handle.interrupt();
    });
    expect((await handle.done).status).toBe('waiting');
    const second = await makeRunner({ db });
    const again = await second.runner.resume(handle.runId);
    const events: string[] = [];
    again.onProgress((progress) => {
      if (progress.type === 'step' && progress.event.type === 'step-started') events.push(progress.event.step);
    });
    return Object.assign(ran(await again.done, second.store), { events });
  }

  it.each(['Work@17', 'Loop@23', 'Loop@40'])(
    'folds the runs that are journalled and repeats none (stopped at %s)',
    async (at) => {
      const result = await crashed(at);
      expect(result.status).toBe('completed');
      expect(result.output).toEqual([{ data: whole }]);
      expect(result.events).not.toContain('Work@3');
      expect(result.loops.filter((loop) => loop.node === 'Work')).toHaveLength(40);
    },
  );

  it.each([
    ['journal-written', 3],
    ['journal-written', 20],
    ['before-commit', 9],
    ['after-commit', 9],
    ['loop-finished', 7],
  ] as const)('gives the same after a crash at %s, the time number %i', async (point, nth) => {
    let now = 1_000_000;
    let left: number = nth;
    const store = openMemoryStore({ now: () => now });
    const fault = (at: string): void => {
      if (at === point && (left -= 1) === 0) throw new Error('crashed');
    };
    const first = await makeRunner({ environment: { store, fault, commitRows: 3, commitMs: 1 } });
    const handle = await first.runner.start({ definition: text, file: 'w.yaml', input });
    await expect(handle.done).rejects.toThrow('crashed');
    now += 16_000;
    const second = await makeRunner({ environment: { store } });
    const again = await second.runner.resume(handle.runId);
    const result = ran(await again.done, store);
    expect(result.output).toEqual([{ data: whole }]);
    expect(new Set(result.loops.map((loop) => loop.path)).size).toBe(result.loops.length);
    expect(result.loops.every((loop) => loop.total === loop.completed)).toBe(true);
  });

  it('redrives an iteration of one run, and what ran after it', async () => {
    const db = join(await tempFolder(), 'rondo.db');
    const { runner, store } = await makeRunner({ db });
    const failing = `rondo: 1\n${head(', strict: true')}${LOOP('', 1).replace(/Work: .*/, `Work: { type: http-request, after: Loop.loop, with: { url: "http://127.0.0.1:1/{{ $json.v }}" }, loop: { onError: drop } }`)}`;
    const handle = await runner.start({ definition: failing, file: 'w.yaml', input: rows(1, 2, 3) });
    await handle.done;
    expect(await store.redrive(handle.runId, { loop: null, status: 'failed', after: null })).toBe(1);
    const again = await runner.resume(handle.runId);
    const events: string[] = [];
    again.onProgress((progress) => {
      if (progress.type === 'step' && progress.event.type === 'step-started') events.push(progress.event.step);
    });
    await again.done;
    expect(events).toEqual(['Work']);
  });

  it('takes ten thousand runs without growing slow', async () => {
    const many = rows(...Array.from({ length: 5000 }, (_, i) => i));
    const started = performance.now();
    const { nodes } = await nodesOf(
      `${head(', strict: true')}${LOOP('', 1).replace('End: { type: aggregate', 'End: { type: limit, with: { max: 1 }')}`,
      many,
    );
    expect(nodes.Work).toHaveLength(5000);
    expect(performance.now() - started).toBeLessThan(30_000);
  }, 60_000);
});
