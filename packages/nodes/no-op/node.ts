/** Owns No operation: a place in the workflow that changes nothing. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'no-op',
  title: 'No operation',
  description: 'Passes its items on unchanged. Useful to join branches or to name a place.',
  group: 'flow',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs: MAIN,
  parameters: {},
  examples: [{ title: 'Nothing changes', input: [{ id: 1 }, { id: 2 }], with: {}, output: [{ id: 1 }, { id: 2 }] }],
});
