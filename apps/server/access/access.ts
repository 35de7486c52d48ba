/** Owns putting the parts of access together over one studio.db. What they do is in their files. */
import type { StudioDb } from '../store/studio-db.ts';
import { createAttempts, type Attempts } from './attempts.ts';
import { createAudit, type Audit } from './audit.ts';
import { sessionCookie, type SessionCookie } from './cookie.ts';
import { createDoorkeeper, type Doorkeeper } from './gate.ts';
import { createOwnerSetup, type OwnerSetup } from './owner-setup.ts';
import { createPeople, type People } from './people.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createTokens, type Tokens } from './tokens.ts';

export interface Access extends Doorkeeper {
  people: People;
  sessions: Sessions;
  tokens: Tokens;
  audit: Audit;
  setup: OwnerSetup;
  cookie: SessionCookie;
  /** Signing in that failed, by address and by name. */
  attempts: { address: Attempts; name: Attempts };
  publicHost: string | null;
}

export interface AccessOptions {
  db: StudioDb;
  now: () => number;
  /** How people reach this server, where it is behind a proxy. */
  publicUrl: string | null;
  /** Gives the owner, who cannot sign in any more, a link to a new name and password. */
  resetOwner?: boolean;
}

/** Failures at once, and how long until one is forgotten. */
const OF_ADDRESS = { most: 20, everyMs: 30_000 };
const OF_NAME = { most: 8, everyMs: 60_000 };

export function openAccess({ db, now, publicUrl, resetOwner = false }: AccessOptions): Access {
  const people = createPeople(db, now);
  const sessions = createSessions(db, now);
  const tokens = createTokens(db, now);
  const setup = createOwnerSetup({ people, now, signOut: sessions.endAll, reset: resetOwner });
  const cookie = sessionCookie(publicUrl);
  const publicHost = publicUrl === null ? null : new URL(publicUrl).host;
  return {
    people,
    sessions,
    tokens,
    setup,
    cookie,
    publicHost,
    audit: createAudit(db, now),
    attempts: {
      address: createAttempts(OF_ADDRESS.most, OF_ADDRESS.everyMs),
      name: createAttempts(OF_NAME.most, OF_NAME.everyMs),
    },
    ...createDoorkeeper({ cookie, people, sessions, tokens, setup, publicHost, now }),
  };
}
