/** Owns Stop and Error: a failure on purpose. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'stop-and-error',
  title: 'Stop and Error',
  description: 'Fails with a message. Inside a loop the iteration fails, and the loop goes on by its onError.',
  group: 'flow',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    message: { type: 'string', description: 'What went wrong, for the person who reads it.' },
    object: {
      type: 'any',
      description:
        'Instead of message: an object, or the JSON text of one. Its message, description or error is what went wrong, else its JSON.',
    },
    data: { type: 'object', description: 'Facts about it, for programs.' },
  },
  // It gives items only where there is nothing to stop for.
  examples: [
    {
      title: 'No items, no failure',
      input: [],
      with: { message: 'Order {{ $json.id }} has no price', data: { code: 'E1' } },
      output: [],
    },
    { title: 'An error as an object', input: [], with: { object: '{{ $json.problem }}' }, output: [] },
  ],
});
