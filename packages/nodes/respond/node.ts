/** Owns Respond: the answer to whoever started the run. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'respond',
  title: 'Respond',
  description: 'Gives the answer to whoever started the run: body, or the item as it is.',
  group: 'flow',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    body: { type: 'any', description: 'The answer. Default: the item.' },
  },
  examples: [
    { title: 'The item', input: [{ ok: true }], with: {}, output: [{ ok: true }] },
    {
      title: 'A body of its own',
      input: [{ id: 7, secret: 'x' }],
      with: { body: { id: '{{ $json.id }}' } },
      output: [{ id: 7 }],
    },
  ],
});
