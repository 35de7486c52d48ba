/**
 * Owns what is particular to the SQL of MySQL and MariaDB: names, writes, types of columns and the meaning of
 * errors. Runs nothing but the question for the columns of a table.
 */
import { networkProblem } from '../kit/sql/problems.ts';
import type { Dialect, Problem, Session } from '../kit/sql/session.ts';
import { quoteWith } from '../kit/sql/statements.ts';
import { listWrites } from '../kit/sql/writes.ts';
import { kindOfColumn, stored } from './types.ts';

const quote = quoteWith('`');

const MOST_BYTES = 16 * 1024 * 1024;

/** Times, bits and long numbers are written in their own ways; the table says which columns hold them. */
async function columnKinds(session: Session, table: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const text =
    'SELECT COLUMN_NAME, DATA_TYPE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ?';
  const { rows } = await session.run({ text, values: [table.at(-2) ?? null, table.at(-1) ?? ''] }, MOST_BYTES);
  return new Map(rows.map(([name, type]) => [String(name), kindOfColumn(String(type))]));
}

const KINDS: Record<number, Problem['kind']> = {
  1044: 'authentication',
  1045: 'authentication',
  1049: 'authentication',
  1698: 'authentication',
  1040: 'overload',
  1203: 'overload',
  1226: 'overload',
  1053: 'connection',
  1077: 'connection',
  1080: 'connection',
  1927: 'connection',
  2006: 'connection',
  2013: 'connection',
  1062: 'unique',
  1586: 'unique',
  1451: 'foreign-key',
  1452: 'foreign-key',
  1048: 'not-null',
  1364: 'not-null',
  3819: 'check',
  4025: 'check',
  1064: 'syntax',
  1054: 'unknown-name',
  1102: 'unknown-name',
  1103: 'unknown-name',
  1166: 'unknown-name',
  1146: 'unknown-name',
  1305: 'unknown-name',
  1142: 'permission',
  1143: 'permission',
  1227: 'permission',
  1370: 'permission',
  1290: 'read-only',
  1792: 'read-only',
  1205: 'busy',
  1213: 'deadlock',
  1020: 'serialization',
  1317: 'cancelled',
  1969: 'cancelled',
  3024: 'cancelled',
  1264: 'value',
  1265: 'value',
  1292: 'value',
  1366: 'value',
  1406: 'value',
};

function problem(error: unknown): Problem {
  const network = networkProblem(error);
  if (network !== null) return network;
  const facts = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const message = typeof facts['message'] === 'string' ? facts['message'] : String(error);
  const code = typeof facts['code'] === 'string' ? facts['code'] : '';
  if (code.startsWith('PROTOCOL_') || message.includes('closed state')) {
    return { kind: 'connection', message: `the connection was lost: ${message}` };
  }
  if (/SSL|TLS/.test(code)) return { kind: 'tls', message };
  const number = Number(facts['errno']);
  const kind = KINDS[number] ?? 'other';
  const constraint =
    kind === 'unique' ? /for key '([^']*)'/.exec(message)?.[1] : /CONSTRAINT `([^`]*)`/.exec(message)?.[1];
  const column = /[Cc]olumn '([^']*)'/.exec(message)?.[1];
  const state = typeof facts['sqlState'] === 'string' ? facts['sqlState'] : undefined;
  return {
    kind,
    message,
    ...(state === undefined ? {} : { state: `${state}, error ${number}` }),
    ...(constraint === undefined ? {} : { constraint }),
    ...(column === undefined ? {} : { column }),
  };
}

export const dialect: Dialect = {
  name: 'MySQL',
  quote,
  placeholder: () => '?',
  mostValues: 65_535,
  text: {
    positional: 'question',
    backslashEscapes: true,
    dollarQuotes: false,
    hashComments: true,
    backticks: true,
    brackets: false,
    onlyFirst: false,
    spreadLists: true,
  },
  begin: 'START TRANSACTION',
  nullsFirst: '',
  write: (write) =>
    listWrites(dialect, write, (columns) => {
      const others = columns.filter((column) => !write.key.includes(column));
      const first = quote(write.key[0] ?? '');
      const set =
        write.onConflict === 'ignore' || others.length === 0
          ? `${first} = ${first}`
          : others.map((column) => `${quote(column)} = VALUES(${quote(column)})`).join(', ');
      return ` ON DUPLICATE KEY UPDATE ${set}`;
    }),
  problem,
  columnKinds,
  stored,
};
