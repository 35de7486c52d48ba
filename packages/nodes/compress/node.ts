/** Owns the definition of the Compress node: parameters and examples. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { DELIVERY_PARAMETERS } from '../kit/formats/delivery.ts';

export const node: NodeType = defineNode({
  type: 'compress',
  title: 'Compress',
  description:
    'Packs the files that items carry, or a text: all into one archive (zip, tar, tar.gz), or each by itself (gzip, deflate, brotli, zstd). loop.size says how many items make an archive.',
  group: 'data',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  safe: true,
  parameters: {
    format: {
      type: 'string',
      description:
        'zip, tar, tar.gz: one archive of all files · gzip, deflate (zlib), brotli, zstd: each file by itself.',
      default: 'zip',
      enum: ['zip', 'tar', 'tar.gz', 'gzip', 'deflate', 'brotli', 'zstd'],
    },
    from: {
      type: 'string',
      description: 'file: the files that the items carry · base64 or text: a field of them.',
      default: 'file',
      enum: ['file', 'base64', 'text'],
    },
    files: { type: 'list', description: 'from file: names under which the items carry them. Default: all.' },
    field: { type: 'string', description: 'from base64 or text: dot path of the field.', default: 'data' },
    name: {
      type: 'string',
      description: 'Name of the archive; or, of a field, the name of the file before it is packed.',
      default: '',
    },
    level: {
      type: 'integer',
      description:
        'From quick to small: 0 to 9 for zip, tar.gz, gzip and deflate (usually 6), 0 to 11 for brotli (6), 1 to 19 for zstd (3).',
      min: 0,
      max: 19,
    },
    ...DELIVERY_PARAMETERS,
  },
  examples: [
    {
      title: 'All files of an item in a ZIP archive',
      with: { format: 'zip', name: 'reports.zip' },
      output: [{ name: 'reports.zip', mime: 'application/zip', size: 2048, files: 2 }],
    },
    {
      title: 'A text, packed into a field',
      input: [{ data: 'hello' }],
      with: { format: 'deflate', from: 'text', name: 'hello.txt', to: 'base64' },
      output: [{ name: 'hello.txt.zz', mime: 'application/zlib', size: 13, data: 'eJzLSM3JyQcABiwCFQ==' }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
