/** What of the loop section fits which node: held against what the compiler accepts, for every node type there is. */
import { describe, expect, it } from 'vitest';
import type { NodeTypeView } from '@rondo/api/schemas/node.ts';
import { compile } from '@rondo/core/compile/compile.ts';
import type { Definition, NodeDefinition } from '@rondo/core/model/definition.ts';
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { registry } from '../../testing/registry.ts';
import { withEdits } from '../edits.ts';
import { shapeOf } from '../place.ts';
import { type LoopFacts, loopFactsOf } from './loop-facts.ts';
import { editsForRuns } from './runs-choice.ts';

const viewOf = (type: NodeType): NodeTypeView =>
  ({
    type: type.type,
    title: type.title,
    group: type.group,
    work: type.work,
    paged: type.paged !== undefined,
  }) as NodeTypeView;

function factsOf(node: NodeDefinition): LoopFacts {
  const type = registry.get(node.type);
  return loopFactsOf({
    node,
    type: type === undefined ? undefined : viewOf(type),
    shape: shapeOf(node, type),
  });
}

const body = { inside: { type: 'no-op' } };

describe('the loop section', () => {
  it('offers nothing that the compiler refuses, for any type', () => {
    const refused: string[] = [];
    for (const type of registry.list()) {
      const hasBody = type.work === 'container' && type.type !== 'sub-workflow' && type.type !== 'loop-over-items';
      const node: NodeDefinition = { type: type.type, ...(hasBody ? { body } : {}) };
      const { whyNot } = factsOf(node);
      const loop = {
        ...(whyNot.parallel === undefined ? { parallel: 2 } : {}),
        ...(whyNot.while === undefined ? { while: '{{ false }}' } : {}),
        ...(whyNot.until === undefined ? { until: '{{ true }}' } : {}),
        ...(whyNot.state === undefined ? { state: { n: 1 } } : {}),
        ...(whyNot.give === undefined ? { give: '{{ 1 }}' } : {}),
      };
      const definition: Definition = { rondo: 1, name: 'x', nodes: { it: { ...node, loop } } };
      for (const one of compile(definition, registry).diagnostics)
        if (one.path[2] === 'loop') refused.push(`${type.type}: ${one.message}`);
    }
    expect(refused).toEqual([]);
  });

  it('gives a reason for all that it leaves out', () => {
    for (const type of registry.list())
      for (const reason of Object.values(factsOf({ type: type.type }).whyNot)) expect(reason).toMatch(/^[A-Z].*\.$/);
  });

  it('runs in order where the iteration before is read, and says so', () => {
    const { whyNot } = factsOf({
      type: 'for-each',
      body: { a: { type: 'set', with: { value: '{{ $loop.previous }}' } } },
    });
    expect(whyNot.parallel).toContain('$loop.previous');
  });

  it('asks for a limit of failures only where failures are accepted', () => {
    expect(factsOf({ type: 'set' }).whyNot.tolerate).toBe('The first failure ends it already.');
    expect(factsOf({ type: 'set', loop: { onError: 'drop' } }).whyNot.tolerate).toBeUndefined();
  });

  it('brings back what another choice took away', () => {
    let node: NodeDefinition = { type: 'loop', loop: { until: '{{ $json.ready }}', limit: 20 }, body };
    node = withEdits(node, editsForRuns('poll', node, 'times'));
    expect(node.loop).toEqual({ limit: 20, times: 3 });
    node = withEdits(node, editsForRuns('poll', node, 'until'));
    expect(node.loop).toEqual({ limit: 20, until: '{{ $json.ready }}' });
  });

  it('writes calls of a workflow as its mode', () => {
    const node: NodeDefinition = { type: 'sub-workflow', with: { workflow: 'x' } };
    expect(withEdits(node, editsForRuns('call', node, 'item')).with).toEqual({ workflow: 'x', mode: 'each' });
    expect(factsOf({ ...node, with: { mode: 'each' } }).runs).toBe('item');
  });
});
