/** Owns the definition of the Webhook trigger. Receiving requests is the server's. */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'webhook',
  title: 'Webhook trigger',
  description:
    'Starts the workflow when a request arrives at /hooks/<path>, while "rondo serve" is running. The item holds method, path, params, query, headers and body; uploaded files are files of the item.',
  group: 'trigger',
  trigger: 'webhook',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: [],
  outputs: MAIN,
  runsOnEmpty: true,
  parameters: {
    path: {
      type: 'string',
      description:
        'Path below /hooks, such as orders/:id; parts with a colon are params of the item. Default: the id of the workflow, else its name in lower case with dashes.',
      evaluate: 'never',
    },
    methods: {
      type: 'list',
      description: 'HTTP methods that are taken: GET, POST, PUT, PATCH, DELETE, HEAD.',
      default: ['POST'],
      evaluate: 'never',
    },
    auth: {
      type: 'object',
      description: 'Who may call. Default: everybody who knows the address.',
      default: { type: 'none' },
      evaluate: 'never',
      fields: {
        type: {
          type: 'string',
          description:
            'none; basic (user and password); bearer (a token); header (a value in a header of your choice); hmac (a signature over the body); standard-webhooks (webhook-id, webhook-timestamp, webhook-signature).',
          required: true,
          enum: ['none', 'basic', 'bearer', 'header', 'hmac', 'standard-webhooks'],
        },
        secret: { type: 'string', description: 'Name of the secret: password, token, value or key.' },
        user: { type: 'string', description: 'basic: the user name.' },
        header: {
          type: 'string',
          description: 'header: its name. hmac: header of the signature, default x-signature.',
        },
        algorithm: { type: 'string', description: 'hmac: hash. Default sha256.', enum: ['sha256', 'sha512', 'sha1'] },
        encoding: {
          type: 'string',
          description: 'hmac: how the signature is written. Default hex.',
          enum: ['hex', 'base64'],
        },
        prefix: { type: 'string', description: 'hmac: text before the signature, such as sha256=.' },
        timestampHeader: {
          type: 'string',
          description:
            'hmac: header of the time in seconds. Then <time>.<body> is signed, and requests older than five minutes are refused.',
        },
      },
    },
    body: {
      type: 'string',
      description:
        'How the body is read: auto (by content type: JSON, form, text, else a file named data), json, form, text (as it came), or binary (a file named data).',
      default: 'auto',
      enum: ['auto', 'json', 'form', 'text', 'binary'],
      evaluate: 'never',
    },
    rawBody: {
      type: 'boolean',
      description: 'Also put the body as it came, as text, into rawBody.',
      default: false,
      evaluate: 'never',
    },
    maxBytes: {
      type: 'integer',
      description: 'Longest body in bytes, files included. A longer one is answered with 413.',
      default: 16_777_216,
      min: 1,
      max: 1_073_741_824,
      evaluate: 'never',
    },
    respond: {
      type: 'string',
      description:
        'When the caller gets its answer: immediately (202 with the id of the run, or status, headers and answer), done (the output of the run), or node (what a Respond node says).',
      default: 'immediately',
      enum: ['immediately', 'done', 'node'],
      evaluate: 'never',
    },
    status: {
      type: 'integer',
      description: 'Status of the answer with immediately (default 202) and done (default 200).',
      min: 200,
      max: 599,
      evaluate: 'never',
    },
    headers: { type: 'object', description: 'Headers of the answer.', default: {}, evaluate: 'never' },
    answer: {
      type: 'any',
      description: 'Body of the answer with immediately: a text, or anything else as JSON.',
      evaluate: 'never',
    },
    timeout: {
      type: 'duration',
      description:
        'Longest wait for done and node, at most 15m. Then the answer is 202 with the id of the run (done) or 504 (node); the run goes on.',
      default: '60s',
      evaluate: 'never',
    },
    cors: {
      type: 'list',
      description:
        'Origins whose pages may call, by script or form, such as https://example.org, or *. Default: none; programs are no pages.',
      default: [],
      evaluate: 'never',
    },
    idempotencyHeader: {
      type: 'string',
      description:
        'Header that is the same when a request is sent again, such as idempotency-key: a second request is answered with the run of the first one.',
      evaluate: 'never',
    },
  },
  examples: [
    {
      title: 'A request',
      input: [
        {
          method: 'POST',
          path: '/hooks/orders/7',
          params: { id: '7' },
          query: {},
          headers: { 'content-type': 'application/json' },
          body: { amount: 3 },
        },
      ],
      with: { path: 'orders/:id', methods: ['POST'], auth: { type: 'bearer', secret: 'orders-token' } },
      output: [
        {
          method: 'POST',
          path: '/hooks/orders/7',
          params: { id: '7' },
          query: {},
          headers: { 'content-type': 'application/json' },
          body: { amount: 3 },
        },
      ],
    },
    {
      title: 'Answered with the output of the run',
      input: [{ body: 'ping' }],
      with: { respond: 'done', timeout: '30s' },
      output: [{ body: 'ping' }],
    },
  ],
});
