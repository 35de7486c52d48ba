/** Owns the definition of the Decompress node: parameters and examples. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { SOURCE_PARAMETERS } from '../kit/formats/carried-source.ts';
import { DELIVERY_PARAMETERS } from '../kit/formats/delivery.ts';

export const node: NodeType = defineNode({
  type: 'decompress',
  title: 'Decompress',
  description:
    'Unpacks the file that an item carries, or a base64 field: one item for each file in it. Archives within it stay packed, links are left out, and names that lead out of their folder are refused.',
  group: 'data',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  safe: true,
  parameters: {
    ...SOURCE_PARAMETERS,
    format: {
      type: 'string',
      description:
        'auto: by the first bytes, else the extension · zip, tar, tar.gz · gzip, deflate (zlib), brotli, zstd: one file, or a tar archive where auto finds one.',
      default: 'auto',
      enum: ['auto', 'zip', 'tar', 'tar.gz', 'gzip', 'deflate', 'brotli', 'zstd'],
    },
    name: {
      type: 'string',
      description: 'from base64: name of the packed file; names the unpacked one.',
      default: '',
    },
    together: {
      type: 'string',
      description: 'One item with all files instead: the beginning of their names in it, which a number follows.',
      default: '',
    },
    ...DELIVERY_PARAMETERS,
  },
  examples: [
    {
      title: 'Each file of an archive',
      with: { as: 'report' },
      output: [
        { name: '2026/january.csv', mime: 'text/csv', size: 512 },
        { name: '2026/february.csv', mime: 'text/csv', size: 498 },
      ],
    },
    {
      title: 'A packed text in a field',
      input: [{ data: 'H4sIAAAAAAAAE8tIzcnJBwCGphA2BQAAAA==' }],
      with: { from: 'base64', name: 'hello.txt.gz', to: 'text', as: 'text' },
      output: [{ name: 'hello.txt', mime: 'text/plain', size: 5, text: 'hello' }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
