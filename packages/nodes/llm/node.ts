/** Owns the definition of the LLM node: parameters and examples. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { CONNECTION, SAMPLING } from '../kit/ai/connection.ts';
import { CONVERSATION } from '../kit/ai/messages.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';

const connection = { baseUrl: 'http://127.0.0.1:4411/v1', model: 'toy-chat' };

export const node: NodeType = defineNode({
  type: 'llm',
  title: 'LLM',
  description:
    'Asks a language model and gives its answer as text, or as JSON of a schema. Works with every OpenAI-compatible server.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    connection: CONNECTION,
    ...CONVERSATION,
    ...SAMPLING,
    schema: {
      type: 'object',
      description: 'JSON Schema of the answer. The answer is checked, and is in json of the output.',
    },
    repairs: {
      type: 'integer',
      description: 'How often an answer that does not fit the schema is given back to the model, with what is wrong.',
      default: 1,
      min: 0,
      max: 10,
    },
    answer: {
      type: 'string',
      description:
        'What the item holds. facts: text, json, usage and more · text: { text } · output: { output }, the text or, with a schema, the value · dify: the outputs of the same node of Dify, with thoughts in the text; dify-separated: with thoughts apart.',
      default: 'facts',
      enum: ['facts', 'text', 'output', 'dify', 'dify-separated'],
    },
    stream: {
      type: 'boolean',
      description:
        'Hand the text on to whoever waits for the answer of the run, as it comes. Not with a schema. A try that breaks off has shown its text already; the next one begins anew.',
      default: false,
    },
  },
  examples: [
    {
      title: 'One question per item',
      input: [{ topic: 'tides' }],
      with: {
        connection,
        system: 'You explain things to children.',
        prompt: 'Explain {{ $json.topic }} in two sentences.',
        temperature: 0.3,
        maxTokens: 200,
      },
      output: [
        {
          text: 'The sea rises and falls twice a day. The moon pulls at it.',
          reasoning: '',
          finishReason: 'stop',
          usage: { tokensIn: 21, tokensOut: 13, cost: 0 },
        },
      ],
    },
    {
      title: 'An answer of a certain shape, with a key and prices',
      input: [{ mail: 'I would like three red chairs.' }],
      with: {
        connection: {
          baseUrl: 'https://api.openai.com/v1',
          model: 'gpt-4o-mini',
          apiKey: 'OPENAI_API_KEY',
          inputPrice: 0.15,
          outputPrice: 0.6,
        },
        prompt: 'What is ordered?\n\n{{ $json.mail }}',
        schema: {
          type: 'object',
          properties: { article: { type: 'string' }, count: { type: 'integer' } },
          required: ['article', 'count'],
          additionalProperties: false,
        },
        repairs: 2,
      },
      output: [
        {
          text: '{"article":"red chair","count":3}',
          json: { article: 'red chair', count: 3 },
          repairs: 0,
          reasoning: '',
          finishReason: 'stop',
          usage: { tokensIn: 60, tokensOut: 12, cost: 0.0000162 },
        },
      ],
    },
    {
      title: 'Text that is shown while it is written',
      input: [{ title: 'The harbour' }],
      with: { connection, prompt: 'Write the chapter "{{ $json.title }}".', stream: true },
      output: [
        {
          text: 'It was early when the first boats came in.',
          reasoning: '',
          finishReason: 'stop',
          usage: { tokensIn: 9, tokensOut: 9, cost: 0 },
        },
      ],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
