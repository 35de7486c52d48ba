/** Owns the definition of the Read File node: parameters and examples. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { defineNode, MAIN } from '../kit/define.ts';

export const node: NodeType = defineNode({
  type: 'read-file',
  title: 'Read File',
  description:
    'Reads a file of any size as items, up to a thousand per call. A file that changes meanwhile is a failure.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  paged: true,
  safe: true,
  parameters: {
    path: { type: 'string', description: 'Path below the folder of the workflow.', required: true },
    format: {
      type: 'string',
      description:
        'auto: by the extension · ndjson: a JSON value per line · json: a list gives its elements, anything else one item · csv · lines: { text, line } per line · text: { text }, the file as one item.',
      default: 'auto',
      enum: ['auto', 'ndjson', 'json', 'csv', 'lines', 'text'],
    },
    headers: {
      type: 'any',
      description:
        'csv: true, the first row names the columns; false, they are column_1, column_2 and so on; or a list of names for a file without such a row.',
      default: true,
    },
    delimiter: {
      type: 'string',
      description: 'csv: character between fields. Default: a tab for .tsv and .tab, else a comma.',
    },
    quote: {
      type: 'string',
      description: 'csv: character around fields, doubled inside. Empty for none.',
      default: '"',
    },
    types: {
      type: 'boolean',
      description: 'csv: numbers, true, false and empty fields become values; 007 and long ids stay text.',
      default: false,
    },
  },
  examples: [
    {
      title: 'Rows of a CSV file, with numbers',
      with: { path: 'prices.csv', format: 'csv', types: true, headers: true, delimiter: ',', quote: '"' },
      output: [{ name: 'tea', price: 3.5 }],
    },
    {
      title: 'The file that each item names',
      input: [{ file: 'orders/1.ndjson' }],
      with: { path: '{{ $json.file }}' },
      output: [{ order: 1 }, { order: 2 }],
    },
  ],
  run: async (call) => (await import('./run.ts')).run(call),
});
