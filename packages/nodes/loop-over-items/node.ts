/** Owns what Loop Over Items is to forms, checks and documentation; the engine runs it. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'loop-over-items',
  title: 'Loop Over Items',
  description:
    'Hands out its items in batches of loop.size by the output loop. The last node of the body returns to it; when all ' +
    'batches are through, their results leave by the output done. For Each does the same with the body inside.',
  group: 'loop',
  work: 'container',
  inputs: MAIN,
  // In this order: compile/lower.ts knows them by position.
  outputs: [
    { name: 'done', description: 'All results, after the last batch.' },
    { name: 'loop', description: 'The batch of this iteration.' },
  ],
  parameters: {
    size: {
      type: 'integer',
      description: 'Items per batch, where an expression decides; else loop.size.',
      min: 1,
    },
    version: {
      type: 'integer',
      description: 'How files of n8n mean it, in strict workflows: 1 gives no results at the end, 2 and 3 do.',
      enum: [1, 2, 3],
      default: 3,
    },
    reset: {
      type: 'any',
      description:
        'Asked after each iteration: true makes what came back the new list and forgets what was collected (polling).',
      default: false,
    },
  },
  examples: [
    {
      title: 'Batches of two, and the way back',
      input: [{ n: 1 }, { n: 2 }, { n: 3 }],
      with: {},
      loop: { size: 2 },
      around: {
        sum: {
          type: 'aggregate',
          after: 'loop-over-items.loop',
          with: { operations: { n: { op: 'sum', field: 'n' } } },
        },
      },
      output: { done: [{ n: 3 }, { n: 3 }], loop: [] },
    },
  ],
});
