/** Owns what Loop is to forms, checks and documentation; the engine runs it. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'loop',
  title: 'Loop',
  description:
    'Runs the nodes in its body again and again: while or until a condition, or times times. Loop variables start as ' +
    'loop.state and change by loop.update after each iteration. Its output is the loop variables at the end; with loop.collect, what the iterations gave: concat for all, last for the last.',
  group: 'loop',
  work: 'container',
  inputs: MAIN,
  outputs: MAIN,
  parameters: {},
  examples: [],
});
