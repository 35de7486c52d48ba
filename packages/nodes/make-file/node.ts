/** Owns the definition of the Make File node: parameters and examples. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { DELIVERY_PARAMETERS } from '../kit/formats/delivery.ts';
import { ENCODINGS } from '../kit/formats/encoding.ts';
import { WRITE_PARAMETERS } from '../kit/formats/write-blocks.ts';

export const node: NodeType = defineNode({
  type: 'make-file',
  title: 'Make File',
  description:
    'Makes one file of the items of a batch and answers with one item that carries it: NDJSON, JSON, CSV, XLSX, Parquet, text. loop.size says how many items make a file; Write File takes any number of them.',
  group: 'data',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  safe: true,
  parameters: {
    name: { type: 'string', description: 'Name of the file; its extension tells the format.', default: 'data.json' },
    ...WRITE_PARAMETERS,
    layout: {
      type: 'string',
      description: 'json: an element per line · compact: no line ends · pretty: indented.',
      default: 'lines',
      enum: ['lines', 'compact', 'pretty'],
    },
    single: { type: 'boolean', description: 'json: the first item itself instead of a list.', default: false },
    header: { type: 'boolean', description: 'csv: the first line names the columns.', default: true },
    encoding: { type: 'string', description: 'Of texts.', default: 'utf-8', enum: ENCODINGS.slice(1) },
    ...DELIVERY_PARAMETERS,
  },
  examples: [
    {
      title: 'CSV as text in a field',
      input: [{ name: 'tea', price: 3.5 }],
      with: { name: 'prices.csv', to: 'text' },
      output: [{ name: 'prices.csv', mime: 'text/csv', size: 19, items: 1, data: 'name,price\ntea,3.5\n' }],
    },
    {
      title: 'A spreadsheet that the item carries',
      input: [{ day: '2026-01-31', sold: 12 }],
      with: { name: 'report.xlsx', sheet: 'January', as: 'report' },
      output: [
        {
          name: 'report.xlsx',
          mime: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
          size: 2042,
          items: 1,
        },
      ],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
