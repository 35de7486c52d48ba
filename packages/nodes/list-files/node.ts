/** Owns the definition of the List Files node: parameters and examples. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';

export const node: NodeType = defineNode({
  type: 'list-files',
  title: 'List Files',
  description:
    'Lists the files of a folder as items, sorted by path. Hidden files, and links that lead out of the allowed folders, are left out.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  safe: true,
  parameters: {
    path: {
      type: 'string',
      description:
        'Folder below the folder of the workflow, or a pattern of files: data/*.csv, data/**/*.json. * stands for any characters in a name, ** for any folders, ? for one character, {a,b} for either.',
      required: true,
    },
    hidden: { type: 'boolean', description: 'Also files and folders whose names begin with a dot.', default: false },
  },
  examples: [
    {
      title: 'All CSV files of a folder',
      with: { path: 'data/*.csv' },
      output: [
        { path: 'data/a.csv', name: 'a.csv', size: 120, modified: '2026-01-31T12:00:00.000Z' },
        { path: 'data/b.csv', name: 'b.csv', size: 80, modified: '2026-01-30T12:00:00.000Z' },
      ],
    },
    {
      title: 'Files in the folder and in folders within it',
      with: { path: 'orders/**', hidden: false },
      output: [{ path: 'orders/2026/1.json', name: '1.json', size: 10, modified: '2026-01-31T12:00:00.000Z' }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
