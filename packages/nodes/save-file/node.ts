/** Owns the definition of the Save File node: parameters and examples. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { SOURCE_PARAMETERS } from '../kit/formats/carried-source.ts';

export const node: NodeType = defineNode({
  type: 'save-file',
  title: 'Save File',
  description:
    'Writes the file that an item carries, or a base64 or text field of it, to a path: a file for each item. Write File makes one file of many items.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    ...SOURCE_PARAMETERS,
    path: { type: 'string', description: 'Path below the folder of the workflow; folders are made.', required: true },
    mode: {
      type: 'string',
      description: 'overwrite, or append to what is there; a repeated append may write twice.',
      default: 'overwrite',
      enum: ['overwrite', 'append'],
    },
    pathField: { type: 'string', description: 'Dot path of the field that gets the path.', default: 'path' },
  },
  examples: [
    {
      title: 'A text of each item',
      input: [{ id: 7, note: 'hello' }],
      with: { from: 'text', field: 'note', path: 'notes/{{ $json.id }}.txt' },
      output: [{ id: 7, note: 'hello', path: 'notes/7.txt' }],
    },
    {
      title: 'The file that the item carries',
      input: [{ id: 7 }],
      with: { file: 'report', path: 'out/{{ $json.id }}.pdf', pathField: 'saved.at', mode: 'overwrite' },
      output: [{ id: 7, saved: { at: 'out/7.pdf' } }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
