/** Owns the promises of the picture: nothing overlaps, containers hold their nodes, returns only where something returns. */
import type { Definition } from '@rondo/core/model/definition.ts';
import { describe, expect, test } from 'vitest';
import { kept } from './keep.ts';
import { arrangedSoFar } from './layout.ts';
import { containerAt, sceneOf, type SceneNode } from './scene.ts';
import { endOf, elementOf, shortTimes, spoken } from './words.ts';

const nested: Definition = {
  rondo: 1,
  name: 'Enrich',
  nodes: {
    rows: { type: 'manual' },
    each: {
      type: 'for-each',
      after: 'rows',
      body: {
        fetch: { type: 'http-request' },
        ask: {
          type: 'loop',
          after: 'fetch',
          loop: { until: '{{ $json.valid === true }}', limit: 3 },
          body: { model: { type: 'llm' } },
        },
        match: { type: 'if', after: 'ask' },
        flag: { type: 'set', after: 'match.false' },
        save: { type: 'set', after: 'match.true' },
      },
    },
    totals: { type: 'aggregate', after: 'each' },
  },
};

const boxes = (nodes: readonly SceneNode[], parent: string | null): SceneNode[] =>
  nodes.filter((one) => one.parent === parent && one.kind !== 'note');

function overlaps(a: SceneNode, b: SceneNode): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

describe('the picture', () => {
  test('every level is apart, and inside its container', () => {
    const { nodes } = sceneOf(nested, null);
    for (const parent of [null, 'each', 'ask']) {
      const level = boxes(nodes, parent);
      for (const [at, one] of level.entries())
        for (const other of level.slice(at + 1)) expect(overlaps(one, other), `${one.id} ${other.id}`).toBe(false);
      const container = nodes.find((one) => one.id === parent);
      if (container === undefined) continue;
      for (const one of level) {
        expect(one.x).toBeGreaterThan(0);
        expect(one.y).toBeGreaterThanOrEqual(container.loop?.header ?? 0);
        expect(one.x + one.width).toBeLessThan(container.width);
        expect(one.y + one.height).toBeLessThan(container.height);
      }
    }
  });

  test('lines go from left to right, and straight into a container', () => {
    const { nodes } = sceneOf(nested, null);
    const of = (id: string): SceneNode => nodes.find((one) => one.id === id) as SceneNode;
    expect(of('each').x).toBeGreaterThan(of('rows').x + of('rows').width);
    const port = of('each').loop?.port ?? 0;
    expect(of('rows').y + 39).toBeCloseTo(of('each').y + port, 0);
    expect(of('fetch').y + 39).toBeCloseTo(port, 0);
  });

  test('a line returns in an Until, not in a For Each', () => {
    const { nodes, edges } = sceneOf(nested, null);
    expect(nodes.find((one) => one.id === 'ask')?.loop?.returns).toBe('until valid, at most 3');
    expect(nodes.find((one) => one.id === 'each')?.loop?.returns).toBeNull();
    const drawn: Definition = {
      rondo: 1,
      name: 'b',
      nodes: {
        batches: { type: 'loop-over-items', after: 'send', loop: { size: 50 } },
        send: { type: 'set', after: 'batches.loop' },
      },
    };
    expect(
      sceneOf(drawn, null)
        .edges.filter((edge) => edge.kind === 'return')
        .map((edge) => edge.label),
    ).toEqual(['next 50 items']);
    expect(edges.filter((edge) => edge.kind === 'entry').map((edge) => edge.target)).toEqual(['model', 'fetch']);
    expect(
      edges
        .filter((edge) => edge.kind === 'exit' && edge.target === 'each')
        .map((edge) => edge.source)
        .sort(),
    ).toEqual(['flag', 'save']);
  });

  test('places of the file hold; a new node goes where there is room', () => {
    const placed: Definition = { ...nested, layout: { rows: { x: 5, y: 7 }, each: { x: 300, y: 0 } } };
    const { nodes } = sceneOf(placed, null);
    expect(nodes.find((one) => one.id === 'rows')).toMatchObject({ x: 5, y: 7 });
    const totals = nodes.find((one) => one.id === 'totals') as SceneNode;
    const each = nodes.find((one) => one.id === 'each') as SceneNode;
    expect(overlaps(totals, each)).toBe(false);
    expect(totals.x).toBeGreaterThan(each.x + each.width);
  });

  test('a folded container is small and its nodes are not drawn', () => {
    const folded: Definition = { ...nested, layout: { each: { x: 0, y: 0, collapsed: true } } };
    const { nodes } = sceneOf(folded, null);
    expect(nodes.map((one) => one.id)).toEqual(['rows', 'each', 'totals']);
    expect(nodes[1]).toMatchObject({ width: 172, height: 94, loop: { folded: true, inside: 5 } });
  });

  test('the innermost container at a point is found', () => {
    const scene = sceneOf(nested, null);
    const of = (id: string): SceneNode => scene.nodes.find((one) => one.id === id) as SceneNode;
    const each = of('each');
    const ask = of('ask');
    const inAsk = { x: each.x + ask.x + 50, y: each.y + ask.y + 50 };
    expect(containerAt(scene, inAsk, new Set())).toBe('ask');
    expect(containerAt(scene, inAsk, new Set(['ask']))).toBe('each');
    expect(containerAt(scene, { x: each.x - 5, y: each.y }, new Set())).toBeNull();
  });

  test('2,000 nodes are laid out within two seconds', () => {
    const nodes: Definition['nodes'] = {};
    for (let at = 0; at < 2_000; at += 1)
      nodes[`n${at}`] = { type: 'set', ...(at % 40 === 0 ? {} : { after: `n${at - 1}` }) };
    const from = performance.now();
    expect(sceneOf({ rondo: 1, name: 'large', nodes }, null).nodes).toHaveLength(2_000);
    expect(performance.now() - from).toBeLessThan(2_000);
  });
});

test('a key in a field arranges nothing and changes one node of the picture', () => {
  const nodes: Definition['nodes'] = {};
  for (let at = 0; at < 100; at += 1) nodes[`n${at}`] = { type: 'set', ...(at === 0 ? {} : { after: `n${at - 1}` }) };
  const before: Definition = { rondo: 1, name: 'typed', nodes };
  const first = sceneOf(before, null);
  const arrangedBefore = arrangedSoFar();
  const typed = { ...before, nodes: { ...nodes, n7: { type: 'set', after: 'n6', with: { fields: { a: 1 } } } } };
  const next = kept(first, sceneOf(typed, null));
  expect(arrangedSoFar()).toBe(arrangedBefore);
  expect(next.nodes.filter((one, at) => one !== first.nodes[at]).map((one) => one.id)).toEqual(['n7']);
  expect(next.edges).toBe(first.edges);
  // What comes elsewhere moves: it is arranged then.
  sceneOf({ ...before, nodes: { ...nodes, n7: { type: 'set', after: 'n2' } } }, null);
  expect(arrangedSoFar()).toBe(arrangedBefore + 1);
});

describe('words', () => {
  test.each([
    ['{{ $json.status === "done" }}', 'status is done'],
    ['{{ $json.valid === true }}', 'valid'],
    ['{{ $loop.index > 3 }}', 'index > 3'],
  ])('%s reads %s', (code, text) => expect(spoken(code)).toBe(text));

  test('ends, elements and counts', () => {
    expect(endOf({ times: 3 })).toBe('3 times');
    expect(endOf({})).toBeNull();
    expect(elementOf('Enrich each customer')).toBe('customer');
    expect([1_000_000, 228_400, 41].map(shortTimes)).toEqual(['1\u202fM', '228\u202fk', '41']);
  });
});
