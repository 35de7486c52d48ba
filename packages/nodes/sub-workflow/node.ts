/** Owns what Sub-workflow is to forms, checks and documentation; the engine runs it. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'sub-workflow',
  title: 'Sub-workflow',
  description:
    'Runs another workflow, once with all items or once for each item. Its output is what that workflow gives.',
  group: 'loop',
  work: 'container',
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    workflow: { type: 'string', description: 'Id, name or relative path of the workflow.', required: true },
    mode: {
      type: 'string',
      description: 'once: one run with all items. each: one run for each item.',
      enum: ['once', 'each'],
      default: 'once',
    },
    input: { type: 'any', description: 'Input of the run. Default: the items.' },
    fields: { type: 'object', description: 'Instead of input: fields to set in each item that is handed over.' },
    only: {
      type: 'list',
      description: 'Names of the fields that are handed over, after fields are set. Default: all.',
      evaluate: 'never',
    },
    wait: {
      type: 'boolean',
      description: 'With false the items go on as they came, whatever the run gives, and also when it fails.',
      default: true,
      evaluate: 'never',
    },
    message: {
      type: 'string',
      description: 'What the failure of a run says, instead of the message of that workflow, which becomes its cause.',
    },
  },
  examples: [
    {
      title: 'A price for each order',
      input: [{ id: 1 }, { id: 2 }],
      with: { workflow: './price.yaml', mode: 'each', input: { order: '{{ $json.id }}' } },
      output: [
        { order: 1, price: 10 },
        { order: 2, price: 20 },
      ],
    },
    {
      title: 'Some fields, one of them new, and a message of its own',
      input: [{ id: 1, note: 'x' }],
      with: {
        workflow: './price.yaml',
        mode: 'each',
        fields: { order: '{{ $json.id }}' },
        only: ['order'],
        wait: true,
        message: 'No price for order {{ $json.id }}',
      },
      output: [{ order: 1, price: 10 }],
    },
  ],
});
