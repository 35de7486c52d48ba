/** Which loops of a walk become containers, where a run starts, and what the scheduling is told of the graph. */
import { describe, expect, it } from 'vitest';
import { registry } from '@rondo/nodes/registry.ts';
import type { Diagnostic } from '../errors.ts';
import type { Definition, NodeDefinition } from '../model/definition.ts';
import type { Region } from '../model/plan.ts';
import { compile } from './compile.ts';

function walk(
  nodes: Record<string, NodeDefinition>,
  more: Partial<Definition> = {},
  strict = false,
): { root: Region; diagnostics: Diagnostic[] } {
  const definition: Definition = {
    rondo: 1,
    name: 'w',
    settings: { order: 'n8n-v1', dialect: 'n8n', strict },
    nodes,
    ...more,
  };
  const { plan, diagnostics } = compile(definition, registry);
  if (plan === null) throw new Error(diagnostics.map((one) => one.message).join('\n'));
  return { root: plan.root, diagnostics };
}

const set = (after: string | string[], v = '1'): NodeDefinition => ({ type: 'set', after, with: { fields: { v } } });

const loop = (
  body: Record<string, NodeDefinition>,
  more: Partial<NodeDefinition> = {},
): Record<string, NodeDefinition> => ({
  start: { type: 'manual' },
  loop: { type: 'loop-over-items', after: ['start', 'back'], ...more },
  ...body,
  end: { type: 'no-op', after: 'loop.done' },
});

/** Ids of the steps of a region; those of a body in brackets. */
const drawn = (region: Region): string =>
  region.steps
    .map((step) =>
      step.container !== undefined && 'body' in step.container ? `${step.id}[${drawn(step.container.body)}]` : step.id,
    )
    .join(' ');

describe('a loop of a walk', () => {
  const body = { work: set('loop.loop'), back: set('work') };

  it('is a container, unless the workflow is strict', () => {
    expect(drawn(walk(loop(body)).root)).toBe('start loop[work back] end');
    expect(drawn(walk(loop(body), {}, true).root)).toBe('start loop work back end');
  });

  it.each<[string, Record<string, NodeDefinition>]>([
    ['nothing returns', loop({ work: set('loop.loop'), back: set('start') })],
    ['the body is entered from outside', loop({ work: set(['loop.loop', 'start']), back: set('work') })],
    ['the body leads out', { ...loop(body), out: set(['back', 'end']) }],
    ['done leads into the body', loop({ work: set(['loop.loop', 'loop.done']), back: set('work') })],
    ['the body has a circle of its own', loop({ work: set(['loop.loop', 'back']), back: set('work') })],
    [
      'it returns to itself',
      { ...loop(body), loop: { type: 'loop-over-items', after: ['start', 'back', 'loop.done'] } },
    ],
    ['it starts over when it is told to', loop(body, { with: { reset: '{{ $json.again }}' } })],
    ['it is disabled', loop(body, { disabled: true })],
    ['the body counts its runs', loop({ work: set('loop.loop', '{{ $runIndex }}'), back: set('work') })],
    [
      'the body reads what the loop keeps',
      loop({ work: set('loop.loop', "{{ $('loop').context.done }}"), back: set('work') }),
    ],
    ['a node behind reads one of the body', { ...loop(body), end: set('loop.done', "{{ $('work').all().length }}") }],
    [
      'the body reads another run',
      loop({ work: set('loop.loop'), back: set('work', "{{ $('work').all(0, 0).length }}") }),
    ],
  ])('stays a step of the walk where %s', (_, nodes) => {
    const { root } = walk(nodes);
    expect(root.steps.find((step) => step.id === 'loop')?.container).toBeUndefined();
    expect(root.walk?.steps[root.steps.findIndex((step) => step.id === 'loop')]?.body).toBeDefined();
  });

  it('need not start over by itself when it is a container', () => {
    for (const reset of [
      "{{ $('loop').context.done }}",
      '{{ $node["loop"].context["done"] }}',
      '{{$("loop").context.done}}',
    ]) {
      expect(drawn(walk(loop(body, { with: { reset } })).root)).toBe('start loop[work back] end');
    }
  });

  it('is run one iteration at a time where the body reads nodes around it', () => {
    const reads = walk(loop({ work: set('loop.loop', "{{ $('start').first().json.v }}"), back: set('work') })).root;
    const plain = walk(loop(body)).root;
    const pure = (region: Region): unknown =>
      region.steps.flatMap((step) =>
        step.container !== undefined && 'body' in step.container ? [step.container.body.pure] : [],
      );
    expect([pure(reads), pure(plain)]).toEqual([[false], [true]]);
  });

  const nested = {
    start: { type: 'manual' },
    outer: { type: 'loop-over-items', after: ['start', 'inner'] },
    kids: set('outer.loop'),
    inner: { type: 'loop-over-items', after: ['kids', 'work'] },
    work: set('inner.loop'),
    end: set('outer.done'),
  } satisfies Record<string, NodeDefinition>;

  it('holds the loops inside it, and says what n8n does with those', () => {
    const { root, diagnostics } = walk(nested);
    expect(drawn(root)).toBe('start outer[kids inner[work]] end');
    expect(diagnostics).toMatchObject([{ code: 'differs', severity: 'warning', node: 'inner' }]);
    expect(walk(nested, {}, true).diagnostics).toEqual([]);
    const reset = { ...nested, inner: { ...nested.inner, with: { reset: "{{ $('inner').context.done }}" } } };
    expect(walk(reset).diagnostics).toEqual([]);
  });

  it('stays a step where one inside cannot become a container, which may', () => {
    const counted = { ...nested, kids: set('outer.loop', '{{ $runIndex }}') };
    expect(drawn(walk(counted).root)).toBe('start outer kids inner[work] end');
    expect(drawn(walk({ ...nested, work: set('inner.loop', '{{ $runIndex }}') }).root)).toBe(
      'start outer kids inner work end',
    );
  });

  it('is a container as deep as those may be nested, and judged in no time', () => {
    const deep: Record<string, NodeDefinition> = { start: { type: 'manual' } };
    for (let n = 0; n < 30; n += 1) {
      deep[`l${n}`] = {
        type: 'loop-over-items',
        after: [n === 0 ? 'start' : `l${n - 1}.loop`, n === 29 ? 'work' : `l${n + 1}.done`],
      };
    }
    deep.work = set('l29.loop');
    const started = performance.now();
    const { root } = walk(deep);
    expect(root.steps.filter((step) => step.container !== undefined).map((step) => step.id)).toEqual(['l22']);
    expect(root.steps).toHaveLength(24);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('does not matter to the others when two lead into each other', () => {
    const knot = {
      start: { type: 'manual' },
      a: { type: 'loop-over-items', after: ['start', 'y'] },
      x: set('a.loop'),
      b: { type: 'loop-over-items', after: ['x'] },
      y: set(['b.loop', 'b.done']),
    } satisfies Record<string, NodeDefinition>;
    expect(walk(knot).root.steps).toHaveLength(5);
  });
});

describe('the graph of a walk', () => {
  it('has places, targets in the order of the file, sources by input, and what a node needs', () => {
    const { root } = walk(
      {
        start: { type: 'manual' },
        b: set('start'),
        a: set('start'),
        join: { type: 'merge', after: { input1: 'a', input2: ['b', 'a'] } },
        pick: { type: 'merge', with: { mode: 'choose' }, after: { input2: 'join' } },
      },
      { layout: { a: { x: 5, y: -3 } } },
    );
    const { steps, starts } = root.walk as NonNullable<Region['walk']>;
    expect(starts).toEqual([0]);
    expect(steps[0]?.targets).toEqual([
      [
        { step: 1, input: 0 },
        { step: 2, input: 0 },
      ],
    ]);
    expect(steps[2]).toMatchObject({ x: 5, y: -3 });
    expect(steps[3]).toMatchObject({
      sources: [
        [{ step: 2, port: 0 }],
        [
          { step: 1, port: 0 },
          { step: 2, port: 0 },
        ],
      ],
      required: 1,
      all: false,
    });
    expect(steps[4]).toMatchObject({ sources: [[], [{ step: 3, port: 0 }]], required: [0, 1], all: true });
  });

  it('starts at what a person starts, then at what fires, then at what is called', () => {
    const nodes = {
      called: { type: 'workflow-trigger' },
      hook: { type: 'webhook', with: { path: 'x' } },
      off: { type: 'manual', disabled: true },
      hand: { type: 'manual' },
    };
    const { root } = walk(nodes);
    expect(root.walk?.starts.map((index) => root.steps[index]?.id)).toEqual(['hand', 'hook', 'called']);
    const bare = walk({ b: set('a'), a: { type: 'no-op' } }).root;
    expect(bare.walk?.starts).toEqual([1]);
  });

  it('cannot be all circle', () => {
    expect(() => walk({ a: set('b'), b: set('a') })).toThrow(/none can be the first/);
  });
});
