/** Owns Sort by code: items in the order that a comparison written in JavaScript says. By fields it is sort. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'sort-by-code',
  title: 'Sort by code',
  description:
    'Puts items in the order that your code says for any two of them. Equal items keep their order. ' +
    'Sort by fields or by an expression is faster and takes more items.',
  group: 'data',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs: MAIN,
  unit: 'all',
  parameters: {
    code: {
      type: 'code',
      description:
        'JavaScript, the body of a function of the items a and b: it returns a negative number where a comes first, ' +
        'a positive one where b does, 0 where it does not matter. Fields are in a.json and b.json.',
      required: true,
    },
  },
  examples: [
    {
      title: 'Shorter names first',
      input: [{ n: 'Ada' }, { n: 'Charles' }, { n: 'Al' }],
      with: { code: 'return a.json.n.length - b.json.n.length;' },
      output: [{ n: 'Al' }, { n: 'Ada' }, { n: 'Charles' }],
    },
  ],
});
