/** Owns the definition of the Error trigger. Watching for failed runs is the server's. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'error-trigger',
  title: 'Error trigger',
  description:
    'Starts the workflow when a run of another workflow has failed. A run that an error trigger started does not start one when it fails itself.',
  group: 'trigger',
  trigger: 'error',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: [],
  outputs: MAIN,
  runsOnEmpty: true,
  parameters: {
    workflows: {
      type: 'list',
      description: 'Ids or names of the workflows to watch. Default: all.',
      default: [],
      evaluate: 'never',
    },
  },
  examples: [
    {
      title: 'Any workflow',
      input: [
        {
          run: { id: 'r1', url: 'http://127.0.0.1:4400/runs/r1' },
          workflow: { id: null, name: 'Import' },
          error: { code: 'http-status', message: 'https://example.org answered 503.', node: 'fetch' },
        },
      ],
      with: {},
      output: [
        {
          run: { id: 'r1', url: 'http://127.0.0.1:4400/runs/r1' },
          workflow: { id: null, name: 'Import' },
          error: { code: 'http-status', message: 'https://example.org answered 503.', node: 'fetch' },
        },
      ],
    },
    {
      title: 'Two workflows by name',
      input: [{ workflow: { name: 'Import' } }],
      with: { workflows: ['Import', 'Report'] },
      output: [{ workflow: { name: 'Import' } }],
    },
  ],
});
