/** Owns the Assign node: variables of the run and of the conversation. */
import { OPERATIONS } from '@rondo/core/dify/assign.ts';
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';

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
      description:
        'run: for this run. conversation: for every run of the conversation. loop: variables of the loop around, as $loop.vars has them.',
      default: 'run',
      enum: ['run', 'conversation', 'loop'],
    },
    loop: { type: 'string', description: 'scope loop: id of the loop. Default: the nearest one that has variables.' },
    set: { type: 'object', description: 'New values by name.', default: {} },
    append: { type: 'object', description: 'Elements to put at the end of lists, by name; a missing list is begun.' },
    add: { type: 'object', description: 'Numbers to add, by name; a missing variable counts as 0.' },
    clear: { type: 'list', description: 'Names to make empty: null, or the empty value of their type.' },
    operations: {
      type: 'list',
      description:
        'Changes in order, each of which sees those before it; checked by the declared type of the variable, as Dify does. None is kept when one fails.',
      fields: {
        scope: {
          type: 'string',
          description: 'Whose variable it is.',
          default: 'run',
          enum: ['run', 'conversation', 'loop', 'none'],
        },
        loop: { type: 'string', description: 'scope loop: id of the loop.' },
        name: { type: 'string', description: 'Name of the variable.', required: true },
        type: { type: 'string', description: 'Its type, such as number or array[string].', default: 'any' },
        operation: { type: 'string', description: 'What is done.', required: true, enum: OPERATIONS },
        input: {
          type: 'string',
          description: 'Whether the value is a constant or comes from a variable, where null changes nothing.',
          default: 'variable',
          enum: ['variable', 'constant'],
        },
        value: { type: 'any', description: 'What it is done with.' },
        from: {
          type: 'object',
          description: 'Instead of value: a variable { scope, name, loop, path } as it is by then.',
        },
      },
    },
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
    {
      title: 'Several changes of one variable, by its type',
      input: [{ n: 2 }],
      with: {
        operations: [
          { name: 'list', type: 'array[number]', operation: 'append', value: '{{ $json.n }}' },
          { name: 'sum', type: 'number', operation: '+=', input: 'constant', value: 1 },
        ],
      },
      output: [{ n: 2 }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
