/** Owns Output: the result of the run, taken from items. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'output',
  title: 'Output',
  description: 'Makes its items the output of the run: body, or the items as they are.',
  group: 'flow',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    body: { type: 'any', description: 'What the output is for each item. Default: the item.' },
  },
  examples: [
    { title: 'The items', input: [{ n: 1 }, { n: 2 }], with: {}, output: [{ n: 1 }, { n: 2 }] },
    { title: 'One field of each', input: [{ n: 1 }, { n: 2 }], with: { body: '{{ $json.n }}' }, output: [1, 2] },
  ],
});
