/** Owns the definition of the Read File node: parameters and examples. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { READ_PARAMETERS } from '../kit/formats/read-page.ts';
import { BESIDE } from '../kit/item-files.ts';

export const node: NodeType = defineNode({
  type: 'read-file',
  title: 'Read File',
  description:
    'Reads a file of any size as items, up to a thousand per call: NDJSON, JSON, CSV, XLSX, Parquet, text; or its bytes as a file of one item. A file that changes meanwhile is a failure.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  paged: true,
  safe: true,
  parameters: {
    path: { type: 'string', description: 'Path below the folder of the workflow.', required: true },
    pattern: {
      type: 'boolean',
      description: 'binary: path is a pattern as in List Files (*, **, ?, {a,b}); each file that fits is an item.',
      default: false,
    },
    ...READ_PARAMETERS,
    file: { type: 'string', description: 'binary: name under which the item carries the file.', default: 'file' },
    name: { type: 'string', description: 'binary: name of the file. Default: its own.' },
    mime: { type: 'string', description: 'binary: media type. Default: by the extension.' },
    beside: BESIDE,
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
    {
      title: 'The second sheet of a spreadsheet, from its third row',
      with: { path: 'report.xlsx', sheet: 2, range: 'A3:C1000' },
      output: [{ day: '2026-01-31', city: 'Graz', sold: 12 }],
    },
    {
      title: 'The list inside a JSON object',
      with: { path: 'export.json', itemsPath: 'data.items' },
      output: [{ id: 1 }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
