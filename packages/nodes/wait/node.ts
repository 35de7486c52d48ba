/** Owns the definition of the Wait node: parameters and examples. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';

export const node: NodeType = defineNode({
  type: 'wait',
  title: 'Wait',
  description:
    'Waits for a time, until a date, or for a signal from outside, then passes its items on. The wait outlives the process. Set executeOnce to wait once for all items.',
  group: 'flow',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  safe: true,
  parameters: {
    for: { type: 'duration', description: 'How long, such as 500ms, 30s, 5m, 2h, 1d. With signal: at most so long.' },
    until: {
      type: 'any',
      description:
        'Instead of for: a date as text (without a zone it is UTC) or as milliseconds since 1970. A past one does not wait.',
    },
    signal: {
      type: 'string',
      description:
        'Name of a signal to wait for. Its address, which is written to the log, delivers it once; what it brings becomes a field of each item.',
    },
    field: {
      type: 'string',
      description: 'With signal: field for what it brought; null when it did not come in time.',
      default: 'signal',
    },
  },
  examples: [
    { title: 'Half a minute', input: [{ id: 1 }], with: { for: '30s' }, output: [{ id: 1 }] },
    {
      title: 'Until the date of the item',
      input: [{ due: '2020-01-01T09:00:00Z' }],
      with: { until: '{{ $json.due }}' },
      output: [{ due: '2020-01-01T09:00:00Z' }],
    },
    {
      title: 'For the answer of another system, a day at most',
      input: [{ order: 7 }],
      with: { signal: 'payment', for: '1d', field: 'payment' },
      output: [{ order: 7, payment: { paid: true } }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
