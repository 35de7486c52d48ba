/**
 * Owns the secrets of an installation, encrypted in SQLite. Lists never hold values.
 * Does not decide who may read one; door.ts checks where a value goes.
 */
import { FailureError, failure } from '@rondo/core/errors.ts';
import { LIMITS } from '@rondo/core/model/limits.ts';
import { SECRET_NAME } from '@rondo/core/model/secret-name.ts';
import { StoreError } from '@rondo/core/ports.ts';
import { corrupt, type Cell } from '../../stores/sqlite/connection.ts';
import type { Database } from '../database.ts';
import { check } from '../limit.ts';
import { createCipher, type Cipher } from './cipher.ts';
import type { Secret } from './door.ts';
import { hostPattern } from './hosts.ts';

export interface SecretSummary {
  name: string;
  /** Hosts it may go to; an empty list is any host. */
  hosts: string[];
  createdAt: number;
  updatedAt: number;
}

/** What the server keeps for itself, under the same key: never in a list, never for a run. Names cannot be mixed up. */
export interface OwnSecrets {
  put(name: string, value: string): Promise<void>;
  /** null when there is none. Throws StoreError for a wrong key or a damaged record. */
  value(name: string): string | null;
  remove(name: string): Promise<boolean>;
}

export interface SecretStore {
  readonly own: OwnSecrets;
  /** By name. Works with any key. */
  list(): Promise<SecretSummary[]>;
  /**
   * Creates or replaces. Without `hosts`, those of an earlier value stay: a new value is no reason to
   * send it anywhere. Throws FailureError input-invalid, limit-reached; StoreError for a wrong key.
   */
  put(name: string, value: string, options?: { hosts?: readonly string[] }): Promise<void>;
  /** Whether it was there. Works with any key. */
  remove(name: string): Promise<boolean>;
  /** null when there is none. Throws StoreError for a wrong key or a damaged record. */
  value(name: string): Secret | null;
  /**
   * Encrypts everything anew, all or nothing; answers how many. The store goes on with the new key. What has
   * the new key already stays as it is, so that a change that was interrupted can be done again.
   */
  rotate(newKey: Uint8Array): Promise<number>;
}

const MOST_HOSTS = 100;
/** Before names of the server's own; the rule for names of secrets takes no control character. */
const OWN = '\u0001';

function invalid(message: string, fix: string): FailureError {
  return new FailureError(failure('input-invalid', `${message} ${fix}`, { fix, retry: 'no' }));
}

function checkName(name: string): void {
  if (SECRET_NAME.test(name)) return;
  const fix = 'A name has 1 to 128 characters; no control characters, no "=", no brackets, no space at its ends.';
  throw invalid(`${JSON.stringify(name.slice(0, 200))} cannot be the name of a secret.`, fix);
}

function checkValue(name: string, value: string): void {
  if (value === '') throw invalid(`The value of the secret "${name}" is empty.`, 'Give a value, or remove the secret.');
  if (!value.isWellFormed()) throw invalid(`The value of the secret "${name}" is not text.`, 'Encode bytes as base64.');
  const size = Buffer.byteLength(value);
  check('secret.bytes', LIMITS['secret.bytes'].default, size, `secret "${name}"`, `the value has ${size}`);
}

function patterns(name: string, hosts: readonly string[]): string[] {
  if (hosts.length > MOST_HOSTS)
    throw invalid(`The secret "${name}" has ${hosts.length} hosts.`, `At most ${MOST_HOSTS}.`);
  const all = hosts.map((host) => {
    const pattern = hostPattern(host);
    if (pattern !== null) return pattern;
    const fix = 'Write a host as api.example.com, *.example.com or an address: no protocol, port or path.';
    throw invalid(`${JSON.stringify(host.slice(0, 200))}, for the secret "${name}", is not a host.`, fix);
  });
  return [...new Set(all)].sort();
}

interface Row {
  name: string;
  keyId: string;
  nonce: Uint8Array;
  sealed: Uint8Array;
  hosts: string[];
}

const COLUMNS = 'select name, key_id, nonce, sealed, hosts from secrets';

function hostsOf(name: Cell | undefined, text: Cell | undefined): string[] {
  try {
    return JSON.parse(String(text)) as string[];
  } catch {
    throw corrupt(`The hosts of the secret "${String(name)}"`);
  }
}

function rowOf(cells: Cell[]): Row {
  const [name, keyId, nonce, sealed, hosts] = cells;
  return {
    name: String(name),
    keyId: String(keyId),
    nonce: nonce as Uint8Array,
    sealed: sealed as Uint8Array,
    hosts: hostsOf(name, hosts),
  };
}

export function createSecretStore(database: Database, key: Uint8Array, now: () => number): SecretStore {
  const salt = database.read(() => database.first('select salt from installation'))?.[0];
  if (!(salt instanceof Uint8Array)) throw corrupt(database.path);
  let cipher: Cipher = createCipher(key, salt);

  const wrongKey = (stored: string): StoreError => {
    const which = `They were encrypted with the key ${stored}; the one given now is ${cipher.keyId}`;
    const advice =
      'Set RONDO_ENCRYPTION_KEY, or put the key file back, to the key they were encrypted with and start again';
    const lost =
      'if it is lost for ever, remove the secrets and put them anew; a change of the key that was interrupted is done again';
    return new StoreError(
      'store-unavailable',
      `The secrets in ${database.path} need another encryption key. ${which}. ${advice}; ${lost}. Nothing was changed.`,
    );
  };

  const opened = (row: Row): string => {
    if (row.keyId !== cipher.keyId) throw wrongKey(row.keyId);
    const value = cipher.open(row, row);
    if (value !== null) return value;
    const what = `The secret "${row.name}" in ${database.path} was changed by something else than Rondo, or is damaged`;
    throw new StoreError('store-corrupt', `${what}. Put its value again, or restore the file from a backup.`);
  };

  const write = (name: string, hosts: readonly string[], value: string): void => {
    const { nonce, sealed } = cipher.seal({ name, hosts }, value);
    const at = now();
    const columns = '(name, key_id, nonce, sealed, hosts, created_at, updated_at)';
    const replace = 'key_id = ?2, nonce = ?3, sealed = ?4, hosts = ?5, updated_at = ?6';
    database.change(
      `insert into secrets ${columns} values (?1, ?2, ?3, ?4, ?5, ?6, ?6) on conflict (name) do update set ${replace}`,
      name,
      cipher.keyId,
      nonce,
      sealed,
      JSON.stringify(hosts),
      at,
    );
  };

  const keep = (name: string, value: string, hosts: readonly string[] | null): Promise<void> =>
    database.write(() => {
      // Two keys in one file would leave nobody who can read all of it.
      const other = database.first('select key_id from secrets where key_id <> ? limit 1', cipher.keyId);
      if (other !== null) throw wrongKey(String(other[0]));
      const before = database.first(`${COLUMNS} where name = ?`, name);
      if (before === null && !name.startsWith(OWN)) {
        const count = Number(database.first('select count(*) from secrets where name > ?', `${OWN}\uffff`)?.[0]) + 1;
        check('secret.count', LIMITS['secret.count'].default, count, `secret "${name}"`);
      }
      write(name, hosts ?? (before === null ? [] : rowOf(before).hosts), value);
    });

  const remove = (name: string): Promise<boolean> =>
    database.write(() => database.change('delete from secrets where name = ?', name) > 0);

  const find = (name: string): Secret | null => {
    const cells = database.read(() => database.first(`${COLUMNS} where name = ?`, name));
    if (cells === null) return null;
    const row = rowOf(cells);
    return { value: opened(row), hosts: row.hosts };
  };

  return {
    own: {
      put: (name, value) => keep(`${OWN}${name}`, value, []),
      value: (name) => find(`${OWN}${name}`)?.value ?? null,
      remove: (name) => remove(`${OWN}${name}`),
    },

    async list() {
      return database
        .read(() => database.all('select name, hosts, created_at, updated_at from secrets order by name'))
        .filter(([name]) => !String(name).startsWith(OWN))
        .map(([name, hosts, createdAt, updatedAt]) => ({
          name: String(name),
          hosts: hostsOf(name, hosts),
          createdAt: Number(createdAt),
          updatedAt: Number(updatedAt),
        }));
    },

    async put(name, value, options = {}) {
      checkName(name);
      checkValue(name, value);
      const hosts = options.hosts === undefined ? null : patterns(name, options.hosts);
      await keep(name, value, hosts);
    },

    remove: async (name) => SECRET_NAME.test(name) && remove(name),
    value: (name) => (SECRET_NAME.test(name) ? find(name) : null),

    async rotate(newKey) {
      const next = createCipher(newKey, salt);
      const count = await database.write(() => {
        const rows = database.all(`${COLUMNS} where key_id <> ? order by name`, next.keyId).map(rowOf);
        for (const row of rows) {
          const { nonce, sealed } = next.seal(row, opened(row));
          const change = 'update secrets set key_id = ?, nonce = ?, sealed = ? where name = ?';
          database.change(change, next.keyId, nonce, sealed, row.name);
        }
        return rows.length;
      });
      cipher = next;
      return count;
    },
  };
}
