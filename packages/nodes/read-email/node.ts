/** Owns the definition of the Read E-mail node. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { mailServerParameters } from '../kit/mail-server.ts';
import { IMAP_PORTS } from './ports.ts';

export const node: NodeType = defineNode({
  type: 'read-email',
  title: 'Read E-mail',
  description:
    'Reads messages of a mailbox by IMAP, oldest first, some at a time; or marks, moves or deletes one message.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  paged: true,
  parameters: {
    ...mailServerParameters(IMAP_PORTS, 'tls'),
    operation: {
      type: 'string',
      description: 'read: an item per message · mark, move, delete: one message by its uid.',
      default: 'read',
      enum: ['read', 'mark', 'move', 'delete'],
    },
    mailbox: { type: 'string', description: 'Mailbox.', default: 'INBOX' },
    unseen: { type: 'boolean', description: 'read: only messages that nobody has read.', default: true },
    sinceUid: { type: 'integer', description: 'read: only messages with a higher uid than this.', min: 0 },
    from: { type: 'string', description: 'read: only messages whose sender contains this.' },
    to: { type: 'string', description: 'read: only messages whose receivers contain this.' },
    subject: { type: 'string', description: 'read: only messages whose subject contains this.' },
    contains: { type: 'string', description: 'read: only messages that contain this anywhere.' },
    since: { type: 'string', description: 'read: only messages that came on this day or later (2026-01-31).' },
    before: { type: 'string', description: 'read: only messages that came before this day.' },
    limit: { type: 'integer', description: 'read: most messages.', min: 1 },
    pageSize: { type: 'integer', description: 'read: messages of one page.', default: 20, min: 1, max: 500 },
    attachments: { type: 'boolean', description: 'read: attachments become files of the item.', default: true },
    source: { type: 'boolean', description: 'read: the message as it came becomes the file source.', default: false },
    after: {
      type: 'string',
      description:
        'read: what is done with a message once its item is recorded: nothing, seen, move (to target), delete.',
      default: 'nothing',
      enum: ['nothing', 'seen', 'move', 'delete'],
    },
    target: { type: 'string', description: 'move, after: mailbox that messages are moved to.' },
    uid: { type: 'integer', description: 'mark, move, delete: uid of the message.', min: 1 },
    mark: {
      type: 'string',
      description: 'mark: what to set.',
      default: 'seen',
      enum: ['seen', 'unseen', 'flagged', 'unflagged', 'answered'],
    },
  },
  examples: [
    {
      title: 'Every unread order, then out of the way',
      with: {
        host: 'imap.example.com',
        user: 'orders',
        secret: 'IMAP_PASSWORD',
        subject: 'Order',
        after: 'move',
        target: 'Done',
      },
      output: [
        { uid: 12, subject: 'Order 7', from: { name: 'Ada', address: 'ada@example.com' }, text: 'Two, please.' },
      ],
    },
    {
      title: 'Mark the message of the item as read',
      input: [{ uid: 12 }],
      with: {
        host: 'imap.example.com',
        user: 'orders',
        secret: 'IMAP_PASSWORD',
        operation: 'mark',
        uid: '{{ $json.uid }}',
      },
      output: [{ uid: 12, mailbox: 'INBOX', mark: 'seen' }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
