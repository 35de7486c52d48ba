/** Owns the definition of the PostgreSQL node: parameters and examples. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { isPaged, sqlParameters } from '../kit/sql/parameters.ts';
import { serverParameters } from '../kit/sql/server.ts';

export const node: NodeType = defineNode({
  type: 'postgres',
  title: 'PostgreSQL',
  description:
    'Reads and writes a PostgreSQL database: SQL with parameters, or select, insert, upsert, update and delete of a table. Whole numbers beyond 2^53 and numeric come as text, times as ISO 8601 in UTC, json as values, arrays as lists.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  paged: isPaged,
  parameters: {
    ...sqlParameters({
      positional: '$1',
      sql: 'A list is an array: id = ANY(:ids). For json write :value::jsonb.',
      returning: 'insert, upsert, update, delete: columns of the rows to answer, ["*"] for all. Default: { affected }.',
      restart:
        'The statement must be a SELECT, and its transaction is read-only and open for as long as the pages last.',
    }),
    ...serverParameters('postgres', 5432, 'Database. Default: the name of the user.'),
    connections: {
      type: 'integer',
      description: 'Most connections of a run to this database.',
      default: 10,
      min: 1,
      max: 100,
    },
  },
  examples: [
    {
      title: 'A query with a value from each item',
      input: [{ id: 7 }],
      with: {
        url: 'postgres://reader@db.example.com/shop',
        secret: 'SHOP_DB',
        operation: 'query',
        sql: 'SELECT id, name FROM customers WHERE id = :id',
        params: { id: '{{ $json.id }}' },
      },
      output: [{ id: 7, name: 'Ada' }],
    },
    {
      title: 'All items as rows of a table, many at a time (with loop: { size: 500 })',
      input: [{ id: 1, name: 'tea' }],
      with: {
        host: 'db.example.com',
        port: 5432,
        database: 'shop',
        user: 'writer',
        secret: 'SHOP_DB',
        tls: { mode: 'verify' },
        connectTimeout: '5s',
        connections: 4,
        operation: 'upsert',
        table: 'goods',
        columns: ['id', 'name'],
        key: ['id'],
        onConflict: 'update',
        returning: ['id'],
        timeout: '30s',
      },
      output: [{ id: 1 }],
    },
    {
      title: 'A table of any length, in pages that survive a crash',
      with: {
        url: 'postgres://reader@db.example.com/shop',
        operation: 'select',
        table: 'orders',
        columns: ['id', 'total'],
        where: [{ column: 'total', is: 'gt', value: 100 }],
        match: 'all',
        key: ['id'],
        pageSize: 1000,
        restart: 'fail',
        limit: 100_000,
        bytes: 'base64',
      },
      output: [
        { id: 1, total: '120.50' },
        { id: 2, total: '300.00' },
      ],
    },
    {
      title: 'The newest rows',
      with: {
        url: 'postgres://reader@db.example.com/shop',
        operation: 'select',
        table: 'orders',
        sort: [{ column: 'id', direction: 'desc' }],
        limit: 1,
        offset: 1,
      },
      output: [{ id: 1, total: '120.50' }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
