/** Owns the definition of the Discord node. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { FILE_FIELDS } from '../kit/item-files.ts';

export const node: NodeType = defineNode({
  type: 'discord',
  title: 'Discord',
  description: 'Sends, changes and deletes messages with embeds and files, and reads the messages of a channel.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  paged: true,
  parameters: {
    operation: {
      type: 'string',
      description:
        'send · edit, delete: a message by its id · messages: of a channel, newest first · webhook: send to a webhook.',
      default: 'send',
      enum: ['send', 'edit', 'delete', 'messages', 'webhook'],
    },
    secret: {
      type: 'string',
      description: 'Name of the secret that holds the token of the bot; for webhook the whole address.',
      required: true,
    },
    channel: { type: 'string', description: 'Id of the channel or thread.' },
    message: { type: 'string', description: 'edit, delete: id of the message.' },
    text: { type: 'string', description: 'Text, at most 2000 characters.' },
    embeds: { type: 'list', description: 'Embeds, at most 10.' },
    replyTo: { type: 'string', description: 'send: id of the message that is answered.' },
    files: { type: 'list', description: 'send, webhook: files that are attached, at most 10.', fields: FILE_FIELDS },
    mentions: {
      type: 'list',
      description: 'What in the text may notify: users, roles, everyone.',
      default: ['users'],
    },
    before: { type: 'string', description: 'messages: only those before this id.' },
    limit: { type: 'integer', description: 'messages: most of them. Default: all.', min: 1 },
    answer: {
      type: 'string',
      description: 'send, edit, webhook: facts, or whole, what the API answered as it is.',
      default: 'facts',
      enum: ['facts', 'whole'],
    },
    baseUrl: { type: 'string', description: 'Address of the API.', default: 'https://discord.com/api/v10' },
    timeout: { type: 'duration', description: 'Each request. Default: limit http.ms.' },
  },
  examples: [
    {
      title: 'A message with an embed per item',
      input: [{ name: 'Ada', points: 7 }],
      with: {
        secret: 'DISCORD_TOKEN',
        channel: '1101',
        text: '{{ $json.name }} has won.',
        embeds: [{ title: 'Points', description: '{{ $json.points }}' }],
      },
      output: [{ id: '1102', channel: '1101' }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
