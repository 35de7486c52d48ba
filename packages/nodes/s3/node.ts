/** Owns the definition of the S3 node. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { CONNECTION } from '../kit/http/parameters.ts';
import { BESIDE, FILE_FIELDS } from '../kit/item-files.ts';
import { SECRET_FIELDS } from '../kit/secret-fields.ts';

export const node: NodeType = defineNode({
  type: 's3',
  title: 'S3 Storage',
  description:
    'Puts, gets, copies, deletes and lists objects of any S3-compatible storage, presigns addresses and creates buckets.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  paged: true,
  parameters: {
    operation: {
      type: 'string',
      description:
        'put · get: the object becomes a file of the item · delete · copy · list: an item per object, page by page · presign: an address that works without credentials · createBucket.',
      default: 'get',
      enum: ['put', 'get', 'delete', 'copy', 'list', 'presign', 'createBucket'],
    },
    endpoint: {
      type: 'string',
      description:
        'Address of the storage, for example https://s3.eu-north-1.amazonaws.com or http://localhost:9000. Needed, unless secrets names it.',
    },
    region: { type: 'string', description: 'Region that requests are signed for.', default: 'us-east-1' },
    accessKeyId: { type: 'string', description: 'Id of the access key. Needed, unless secrets names it.' },
    secret: { type: 'string', description: 'Name of the secret that holds the secret access key.', required: true },
    secrets: SECRET_FIELDS,
    sessionSecret: { type: 'string', description: 'Name of the secret that holds a session token.' },
    pathStyle: {
      type: 'boolean',
      description: 'The bucket is in the path; false puts it into the host name (bucket.host).',
      default: true,
    },
    bucket: { type: 'string', description: 'Bucket.', required: true },
    key: { type: 'string', description: 'Name of the object (all operations but list and createBucket).' },
    file: { type: 'object', description: 'put: the file to store.', fields: FILE_FIELDS },
    body: { type: 'any', description: 'put: text to store, or a value that is stored as JSON, instead of file.' },
    contentType: { type: 'string', description: 'put: media type. Default: that of the file or value.' },
    metadata: { type: 'object', description: 'put: metadata by name (ASCII).' },
    result: { type: 'any', description: 'put, delete: what the item holds instead of facts.' },
    as: { type: 'string', description: 'get: name under which the item carries the file.', default: 'data' },
    beside: BESIDE,
    saveTo: { type: 'string', description: 'get: path where the file is written, instead of a file of the item.' },
    source: {
      type: 'object',
      description: 'copy: the object that is copied to bucket and key.',
      fields: {
        bucket: { type: 'string', description: 'Its bucket. Default: bucket.' },
        key: { type: 'string', description: 'Its name.', required: true },
      },
    },
    prefix: { type: 'string', description: 'list: only names that begin so.' },
    delimiter: {
      type: 'string',
      description: 'list: names are cut after it, for example /; what they share is an item { prefix }.',
    },
    pageSize: { type: 'integer', description: 'list: objects of one page.', default: 1000, min: 1, max: 1000 },
    method: { type: 'string', description: 'presign: what the address is for.', default: 'GET', enum: ['GET', 'PUT'] },
    expires: { type: 'duration', description: 'presign: how long it works, at most 7 days.', default: '15m' },
    ...CONNECTION,
  },
  examples: [
    {
      title: 'Store a file of the item',
      input: [{ id: 7 }],
      with: {
        operation: 'put',
        endpoint: 'https://s3.eu-north-1.amazonaws.com',
        region: 'eu-north-1',
        accessKeyId: 'AKIAEXAMPLE',
        secret: 'S3_KEY',
        bucket: 'reports',
        key: 'orders/{{ $json.id }}.pdf',
        file: { itemFile: 'data' },
      },
      output: [{ bucket: 'reports', key: 'orders/7.pdf', etag: '0cc1', size: 812 }],
    },
    {
      title: 'All objects below a prefix',
      with: {
        operation: 'list',
        endpoint: 'http://localhost:9000',
        accessKeyId: 'test',
        secret: 'S3_KEY',
        bucket: 'reports',
        prefix: 'orders/',
      },
      output: [{ key: 'orders/7.pdf', size: 812, etag: '0cc1', modified: '2026-01-01T00:00:00.000Z' }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
