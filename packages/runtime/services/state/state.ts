/**
 * Owns small values and sets of keys that outlive a run, in SQLite.
 * Does not know who uses them: a scope is a text that its users agree on.
 */
import { createHash } from 'node:crypto';
import type { StatePort } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { corrupt, type Cell } from '../../stores/sqlite/connection.ts';
import type { Database } from '../database.ts';
import { check, type ServiceLimits } from '../limit.ts';

const LONGEST_PLAIN_KEY = 128;
/** Rows that one transaction takes away: a few ms. */
const FORGET_AT_ONCE = 5_000;

/**
 * A name as it is stored. Long ones, and those that are not text to SQLite (NUL, halves of
 * characters), are stored as their digest: as bytes, so that no text can be mistaken for one.
 */
function stored(name: string): string | Uint8Array {
  if (name.length <= LONGEST_PLAIN_KEY && name.isWellFormed() && !name.includes('\0')) return name;
  return createHash('sha256').update(Buffer.from(name, 'utf16le')).digest();
}

function shown(key: string): string {
  return JSON.stringify(key.length > 80 ? `${key.slice(0, 80)}...` : key);
}

type StateLimits = Pick<ServiceLimits, 'state.bytes' | 'state.keys'>;

export function createState(database: Database, limits: StateLimits): StatePort {
  const scopeOf = (scope: string): { id: number; keys: number } | null => {
    const row = database.first('select id, keys from scopes where name = ?', stored(scope));
    return row === null ? null : { id: Number(row[0]), keys: Number(row[1]) };
  };
  const scopeFor = (scope: string): { id: number; keys: number } =>
    scopeOf(scope) ?? { id: database.insert('insert into scopes (name, keys) values (?, 0)', stored(scope)), keys: 0 };

  /** Counts keys that came or went. */
  const count = (scope: string, at: { id: number; keys: number }, change: number): void => {
    if (change === 0) return;
    if (change > 0) check('state.keys', limits['state.keys'], at.keys + change, `state ${shown(scope)}`);
    database.change('update scopes set keys = keys + ? where id = ?', change, at.id);
  };

  const parsed = (cell: Cell | undefined, scope: string, key: string): Json => {
    try {
      return JSON.parse(String(cell)) as Json;
    } catch {
      throw corrupt(`${database.path}, value ${shown(key)} of the state ${shown(scope)}`);
    }
  };

  /** One slice of what was forgotten, oldest first; false when nothing is left. */
  const forgetSome = (): boolean => {
    const row = database.first('select id from scopes where name is null order by id limit 1');
    if (row === null) return false;
    const id = Number(row[0]);
    for (const table of ['state_values', 'state_members']) {
      const next = `select key from ${table} where scope = ? order by key limit 1 offset ${FORGET_AT_ONCE}`;
      const border = database.first(next, id);
      if (border !== null) {
        database.change(`delete from ${table} where scope = ? and key < ?`, id, border[0] as Cell);
        return true;
      }
      database.change(`delete from ${table} where scope = ?`, id);
    }
    database.change('delete from scopes where id = ?', id);
    return true;
  };

  return {
    async get(scope, key) {
      return database.read(() => {
        const at = scopeOf(scope);
        if (at === null) return undefined;
        const row = database.first('select value from state_values where scope = ? and key = ?', at.id, stored(key));
        return row === null ? undefined : parsed(row[0], scope, key);
      });
    },

    async set(scope, key, value) {
      if (value === undefined) {
        await database.write(() => {
          const at = scopeOf(scope);
          if (at === null) return;
          const gone = database.change('delete from state_values where scope = ? and key = ?', at.id, stored(key));
          count(scope, at, -gone);
        });
        return;
      }
      const text = JSON.stringify(value);
      const where = `state ${shown(scope)}, key ${shown(key)}`;
      const size = Buffer.byteLength(text);
      check('state.bytes', limits['state.bytes'], size, where, `the value has ${size}`);
      await database.write(() => {
        const at = scopeFor(scope);
        const name = stored(key);
        const there = 'update state_values set value = ? where scope = ? and key = ?';
        if (database.change(there, text, at.id, name) > 0) return;
        count(scope, at, 1);
        database.change('insert into state_values (scope, key, value) values (?, ?, ?)', at.id, name, text);
      });
    },

    async add(scope, keys, owner) {
      if (keys.length === 0) return [];
      const by = owner.toWellFormed();
      return database.write(() => {
        const at = scopeFor(scope);
        const seen = new Set<string>();
        let added = 0;
        const answer = keys.map((key) => {
          // The second of two equal keys in one call is not new, in the first try or a repeated one.
          if (seen.has(key)) return false;
          seen.add(key);
          const name = stored(key);
          const insert = 'insert or ignore into state_members (scope, key, owner) values (?, ?, ?)';
          if (database.change(insert, at.id, name, by) > 0) {
            added += 1;
            return true;
          }
          return database.first('select owner from state_members where scope = ? and key = ?', at.id, name)?.[0] === by;
        });
        count(scope, at, added);
        return answer;
      });
    },

    async clear(scope) {
      // Forgotten at once by its name; the rows go in slices, so that nobody waits for a million of them.
      await database.write(() => database.change('update scopes set name = null where name = ?', stored(scope)));
      while (await database.write(forgetSome));
    },
  };
}
