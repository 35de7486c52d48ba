/** Owns the Assign node: variables of the run and of the conversation. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { defineNode, MAIN } from '../kit/define.ts';

export const node: NodeType = defineNode({
  type: 'assign',
  title: 'Assign Variables',
  description:
    'Sets variables of the run ($vars.name) or of the conversation ($conversation.name), and passes its items on. They outlive the process; those of a conversation outlive the run.',
  group: 'data',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  safe: true,
  parameters: {
    scope: {
      type: 'string',
      description: 'run: for this run. conversation: for every run of the conversation.',
      default: 'run',
      enum: ['run', 'conversation'],
    },
    set: { type: 'object', description: 'New values by name.', default: {} },
    append: { type: 'object', description: 'Elements to put at the end of lists, by name; a missing list is begun.' },
    add: { type: 'object', description: 'Numbers to add, by name; a missing variable counts as 0.' },
    clear: { type: 'list', description: 'Names to make empty: null, or the empty value of their type.' },
  },
  examples: [
    {
      title: 'Remember the last customer',
      input: [{ id: 7 }],
      with: { set: { customer: '{{ $json.id }}' } },
      output: [{ id: 7 }],
    },
    {
      title: 'Count and collect',
      input: [{ n: 2 }],
      with: { add: { sum: '{{ $json.n }}' }, append: { seen: '{{ $json.n }}' } },
      output: [{ n: 2 }],
    },
  ],
  run: async (call) => (await import('./run.ts')).run(call),
});
