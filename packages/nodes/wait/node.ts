/** Owns the definition of the Wait node: parameters and examples. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { defineNode, MAIN } from '../kit/define.ts';

export const node: NodeType = defineNode({
  type: 'wait',
  title: 'Wait',
  description:
    'Waits for a time or until a date, then passes its items on. The wait outlives the process. Set executeOnce to wait once for all items.',
  group: 'flow',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  safe: true,
  parameters: {
    amount: { type: 'number', description: 'How long, in units.', min: 0 },
    unit: {
      type: 'string',
      description: 'Unit of amount.',
      default: 'seconds',
      enum: ['milliseconds', 'seconds', 'minutes', 'hours', 'days'],
    },
    until: {
      type: 'any',
      description:
        'Instead of amount: a date as text (without a zone it is UTC) or as milliseconds since 1970. A past one does not wait.',
    },
  },
  examples: [
    { title: 'Half a minute', input: [{ id: 1 }], with: { amount: 30, unit: 'seconds' }, output: [{ id: 1 }] },
    {
      title: 'Until the date of the item',
      input: [{ due: '2020-01-01T09:00:00Z' }],
      with: { until: '{{ $json.due }}' },
      output: [{ due: '2020-01-01T09:00:00Z' }],
    },
  ],
  run: async (call) => (await import('./run.ts')).run(call),
});
