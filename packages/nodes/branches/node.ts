/** Owns what Branches is to forms, checks and documentation; the engine runs it. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'branches',
  title: 'Branches',
  description:
    'Runs the nodes in its body as one piece, so that they share one retry, one timeout and one onError. With loop.over it does so once for each name in that list, side by side with loop.parallel: a Switch on the item leads to the nodes of each branch. ' +
    'To expressions it is no loop: $loop is that of the loop around. With loop.collect list the results are one list.',
  group: 'loop',
  work: 'container',
  inputs: MAIN,
  outputs: MAIN,
  parameters: {},
  examples: [
    {
      title: 'Two nodes that are tried again together',
      input: [{ n: 2 }],
      with: {},
      loop: { retry: { times: 2, delay: '1s' } },
      body: {
        double: { type: 'set', with: { fields: { n: '{{ $json.n * 2 }}' } } },
        label: { type: 'set', after: 'double', with: { keep: 'none', fields: { label: 'n is {{ $json.n }}' } } },
      },
      output: [{ label: 'n is 4' }],
    },
    {
      title: 'Two branches, their results as a list',
      with: {},
      loop: { over: ['first', 'second'], parallel: 2, collect: 'list' },
      body: {
        which: { type: 'switch', with: { outputs: ['first', 'second'], output: '{{ $json }}' } },
        one: { type: 'set', after: 'which.first', with: { value: { n: 1 } } },
        two: { type: 'set', after: 'which.second', with: { value: { n: 2 } } },
      },
      output: [[{ n: 1 }, { n: 2 }]],
    },
  ],
});
