/** Owns the promises of the import dialog: order of harm, one row a node, nothing lost; pictures of all three products. */
import { describe, expect, test } from 'vitest';
import { pictureOf } from './after.ts';
import { foreignOf } from './before.ts';
import { findingsOf, reportOf } from './findings.ts';
import { heldIn } from './sources.ts';

const said = (severity: 'error' | 'warning' | 'hint', node: string | null, message: string) => ({
  severity,
  code: 'differs',
  node,
  path: [],
  message,
  fix: null,
});

test('several words about one node are one row, and what is not named is kept', () => {
  const nodes = ['Start', 'Code', 'Loop', 'Save'].map((name) => ({ id: name, name }));
  const found = findingsOf(
    [said('warning', 'Loop', 'a'), said('error', 'Code', 'b'), said('warning', 'Loop', 'c'), said('hint', null, 'd')],
    nodes,
  );
  expect(found.unsupported.map((one) => one.node)).toEqual(['Code']);
  expect(found.changed).toMatchObject([{ node: 'Loop', messages: ['a', 'c'] }]);
  expect(found.repaired).toHaveLength(1);
  expect(found.kept).toEqual(['Start', 'Save']);
  expect(reportOf('x.json', found)).toContain('Not supported: 1\n- Code\n    b');
});

describe('what a file holds', () => {
  const n8n = {
    name: 'A',
    nodes: [{ name: 'Go', type: 'n8n-nodes-base.manualTrigger', position: [0, 0] }],
    connections: {},
  };
  test('one workflow, several, data, nothing', () => {
    expect(heldIn(JSON.stringify(n8n), 'a.json')).toMatchObject({ kind: 'workflow', format: 'n8n' });
    expect(heldIn(JSON.stringify([n8n, n8n]), 'a.json')).toMatchObject({
      kind: 'several',
      workflows: [{ name: 'A' }, { name: 'A' }],
    });
    expect(heldIn('[{"a":1},{"a":2},{"a":3}]', 'a.json')).toEqual({
      kind: 'data',
      isJson: true,
      found: 'a list of 3 objects',
    });
    expect(heldIn('rondo: 1\nnodes: {}', 'a.yaml')).toMatchObject({ kind: 'workflow', format: 'native' });
  });
});

test('the picture of an n8n file has its lines; notes are no nodes', () => {
  const foreign = foreignOf({
    nodes: [
      { name: 'Go', type: 'n8n-nodes-base.manualTrigger', position: [0, 0] },
      { name: 'Set', type: 'n8n-nodes-base.set', position: [200, 0] },
      { name: 'Hint', type: 'n8n-nodes-base.stickyNote', position: [0, 300] },
    ],
    connections: { Go: { main: [[{ node: 'Set', type: 'main', index: 0 }]] } },
    pinData: { Go: [] },
  });
  expect(foreign).toMatchObject({ product: 'n8n', pinned: 1 });
  expect(foreign?.picture.boxes.map((box) => box.name)).toEqual(['Go', 'Set']);
  expect(foreign?.picture.lines).toEqual([{ from: 'Go', to: 'Set' }]);
});

test('the picture of a definition has boxes inside boxes', () => {
  const { boxes, lines } = pictureOf({
    rondo: 1,
    name: 'x',
    nodes: { start: { type: 'manual' }, each: { type: 'for-each', after: 'start', body: { one: { type: 'set' } } } },
  });
  const [, each, one] = boxes;
  expect(each).toMatchObject({ loop: true, label: 'For Each · each' });
  expect((one?.x ?? 0) > (each?.x ?? 0) && (one?.x ?? 0) < (each?.x ?? 0) + (each?.width ?? 0)).toBe(true);
  expect(lines).toEqual([{ from: 'start', to: 'each' }]);
});
