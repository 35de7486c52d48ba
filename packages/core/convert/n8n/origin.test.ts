import { describe, expect, it } from 'vitest';
import type { Json } from '../../model/item.ts';
import { originsFor } from './origin.ts';
import { readNodes } from './read-nodes.ts';

const file = (second: { [key: string]: Json }): Json[] => [
  { id: 'n1', name: 'First', type: 'n8n-nodes-base.set', typeVersion: 3.4, parameters: { mode: 'manual' } },
  { id: 'n2', name: 'Second', type: 'n8n-nodes-base.set', typeVersion: 3, parameters: second },
];

function kept(second: { [key: string]: Json }): (string | undefined)[] {
  const nodes = file(second);
  const { entries } = readNodes(nodes, []);
  const originOf = originsFor(entries, nodes);
  return entries.map((entry) => originOf(entry)?.id);
}

describe('what nodes keep of the file', () => {
  it.each<[string, (string | undefined)[]]>([
    ['={{ $json.a }}', [undefined, undefined]],
    ['={{ $nodeVersion }}', [undefined, 'n2']],
    ['={{ $parameter.mode }}', [undefined, 'n2']],
    ["={{ $('First').params.mode }}", ['n1', 'n2']],
    ['={{ $node["First"].parameter["mode"] }}', ['n1', 'n2']],
    ['={{ $input["params"] }}', ['n1', 'n2']],
  ])('%s', (value, expected) => {
    expect(kept({ value })).toEqual(expected);
  });

  it('is the node as it stands there', () => {
    const nodes = file({ value: '={{ $nodeId }}' });
    const { entries } = readNodes(nodes, []);
    expect(originsFor(entries, nodes)(entries[1] as (typeof entries)[number])).toEqual({
      id: 'n2',
      type: 'n8n-nodes-base.set',
      version: 3,
      parameters: { value: '={{ $nodeId }}' },
    });
  });
});
