/** Owns the Answer node: text for whoever waits for the answer of the run, while it goes on. */
import type { Json } from '@rondo/core/model/item.ts';
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { defineNode, MAIN } from '../kit/define.ts';
import { isObject, put, type JsonObject } from '../kit/paths.ts';

const textOf = (value: Json): string =>
  typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value, null, 2);

export const node: NodeType = defineNode({
  type: 'answer',
  title: 'Answer',
  description:
    'Hands text to whoever waits for the answer of the run, while the run goes on. Works inside loops, in the order of their iterations. Passes its items on.',
  group: 'flow',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    text: {
      type: 'any',
      description:
        'Text, with templates for what earlier nodes gave. A value that is no text is written as JSON, null as nothing.',
      required: true,
    },
    field: {
      type: 'string',
      description: 'Gives one item with the text in this field, instead of passing its items on.',
      default: '',
    },
    fields: { type: 'object', description: 'With field: further fields of that item.', default: {} },
  },
  examples: [
    {
      title: 'A heading before each chapter',
      input: [{ title: 'The harbour' }],
      with: { text: '## {{ $json.title }}\n\n' },
      output: [{ title: 'The harbour' }],
    },
    {
      title: 'The answer as an item',
      input: [{ title: 'The harbour' }],
      with: { text: 'About {{ $json.title }}', field: 'answer', fields: { files: [] } },
      output: [{ files: [], answer: 'About The harbour' }],
    },
  ],
  run: async (call) => {
    const text = textOf(call.params['text'] ?? null);
    if (text !== '') call.ports.answer(text);
    const { field, fields } = call.params;
    if (typeof field !== 'string' || field === '') return { items: call.items };
    const json: JsonObject = isObject(fields) ? { ...fields } : {};
    put(json, field, text);
    return { items: [{ json }] };
  },
});
