/** Owns the definition of the Extract from File node: parameters and examples. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { SOURCE_PARAMETERS } from '../kit/formats/carried-source.ts';
import { READ_PARAMETERS } from '../kit/formats/read-page.ts';
import { BESIDE } from '../kit/item-files.ts';

export const node: NodeType = defineNode({
  type: 'extract-file',
  title: 'Extract from File',
  description:
    'Reads the file that an item carries, or a base64 or text field of it, as items: NDJSON, JSON, CSV, XLSX, Parquet, text. Up to a thousand per call, so that the file may be large.',
  group: 'data',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  paged: true,
  safe: true,
  parameters: {
    ...SOURCE_PARAMETERS,
    name: {
      type: 'string',
      description: 'from base64 or text: name of the content as a file; its extension tells the format.',
      default: '',
    },
    ...READ_PARAMETERS,
    as: { type: 'string', description: 'binary: name under which the new item carries the file.', default: 'data' },
    into: {
      type: 'string',
      description:
        'text, json, binary: one item with the whole content at this dot path: the text, the value, or the bytes as base64.',
      default: '',
    },
    keep: {
      type: 'string',
      description: 'into: what stays of the item beside it.',
      default: 'none',
      enum: ['none', 'fields', 'files', 'all'],
    },
    beside: BESIDE,
    mime: { type: 'string', description: 'binary: media type. Default: by the extension.' },
  },
  examples: [
    {
      title: 'Rows of CSV in a field',
      input: [{ csv: 'name;price\ntea;3.5\n' }],
      with: { from: 'text', field: 'csv', format: 'csv', types: true },
      output: [{ name: 'tea', price: 3.5 }],
    },
    {
      title: 'The whole value in a field of the item',
      input: [{ id: 7, json: '{"a":[1]}' }],
      with: { from: 'text', field: 'json', format: 'json', into: 'value', keep: 'fields' },
      output: [{ id: 7, json: '{"a":[1]}', value: { a: [1] } }],
    },
    {
      title: 'Base64 that becomes a file',
      input: [{ data: 'aGVsbG8=' }],
      with: { from: 'base64', format: 'binary', name: 'hello.txt' },
      output: [{ name: 'hello.txt', mime: 'text/plain', size: 5 }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
