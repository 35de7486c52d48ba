/** Owns the definition of the Slack node. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { FILE_FIELDS } from '../kit/item-files.ts';

export const node: NodeType = defineNode({
  type: 'slack',
  title: 'Slack',
  description: 'Sends, changes and deletes messages, uploads files, and reads messages and channels of Slack.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  paged: true,
  parameters: {
    operation: {
      type: 'string',
      description:
        'send · update, delete: a message by its timestamp · upload: a file · history: messages of a channel · channels · webhook: send to an incoming webhook.',
      default: 'send',
      enum: ['send', 'update', 'delete', 'upload', 'history', 'channels', 'webhook'],
    },
    secret: {
      type: 'string',
      description: 'Name of the secret that holds the token (xoxb-...); for webhook the whole address.',
      required: true,
    },
    channel: { type: 'string', description: 'Id of the channel, for example C024BE91L (send takes names, too).' },
    text: { type: 'string', description: 'Text; with blocks, what notifications show.' },
    blocks: { type: 'list', description: 'Blocks of the message (Block Kit).' },
    thread: { type: 'string', description: 'send, upload: timestamp of the message that is answered.' },
    broadcast: { type: 'boolean', description: 'send: the answer shows in the channel, too.', default: false },
    timestamp: { type: 'string', description: 'update, delete: timestamp of the message.' },
    file: { type: 'object', description: 'upload: the file; text becomes the message with it.', fields: FILE_FIELDS },
    oldest: { type: 'string', description: 'history: only messages after this timestamp.' },
    latest: { type: 'string', description: 'history: only messages before this timestamp.' },
    types: { type: 'string', description: 'channels: kinds.', default: 'public_channel' },
    pageSize: {
      type: 'integer',
      description: 'history, channels: entries of one page.',
      default: 100,
      min: 1,
      max: 999,
    },
    answer: {
      type: 'string',
      description: 'send, update, delete: facts, or whole, what the API answered as it is.',
      default: 'facts',
      enum: ['facts', 'whole'],
    },
    baseUrl: { type: 'string', description: 'Address of the API.', default: 'https://slack.com/api' },
    timeout: { type: 'duration', description: 'Each request. Default: limit http.ms.' },
  },
  examples: [
    {
      title: 'A message per item',
      input: [{ name: 'Ada' }],
      with: { secret: 'SLACK_TOKEN', channel: 'C024BE91L', text: '{{ $json.name }} has signed up.' },
      output: [{ channel: 'C024BE91L', timestamp: '1503435956.000247' }],
    },
    {
      title: 'All messages of a channel',
      with: { operation: 'history', secret: 'SLACK_TOKEN', channel: 'C024BE91L' },
      output: [{ type: 'message', user: 'U1', text: 'Hello', ts: '1503435956.000247' }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
