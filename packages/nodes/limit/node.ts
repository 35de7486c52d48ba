/** Owns Limit: the first or last items. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'limit',
  title: 'Limit',
  description: 'Lets the first or the last items through, at most so many.',
  group: 'data',
  work: 'fold',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    max: { type: 'integer', description: 'Most items that pass.', default: 1, min: 0 },
    keep: { type: 'string', description: 'Which ones.', enum: ['first', 'last'], default: 'first' },
  },
  examples: [
    { title: 'The first two', input: [{ n: 1 }, { n: 2 }, { n: 3 }], with: { max: 2 }, output: [{ n: 1 }, { n: 2 }] },
    {
      title: 'The last two',
      input: [{ n: 1 }, { n: 2 }, { n: 3 }],
      with: { max: 2, keep: 'last' },
      output: [{ n: 2 }, { n: 3 }],
    },
  ],
});
