/** Owns the definition of the Parameter Extractor: parameters and examples. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { CONNECTION, SAMPLING } from '../kit/ai/connection.ts';
import { ANSWER_FORM } from '../kit/ai/dify.ts';
import { FIELD_TYPES } from '../kit/ai/json-schema.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';

const connection = { baseUrl: 'http://127.0.0.1:4411/v1', model: 'toy-chat' };

export const node: NodeType = defineNode({
  type: 'parameter-extractor',
  title: 'Parameter Extractor',
  description: 'Takes declared values out of a text with a language model: each parameter becomes a field of the item.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    connection: CONNECTION,
    text: { type: 'any', description: 'Text to read. A value that is no text is read as JSON.', required: true },
    parameters: {
      type: 'list',
      description: 'What to extract. The name extraction is taken: it holds { success, reason, repairs, usage }.',
      required: true,
      fields: {
        name: { type: 'string', description: 'Name of the field.', required: true },
        type: {
          type: 'string',
          description: 'Type of the value; select is one of options.',
          default: 'string',
          enum: FIELD_TYPES,
        },
        description: { type: 'string', description: 'What it means, for the model.' },
        required: { type: 'boolean', description: 'Without it the extraction has not succeeded.', default: false },
        options: { type: 'list', description: 'Values that are allowed.' },
        default: { type: 'any', description: 'Value when the text has none. Default: null, for lists [].' },
      },
    },
    instruction: { type: 'string', description: 'What the model must know besides, such as how dates are written.' },
    mode: {
      type: 'string',
      description:
        'tool: the model calls a function with the values · json: it answers with JSON · prompt: the same, for models that know neither.',
      default: 'tool',
      enum: ['tool', 'json', 'prompt'],
    },
    onMissing: {
      type: 'string',
      description:
        'When a required value is missing after all repairs. report: extraction.success is false and reason says why · fail.',
      default: 'report',
      enum: ['report', 'fail'],
    },
    repairs: {
      type: 'integer',
      description: 'How often the model is asked again when values are missing or wrong.',
      default: 1,
      min: 0,
      max: 10,
    },
    answer: ANSWER_FORM,
    ...SAMPLING,
  },
  examples: [
    {
      title: 'A list of chapters from an outline',
      input: [{ outline: '1. The sea\n2. The land' }],
      with: {
        connection,
        text: '{{ $json.outline }}',
        instruction: 'Titles only, without numbers.',
        parameters: [
          { name: 'chapters', type: 'array[string]', description: 'Titles of the chapters', required: true },
        ],
        mode: 'tool',
        onMissing: 'fail',
        repairs: 2,
        temperature: 0,
      },
      output: [
        {
          chapters: ['The sea', 'The land'],
          extraction: { success: true, reason: null, repairs: 0, usage: { tokensIn: 60, tokensOut: 8, cost: 0 } },
        },
      ],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
