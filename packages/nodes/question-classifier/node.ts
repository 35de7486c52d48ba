/** Owns the definition of the Question Classifier: an output per class. run.ts does the work. */
import type { Json } from '@rondo/core/model/item.ts';
import type { NodeType, PortSpec } from '@rondo/core/model/node-type.ts';
import { CONNECTION, SAMPLING } from '../kit/ai/connection.ts';
import { ANSWER_FORM } from '../kit/ai/dify.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { isObject } from '../kit/paths.ts';

/** Raw parameters may be anything while somebody is typing. */
function outputs(raw: Record<string, Json>): PortSpec[] {
  const classes = Array.isArray(raw['classes']) ? raw['classes'] : [];
  const ids = classes.flatMap((one) =>
    isObject(one) && typeof one['id'] === 'string' && isPort(one['id']) ? [one['id']] : [],
  );
  return [...new Set(ids)].map((name) => ({ name }));
}

const isPort = (id: string): boolean => id !== '' && !id.includes('.');

export const node: NodeType = defineNode({
  type: 'question-classifier',
  title: 'Question Classifier',
  description: 'Sends each item to the output of the class that a language model finds for its text.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs,
  parameters: {
    connection: CONNECTION,
    text: { type: 'any', description: 'Text to classify. A value that is no text is read as JSON.', required: true },
    classes: {
      type: 'list',
      description: 'The classes. Each is an output of the node.',
      required: true,
      fields: {
        id: { type: 'string', description: 'Name of the output, without a dot.', required: true },
        description: { type: 'string', description: 'What belongs there, for the model.' },
      },
    },
    instruction: { type: 'string', description: 'What the model must know besides.' },
    fallback: {
      type: 'string',
      description: 'Class for items for which the model names no class, even after repairs. Without it they fail.',
    },
    output: {
      type: 'string',
      description: 'Field of the item that gets { id, description, fallback, usage }; empty for none.',
      default: 'classification',
    },
    repairs: {
      type: 'integer',
      description: 'How often the model is asked again when it names no class.',
      default: 1,
      min: 0,
      max: 10,
    },
    answer: ANSWER_FORM,
    ...SAMPLING,
  },
  examples: [
    {
      title: 'Mail by what it is about',
      input: [{ mail: 'My invoice is wrong.' }],
      with: {
        connection: { baseUrl: 'http://127.0.0.1:4411/v1', model: 'toy-chat' },
        text: '{{ $json.mail }}',
        classes: [
          { id: 'billing', description: 'Invoices, payments, refunds' },
          { id: 'shipping', description: 'Parcels and delivery' },
          { id: 'other', description: 'Everything else' },
        ],
        instruction: 'A complaint belongs to what it is about.',
        fallback: 'other',
        output: 'classification',
        repairs: 1,
        temperature: 0,
      },
      output: {
        billing: [
          {
            mail: 'My invoice is wrong.',
            classification: {
              id: 'billing',
              description: 'Invoices, payments, refunds',
              fallback: false,
              usage: { tokensIn: 70, tokensOut: 6, cost: 0 },
            },
          },
        ],
      },
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
