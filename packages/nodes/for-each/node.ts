/** Owns what For Each is to forms, checks and documentation; the engine runs it. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'for-each',
  title: 'For Each',
  description:
    'Runs the nodes in its body once for each item, or each batch of loop.size items. Its output is the results in order. ' +
    'The section loop says how: over, size, parallel, rate, limit, onError, tolerate, retry, timeout, stopWhen, collect, pause.',
  group: 'loop',
  work: 'container',
  inputs: MAIN,
  outputs: MAIN,
  parameters: {},
  examples: [],
});
