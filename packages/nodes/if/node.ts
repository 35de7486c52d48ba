/** Owns If: items to one of two outputs. */
import { DECISION_PARAMETERS } from '../kit/decide.ts';
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'if',
  title: 'If',
  description: 'Sends each item to the output true or false.',
  group: 'flow',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs: [
    { name: 'true', description: 'Items for which the answer is yes.' },
    { name: 'false', description: 'All others.' },
  ],
  parameters: DECISION_PARAMETERS,
  examples: [
    {
      title: 'An expression',
      input: [{ price: 5 }, { price: 15 }],
      with: { when: '{{ $json.price > 10 }}' },
      output: { true: [{ price: 15 }], false: [{ price: 5 }] },
    },
    {
      title: 'Typed conditions, one of which is enough',
      input: [
        { name: 'ada', age: 17 },
        { name: 'Bob', age: 30 },
        { name: 'Cy', age: 3 },
      ],
      with: {
        combinator: 'or',
        conditions: [
          { left: '{{ $json.name }}', op: 'startsWith', right: 'A', caseSensitive: false },
          { left: '{{ $json.age }}', op: 'gte', right: 18 },
        ],
      },
      output: {
        true: [
          { name: 'ada', age: 17 },
          { name: 'Bob', age: 30 },
        ],
        false: [{ name: 'Cy', age: 3 }],
      },
    },
  ],
});
