/** Owns Remove seen items: items that no earlier run has had. Within a run it is remove-duplicates. */
import { MAIN, defineNode, runFrom } from '../kit/define.ts';

export const node = defineNode({
  type: 'remove-seen',
  title: 'Remove seen items',
  description:
    'Lets an item through once over all runs, and remembers it: for polling. Seen ones leave by the output seen. ' +
    'An item that fails later on counts as seen.',
  group: 'data',
  work: 'effect',
  safe: true,
  inputs: MAIN,
  outputs: [
    { name: 'new', description: 'Items that were not seen before.' },
    { name: 'seen', description: 'Items that were.' },
  ],
  parameters: {
    mode: {
      type: 'string',
      description:
        'new: values that were never seen. greater: numbers or texts above the largest of earlier runs. later: dates after the latest of ' +
        'earlier runs. forget: forgets everything and lets all items through.',
      enum: ['new', 'greater', 'later', 'forget'],
      default: 'new',
    },
    value: {
      type: 'any',
      description: 'The value that is remembered, such as {{ $json.id }}. For new, default: the whole item.',
    },
    fields: {
      type: 'list',
      description: 'For new, instead of value: dot paths of the fields that are remembered.',
      default: [],
    },
    scope: {
      type: 'string',
      description:
        'Name of the memory; all nodes that name it share it. Default: this node of this workflow has its own.',
    },
    history: {
      type: 'integer',
      description: 'For new: at least so many of the last values are remembered, at most twice as many.',
      default: 100_000,
      min: 1,
      max: 10_000_000,
    },
  },
  examples: [
    {
      title: 'Entries of a feed that are new',
      input: [{ id: 7, title: 'a' }],
      with: { value: '{{ $json.id }}' },
      output: { new: [{ id: 7, title: 'a' }] },
    },
    {
      title: 'Orders after the latest one, shared by two workflows',
      input: [{ at: '2024-02-01T10:00Z' }],
      with: { mode: 'later', value: '{{ $json.at }}', scope: 'orders' },
      output: { new: [{ at: '2024-02-01T10:00Z' }] },
    },
    {
      title: 'By two fields, the last thousand',
      input: [{ shop: 'x', id: 1, stock: 5 }],
      with: { fields: ['shop', 'id'], history: 1000 },
      output: { new: [{ shop: 'x', id: 1, stock: 5 }] },
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
