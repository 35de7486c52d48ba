/** Owns the definition of the SQLite node: parameters and examples. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';
import { isPaged, sqlParameters } from '../kit/sql/parameters.ts';

export const node: NodeType = defineNode({
  type: 'sqlite',
  title: 'SQLite',
  description:
    'Reads and writes a SQLite file below the folder of the workflow: SQL with parameters, or select, insert, upsert, update and delete of a table. Queries open it read-only. Whole numbers beyond 2^53 come as text, BOOLEAN columns as true or false, JSON columns as values.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  paged: isPaged,
  parameters: {
    file: { type: 'string', description: 'Path of the database below the folder of the workflow.', required: true },
    create: {
      type: 'boolean',
      description: 'A file that is not there is made; not for query and select.',
      default: false,
    },
    ...sqlParameters({
      positional: '?',
      sql: 'A list stands for several values: id IN (:ids). query may not change anything; execute may.',
      returning: 'insert, upsert, update, delete: columns of the rows to answer, ["*"] for all. Default: { affected }.',
      restart: 'While the pages last the file is locked for reading.',
    }),
    json: { type: 'list', description: 'Columns whose text is JSON, besides those declared as JSON.' },
  },
  examples: [
    {
      title: 'A query with a value from each item',
      input: [{ id: 7 }],
      with: {
        file: 'shop.db',
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
        file: 'shop.db',
        create: false,
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
        file: 'shop.db',
        operation: 'select',
        table: 'orders',
        columns: ['id', 'info'],
        json: ['info'],
        where: [{ column: 'total', is: 'gt', value: 100 }],
        match: 'all',
        key: ['id'],
        pageSize: 1000,
        restart: 'fail',
        limit: 100_000,
        bytes: 'base64',
      },
      output: [{ id: 1, info: { paid: true } }],
    },
    {
      title: 'The newest rows',
      with: {
        file: 'shop.db',
        operation: 'select',
        table: 'orders',
        sort: [{ column: 'id', direction: 'desc' }],
        limit: 1,
        offset: 1,
      },
      output: [{ id: 1, total: 120.5 }],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
