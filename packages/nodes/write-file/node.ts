/** Owns the definition of the Write File node: parameters and examples. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { WRITE_PARAMETERS } from '../kit/formats/write-blocks.ts';

export const node: NodeType = defineNode({
  type: 'write-file',
  title: 'Write File',
  description:
    'Writes all items to one file, block by block, and answers with one item: path, bytes and items written. The file appears, or changes, when all is written; until then there is a hidden file beside it.',
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
    mode: {
      type: 'string',
      description: 'overwrite, or append to what is there (ndjson, csv and text).',
      default: 'overwrite',
      enum: ['overwrite', 'append'],
    },
    ...WRITE_PARAMETERS,
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
      output: [{ path: 'out/prices.csv', bytes: 23, items: 1 }],
    },
    {
      title: 'Lines added to a log',
      input: [{ text: 'one' }, { text: 'two' }],
      with: { path: 'run.log', mode: 'append', field: 'text', separator: '\n' },
      output: [{ path: 'run.log', bytes: 8, items: 2 }],
    },
    {
      title: 'A spreadsheet',
      input: [{ day: '2026-01-31', sold: 12 }],
      with: { path: 'out/report.xlsx', sheet: 'January' },
      output: [{ path: 'out/report.xlsx', bytes: 2042, items: 1 }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
