/** Owns the parameters that all SQL nodes have: operations, statements, rows, pages. Reads none of them. */
import type { ParameterSpec } from '@rondo/core/model/node-type.ts';

export const OPERATIONS = ['query', 'execute', 'select', 'insert', 'upsert', 'update', 'delete'] as const;
export type Operation = (typeof OPERATIONS)[number];

export const COMPARISONS = [
  'equals',
  'notEquals',
  'gt',
  'gte',
  'lt',
  'lte',
  'contains',
  'startsWith',
  'endsWith',
  'like',
  'in',
  'notIn',
  'exists',
  'notExists',
] as const;
export type Comparison = (typeof COMPARISONS)[number];

interface Words {
  /** How a placeholder by position is written. */
  positional: string;
  sql: string;
  returning: string;
  restart: string;
}

export function sqlParameters(words: Words): Record<string, ParameterSpec> {
  return {
    operation: {
      type: 'string',
      description:
        'query: rows of an SQL statement · execute: an SQL statement, answers { affected } · select: rows of a table · insert · upsert: insert, or change the row with the same key · update · delete.',
      default: 'query',
      enum: OPERATIONS,
    },
    sql: {
      type: 'code',
      description: `query, execute: one statement. Values come from params, as :name or ${words.positional}; templates are not allowed here, so that no value becomes SQL. ${words.sql}`,
    },
    sqlTemplate: {
      type: 'string',
      description:
        'query, execute: the statement as a template, instead of sql. What is put into it becomes SQL: prefer params.',
    },
    noRows: { type: 'any', description: 'query, execute: an item for a statement that gives no rows.' },
    params: {
      type: 'any',
      description: `query, execute: values of the placeholders: an object for :name, a list for ${words.positional}. Bytes: { "$base64": text } or { "$file": name of a file of the item }.`,
    },
    table: { type: 'string', description: 'Table, or schema.table.' },
    columns: {
      type: 'list',
      description:
        'select: columns to read, default all. insert, upsert, update: columns to write, default all of each row.',
    },
    rows: {
      type: 'any',
      description:
        'insert, upsert, update, delete: an object, or a list of them. Default: the items; with loop.size they are written many at a time, in one transaction.',
    },
    key: {
      type: 'list',
      description:
        'Columns that tell rows apart. upsert: unique columns · update, delete: which row · with pageSize: pages go by them and survive a crash.',
    },
    where: {
      type: 'list',
      description: 'select, update, delete: conditions on columns.',
      fields: {
        column: { type: 'string', description: 'Name of the column.', required: true },
        is: { type: 'string', description: 'Comparison; exists means not NULL.', default: 'equals', enum: COMPARISONS },
        value: { type: 'any', description: 'Value to compare with; a list for in and notIn.' },
      },
    },
    match: { type: 'string', description: 'All conditions or any of them.', default: 'all', enum: ['all', 'any'] },
    sort: {
      type: 'list',
      description: 'select: order of the rows.',
      fields: {
        column: { type: 'string', description: 'Name of the column.', required: true },
        direction: { type: 'string', description: 'Direction.', default: 'asc', enum: ['asc', 'desc'] },
      },
    },
    limit: { type: 'integer', description: 'select: most rows.', min: 0 },
    offset: { type: 'integer', description: 'select: rows to leave out in front.', min: 0 },
    onConflict: {
      type: 'string',
      description: 'upsert: what happens to a row that is there.',
      default: 'update',
      enum: ['update', 'ignore'],
    },
    returning: { type: 'list', description: words.returning },
    pageSize: {
      type: 'integer',
      description:
        'query, select: rows come in pages of so many, and the result may be of any length. Without it they come at once, up to limit step.bytes.',
      min: 1,
      max: 10_000,
    },
    restart: {
      type: 'string',
      description: `pageSize without key: rows come from a cursor, which does not outlive a crash or a cut connection. Then fail: a failure says after how many rows · skip: the statement runs again and so many rows are left out, which is right only where their order is fixed. ${words.restart}`,
      default: 'fail',
      enum: ['fail', 'skip'],
    },
    bytes: {
      type: 'string',
      description: 'Binary columns become base64 text, or files of the item.',
      default: 'base64',
      enum: ['base64', 'file'],
    },
    timeout: {
      type: 'duration',
      description: 'Longest time of a statement; then it is cancelled on the server.',
      default: '60s',
    },
  };
}

/** Whether the node answers in pages. */
export const isPaged = (raw: Record<string, unknown>): boolean =>
  raw['pageSize'] !== undefined && raw['pageSize'] !== null;
