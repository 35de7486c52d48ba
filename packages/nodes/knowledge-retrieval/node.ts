/** Owns the definition of Knowledge Retrieval: parameters and examples. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { OPTIONAL_CONNECTION } from '../kit/ai/connection.ts';
import { ANSWER_FORM } from '../kit/ai/dify.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';

export const node: NodeType = defineNode({
  type: 'knowledge-retrieval',
  title: 'Knowledge Retrieval',
  description: 'Finds the chunks of a knowledge base that fit a question: by meaning, by words, or by both.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  safe: true,
  parameters: {
    base: { type: 'any', description: 'Name of the knowledge base, or a list of names.', required: true },
    query: { type: 'any', description: 'The question. An empty one finds nothing.', required: true },
    connection: {
      ...OPTIONAL_CONNECTION,
      description: 'Model for embeddings: the one the base was filled with. Without it, only words are searched.',
    },
    mode: {
      type: 'string',
      description:
        'vector: by meaning · text: by words · hybrid: both, put together. Default: hybrid with a connection, else text.',
      enum: ['vector', 'text', 'hybrid'],
    },
    limit: { type: 'integer', description: 'Most chunks that are found.', default: 4, min: 1, max: 1000 },
    minScore: { type: 'number', description: 'Chunks that fit less are left out: 0 to 1.', default: 0, min: 0, max: 1 },
    rerank: {
      ...OPTIONAL_CONNECTION,
      description: 'A chat model that judges the chunks that were found, and puts them into a better order.',
    },
    candidates: {
      type: 'integer',
      description: 'With rerank: how many chunks it judges. The best limit of them are kept.',
      default: 20,
      min: 1,
      max: 100,
    },
    answer: ANSWER_FORM,
    split: { type: 'boolean', description: 'One item per chunk instead of one item with a list.', default: false },
  },
  examples: [
    {
      title: 'Chunks for the prompt of an LLM ({{ $json.context }})',
      input: [{ question: 'How many holidays are there?' }],
      with: {
        base: 'handbook',
        query: '{{ $json.question }}',
        connection: { baseUrl: 'http://127.0.0.1:4411/v1', model: 'toy-embedding' },
        mode: 'hybrid',
        limit: 3,
        minScore: 0.2,
        split: false,
      },
      output: [
        {
          query: 'How many holidays are there?',
          hits: [
            {
              base: 'handbook',
              document: 'handbook.md',
              title: 'Handbook',
              position: 0,
              text: 'Holidays\n\nThirty days a year.',
              meta: { source: 'handbook.md' },
              score: 0.83,
            },
          ],
          context: 'Holidays\n\nThirty days a year.',
          usage: { tokensIn: 5, tokensOut: 0, cost: 0 },
        },
      ],
    },
    {
      title: 'By words, one item per chunk',
      input: [{ question: 'holidays' }],
      with: {
        base: ['handbook', 'contracts'],
        query: '{{ $json.question }}',
        mode: 'text',
        split: true,
        candidates: 10,
      },
      output: [
        {
          base: 'handbook',
          document: 'handbook.md',
          title: 'Handbook',
          position: 0,
          text: 'Holidays\n\nThirty days a year.',
          meta: { source: 'handbook.md' },
          score: 1,
        },
      ],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
