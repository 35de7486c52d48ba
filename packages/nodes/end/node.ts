/** Owns End: an iteration, a loop or the run is over before its last node. The engine acts on its second output. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'end',
  title: 'End',
  description:
    'Ends the iteration, the loop or the run when its condition holds; what is left is not run, and the items for which it holds are the result. ' +
    'After On failure, reaching End means that the failure is dealt with: the run or iteration counts as completed.',
  group: 'flow',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs: [
    { name: 'main', description: 'Items that do not end anything.' },
    { name: 'ended', description: 'The result of what was ended.' },
  ],
  parameters: {
    when: { type: 'any', description: 'Condition, asked per item. Default: always.', default: true },
    what: {
      type: 'string',
      description:
        'What ends. iteration: the next one starts. loop: it gives what it has so far, and the workflow goes on after it. run: everything.',
      enum: ['iteration', 'loop', 'run'],
      default: 'run',
      evaluate: 'never',
    },
    of: {
      type: 'string',
      description: 'iteration and loop: id of the container that is meant. Default: the innermost loop.',
      evaluate: 'never',
    },
  },
  examples: [
    {
      title: 'Stop at the first order that is too large',
      input: [{ total: 5 }],
      with: { when: '{{ $json.total > 1000 }}', what: 'loop' },
      output: { main: [{ total: 5 }], ended: [] },
    },
    {
      title: 'The condition holds',
      input: [{ total: 5000 }],
      with: { when: '{{ $json.total > 1000 }}' },
      output: { main: [], ended: [{ total: 5000 }] },
    },
  ],
});
