/** Owns the definition of the Workflow trigger: where a run that another workflow asks for begins. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'workflow-trigger',
  title: 'Workflow trigger',
  description:
    'Starts here when another workflow calls this one. Declares what it wants to be given; items that do not fit fail and say which field.',
  group: 'trigger',
  trigger: 'workflow',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: [],
  outputs: MAIN,
  runsOnEmpty: true,
  parameters: {
    fields: {
      type: 'list',
      description: 'What each item must hold. Without fields everything is taken as it comes.',
      default: [],
      fields: {
        name: { type: 'string', description: 'Name of the field.', required: true },
        type: {
          type: 'string',
          description: 'What the value must be.',
          default: 'any',
          enum: ['any', 'string', 'number', 'integer', 'boolean', 'object', 'list'],
        },
        required: { type: 'boolean', description: 'Whether it may be left out; then it is null.', default: true },
        default: { type: 'any', description: 'Value where none, or null, is given.' },
        description: { type: 'string', description: 'For the person who calls the workflow.' },
      },
    },
    extra: {
      type: 'string',
      description: 'Fields that are not declared: keep or drop them.',
      default: 'keep',
      enum: ['keep', 'drop'],
    },
  },
  examples: [
    { title: 'Everything', input: [{ id: 7 }], with: {}, output: [{ id: 7 }] },
    {
      title: 'Declared fields with a default',
      input: [{ city: 'Graz', note: 'x' }],
      with: {
        fields: [
          { name: 'city', type: 'string' },
          { name: 'days', type: 'integer', default: 3 },
        ],
        extra: 'drop',
      },
      output: [{ city: 'Graz', days: 3 }],
    },
  ],
});
