/**
 * Owns sessions: made at sign-in, kept as a hash, ended after half a day without use, after a week, or by somebody.
 * Does not know cookies or passwords.
 */
import type { StudioDb } from '../store/studio-db.ts';
import { hashOf, newId, newSecret } from './random.ts';

const HOUR = 3_600_000;
export const IDLE_MS = 12 * HOUR;
export const ABSOLUTE_MS = 7 * 24 * HOUR;
/** That somebody is there is written so often, not with every request. */
const SEEN_MS = 60_000;
const MOST_OF_ONE = 50;

export interface Session {
  id: string;
  person: string;
  createdAt: number;
  seenAt: number;
  agent: string;
  address: string;
}

export interface Sessions {
  /** Answers the secret for the cookie; it is nowhere else. */
  begin(person: string, agent: string, address: string): string;
  /** The session of this secret, if it may be used; that it is used is kept. */
  use(secret: string): Session | null;
  /** The same, but looking only: nothing is kept, and the session grows no older or younger by it. */
  peek(secret: string): Session | null;
  list(person: string): Session[];
  /** False when that person has none with this id. */
  end(person: string, id: string): boolean;
  endSecret(secret: string): void;
  endAll(person: string): void;
}

const COLUMNS = 'id, person, created_at as createdAt, seen_at as seenAt, agent, address';

export function createSessions(db: StudioDb, now: () => number): Sessions {
  const isOver = ({ createdAt, seenAt }: Session, at: number): boolean =>
    at - createdAt >= ABSOLUTE_MS || at - seenAt >= IDLE_MS;
  const find = (secret: string): Session | undefined =>
    // Nothing, and what cannot be one of ours, is not even looked up.
    secret.length === 43
      ? db.first<Session>(`select ${COLUMNS} from sessions where hash = ?`, hashOf(secret))
      : undefined;
  return {
    peek(secret) {
      const session = find(secret);
      return session === undefined || isOver(session, now()) ? null : { ...session };
    },
    begin(person, agent, address) {
      const secret = newSecret();
      const at = now();
      db.transaction(() => {
        db.change('delete from sessions where created_at <= ? or seen_at <= ?', at - ABSOLUTE_MS, at - IDLE_MS);
        const text = `insert into sessions (hash, id, person, created_at, seen_at, agent, address) values (?, ?, ?, ?, ?, ?, ?)`;
        db.change(text, hashOf(secret), newId('s'), person, at, at, agent.slice(0, 300), address);
        const oldest = 'select id from sessions where person = ? order by seen_at desc limit -1 offset ?';
        db.change(`delete from sessions where id in (${oldest})`, person, MOST_OF_ONE);
      });
      return secret;
    },
    use(secret) {
      const session = find(secret);
      if (session === undefined) return null;
      const hash = hashOf(secret);
      const at = now();
      if (isOver(session, at)) {
        db.change('delete from sessions where hash = ?', hash);
        return null;
      }
      if (at - session.seenAt >= SEEN_MS) db.change('update sessions set seen_at = ? where hash = ?', at, hash);
      return { ...session };
    },
    list: (person) =>
      db
        .all<Session>(`select ${COLUMNS} from sessions where person = ? order by seen_at desc`, person)
        .filter((session) => !isOver(session, now())),
    end: (person, id) => db.change('delete from sessions where person = ? and id = ?', person, id) > 0,
    endSecret: (secret) => void db.change('delete from sessions where hash = ?', hashOf(secret)),
    endAll: (person) => void db.change('delete from sessions where person = ?', person),
  };
}
