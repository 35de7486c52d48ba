/** Owns what is particular to the SQL of SQLite: names, writes and the meaning of its errors. Runs nothing. */
import type { Dialect, Problem } from '../kit/sql/session.ts';
import { quoteWith } from '../kit/sql/statements.ts';
import { listWrites } from '../kit/sql/writes.ts';

const quote = quoteWith('"');

/** By extended result code, else by its lowest byte. */
const KINDS: Record<number, Problem['kind']> = {
  1555: 'unique',
  2067: 'unique',
  2579: 'unique',
  787: 'foreign-key',
  1299: 'not-null',
  275: 'check',
  3091: 'value',
  5: 'busy',
  6: 'busy',
  8: 'read-only',
  18: 'value',
  19: 'check',
  20: 'value',
  23: 'permission',
};

function kindOf(errcode: number, message: string): Problem['kind'] {
  const known = KINDS[errcode] ?? KINDS[errcode & 255];
  if (known !== undefined) return known;
  if (/no such (table|column|function|collation|index)|has no column named|unknown database/.test(message))
    return 'unknown-name';
  if (/syntax error|incomplete input|unrecognized token/.test(message)) return 'syntax';
  return /too many attached databases|not authorized/.test(message) ? 'permission' : 'other';
}

function problem(error: unknown): Problem {
  const facts = (typeof error === 'object' && error !== null ? error : {}) as {
    message?: string;
    errcode?: number;
    ended?: boolean;
  };
  const message = facts.message ?? String(error);
  if (facts.ended === true) return { kind: 'connection', message };
  const errcode = facts.errcode ?? 0;
  const kind = kindOf(errcode, message);
  const at = /constraint failed: ([^.\s]+)\.(\S+)/.exec(message);
  return {
    kind,
    message: message.includes('too many attached databases')
      ? 'no other file can be opened from SQL (ATTACH, VACUUM)'
      : message,
    ...(errcode === 0 ? {} : { state: `SQLite ${errcode}` }),
    ...(at === null ? {} : { table: String(at[1]), column: String(at[2]) }),
  };
}

export const dialect: Dialect = {
  name: 'SQLite',
  quote,
  placeholder: () => '?',
  mostValues: 32_766,
  text: {
    positional: 'question',
    backslashEscapes: false,
    dollarQuotes: false,
    hashComments: false,
    backticks: true,
    brackets: true,
    onlyFirst: true,
    spreadLists: true,
  },
  begin: 'BEGIN IMMEDIATE',
  nullsFirst: '',
  write: (write) =>
    listWrites(dialect, write, (columns) => {
      const others = columns.filter((column) => !write.key.includes(column));
      const target = write.key.map(quote).join(', ');
      if (write.onConflict === 'ignore' || others.length === 0) return ` ON CONFLICT (${target}) DO NOTHING`;
      const set = others.map((column) => `${quote(column)} = excluded.${quote(column)}`).join(', ');
      return ` ON CONFLICT (${target}) DO UPDATE SET ${set}`;
    }),
  problem,
};
