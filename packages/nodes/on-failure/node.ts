/** Owns On failure: where a workflow, or the body of a container, goes on when one of its nodes has failed. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'on-failure',
  title: 'On failure',
  description:
    'Gives one item when a node beside it has failed, and starts the nodes that come after it; they run only then. The item says what went wrong: error.message, error.code, error.node, error.data. ' +
    'The workflow (or the iteration, when it stands in a container) still counts as failed, with what the last of these nodes gives as its output; with End it counts as completed.',
  group: 'flow',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: [],
  outputs: MAIN,
  runsOnEmpty: true,
  parameters: {
    once: {
      type: 'boolean',
      description: 'Leave a failure alone that another On failure, in a container inside, has seen already.',
      default: false,
      evaluate: 'never',
    },
  },
  examples: [
    {
      title: 'A node failed',
      input: [
        { error: { code: 'http-status', message: 'https://example.org answered 503.', node: 'fetch', data: {} } },
      ],
      with: {},
      output: [
        { error: { code: 'http-status', message: 'https://example.org answered 503.', node: 'fetch', data: {} } },
      ],
    },
  ],
});
