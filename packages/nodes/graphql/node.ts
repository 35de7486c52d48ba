/** Owns the definition of the GraphQL node. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { AUTH, CONNECTION } from '../kit/http/parameters.ts';

export const node: NodeType = defineNode({
  type: 'graphql',
  title: 'GraphQL',
  description:
    'Sends one GraphQL operation per item. Errors in the answer are failures; a connection can be read page by page.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  paged: (raw) => raw['pagination'] !== undefined && raw['pagination'] !== null,
  parameters: {
    url: { type: 'string', description: 'Address of the endpoint.', required: true },
    query: {
      type: 'string',
      description: 'The operation, sent as written: values belong in variables.',
      evaluate: 'never',
    },
    queryTemplate: {
      type: 'string',
      description: 'The operation as a template, instead of query. What is put into it becomes part of the operation.',
    },
    variables: { type: 'any', description: 'Variables of the operation by name: an object, or its JSON text.' },
    method: { type: 'string', description: 'HTTP method.', default: 'POST', enum: ['POST', 'GET'] },
    bodyType: {
      type: 'string',
      description: 'json: operation and variables · graphql: the operation alone.',
      default: 'json',
      enum: ['json', 'graphql'],
    },
    answer: {
      type: 'string',
      description:
        'data: what the operation gives · body: the whole answer · text: the answer as text, under property.',
      default: 'data',
      enum: ['data', 'body', 'text'],
    },
    property: { type: 'string', description: 'text: key that holds it.', default: 'data' },
    messages: {
      type: 'object',
      description:
        'Own words for failures: by status (404), for wrong variables (variables) or errors in the answer (errors); {value} stands for them.',
    },
    operationName: { type: 'string', description: 'Which operation to run, when query holds several.' },
    headers: { type: 'object', description: 'Further headers by name.' },
    items: {
      type: 'string',
      description:
        'Where the list is below data, for example repository.issues. A connection gives its nodes. Default: data as one item.',
    },
    allowErrors: {
      type: 'boolean',
      description: 'Errors are no failure: without items, the item is { data, errors }; with it, they are logged.',
      default: false,
    },
    pagination: {
      type: 'object',
      description:
        'Reads a connection to its end, by pageInfo { hasNextPage endCursor }, which the query must ask for.',
      fields: {
        connection: { type: 'string', description: 'Where the connection is below data. Default: items.' },
        variable: { type: 'string', description: 'Variable that takes the cursor.', default: 'after' },
        maxPages: { type: 'integer', description: 'Ends quietly after so many pages.', min: 1 },
      },
    },
    auth: AUTH,
    ...CONNECTION,
    idempotencyKey: {
      type: 'boolean',
      description: 'Send Idempotency-Key: the same over retries and resumes.',
      default: true,
    },
  },
  examples: [
    {
      title: 'One operation per item',
      input: [{ id: 7 }],
      with: {
        url: 'https://api.example.com/graphql',
        query: 'query ($id: ID!) { user(id: $id) { name } }',
        variables: { id: '{{ $json.id }}' },
        items: 'user',
        auth: { type: 'bearer', secret: 'API_TOKEN' },
      },
      output: [{ name: 'Ada' }],
    },
    {
      title: 'All pages of a connection',
      with: {
        url: 'https://api.example.com/graphql',
        query:
          'query ($after: String) { orders(first: 100, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }',
        items: 'orders',
        pagination: { variable: 'after' },
      },
      output: [{ id: 1 }, { id: 2 }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
