/**
 * Owns the writes of dialects that take rows as lists of values (MySQL, MariaDB, SQLite). PostgreSQL takes all
 * rows as one value and has its own. Runs nothing.
 */
import type { Dialect, SqlValue, Statement, Write } from './session.ts';
import { chunksOf, keyOfRow, quoteTable, returningText, rowGroups } from './statements.ts';

type Row = Record<string, SqlValue>;

/** `conflict` is what follows the values of an upsert. */
export function listWrites(
  dialect: Dialect,
  write: Write,
  conflict: (columns: readonly string[]) => string,
): Statement[] {
  if (write.operation === 'update') return updates(dialect, write);
  if (write.operation === 'delete') return deletes(dialect, write);
  const out: Statement[] = [];
  for (const { columns, rows } of rowGroups(write)) {
    const tail = `${write.operation === 'upsert' ? conflict(columns) : ''}${returningText(dialect, write.returning)}`;
    for (const chunk of chunksOf(rows, columns.length, dialect.mostValues)) {
      out.push(insertStatement(dialect, write, columns, chunk, tail));
    }
  }
  return out;
}

function insertStatement(
  dialect: Dialect,
  write: Write,
  columns: readonly string[],
  rows: readonly Row[],
  tail: string,
): Statement {
  const values: SqlValue[] = [];
  const lists = rows.map((row) => {
    const places = columns.map((column) => {
      values.push(row[column] ?? null);
      return dialect.placeholder(values.length);
    });
    return `(${places.join(', ')})`;
  });
  const names = columns.map((column) => dialect.quote(column)).join(', ');
  return {
    text: `INSERT INTO ${quoteTable(dialect, write.table)} (${names}) VALUES ${lists.join(', ')}${tail}`,
    values,
  };
}

function assignments(dialect: Dialect, row: Row, columns: readonly string[]): Statement {
  const text = columns.map((column, i) => `${dialect.quote(column)} = ${dialect.placeholder(i + 1)}`).join(', ');
  return { text, values: columns.map((column) => row[column] ?? null) };
}

function keyCondition(dialect: Dialect, write: Write, row: Row, first: number): Statement {
  const values = keyOfRow(write, row);
  const text = write.key
    .map((column, i) => `${dialect.quote(column)} = ${dialect.placeholder(first + i)}`)
    .join(' AND ');
  return { text: `(${text})`, values };
}

function updates(dialect: Dialect, write: Write): Statement[] {
  const tail = returningText(dialect, write.returning);
  return write.rows.map((row) => {
    const columns = Object.keys(row).filter((column) => write.where !== null || !write.key.includes(column));
    const set = assignments(dialect, row, columns);
    const first = set.values.length + 1;
    const condition = write.where === null ? keyCondition(dialect, write, row, first) : write.where(first);
    return {
      text: `UPDATE ${quoteTable(dialect, write.table)} SET ${set.text} WHERE ${condition.text}${tail}`,
      values: [...set.values, ...condition.values],
    };
  });
}

function deletes(dialect: Dialect, write: Write): Statement[] {
  const from = `DELETE FROM ${quoteTable(dialect, write.table)} WHERE `;
  const tail = returningText(dialect, write.returning);
  if (write.where !== null) {
    const condition = write.where(1);
    return [{ text: `${from}${condition.text}${tail}`, values: condition.values }];
  }
  // SQLite refuses long chains of OR.
  const mostRows = Math.min(500, Math.floor(dialect.mostValues / write.key.length));
  return [...chunksOf(write.rows, 1, mostRows)].map((rows) => {
    const values: SqlValue[] = [];
    const texts = rows.map((row) => {
      const condition = keyCondition(dialect, write, row, values.length + 1);
      values.push(...condition.values);
      return condition.text;
    });
    return { text: `${from}${texts.join(' OR ')}${tail}`, values };
  });
}
