/** Owns the definition of the MySQL node: parameters and examples. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { isPaged, sqlParameters } from '../kit/sql/parameters.ts';
import { serverParameters } from '../kit/sql/server.ts';

export const node: NodeType = defineNode({
  type: 'mysql',
  title: 'MySQL / MariaDB',
  description:
    'Reads and writes a MySQL or MariaDB database: SQL with parameters, or select, insert, upsert, update and delete of a table. Whole numbers beyond 2^53 and decimals come as text, times as ISO 8601 (TIMESTAMP in UTC), tinyint(1) and bit(1) as true or false, JSON as values.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  paged: isPaged,
  parameters: {
    ...sqlParameters({
      positional: '?',
      sql: 'A list stands for several values: id IN (:ids). A time is written as 2024-01-31 12:00:00.',
      returning:
        'MariaDB only: insert, upsert, delete: columns of the rows to answer, ["*"] for all. Default: { affected }.',
      restart: 'The rows stay at the server until they are asked for.',
    }),
    ...serverParameters('mysql', 3306, 'Database.'),
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
        url: 'mysql://reader@db.example.com/shop',
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
        port: 3306,
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
        timeout: '30s',
      },
      output: [{ affected: 1 }],
    },
    {
      title: 'A table of any length, in pages that survive a crash',
      with: {
        url: 'mysql://reader@db.example.com/shop',
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
      output: [{ id: 1, total: '120.50' }],
    },
    {
      title: 'The newest rows, and the rows that were deleted (MariaDB)',
      with: {
        url: 'mysql://reader@db.example.com/shop',
        operation: 'select',
        table: 'orders',
        sort: [{ column: 'id', direction: 'desc' }],
        limit: 1,
        offset: 1,
        returning: [],
      },
      output: [{ id: 1, total: '120.50' }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
