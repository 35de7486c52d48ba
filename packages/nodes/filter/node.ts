/** Owns Filter: the items that fit, and the others. */
import { DECISION_PARAMETERS } from '../kit/decide.ts';
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'filter',
  title: 'Filter',
  description: 'Keeps the items that fit. The others leave by the output discarded.',
  group: 'flow',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs: [
    { name: 'kept', description: 'Items that fit.' },
    { name: 'discarded', description: 'Items that do not fit.' },
  ],
  parameters: DECISION_PARAMETERS,
  examples: [
    {
      title: 'Only paid orders',
      input: [
        { id: 1, paid: true },
        { id: 2, paid: false },
      ],
      with: { when: '{{ $json.paid }}' },
      output: { kept: [{ id: 1, paid: true }], discarded: [{ id: 2, paid: false }] },
    },
    {
      title: 'Numbers that arrive as text',
      input: [{ qty: '12' }, { qty: '3' }],
      with: {
        combinator: 'and',
        conditions: [{ left: '{{ $json.qty }}', op: 'gt', right: 10, type: 'number', loose: true }],
      },
      output: { kept: [{ qty: '12' }], discarded: [{ qty: '3' }] },
    },
  ],
});
