/** Owns the people of an installation: who there is, their roles, their passwords. Does not know sessions. */
import type { Role } from '@rondo/api/access.ts';
import { Problem } from '../http/problem.ts';
import type { StudioDb } from '../store/studio-db.ts';
import { checkPassword, fitsPassword, hashPassword } from './passwords.ts';
import { newId } from './random.ts';

export interface Person {
  id: string;
  name: string;
  role: Role;
  createdAt: number;
  seenAt: number | null;
}

export interface People {
  hasOwner(): boolean;
  owner(): Person | null;
  list(): Person[];
  find(id: string): Person | null;
  /** Throws Problem 409 for a name that is taken, or a second owner; 422 for a weak password. */
  create(name: string, password: string, role: Role): Promise<Person>;
  setRole(id: string, role: Role): void;
  setPassword(id: string, password: string): Promise<void>;
  /** Another name and password. Throws Problem 409 for a name that somebody else has; 422 for a weak password. */
  rename(id: string, name: string, password: string): Promise<void>;
  remove(id: string): void;
  /** The person whose name and password these are. Takes as long for a name that nobody has. */
  recognise(name: string, password: string): Promise<Person | null>;
  seen(id: string, at: number): void;
}

const COLUMNS = 'id, name, role, created_at as createdAt, seen_at as seenAt';

/** As names are compared. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

/** `costLog`: of hashing a password. */
export function createPeople(db: StudioDb, now: () => number, costLog: number): People {
  const find = (id: string): Person | null =>
    db.first<Person>(`select ${COLUMNS} from people where id = ?`, id) ?? null;
  const hasOwner = (): boolean => db.first("select 1 from people where role = 'owner'") !== undefined;
  const checkFree = (name: string, but: string): void => {
    if (db.first('select 1 from people where name_key = ? and id <> ?', nameKey(name), but) === undefined) return;
    throw new Problem(409, 'name-taken', `There is somebody with the name ${name} already.`);
  };
  return {
    hasOwner,
    owner: () => db.first<Person>(`select ${COLUMNS} from people where role = 'owner'`) ?? null,
    find,
    list: () => db.all<Person>(`select ${COLUMNS} from people order by name_key`).map((person) => ({ ...person })),
    async create(given, password, role) {
      const name = given.trim();
      checkPassword(password, name);
      const kept = await hashPassword(password, costLog);
      const id = newId('p');
      db.transaction(() => {
        if (role === 'owner' && hasOwner()) throw new Problem(409, 'owner-exists', 'This installation has an owner.');
        checkFree(name, '');
        const text = 'insert into people (id, name, name_key, role, password, created_at) values (?, ?, ?, ?, ?, ?)';
        db.change(text, id, name, nameKey(name), role, kept, now());
      });
      return find(id) as Person;
    },
    setRole: (id, role) => void db.change('update people set role = ? where id = ?', role, id),
    async setPassword(id, password) {
      checkPassword(password, find(id)?.name ?? '');
      db.change('update people set password = ? where id = ?', await hashPassword(password, costLog), id);
    },
    async rename(id, given, password) {
      const name = given.trim();
      checkPassword(password, name);
      const kept = await hashPassword(password, costLog);
      db.transaction(() => {
        checkFree(name, id);
        db.change('update people set name = ?, name_key = ?, password = ? where id = ?', name, nameKey(name), kept, id);
      });
    },
    remove: (id) => void db.change('delete from people where id = ?', id),
    async recognise(name, password) {
      const found = db.first<Person & { password: string }>(
        `select ${COLUMNS}, password from people where name_key = ?`,
        nameKey(name),
      );
      if (!(await fitsPassword(password, found?.password ?? null, costLog)) || found === undefined) return null;
      // The password may have been changed, or the person removed, while it was checked.
      const still = db.first<{ password: string }>('select password from people where id = ?', found.id);
      return still?.password === found.password ? find(found.id) : null;
    },
    seen: (id, at) => void db.change('update people set seen_at = ? where id = ?', at, id),
  };
}
