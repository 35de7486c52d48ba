/** Owns the definition of Knowledge Store: parameters and examples. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { OPTIONAL_CONNECTION } from '../kit/ai/connection.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';

export const node: NodeType = defineNode({
  type: 'knowledge-store',
  title: 'Knowledge Store',
  description:
    'Puts a document into a knowledge base: cuts it into chunks, turns them into vectors and stores both. The same id replaces the document.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  // The same document stored again is the same document.
  safe: true,
  parameters: {
    base: { type: 'string', description: 'Name of the knowledge base; the first document makes it.', required: true },
    operation: {
      type: 'string',
      description: 'store puts the document in, remove takes it out.',
      default: 'store',
      enum: ['store', 'remove'],
    },
    document: { type: 'string', description: 'Id of the document.', required: true },
    title: { type: 'string', description: 'Title, shown with what is found. Default: the id.' },
    text: { type: 'string', description: 'Text of the document; needed to store it.' },
    meta: { type: 'any', description: 'Facts that come back with what is found, such as an address or a page.' },
    connection: {
      ...OPTIONAL_CONNECTION,
      description: 'Model for embeddings. Without it the document is found by its words only.',
    },
    chunking: {
      type: 'object',
      description: 'How the text is cut.',
      fields: {
        by: {
          type: 'string',
          description:
            'text: at paragraphs, lines, sentences · markdown: at headings first; each chunk begins with those above it.',
          default: 'text',
          enum: ['text', 'markdown'],
        },
        size: { type: 'integer', description: 'Most characters of a chunk.', default: 1000, min: 20, max: 100_000 },
        overlap: {
          type: 'integer',
          description: 'Characters that a chunk repeats from the one before.',
          default: 100,
          min: 0,
          max: 50_000,
        },
        separators: { type: 'list', description: 'Texts at which to cut before anything else, such as "---".' },
      },
    },
    batch: {
      type: 'integer',
      description: 'Chunks that are embedded with one request.',
      default: 64,
      min: 1,
      max: 2048,
    },
  },
  examples: [
    {
      title: 'A handbook in Markdown',
      input: [{ name: 'handbook.md', text: '# Holidays\n\nThirty days a year.' }],
      with: {
        base: 'handbook',
        operation: 'store',
        document: '{{ $json.name }}',
        title: 'Handbook',
        text: '{{ $json.text }}',
        meta: { source: '{{ $json.name }}' },
        connection: { baseUrl: 'http://127.0.0.1:4411/v1', model: 'toy-embedding' },
        chunking: { by: 'markdown', size: 800, overlap: 80 },
        batch: 64,
      },
      output: [
        {
          base: 'handbook',
          document: 'handbook.md',
          title: 'Handbook',
          chunks: 1,
          usage: { tokensIn: 5, tokensOut: 0, cost: 0 },
        },
      ],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
