/** Owns the definition of the Embeddings node: parameters and examples. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { CONNECTION } from '../kit/ai/connection.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';

const connection = { baseUrl: 'http://127.0.0.1:4411/v1', model: 'toy-embedding' };

export const node: NodeType = defineNode({
  type: 'embeddings',
  title: 'Embeddings',
  description: 'Turns texts into vectors: one text per item, or those of a batch of items in one request (loop.size).',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  safe: true,
  parameters: {
    connection: CONNECTION,
    text: { type: 'any', description: 'Text, or list of texts, whose vectors the item gets. For batches use field.' },
    field: {
      type: 'string',
      description: 'Instead of text: path of the text in each item. With loop.size, one request serves a whole batch.',
    },
    output: {
      type: 'string',
      description: 'Path where the vector goes; for a list of texts, the list of vectors.',
      default: 'embedding',
    },
    dimensions: {
      type: 'integer',
      description: 'Length of the vectors, where the model can choose.',
      min: 1,
      max: 100_000,
    },
  },
  examples: [
    {
      title: 'The text of each item',
      input: [{ id: 1, title: 'Tides' }],
      with: { connection, text: '{{ $json.title }}', output: 'vector', dimensions: 3 },
      output: [{ id: 1, title: 'Tides', vector: [0.1, 0.2, 0.97] }],
    },
    {
      title: 'Many items with one request (loop: { size: 100 })',
      input: [{ title: 'Tides' }, { title: 'Bread' }],
      with: { connection, field: 'title', dimensions: 3 },
      output: [
        { title: 'Tides', embedding: [0.1, 0.2, 0.97] },
        { title: 'Bread', embedding: [0.9, 0.3, 0.3] },
      ],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
