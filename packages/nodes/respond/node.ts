/** Owns the definition of Respond: the answer to whoever started the run. run.ts makes it. */
import { MAIN, defineNode, runFrom } from '../kit/define.ts';

export const node = defineNode({
  type: 'respond',
  title: 'Respond',
  description:
    'Gives the answer to whoever started the run, while the run goes on: body, or the item as it is. A webhook or form with respond: node gets it as an HTTP response; the first answer of a run counts. Its items are what was answered.',
  group: 'flow',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  safe: true,
  parameters: {
    body: { type: 'any', description: 'The answer. Default: the item.' },
    as: {
      type: 'string',
      description: 'Kind of HTTP response: json, text, html, binary (a file of the item), redirect, or none (no body).',
      default: 'json',
      enum: ['json', 'json-text', 'text', 'html', 'binary', 'redirect', 'none'],
    },
    status: {
      type: 'integer',
      description: 'HTTP status. Default 200; 204 for none, 303 for redirect.',
      min: 200,
      max: 599,
    },
    headers: { type: 'object', description: 'HTTP headers by name; values are texts.', default: {} },
    pass: {
      type: 'boolean',
      description: 'Hand the items on as they came, instead of what was answered.',
      default: false,
    },
    file: { type: 'string', description: 'binary: which file of the item. Default: its first.' },
    download: {
      type: 'boolean',
      description: 'binary: offer the file for saving instead of showing it.',
      default: true,
    },
    location: {
      type: 'string',
      description: 'redirect: where to; a path of this server, or a whole address on one of redirectHosts.',
    },
    redirectHosts: {
      type: 'list',
      description: 'Hosts that location may lead to besides this server, such as example.org.',
      default: [],
    },
  },
  examples: [
    { title: 'The item', input: [{ ok: true }], with: {}, output: [{ ok: true }] },
    {
      title: 'A body of its own',
      input: [{ id: 7, secret: 'x' }],
      with: { body: { id: '{{ $json.id }}' }, status: 201, headers: { 'x-order': '{{ $json.id }}' } },
      output: [{ id: 7 }],
    },
    {
      title: 'A text that is JSON, while the items go on',
      input: [{ id: 7 }],
      with: { body: '{"id": {{ $json.id }}}', as: 'json-text', pass: true },
      output: [{ id: 7 }],
    },
    {
      title: 'To another page',
      input: [{ id: 7 }],
      with: { as: 'redirect', location: '/thanks', redirectHosts: [] },
      output: [{ id: 7 }],
    },
    {
      title: 'A file',
      input: [{ name: 'report' }],
      with: { as: 'binary', file: 'report', download: false },
      output: [{ name: 'report' }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
