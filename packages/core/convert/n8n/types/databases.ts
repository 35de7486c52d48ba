/**
 * Owns the mappings of nodes that ask databases and storages: Postgres, MySQL, Redis, S3. Where the server is stands in the
 * credentials, so all of it is secrets.
 */
import { jsonText } from '../../json-text.ts';
import type { Json } from '../../../model/item.ts';
import { isExpression, parameter, raw, value, type Mapped, type Mapping, type N8nNode, type Report } from '../node.ts';
import { flag } from './data-values.ts';
import { secretOf } from './credentials.ts';
import { isRow } from './http-values.ts';
import { located } from './messages.ts';
import { entryOf } from './options.ts';

type With = { [name: string]: Json };

function server(node: N8nNode, credential: string, fields: readonly string[]): With {
  return {
    secret: secretOf(node, credential),
    secrets: Object.fromEntries(fields.map((field) => [field, secretOf(node, credential, field)])),
  };
}

const SQL_FIELDS = ['host', 'port', 'database', 'user'];
const SUCCESS = { success: true };

const COMPARISONS: Readonly<Record<string, string>> = {
  'equal': 'equals',
  '=': 'equals',
  '!=': 'notEquals',
  'LIKE': 'like',
  '>': 'gt',
  '>=': 'gte',
  '<': 'lt',
  '<=': 'lte',
  'IS NULL': 'notExists',
  'IS NOT NULL': 'exists',
};

const rowsAt = (node: N8nNode, path: string): With[] => {
  const rows = raw(node, path, []);
  return (Array.isArray(rows) ? rows : []).filter(isRow);
};

function conditions(node: N8nNode, report: Report): With {
  const where = rowsAt(node, 'where.values').map((row, at): Json => {
    const is = entryOf(COMPARISONS, row.condition ?? 'equal');
    if (is === undefined || isExpression(row.column)) {
      report.unsupported('a condition must have a plain column and a known comparison.', `where.values.${at}`);
    }
    return { column: jsonText(row.column ?? ''), is: is ?? 'equals', value: value(row.value ?? null) };
  });
  if (where.length === 0) return {};
  return { where, ...(raw(node, 'combineConditions', 'AND') === 'OR' ? { match: 'any' } : {}) };
}

function tableOf(node: N8nNode, schema: boolean): Json {
  const table = located(node, 'table');
  const owner = schema ? located(node, 'schema') || 'public' : '';
  return owner === '' ? table : `${jsonText(owner)}.${jsonText(table)}`;
}

/** Values to write: of the items as they are, or column by column. */
function written(node: N8nNode): With {
  const key = raw(node, 'columns.matchingColumns', []);
  const keys = Array.isArray(key) && key.length > 0 ? { key } : {};
  const mode = raw(node, 'columns.mappingMode', raw(node, 'dataMode', 'defineBelow'));
  if (mode === 'autoMapInputData') return keys;
  const mapped = raw(node, 'columns.value', null);
  if (isRow(mapped)) return { ...keys, rows: value(mapped) };
  const rows = rowsAt(node, 'valuesToSend.values');
  return {
    ...keys,
    rows: Object.fromEntries(rows.map((row) => [jsonText(row.column ?? ''), value(row.value ?? null)])),
  };
}

function statement(node: N8nNode, report: Report): With | null {
  const query = raw(node, 'query', '');
  const given = raw(node, 'options.queryReplacement', '');
  const text = jsonText(query);
  if (isExpression(query)) {
    report.differs('values that expressions put into the statement become SQL; parameters are safer.', 'query');
  }
  const params =
    given === ''
      ? {}
      : isExpression(given)
        ? { params: /^=\s*\{\{[^]*\}\}\s*$/.test(given) ? value(given) : [value(given)] }
        : {
            params: jsonText(given)
              .split(',')
              .map((one) => value(one.trim())),
          };
  const source = isExpression(query) ? { sqlTemplate: value(query) } : { sql: text };
  const reads = /^\s*(?:=\s*)?(?:select|with|show|explain|values|describe)\b|\breturning\b/i.test(text);
  return { operation: 'query', ...source, ...params, ...(reads ? {} : { noRows: SUCCESS }) };
}

function sqlNode(type: 'postgres' | 'mysql', credential: string): Mapping {
  const postgres = type === 'postgres';
  return (node, report): Mapped | null => {
    const operation = raw(node, 'operation', node.typeVersion < 2 ? 'executeQuery' : 'insert');
    const shared = server(node, credential, SQL_FIELDS);
    const table = { table: tableOf(node, postgres) };
    const returning = postgres ? { returning: ['*'] } : {};
    switch (operation) {
      case 'executeQuery': {
        const query = statement(node, report);
        return query === null ? null : { type, with: { ...shared, ...query } };
      }
      case 'select': {
        if (node.typeVersion < 2) break;
        const sort = rowsAt(node, 'sort.values').map(
          (row): Json => ({
            column: jsonText(row.column ?? ''),
            direction: jsonText(row.direction ?? 'ASC').toLowerCase(),
          }),
        );
        const columns = raw(node, 'options.outputColumns', []);
        const chosen = Array.isArray(columns) && columns.length > 0 && !columns.includes('*') ? { columns } : {};
        const limit = flag(node, report, 'returnAll') === true ? {} : { limit: parameter(node, 'limit', 50) };
        return {
          type,
          with: {
            ...shared,
            operation,
            ...table,
            ...conditions(node, report),
            ...(sort.length > 0 ? { sort } : {}),
            ...chosen,
            ...limit,
          },
        };
      }
      case 'insert':
      case 'update':
      case 'upsert': {
        if (node.typeVersion < 2) break;
        if (!postgres) report.differs('answers { affected } instead of { success: true }.', 'operation');
        return { type, with: { ...shared, operation, ...table, ...written(node), ...returning } };
      }
      case 'deleteTable': {
        if (raw(node, 'deleteCommand', 'truncate') !== 'delete') break;
        return { type, with: { ...shared, operation: 'delete', ...table, ...conditions(node, report), ...returning } };
      }
    }
    report.unsupported(
      `the operation ${JSON.stringify(operation)} is not supported; write it as a query.`,
      'operation',
    );
    return null;
  };
}

export const postgres: Mapping = sqlNode('postgres', 'postgres');
export const mySql: Mapping = sqlNode('mysql', 'mySql');

export const redis: Mapping = (node, report): Mapped | null => {
  const shared = server(node, 'redis', ['host', 'port', 'user', 'database']);
  const operation = raw(node, 'operation', 'info');
  const key = parameter(node, 'key', '');
  const text = (parameterName: string): Json => parameter(node, parameterName, '');
  switch (operation) {
    case 'set': {
      const ttl = flag(node, report, 'expire') === true ? { ttl: seconds(parameter(node, 'ttl', 60)) } : {};
      return {
        type: 'redis',
        with: { ...shared, operation: 'set', key, value: text('value'), ...ttl, answer: 'item' },
      };
    }
    case 'get': {
      const kind = raw(node, 'keyType', 'automatic');
      if (kind !== 'automatic' && kind !== 'string') break;
      if (kind === 'automatic') report.differs('a key that holds no text is a failure.', 'keyType');
      const into = parameter(node, 'propertyName', 'propertyName');
      return { type: 'redis', with: { ...shared, operation: 'get', key, answer: 'value', into } };
    }
    case 'delete':
      return { type: 'redis', with: { ...shared, operation: 'delete', key, answer: 'item' } };
    case 'incr':
      return { type: 'redis', with: { ...shared, operation: 'increment', key, answer: 'value', into: key } };
    case 'push': {
      const side = flag(node, report, 'tail') === true ? 'right' : 'left';
      const pushed = { key: text('list'), value: text('messageData'), side, answer: 'item' };
      return { type: 'redis', with: { ...shared, operation: 'listPush', ...pushed } };
    }
    case 'publish': {
      const published = { key: text('channel'), value: text('messageData'), answer: 'item' };
      return { type: 'redis', with: { ...shared, operation: 'publish', ...published } };
    }
  }
  report.unsupported(`the operation ${JSON.stringify(operation)} is not supported.`, 'operation');
  return null;
};

/** Objects of a storage that speaks as S3 does. */
export const s3: Mapping = (node, report): Mapped | null => {
  const operation = raw(node, 'operation', 'upload');
  const credential = node.type.endsWith('awsS3') ? 'aws' : 's3';
  const shared = {
    ...server(node, credential, ['endpoint', 'region', 'accessKeyId']),
    bucket: parameter(node, 'bucketName', ''),
    ...(credential === 'aws' ? { pathStyle: false } : {}),
  };
  if (raw(node, 'resource', 'file') === 'file') {
    const file = parameter(node, 'binaryPropertyName', 'data');
    if (operation === 'upload') {
      const text = flag(node, report, 'binaryData', true) === false;
      const content = text ? { body: parameter(node, 'fileContent', '') } : { file: { itemFile: file } };
      const key = parameter(node, 'fileName', '');
      return { type: 's3', with: { ...shared, operation: 'put', key, ...content, result: SUCCESS } };
    }
    const key = parameter(node, 'fileKey', '');
    if (operation === 'download') {
      return { type: 's3', with: { ...shared, operation: 'get', key, as: file, beside: 'item' } };
    }
    if (operation === 'delete') return { type: 's3', with: { ...shared, operation: 'delete', key, result: SUCCESS } };
  }
  report.unsupported(`the operation ${JSON.stringify(operation)} is not supported.`, 'operation');
  return null;
};

const seconds = (given: Json): Json => (typeof given === 'number' ? `${given}s` : `${jsonText(given)}s`);
