/** Owns the definition of the Approval node: a person decides which way an item goes. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';

export const node: NodeType = defineNode({
  type: 'approval',
  title: 'Approval',
  description:
    'Waits until a person approves or rejects, on a page of the server or by a call to its address. Works per item, inside loops too. The wait outlives the process. Set executeOnce to ask once for all items.',
  group: 'flow',
  work: 'effect',
  inputs: MAIN,
  outputs: [{ name: 'approved' }, { name: 'rejected' }, { name: 'expired', description: 'Nobody decided in time.' }],
  parameters: {
    message: { type: 'string', description: 'What is to be decided; shown on the page.', required: true },
    expires: { type: 'duration', description: 'How long to wait, such as 2d. Without it: until somebody decides.' },
    notify: {
      type: 'object',
      description: 'Told when the decision is wanted: a POST with message and url as JSON, as chat services take it.',
      fields: {
        url: { type: 'string', description: 'Address of the webhook.', required: true },
        field: { type: 'string', description: 'Key of the text in the body.', default: 'text' },
      },
    },
    field: { type: 'string', description: 'Field for the decision: approved, comment, at.', default: 'approval' },
    decisions: {
      type: 'integer',
      description:
        'How many approvals are needed; they are asked for one after the other, and one rejection is enough.',
      default: 1,
      min: 1,
      max: 100,
    },
    give: {
      type: 'string',
      description:
        'item: the item with the decision in field. decision: only what was decided: approved, resume (what the last one brought), resumes (what all brought), approvers, approver.',
      enum: ['item', 'decision'],
      default: 'item',
    },
  },
  examples: [
    {
      title: 'An expense above the limit',
      input: [{ amount: 900 }],
      with: { message: 'Pay {{ $json.amount }} EUR?', expires: '2d' },
      output: {
        approved: [{ amount: 900, approval: { approved: true, comment: 'fine', at: '2030-01-01T00:00:00.000Z' } }],
        rejected: [],
        expired: [],
      },
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
