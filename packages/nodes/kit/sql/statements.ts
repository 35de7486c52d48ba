/**
 * Owns statements that are built from parameters: selections, conditions, and the parts that the writes of all
 * dialects share. Names are quoted, values are bound; nothing of an item becomes SQL text.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { isObject } from '../paths.ts';
import { kindOf, readChoice, readList, readText, readTextList, wrongParameter } from '../read.ts';
import { COMPARISONS, type Comparison } from './parameters.ts';
import type { Dialect, SqlValue, Statement, Write } from './session.ts';

type Params = Record<string, Json>;

export interface Condition {
  column: string;
  is: Comparison;
  value: SqlValue;
}

const SIGNS: Partial<Record<Comparison, string>> = {
  equals: '=',
  notEquals: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
};

function refuse(message: string, fix: string): never {
  throw new FailureError(failure('bad-value', message, { retry: 'no', fix }));
}

/** A name in quotes. Whatever stands in it, it stays one name. */
export function quoteWith(quote: '"' | '`'): (identifier: string) => string {
  return (identifier) => {
    if (identifier === '' || identifier.includes('\0')) {
      refuse(`${JSON.stringify(identifier)} is no name of a table or column.`, 'Correct table, columns or key.');
    }
    return `${quote}${identifier.replaceAll(quote, quote + quote)}${quote}`;
  };
}

/** `table` or `schema.table` in its parts. */
export function readTable(params: Params): string[] {
  const table = readText(params, 'table');
  const parts = table.split('.');
  if (parts.length > 3 || parts.some((part) => part.trim() === '')) {
    wrongParameter('table', 'the name of a table, or schema.table', table);
  }
  return parts;
}

export const quoteTable = (dialect: Dialect, table: readonly string[]): string =>
  table.map((part) => dialect.quote(part)).join('.');

export function readConditions(params: Params): Condition[] {
  return readList(params, 'where', []).map((value, i) => {
    if (!isObject(value)) wrongParameter(`where[${i}]`, 'an object { column, is, value }', value);
    const is = readChoice(value, 'is', COMPARISONS, 'equals');
    const given = value['value'] ?? null;
    if ((is === 'in' || is === 'notIn') && (!Array.isArray(given) || given.length === 0)) {
      wrongParameter(`where[${i}].value`, 'a list that is not empty', given);
    }
    if (given === null && !['equals', 'notEquals', 'exists', 'notExists'].includes(is)) {
      wrongParameter(
        `where[${i}].value`,
        `a value to compare with (${is})`,
        given,
        'Give value, or use exists and notExists.',
      );
    }
    return { column: readText(value, 'column'), is, value: given };
  });
}

/** Conditions joined, without WHERE; '' when there are none. Values are counted from `first`. */
export function conditionText(
  dialect: Dialect,
  conditions: readonly Condition[],
  match: 'all' | 'any',
  first: number,
  prefix = '',
): Statement {
  const values: SqlValue[] = [];
  const bindValue = (value: SqlValue): string => {
    values.push(value);
    return dialect.placeholder(first + values.length - 1);
  };
  const texts = conditions.map(({ column, is, value }) => {
    const name = prefix + dialect.quote(column);
    if (is === 'exists' || (is === 'notEquals' && value === null)) return `${name} IS NOT NULL`;
    if (is === 'notExists' || value === null) return `${name} IS NULL`;
    if (is === 'in' || is === 'notIn') {
      const list = (value as SqlValue[]).map(bindValue).join(', ');
      return `${name} ${is === 'in' ? 'IN' : 'NOT IN'} (${list})`;
    }
    const sign = SIGNS[is];
    if (sign !== undefined) return `${name} ${sign} ${bindValue(value)}`;
    if (typeof value !== 'string') wrongParameter(`where ${column}`, `text (${is})`, value);
    if (is === 'like') return `${name} LIKE ${bindValue(value)}`;
    const literal = value.replace(/[!%_]/g, '!$&');
    const pattern = `${is === 'startsWith' ? '' : '%'}${literal}${is === 'endsWith' ? '' : '%'}`;
    return `${name} LIKE ${bindValue(pattern)} ESCAPE '!'`;
  });
  return { text: texts.map((text) => `(${text})`).join(match === 'all' ? ' AND ' : ' OR '), values };
}

export interface Selection {
  table: string[];
  columns: string[];
  conditions: Condition[];
  match: 'all' | 'any';
  sort: { column: string; direction: 'asc' | 'desc' }[];
  limit: number | null;
  offset: number | null;
}

export function readSelection(params: Params): Selection {
  return {
    table: readTable(params),
    columns: readTextList(params, 'columns', []),
    conditions: readConditions(params),
    match: readChoice(params, 'match', ['all', 'any'], 'all'),
    sort: readList(params, 'sort', []).map((value, i) => {
      if (!isObject(value)) wrongParameter(`sort[${i}]`, 'an object { column, direction }', value);
      return { column: readText(value, 'column'), direction: readChoice(value, 'direction', ['asc', 'desc'], 'asc') };
    }),
    limit: typeof params['limit'] === 'number' ? params['limit'] : null,
    offset: typeof params['offset'] === 'number' ? params['offset'] : null,
  };
}

/** SELECT of a whole selection; `most` cuts it where the selection itself allows more. */
export function selectStatement(dialect: Dialect, selection: Selection): Statement {
  const { conditions, match, sort, limit, offset } = selection;
  const condition = conditionText(dialect, conditions, match, 1);
  const columns = selection.columns.map((column) => dialect.quote(column)).join(', ') || '*';
  const order = sort.map(({ column, direction }) => `${dialect.quote(column)} ${direction.toUpperCase()}`).join(', ');
  // MySQL and SQLite know no OFFSET without LIMIT.
  const most = limit ?? (offset === null ? null : Number.MAX_SAFE_INTEGER);
  const text = [
    `SELECT ${columns} FROM ${quoteTable(dialect, selection.table)}`,
    condition.text === '' ? '' : ` WHERE ${condition.text}`,
    order === '' ? '' : ` ORDER BY ${order}`,
    most === null ? '' : ` LIMIT ${most}`,
    offset === null ? '' : ` OFFSET ${offset}`,
  ].join('');
  return { text, values: condition.values };
}

/**
 * The page after `last` of what `inner` selects, in the order of the key. The key is selected once more at the
 * end of each row, so that the cursor is there whatever the statement selects.
 */
export function keyPage(
  dialect: Dialect,
  inner: Statement,
  key: readonly string[],
  last: readonly SqlValue[] | null,
  count: number,
): Statement {
  const names = key.map((column) => `page.${dialect.quote(column)}`);
  const after =
    last === null
      ? ''
      : ` WHERE (${names.join(', ')}) > (${last.map((_, i) => dialect.placeholder(inner.values.length + i + 1)).join(', ')})`;
  const order = names.map((name) => `${name} ASC${dialect.nullsFirst}`).join(', ');
  return {
    text: `SELECT page.*, ${names.join(', ')} FROM (\n${inner.text}\n) AS page${after} ORDER BY ${order} LIMIT ${count}`,
    values: [...inner.values, ...(last ?? [])],
  };
}

/** Rows in groups that one statement can write: the same columns, and no key twice. */
export function rowGroups(write: Write): { columns: string[]; rows: Record<string, SqlValue>[] }[] {
  const groups = new Map<string, { columns: string[]; rows: Record<string, SqlValue>[] }>();
  const seen = new Map<string, number>();
  for (const row of write.rows) {
    const columns = Object.keys(row);
    const id = write.key.length === 0 ? '' : JSON.stringify(write.key.map((column) => row[column] ?? null));
    const nth = id === '' ? 0 : (seen.get(id) ?? 0);
    seen.set(id, nth + 1);
    const name = JSON.stringify([nth, columns]);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { columns, rows: [row] });
    else group.rows.push(row);
  }
  // A later value of the same key must be written later.
  return [...groups]
    .sort(([a], [b]) => (JSON.parse(a) as [number])[0] - (JSON.parse(b) as [number])[0])
    .map(([, group]) => group);
}

const STATEMENT_BYTES = 1024 * 1024;

/** Rows cut so that a statement stays below the most values and about a megabyte. */
export function* chunksOf(
  rows: readonly Record<string, SqlValue>[],
  perRow: number,
  mostValues: number,
): Generator<Record<string, SqlValue>[]> {
  const most = Math.max(1, Math.floor(mostValues / Math.max(1, perRow)));
  let chunk: Record<string, SqlValue>[] = [];
  let bytes = 0;
  for (const row of rows) {
    let own = 0;
    for (const value of Object.values(row)) {
      if (typeof value === 'string') own += value.length;
      else if (value instanceof Uint8Array) own += value.byteLength * 2;
      else own += typeof value === 'object' && value !== null ? JSON.stringify(value).length : 8;
    }
    if (chunk.length > 0 && (chunk.length >= most || bytes + own > STATEMENT_BYTES)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(row);
    bytes += own;
  }
  if (chunk.length > 0) yield chunk;
}

/** The columns of the key in a row; each must be there. */
export function keyOfRow(write: Write, row: Record<string, SqlValue>): SqlValue[] {
  return write.key.map((column) => {
    const value = row[column];
    if (value === undefined || value === null) {
      refuse(`A row has no ${column}, which key names (${kindOf(value)}).`, `Give every row a value for ${column}.`);
    }
    return value;
  });
}

export const returningText = (dialect: Dialect, columns: readonly string[]): string =>
  columns.length === 0
    ? ''
    : ` RETURNING ${columns.map((column) => (column === '*' ? '*' : dialect.quote(column))).join(', ')}`;
