/**
 * Owns what is particular to the SQL of PostgreSQL: names, placeholders, writes and the meaning of its errors.
 * Rows are sent as one JSON value that the server takes apart with the types of the table, so that any number of
 * rows is one statement with one parameter. Runs nothing.
 */
import type { Dialect, Problem, SqlValue, Statement, Write } from '../kit/sql/session.ts';
import { chunksOf, keyOfRow, quoteTable, quoteWith, returningText, rowGroups } from '../kit/sql/statements.ts';
import { networkProblem } from '../kit/sql/problems.ts';

const quote = quoteWith('"');

/** Bytes as PostgreSQL writes them; they stand inside JSON here. */
function jsonValue(value: SqlValue): unknown {
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  return typeof value === 'bigint' ? String(value) : value;
}

function jsonRows(rows: readonly Record<string, SqlValue>[]): string {
  const lines = rows.map((row) => {
    const members = Object.entries(row).map(
      ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(jsonValue(value))}`,
    );
    return `{${members.join(',')}}`;
  });
  return `[${lines.join(',')}]`;
}

/** The rows as a table with the columns and types of the real one. */
function source(table: string, place: number): string {
  return `json_populate_recordset(NULL::${table}, $${place}::json) AS source`;
}

function conflictText(write: Write, columns: readonly string[]): string {
  const target = write.key.map(quote).join(', ');
  const others = columns.filter((column) => !write.key.includes(column));
  if (write.onConflict === 'ignore' || others.length === 0) return ` ON CONFLICT (${target}) DO NOTHING`;
  const set = others.map((column) => `${quote(column)} = EXCLUDED.${quote(column)}`).join(', ');
  return ` ON CONFLICT (${target}) DO UPDATE SET ${set}`;
}

const returningTarget = (write: Write): string =>
  returningText({ ...dialect, quote: (name) => `target.${quote(name)}` }, write.returning).replace(/ \*/, ' target.*');

function writeGroup(write: Write, columns: readonly string[], rows: readonly Record<string, SqlValue>[]): Statement {
  const table = quoteTable(dialect, write.table);
  const values = [jsonRows(rows)];
  const sameKey = write.key.map((column) => `target.${quote(column)} = source.${quote(column)}`).join(' AND ');
  switch (write.operation) {
    case 'insert':
    case 'upsert': {
      const names = columns.map(quote).join(', ');
      const conflict = write.operation === 'upsert' ? conflictText(write, columns) : '';
      const tail = returningText(dialect, write.returning);
      return {
        text: `INSERT INTO ${table} (${names}) SELECT ${names} FROM ${source(table, 1)}${conflict}${tail}`,
        values,
      };
    }
    case 'update': {
      const set = columns
        .filter((column) => write.where !== null || !write.key.includes(column))
        .map((column) => `${quote(column)} = source.${quote(column)}`)
        .join(', ');
      const where = write.where?.(2, 'target.');
      return {
        text: `UPDATE ${table} AS target SET ${set} FROM ${source(table, 1)} WHERE ${where?.text ?? sameKey}${returningTarget(write)}`,
        values: [...values, ...(where?.values ?? [])],
      };
    }
    case 'delete':
      return {
        text: `DELETE FROM ${table} AS target USING ${source(table, 1)} WHERE ${sameKey}${returningTarget(write)}`,
        values,
      };
  }
}

function write(wanted: Write): Statement[] {
  if (wanted.operation === 'delete' && wanted.where !== null) {
    const where = wanted.where(1, 'target.');
    const text = `DELETE FROM ${quoteTable(dialect, wanted.table)} AS target WHERE ${where.text}${returningTarget(wanted)}`;
    return [{ text, values: where.values }];
  }
  if (wanted.key.length > 0) for (const row of wanted.rows) keyOfRow(wanted, row);
  return rowGroups(wanted).flatMap(({ columns, rows }) =>
    [...chunksOf(rows, 1, MOST_ROWS)].map((chunk) => writeGroup(wanted, columns, chunk)),
  );
}

/** Rows of one statement; what really cuts them is their size. */
const MOST_ROWS = 50_000;

const KINDS: readonly [RegExp, Problem['kind']][] = [
  [/^28/, 'authentication'],
  [/^3D000/, 'authentication'],
  [/^08|^57P0[1-3]/, 'connection'],
  [/^53|^57P04/, 'overload'],
  [/^23505/, 'unique'],
  [/^23503/, 'foreign-key'],
  [/^23502/, 'not-null'],
  [/^23/, 'check'],
  [/^22/, 'value'],
  [/^42(P01|703|883|704|P02|P10)|^3F000/, 'unknown-name'],
  [/^42501/, 'permission'],
  [/^25006/, 'read-only'],
  [/^42/, 'syntax'],
  [/^40P01/, 'deadlock'],
  [/^40/, 'serialization'],
  [/^55P03/, 'busy'],
  [/^57014/, 'cancelled'],
];

/** Messages of the driver itself that mean a connection that ended. */
const BROKEN = /connection terminated|timeout expired|connection ended|not queryable|client was closed/i;

function problem(error: unknown): Problem {
  const network = networkProblem(error);
  if (network !== null) return network;
  const facts = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const text = (name: string): string | undefined => {
    const value = facts[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const message = text('message') ?? String(error);
  const state = text('code');
  if (state === undefined || !/^[0-9A-Z]{5}$/.test(state)) {
    if (BROKEN.test(message)) return { kind: 'connection', message: `the connection was lost: ${message}` };
    if (/ssl|tls/i.test(message)) return { kind: 'tls', message };
    if (/password must be a/i.test(message)) {
      return { kind: 'authentication', message: 'the server asks for a password, and no secret is named' };
    }
    return { kind: 'other', message };
  }
  const kind = KINDS.find(([pattern]) => pattern.test(state))?.[1] ?? 'other';
  const position = Number(text('position'));
  const optional: Partial<Problem> = {};
  for (const name of ['constraint', 'table', 'column', 'detail', 'hint'] as const) {
    const value = text(name);
    if (value !== undefined) optional[name] = value;
  }
  return { kind, message, state, ...optional, ...(position > 0 ? { position } : {}) };
}

export const dialect: Dialect = {
  name: 'PostgreSQL',
  quote,
  placeholder: (n) => `$${n}`,
  mostValues: 65_535,
  text: {
    positional: 'dollar',
    backslashEscapes: false,
    dollarQuotes: true,
    hashComments: false,
    backticks: false,
    brackets: false,
    onlyFirst: false,
    spreadLists: false,
  },
  begin: 'BEGIN',
  nullsFirst: ' NULLS FIRST',
  write,
  problem,
};
