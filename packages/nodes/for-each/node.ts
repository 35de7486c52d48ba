/** Owns what For Each is to forms, checks and documentation; the engine runs it. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'for-each',
  title: 'For Each',
  description:
    'Runs the nodes in its body once for each item, or each batch of loop.size items. Its output is the results in order. ' +
    'The section loop says how: over, size, parallel, rate, limit, onError, tolerate, retry, timeout, stopWhen, collect, pause.',
  group: 'loop',
  work: 'container',
  inputs: MAIN,
  outputs: MAIN,
  parameters: {},
  examples: [
    {
      title: 'Two nodes for every item, five at once; what fails is left out',
      input: [
        { qty: 2, price: 5 },
        { qty: 1, price: 7 },
      ],
      with: {},
      loop: { parallel: 5, onError: 'drop' },
      body: {
        total: { type: 'set', with: { fields: { total: '{{ $json.qty * $json.price }}' } } },
        label: { type: 'set', after: 'total', with: { keep: 'none', fields: { label: '{{ $json.total }} EUR' } } },
      },
      output: [{ label: '10 EUR' }, { label: '7 EUR' }],
    },
    {
      title: 'A list from an expression, in batches of two',
      with: {},
      loop: { over: '{{ [1, 2, 3] }}', size: 2 },
      body: { sum: { type: 'aggregate', with: { operations: { n: 'count' } } } },
      output: [{ n: 2 }, { n: 1 }],
    },
  ],
});
