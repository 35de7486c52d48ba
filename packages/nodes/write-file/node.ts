/** Owns the definition of the Write File node: parameters and examples. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { defineNode, MAIN } from '../kit/define.ts';

export const node: NodeType = defineNode({
  type: 'write-file',
  title: 'Write File',
  description:
    'Writes all items to one file, block by block, and answers with one item: path, bytes and items written.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  block: true,
  runsOnEmpty: true,
  parameters: {
    path: {
      type: 'string',
      description:
        'Path below the folder of the workflow; folders are made. Read once, so it cannot depend on the item.',
      required: true,
    },
    format: {
      type: 'string',
      description:
        'auto: by the extension, else ndjson · ndjson: a JSON value per line · json: one list · csv · text: a line per item.',
      default: 'auto',
      enum: ['auto', 'ndjson', 'json', 'csv', 'text'],
    },
    mode: {
      type: 'string',
      description: 'overwrite, or append to what is there.',
      default: 'overwrite',
      enum: ['overwrite', 'append'],
    },
    columns: {
      type: 'list',
      description:
        'csv: fields to write, as dot paths, in this order. Default: those of the first block of items; a field that appears later is a failure.',
    },
    delimiter: { type: 'string', description: 'csv: character between fields. Default: a tab for .tsv, else a comma.' },
    field: { type: 'string', description: 'text: field that holds the text of an item.', default: 'text' },
    separator: { type: 'string', description: 'text: what follows each item. Default: a line end.' },
  },
  examples: [
    {
      title: 'A CSV file with chosen columns',
      input: [{ name: 'tea', price: { net: 3.5 } }],
      with: {
        path: 'out/prices.csv',
        format: 'csv',
        mode: 'overwrite',
        columns: ['name', 'price.net'],
        delimiter: ',',
      },
      output: [{ path: 'out/prices.csv', bytes: 24, items: 1 }],
    },
    {
      title: 'Lines added to a log',
      input: [{ text: 'one' }, { text: 'two' }],
      with: { path: 'run.log', mode: 'append', field: 'text', separator: '\n' },
      output: [{ path: 'run.log', bytes: 8, items: 2 }],
    },
  ],
  run: async (call) => (await import('./run.ts')).run(call),
});
