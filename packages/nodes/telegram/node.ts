/** Owns the definition of the Telegram node. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { FILE_FIELDS } from '../kit/item-files.ts';

export const node: NodeType = defineNode({
  type: 'telegram',
  title: 'Telegram',
  description: 'Sends, changes and deletes messages and files as a bot, and reads what was sent to it.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  paged: true,
  parameters: {
    operation: {
      type: 'string',
      description:
        'send · sendFile · edit, delete: a message by its id · updates: what was sent to the bot; each update is given once.',
      default: 'send',
      enum: ['send', 'sendFile', 'edit', 'delete', 'updates'],
    },
    secret: { type: 'string', description: 'Name of the secret that holds the token of the bot.', required: true },
    chat: { type: 'any', description: 'Id of the chat, or the @name of a channel.' },
    message: { type: 'integer', description: 'edit, delete: id of the message.', min: 1 },
    text: { type: 'string', description: 'Text, at most 4096 characters; sendFile: what stands below the file.' },
    format: {
      type: 'string',
      description: 'How text is read. With HTML and MarkdownV2, values in it must be escaped.',
      default: 'plain',
      enum: ['plain', 'HTML', 'MarkdownV2'],
    },
    file: { type: 'object', description: 'sendFile: the file.', fields: FILE_FIELDS },
    kind: {
      type: 'string',
      description: 'sendFile: how it is shown.',
      default: 'document',
      enum: ['document', 'photo', 'audio', 'video', 'voice'],
    },
    replyTo: { type: 'integer', description: 'Id of the message that is answered.', min: 1 },
    thread: { type: 'integer', description: 'Id of the topic of a forum.', min: 1 },
    silent: { type: 'boolean', description: 'No sound at the receivers.', default: false },
    preview: { type: 'boolean', description: 'Show a preview of the first link.', default: true },
    buttons: { type: 'object', description: 'Buttons below the message (reply_markup).' },
    offset: { type: 'integer', description: 'updates: first update. Default: what was not given yet.' },
    answer: {
      type: 'string',
      description: 'send, sendFile, edit: facts, or whole, what the API answered as it is.',
      default: 'facts',
      enum: ['facts', 'whole'],
    },
    baseUrl: { type: 'string', description: 'Address of the API.', default: 'https://api.telegram.org' },
    timeout: { type: 'duration', description: 'Each request. Default: limit http.ms.' },
  },
  examples: [
    {
      title: 'A message per item',
      input: [{ chat: 42, name: 'Ada' }],
      with: { secret: 'TELEGRAM_TOKEN', chat: '{{ $json.chat }}', text: 'Hello {{ $json.name }}' },
      output: [{ id: 7, chat: 42 }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
