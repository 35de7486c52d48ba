/** Owns the definition of the Send E-mail node. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { FILE_FIELDS } from '../kit/item-files.ts';
import { mailServerParameters } from '../kit/mail-server.ts';
import { SMTP_PORTS } from './ports.ts';

export const node: NodeType = defineNode({
  type: 'send-email',
  title: 'Send E-mail',
  description:
    'Sends one e-mail per item by SMTP. Its Message-ID stays the same over retries, so that receivers can tell them.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    ...mailServerParameters(SMTP_PORTS, 'starttls'),
    from: { type: 'string', description: 'Sender, for example Ada <ada@example.com>.', required: true },
    to: { type: 'any', description: 'Receivers: a text with commas, or a list.' },
    cc: { type: 'any', description: 'Receivers of a copy.' },
    bcc: { type: 'any', description: 'Receivers whom the others do not see.' },
    replyTo: { type: 'string', description: 'Where answers go.' },
    inReplyTo: { type: 'string', description: 'Message-ID of the e-mail that this one answers.' },
    subject: { type: 'string', description: 'Subject.', default: '' },
    text: { type: 'string', description: 'Body as plain text.' },
    html: { type: 'string', description: 'Body as HTML. With text, readers choose.' },
    attachments: {
      type: 'list',
      description: 'Files of the item or of the workflow folder.',
      fields: {
        ...FILE_FIELDS,
        cid: { type: 'string', description: 'Id under which the HTML shows it: <img src="cid:...">.' },
      },
    },
    headers: { type: 'object', description: 'Further headers by name.' },
  },
  examples: [
    {
      title: 'A report to each customer',
      input: [{ name: 'Ada', email: 'ada@example.com' }],
      with: {
        host: 'smtp.example.com',
        user: 'reports',
        secret: 'SMTP_PASSWORD',
        from: 'Reports <reports@example.com>',
        to: '{{ $json.email }}',
        subject: 'Your report, {{ $json.name }}',
        text: 'It is attached.',
        attachments: [{ itemFile: 'data' }],
      },
      output: [
        { messageId: '<0cc175b9@example.com>', accepted: ['ada@example.com'], rejected: [], response: '250 2.0.0 Ok' },
      ],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
