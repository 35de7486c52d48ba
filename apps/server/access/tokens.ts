/**
 * Owns API tokens: 256 bits behind a prefix, shown once, kept as a hash, with scopes, an end and the workflows they are
 * limited to. Does not read requests.
 */
import { TOKEN_SCOPES, type Scope } from '@rondo/api/access.ts';
import type { StudioDb } from '../store/studio-db.ts';
import { hashOf, newId, newSecret } from './random.ts';

const PREFIX = 'rondo_';
const LENGTH = PREFIX.length + 43;
const USED_MS = 60_000;

export interface Token {
  id: string;
  name: string;
  scopes: Scope[];
  /** Empty: all. */
  workflows: string[];
  createdAt: number;
  createdBy: string;
  expiresAt: number | null;
  usedAt: number | null;
}

export interface Tokens {
  create(token: Pick<Token, 'name' | 'scopes' | 'workflows' | 'createdBy' | 'expiresAt'>): {
    token: Token;
    secret: string;
  };
  /** The token of this secret, if it may be used; that it is used is kept. */
  use(secret: string): Token | null;
  /** The same, but looking only. */
  peek(secret: string): Token | null;
  list(): Token[];
  find(id: string): Token | null;
  remove(id: string): boolean;
  /** Takes away every token that this person made; answers how many. */
  removeOf(createdBy: string): number;
}

interface Row extends Omit<Token, 'scopes' | 'workflows'> {
  scopes: string;
  workflows: string;
}

const COLUMNS =
  'id, name, scopes, workflows, created_at as createdAt, created_by as createdBy, expires_at as expiresAt, used_at as usedAt';

const KNOWN: readonly string[] = TOKEN_SCOPES;

function tokenOf(row: Row): Token {
  const scopes = (JSON.parse(row.scopes) as string[]).filter((scope) => KNOWN.includes(scope)) as Scope[];
  return { ...row, scopes, workflows: JSON.parse(row.workflows) as string[] };
}

export function createTokens(db: StudioDb, now: () => number): Tokens {
  const find = (id: string): Token | null => {
    const row = db.first<Row>(`select ${COLUMNS} from tokens where id = ?`, id);
    return row === undefined ? null : tokenOf(row);
  };
  const valid = (secret: string): Row | null => {
    if (secret.length !== LENGTH || !secret.startsWith(PREFIX)) return null;
    const row = db.first<Row>(`select ${COLUMNS} from tokens where hash = ?`, hashOf(secret));
    return row === undefined || (row.expiresAt !== null && row.expiresAt <= now()) ? null : row;
  };
  return {
    find,
    create({ name, scopes, workflows, createdBy, expiresAt }) {
      const secret = `${PREFIX}${newSecret()}`;
      const id = newId('t');
      const columns = 'hash, id, name, scopes, workflows, created_at, created_by, expires_at';
      const lists = [JSON.stringify([...new Set(scopes)]), JSON.stringify([...new Set(workflows)])] as const;
      const text = `insert into tokens (${columns}) values (?, ?, ?, ?, ?, ?, ?, ?)`;
      db.change(text, hashOf(secret), id, name, ...lists, now(), createdBy, expiresAt);
      return { token: find(id) as Token, secret };
    },
    peek(secret) {
      const row = valid(secret);
      return row === null ? null : tokenOf(row);
    },
    use(secret) {
      const row = valid(secret);
      if (row === null) return null;
      const hash = hashOf(secret);
      const at = now();
      if (row.usedAt === null || at - row.usedAt >= USED_MS) {
        db.change('update tokens set used_at = ? where hash = ?', at, hash);
      }
      return tokenOf(row);
    },
    list: () => db.all<Row>(`select ${COLUMNS} from tokens order by created_at desc, id`).map(tokenOf),
    remove: (id) => db.change('delete from tokens where id = ?', id) > 0,
    removeOf: (createdBy) => db.change('delete from tokens where created_by = ?', createdBy),
  };
}
