/** Owns the definition of the Form trigger. The page and what it sends are the server's. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'form',
  title: 'Form trigger',
  description:
    'Shows a form at /forms/<path> while "rondo serve" is running, and starts the workflow with what was filled in. The item holds the values by name of the field; uploaded files are files of the item.',
  group: 'trigger',
  trigger: 'form',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: [],
  outputs: MAIN,
  runsOnEmpty: true,
  parameters: {
    title: {
      type: 'string',
      description: 'Heading of the page. Default: the name of the workflow.',
      evaluate: 'never',
    },
    description: { type: 'string', description: 'Text below the heading.', evaluate: 'never' },
    path: {
      type: 'string',
      description: 'Path below /forms. Default: the id of the workflow, else its name in lower case with dashes.',
      evaluate: 'never',
    },
    fields: {
      type: 'list',
      description: 'The fields, in order.',
      required: true,
      evaluate: 'never',
      fields: {
        name: { type: 'string', description: 'Name of the value in the item.', required: true },
        label: { type: 'string', description: 'What the page calls it. Default: the name.' },
        type: {
          type: 'string',
          description: 'What can be filled in. Default text.',
          enum: [
            'text',
            'textarea',
            'number',
            'email',
            'password',
            'date',
            'select',
            'multi-select',
            'checkbox',
            'file',
            'hidden',
          ],
        },
        required: { type: 'boolean', description: 'Whether it must be filled in. Default false.' },
        help: { type: 'string', description: 'Text below the field.' },
        placeholder: { type: 'string', description: 'Shown in the empty field.' },
        default: {
          type: 'any',
          description: 'Value at the start. A hidden field always has this value; what is sent for it is not used.',
        },
        options: { type: 'list', description: 'select and multi-select: the choices, as texts.' },
        min: { type: 'any', description: 'number: smallest value. date: first day.' },
        max: { type: 'any', description: 'number: largest value. date: last day.' },
        maxLength: {
          type: 'integer',
          description: 'text and textarea: most characters. Default 10000.',
          min: 1,
          max: 1_000_000,
        },
        multiple: { type: 'boolean', description: 'file: more than one. Default false.' },
        accept: { type: 'string', description: 'file: endings or kinds that are taken, such as .pdf,image/*.' },
      },
    },
    button: { type: 'string', description: 'Text of the button.', default: 'Send', evaluate: 'never' },
    auth: {
      type: 'object',
      description: 'Who may fill it in. Default: everybody who knows the address.',
      default: { type: 'none' },
      evaluate: 'never',
      fields: {
        type: {
          type: 'string',
          description: 'none, or basic (user and password).',
          required: true,
          enum: ['none', 'basic'],
        },
        user: { type: 'string', description: 'basic: the user name.' },
        secret: { type: 'string', description: 'basic: name of the secret that holds the password.' },
      },
    },
    maxBytes: {
      type: 'integer',
      description: 'Most bytes of what is sent, files included.',
      default: 16_777_216,
      min: 1,
      max: 1_073_741_824,
      evaluate: 'never',
    },
    respond: {
      type: 'string',
      description:
        'What follows: immediately (completion), done (completion, after the run has ended), or node (what a Respond node says).',
      default: 'immediately',
      enum: ['immediately', 'done', 'node'],
      evaluate: 'never',
    },
    completion: {
      type: 'string',
      description: 'Text of the page after sending.',
      default: 'Thank you. Your answers were received.',
      evaluate: 'never',
    },
    redirect: {
      type: 'string',
      description:
        'Address to go to after sending, instead of completion: a path of this server, or a whole https address.',
      evaluate: 'never',
    },
    timeout: {
      type: 'duration',
      description: 'Longest wait for done and node, at most 15m. The run goes on after it.',
      default: '60s',
      evaluate: 'never',
    },
  },
  examples: [
    {
      title: 'An order',
      input: [{ city: 'Graz', pieces: 3 }],
      with: {
        title: 'Order',
        fields: [
          { name: 'city', label: 'Your city', type: 'text', required: true },
          { name: 'pieces', type: 'number', min: 1, max: 10, default: 1 },
        ],
      },
      output: [{ city: 'Graz', pieces: 3 }],
    },
  ],
});
