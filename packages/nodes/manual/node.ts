/** Owns the Manual trigger: where a run that a person or a program starts begins. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'manual',
  title: 'Manual trigger',
  description: 'Starts the workflow with the input of the run: its object as one item, or its items one by one.',
  group: 'trigger',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: [],
  outputs: MAIN,
  runsOnEmpty: true,
  parameters: {},
  examples: [{ title: 'The input of the run', input: [{ name: 'Ada' }], with: {}, output: [{ name: 'Ada' }] }],
});
