/** Owns the definition of the HTTP Request node: parameters, pages, examples. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { AUTH, CONNECTION } from '../kit/http/parameters.ts';
import { BESIDE } from '../kit/item-files.ts';

export const node: NodeType = defineNode({
  type: 'http-request',
  title: 'HTTP Request',
  description:
    'Sends one request per item and turns the answer into items. With pagination, one page per call until the API has no more.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  paged: (raw) => raw['pagination'] !== undefined && raw['pagination'] !== null,
  parameters: {
    method: {
      type: 'string',
      description: 'HTTP method.',
      default: 'GET',
      enum: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'],
    },
    url: { type: 'string', description: 'Address, starting with http:// or https://.', required: true },
    query: {
      type: 'any',
      description:
        'Query parameters by name. A list repeats the name; null leaves it out. Also a list of { name, value }, where names are computed, or JSON text.',
    },
    queryLists: {
      type: 'string',
      description: 'How a list in query is written: a=1&a=2 · a[]=1&a[]=2 · a[0]=1&a[1]=2.',
      default: 'repeat',
      enum: ['repeat', 'brackets', 'indices'],
    },
    headers: {
      type: 'any',
      description:
        'Headers by name. A list repeats the name; null leaves it out. Also a list of { name, value }, or JSON text.',
    },
    body: {
      type: 'any',
      description:
        'Body, written as bodyType says. A file is { itemFile: name } for a file of the item or { file: path } below the workflow folder, with name and type where they should differ.',
    },
    bodyType: {
      type: 'string',
      description:
        'json: any value (text that is JSON is sent as written) · jsonText: the same, and text that is not JSON is a failure · form: URL-encoded · multipart: fields are texts or files · binary: one file · raw: text as it is · none.',
      default: 'json',
      enum: ['json', 'jsonText', 'form', 'multipart', 'binary', 'raw', 'none'],
    },
    fields: {
      type: 'list',
      description: 'Fields of the body instead of body, where names are computed. A name that repeats is a list.',
      fields: {
        name: { type: 'string', description: 'Name of the field.', required: true },
        value: { type: 'any', description: 'Its value.' },
      },
    },
    auth: AUTH,
    ...CONNECTION,
    redirects: { type: 'integer', description: 'Redirects followed; 0 returns the redirect itself.', min: 0, max: 10 },
    response: {
      type: 'string',
      description:
        'auto: by content type · json · text · file · full: { body, headers, statusCode, statusMessage }, lists not split.',
      default: 'auto',
      enum: ['auto', 'json', 'text', 'file', 'full'],
    },
    full: {
      type: 'boolean',
      description:
        'With headers, statusCode and statusMessage, whatever response is: the body is under body (text under property), and lists are not split.',
      default: false,
    },
    answer: {
      type: 'string',
      description:
        'What the item holds of an answer without pages. items: by the parameters here · dify: the outputs of the same node of Dify, { status_code, body, headers, files }.',
      default: 'items',
      enum: ['items', 'dify'],
    },
    items: { type: 'string', description: 'Where the list is in a JSON answer, for example data.results.' },
    split: { type: 'boolean', description: 'A list becomes one item per element.', default: true },
    property: { type: 'string', description: 'Key that holds an answer that is text.', default: 'data' },
    as: { type: 'string', description: 'Name under which the item carries an answer that is a file.', default: 'data' },
    beside: BESIDE,
    saveTo: { type: 'string', description: 'Path where an answer that is a file is written.' },
    neverError: { type: 'boolean', description: 'Error statuses are answers, not failures.', default: false },
    messages: {
      type: 'object',
      description:
        'Own words for failures: by status (404), or for an answer that is not JSON (json), a body that is not (body), pages that repeat (repeated), a wrong address of a page (nextUrl, {value} stands for it).',
    },
    idempotencyKey: {
      type: 'boolean',
      description: 'Send Idempotency-Key with POST, PUT, PATCH and DELETE: the same over retries and resumes.',
      default: true,
    },
    pagination: {
      type: 'object',
      description:
        'How to get the next page. Templates inside see $response { body, headers, statusCode }, $request and $pageCount (0 before the first page).',
      evaluate: 'never',
      fields: {
        mode: {
          type: 'string',
          description:
            'parameters: values from templates · nextUrl: address from a template · cursor: value in the answer · offset · page: counted · link: Link header, rel=next.',
          required: true,
          enum: ['parameters', 'nextUrl', 'cursor', 'offset', 'page', 'link'],
        },
        query: { type: 'object', description: 'parameters: query parameters as templates.' },
        headers: { type: 'object', description: 'parameters: headers as templates.' },
        body: { type: 'object', description: 'parameters: fields merged into the body, as templates.' },
        url: { type: 'string', description: 'nextUrl: template of the address; empty at the end.' },
        path: { type: 'string', description: 'cursor: where the answer holds it, for example meta.next.' },
        parameter: {
          type: 'string',
          description: 'cursor, offset, page: name it is sent under. Default: cursor, offset, page.',
        },
        in: {
          type: 'string',
          description: 'Where that parameter goes.',
          default: 'query',
          enum: ['query', 'header', 'body'],
        },
        size: { type: 'integer', description: 'Elements of a full page; a shorter page is the last.', min: 1 },
        sizeParameter: { type: 'string', description: 'Name under which size is sent.' },
        start: { type: 'integer', description: 'First value. Default: 0 for offset, 1 for page.' },
        completeWhen: {
          type: 'any',
          description:
            'Further end: "empty", statuses such as [404, 410], or a template. Default for parameters: empty; the others end by themselves.',
        },
        anyStatus: {
          type: 'boolean',
          description: 'completeWhen counts for error statuses, too: such an answer is the end then, and no failure.',
          default: false,
        },
        maxPages: {
          type: 'integer',
          description: 'Ends quietly after so many pages. Without it, loop.limit of the node ends it with an error.',
          min: 1,
        },
        interval: { type: 'duration', description: 'Pause between pages.' },
      },
    },
  },
  examples: [
    {
      title: 'One request per item',
      input: [{ id: 7 }],
      with: { url: 'https://api.example.com/users/{{ $json.id }}', timeout: '10s', response: 'auto' },
      output: [{ id: 7, name: 'Ada' }],
    },
    {
      title: 'Send JSON with a token from a secret',
      input: [{ name: 'Ada' }],
      with: {
        method: 'POST',
        url: 'https://api.example.com/users',
        body: { name: '{{ $json.name }}' },
        auth: { type: 'bearer', secret: 'API_TOKEN' },
      },
      output: [{ id: 8, name: 'Ada' }],
    },
    {
      title: 'Upload a file of the item, with a token of OAuth 2',
      input: [{ id: 7 }],
      with: {
        method: 'PUT',
        url: 'https://api.example.com/reports/{{ $json.id }}',
        bodyType: 'binary',
        body: { itemFile: 'data' },
        auth: {
          type: 'oauth2',
          tokenUrl: 'https://login.example.com/token',
          clientId: 'reports',
          secret: 'CLIENT_SECRET',
          scope: 'reports.write',
        },
      },
      output: [{ id: 7, stored: true }],
    },
    {
      title: 'All pages of a list, by cursor',
      with: {
        url: 'https://api.example.com/orders',
        query: { limit: 100 },
        items: 'data',
        pagination: { mode: 'cursor', path: 'meta.next', parameter: 'cursor' },
      },
      output: [{ order: 1 }, { order: 2 }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
