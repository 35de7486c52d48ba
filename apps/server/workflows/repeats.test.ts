import { expect, it } from 'vitest';
import type { Definition, NodeDefinition } from '@rondo/core/model/definition.ts';
import { repeatsOf } from './repeats.ts';

const of = (nodes: Record<string, NodeDefinition>) => {
  const definition: Definition = { rondo: 1, id: 'me', name: 'My own', nodes };
  const found = repeatsOf(definition);
  return found === null ? null : `${found.words}, ${found.depth} deep`;
};

it.each<[string | null, Record<string, NodeDefinition>]>([
  [null, { a: { type: 'set' } }],
  ['For Each, 1 deep', { a: { type: 'for-each', body: { b: { type: 'set' } } } }],
  ['Batches of 50, 1 deep', { a: { type: 'for-each', loop: { size: 50 } } }],
  ['For Each, 1 deep', { a: { type: 'for-each', loop: { size: 'all' } } }],
  ['Batches of 20, 1 deep', { a: { type: 'loop-over-items', with: { size: 20 } } }],
  ['Until, 1 deep', { a: { type: 'loop', loop: { until: '{{ $json.done }}' } } }],
  ['While, 1 deep', { a: { type: 'loop', loop: { while: '{{ $json.more }}' } } }],
  ['3 rounds, 1 deep', { a: { type: 'loop', loop: { times: 3 } } }],
  ['Pages, 1 deep', { a: { type: 'http-request', with: { pagination: { mode: 'page' } } } }],
  ['Recursion, 1 deep', { a: { type: 'sub-workflow', with: { workflow: 'me', mode: 'each' } } }],
  ['Each call, 1 deep', { a: { type: 'sub-workflow', with: { workflow: 'other', mode: 'each' } } }],
  [null, { a: { type: 'sub-workflow', with: { workflow: 'other' } } }],
  [null, { a: { type: 'for-each', disabled: true } }],
  [null, { a: { type: 'branches', body: { b: { type: 'set' } } } }],
  [
    'For Each, 3 deep',
    {
      first: { type: 'http-request', with: { pagination: {} } },
      sites: {
        type: 'for-each',
        body: { pages: { type: 'loop', loop: { until: '' }, body: { products: { type: 'for-each' } } } },
      },
    },
  ],
  ['Until, 1 deep', { a: { type: 'branches', body: { b: { type: 'loop' } } } }],
])('%s', (words, nodes) => expect(of(nodes)).toBe(words));
