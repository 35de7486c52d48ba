/** What runs next in a walk: the order of both kinds, waiting, releasing, repeated runs, and the defects kept in strict graphs. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WalkGraph, WalkStep } from '../model/walk.ts';
import { evolve, next, startWalk } from './walk.ts';

interface Drawn {
  /** x, y. */
  at?: [number, number];
  /** By output: `B`, or `B.1` for its second input. */
  to?: string[][];
  required?: number | number[];
  all?: boolean;
}

function draw(nodes: Record<string, Drawn>, more: Partial<WalkGraph> = {}): WalkGraph {
  const names = Object.keys(nodes);
  const steps = names.map((name, i): WalkStep => {
    const { at = [i * 100, 0], to = [], required = null, all = false } = nodes[name] as Drawn;
    const targets = to.map((list) =>
      list.map((text) => {
        const [target = '', input = '0'] = text.split('.');
        return { step: names.indexOf(target), input: Number(input) };
      }),
    );
    return { x: at[0], y: at[1], targets, sources: [], required, all };
  });
  const sources: { step: number; port: number }[][][] = names.map(() => []);
  steps.forEach((step, from) =>
    step.targets.forEach((list, port) => {
      for (const { step: to, input } of list) {
        const inputs = sources[to] as { step: number; port: number }[][];
        while (inputs.length <= input) inputs.push([]);
        inputs[input]?.push({ step: from, port });
      }
    }),
  );
  return {
    order: 'v1',
    strict: false,
    starts: [0],
    ...more,
    steps: steps.map((step, i) => ({ ...step, sources: sources[i] ?? [] })),
  };
}

/** Runs the graph. `gives`: items per output of each run of a node (the last one repeats), 'end' for no run at all. */
function trace(
  nodes: Record<string, Drawn>,
  gives: Record<string, (number[] | 'end')[]> = {},
  more: Partial<WalkGraph> = {},
  most = 60,
): string {
  const graph = draw(nodes, more);
  const names = Object.keys(nodes);
  let state = startWalk(graph, 0, 1);
  const seen: string[] = [];
  while (seen.length < most) {
    const command = next(state);
    if (command.do === 'complete') return seen.join(' ');
    const name = names[command.step] as string;
    const inputs = command.inputs.map((one) =>
      one === null ? '-' : one.empty ? '{}' : `${names[one.step] ?? ''}${one.run > 0 ? one.run : ''}`,
    );
    const show = inputs.length > 1 || command.inputs[0]?.empty;
    const given = gives[name];
    const gave =
      given?.[Math.min(command.run, given.length - 1)] ?? graph.steps[command.step]?.targets.map(() => 1) ?? [];
    seen.push(`${name}${command.run > 0 ? command.run : ''}${show ? `(${inputs.join(',')})` : ''}`);
    state = evolve(graph, state, gave === 'end' ? { type: 'ended' } : { type: 'completed', counts: gave });
  }
  return `${seen.join(' ')} ...`;
}

describe('order v1', () => {
  it('takes one branch to its end before the next, the one further up first, then further left', () => {
    const nodes = {
      S: { to: [['low', 'right', 'left', 'top']] },
      low: { at: [0, 300], to: [['low2']] },
      low2: { at: [0, 0] },
      right: { at: [900, 200] },
      left: { at: [100, 200], to: [['left2']] },
      left2: { at: [100, 500] },
      top: { at: [5000, -10] },
    } satisfies Record<string, Drawn>;
    expect(trace(nodes)).toBe('S top left left2 right low low2');
  });

  it('takes what stands at the same place in reverse order of the file', () => {
    expect(trace({ S: { to: [['a', 'b']] }, a: { at: [0, 0] }, b: { at: [0, 0] } })).toBe('S b a');
  });

  it('runs a step once for each list that arrives at one input', () => {
    const nodes = {
      S: { to: [['a', 'b']] },
      a: { at: [0, 0], to: [['c']] },
      b: { at: [0, 9], to: [['c']] },
      c: { to: [['d']] },
      d: {},
    } satisfies Record<string, Drawn>;
    expect(trace(nodes)).toBe('S a c d b c1 d1');
  });

  it('ends the branch of an output that gave nothing', () => {
    const nodes = { S: { to: [['a'], ['b']] }, a: { to: [['c']] }, b: { to: [['c']] }, c: {} } satisfies Record<
      string,
      Drawn
    >;
    expect(trace(nodes, { S: [[0, 2]] })).toBe('S b c');
    expect(trace(nodes, { S: [[0, 0]] })).toBe('S');
    expect(trace(nodes, { S: [[]] })).toBe('S');
  });

  it('goes round a circle until nothing comes back', () => {
    const nodes = { S: { to: [['a']] }, a: { to: [['if']] }, if: { to: [['out'], ['a']] }, out: {} } satisfies Record<
      string,
      Drawn
    >;
    expect(
      trace(nodes, {
        if: [
          [0, 2],
          [1, 1],
          [1, 0],
        ],
      }),
    ).toBe('S a if a1 if1 a2 if2 out out1');
  });

  it('keeps nothing of a run that was none', () => {
    const nodes = {
      S: { to: [['a', 'b']] },
      a: { at: [0, 0], to: [['c']] },
      b: { at: [0, 9], to: [['a']] },
      c: {},
    } satisfies Record<string, Drawn>;
    expect(trace(nodes, { a: ['end'] })).toBe('S a b a');
  });

  describe('a step with several inputs', () => {
    const nodes = {
      S: { to: [['a', 'b']] },
      a: { at: [0, 0], to: [['m.0']] },
      b: { at: [0, 9], to: [['m.1']] },
      m: { at: [9, 5], to: [['end']], required: 1 },
      end: {},
    } satisfies Record<string, Drawn>;

    it('waits for each of them', () => {
      expect(trace(nodes)).toBe('S a b m(a,b) end');
    });

    it('runs with what it has when nothing else is left', () => {
      expect(trace(nodes, { a: [[0]] })).toBe('S a b m(-,b) end');
      expect(trace({ ...nodes, x: { at: [0, 99] }, S: { to: [['a', 'b', 'x']] } }, { b: [[0]] })).toBe(
        'S a b x m(a,-) end',
      );
    });

    it('waits for ever for inputs that are required', () => {
      expect(trace({ ...nodes, m: { ...nodes.m, required: [0, 1] } }, { a: [[0]] })).toBe('S a b');
      expect(trace({ ...nodes, m: { ...nodes.m, required: 2, all: true } }, { a: [[0]] })).toBe('S a b');
      expect(trace({ ...nodes, m: { ...nodes.m, required: [1] } }, { a: [[0]] })).toBe('S a b m(-,b) end');
    });

    it('keeps a place for each list of one input, the first one first', () => {
      const twice = { ...nodes, S: { to: [['a', 'a2', 'b']] }, a2: { at: [0, 1] as [number, number], to: [['m.0']] } };
      expect(trace(twice)).toBe('S a a2 b m(a,b) end m1(a2,-) end1');
    });

    it('is released one at a time, and not before one that leads to it', () => {
      const chain = {
        S: { to: [['late', 'a']] },
        a: { at: [0, 0], to: [['m2.0', 'm1.0']] },
        late: { at: [0, 99], to: [['m1.1', 'm2.1']] },
        m2: { at: [0, 0], to: [['end']], required: 1 },
        m1: { at: [0, 1], to: [['m2.1']], required: 1 },
        end: {},
      } satisfies Record<string, Drawn>;
      expect(trace(chain, { late: [[0]] })).toBe('S a late m1(a,-) m2(a,m1) end');
    });

    it('is dropped without a run when all it has is empty', () => {
      const empty = { ...nodes, S: { to: [['b']] } };
      expect(trace(empty, { b: [[0]] }, { order: 'v0' })).toContain('S');
      expect(trace(empty, { b: [[0]] })).toBe('S b');
    });
  });

  it('releases one of those that wait for each other; n8n ends without them', () => {
    const knot = {
      S: { to: [['m.0', 'n.0']] },
      m: { to: [['n.1']], required: 1 },
      n: { to: [['m.1'], ['end']], required: 1 },
      end: {},
    } satisfies Record<string, Drawn>;
    expect(trace(knot, { n: [[0, 1]] })).toBe('S n(S,-) end m(S,-) n1(-,m) end1');
    expect(trace(knot, { n: [[0, 1]] }, { strict: true })).toBe('S');
  });

  it('loses a list whose place is given away only in strict graphs', () => {
    // Two lists for input 0, one for input 1, then a third for input 0: n8n gives it the number of the second place.
    const nodes = {
      S: { to: [['a1', 'a2', 'b', 'a3']] },
      a1: { at: [0, 0], to: [['m.0']] },
      a2: { at: [0, 1], to: [['m.0']] },
      b: { at: [0, 2], to: [['m.1']] },
      a3: { at: [0, 3], to: [['m.0']] },
      m: { required: 1 },
    } satisfies Record<string, Drawn>;
    expect(trace(nodes)).toBe('S a1 a2 b m(a1,b) a3 m1(a2,-) m2(a3,-)');
    expect(trace(nodes, {}, { strict: true })).toBe('S a1 a2 b m(a1,b) a3 m1(a3,-)');
  });
});

describe('order v0', () => {
  const v0 = { order: 'v0' } as const;

  it('takes all that follows, then all that follows those, in the order of the file', () => {
    const nodes = {
      S: { to: [['a', 'b']] },
      a: { at: [0, 9], to: [['c']] },
      b: { at: [0, 0], to: [['d']] },
      c: {},
      d: {},
    } satisfies Record<string, Drawn>;
    expect(trace(nodes, {}, v0)).toBe('S a b c d');
  });

  it('starts what a waiting step needs and what would not run', () => {
    const nodes = { S: { to: [['a']] }, a: { to: [['m.0']] }, other: { to: [['m.1']] }, m: {} } satisfies Record<
      string,
      Drawn
    >;
    expect(trace(nodes, {}, v0)).toBe('S a other({}) m(a,other)');
  });

  it('starts the furthest ancestor that has not run', () => {
    const nodes = { S: { to: [['m.0']] }, far: { to: [['mid']] }, mid: { to: [['m.1']] }, m: {} } satisfies Record<
      string,
      Drawn
    >;
    expect(trace(nodes, {}, v0)).toBe('S far({}) mid m(S,mid)');
  });

  it('hands an empty list to a second input, so that the step need not wait', () => {
    const nodes = { S: { to: [['m.0'], ['m.1']] }, m: {} } satisfies Record<string, Drawn>;
    expect(trace(nodes, { S: [[1, 0]] }, v0)).toBe('S m(S,S)');
  });
});

describe('any graph', () => {
  const graphs = fc.integer({ min: 2, max: 7 }).chain((n) =>
    fc.record({
      order: fc.constantFrom('v1' as const, 'v0' as const),
      strict: fc.boolean(),
      edges: fc.array(fc.record({ from: fc.nat(n - 1), to: fc.nat(n - 1), port: fc.nat(1), input: fc.nat(2) }), {
        maxLength: 14,
      }),
      at: fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: n, maxLength: n }),
      gives: fc.array(fc.array(fc.nat(2), { minLength: 2, maxLength: 2 }), { minLength: 5, maxLength: 40 }),
    }),
  );

  it('runs each list that arrives once, and nothing of what gave nothing', () => {
    fc.assert(
      fc.property(graphs, ({ order, strict, edges, at, gives }) => {
        const nodes: Record<string, Drawn> = Object.fromEntries(
          at.map((place, i) => [
            `n${i}`,
            {
              at: place,
              to: [0, 1].map((port) =>
                edges.filter((e) => e.from === i && e.port === port).map((e) => `n${e.to}.${e.input}`),
              ),
              required: 1,
            },
          ]),
        );
        const graph = draw(nodes, { order, strict });
        let state = startWalk(graph, 0, 1);
        let sent = 1;
        let taken = 0;
        let forcedRuns = 0;
        const used = new Set<string>();
        for (const counts of gives) {
          const command = next(state);
          if (command.do === 'complete') break;
          for (const [input, one] of command.inputs.entries()) {
            if (one === null) continue;
            if (one.empty) forcedRuns += 1;
            else {
              // No arrival is handed to two runs of the same input.
              const key = `${command.step}.${input}<${one.step}.${one.port}.${one.run}`;
              const wires = edges.filter(
                (e) => e.from === one.step && e.port === one.port && e.to === command.step && e.input === input,
              );
              if (wires.length < 2) expect(used.has(key)).toBe(false);
              used.add(key);
              taken += 1;
              if (order === 'v1') expect(one.count).toBeGreaterThan(0);
            }
          }
          if (order === 'v1') expect(command.inputs.some((one) => one !== null)).toBe(true);
          const before = state;
          state = evolve(graph, state, { type: 'completed', counts });
          expect(state.total).toBe(before.total + 1);
          expect(state.runs[command.step]).toBe(command.run + 1);
          sent += (graph.steps[command.step] as WalkStep).targets.reduce(
            (sum, list, port) =>
              sum + list.filter((to) => (counts[port] ?? 0) > 0 || (order === 'v0' && to.input > 0)).length,
            0,
          );
          expect(taken).toBeLessThanOrEqual(sent);
        }
        if (order === 'v1') expect(forcedRuns).toBe(0);
        // Nothing is left over when it ends, but what waits for a required input or was lost by a defect.
        if (next(state).do === 'complete' && !strict && order === 'v1') {
          const waits = state.waiting.reduce((sum, one) => sum + one.slots.length, 0);
          expect(waits).toBe(0);
          expect(taken).toBe(sent);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('ends, however it is wired, when each step gives something only once', () => {
    fc.assert(
      fc.property(graphs, ({ order, strict, edges, at }) => {
        const nodes: Record<string, Drawn> = Object.fromEntries(
          at.map((place, i) => [
            `n${i}`,
            { at: place, to: [edges.filter((e) => e.from === i).map((e) => `n${e.to}.${e.input}`)], required: 1 },
          ]),
        );
        const gives = Object.fromEntries(Object.keys(nodes).map((name) => [name, [[1], [0]] as number[][]]));
        expect(trace(nodes, gives, { order, strict }, 500)).not.toMatch(/\.\.\.$/);
      }),
      { numRuns: 300 },
    );
  });

  it('costs the same per run after many', () => {
    const nodes = { S: { to: [['a']] }, a: { to: [['b']] }, b: { to: [['a']] } } satisfies Record<string, Drawn>;
    const graph = draw(nodes);
    let state = startWalk(graph, 0, 1);
    const started = performance.now();
    for (let n = 0; n < 200_000; n += 1) state = evolve(graph, state, { type: 'completed', counts: [1] });
    expect(state.total).toBe(200_000);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
