/** Owns putting the parts of access together over one studio.db. What they do is in their files. */
import type { OwnSecrets } from '@rondo/runtime/services/secrets/secret-store.ts';
import type { StudioDb } from '../store/studio-db.ts';
import { createAttempts, type Attempts } from './attempts.ts';
import { createAudit, type Audit } from './audit.ts';
import { sessionCookie, type SessionCookie } from './cookie.ts';
import { createSecondFactors, type SecondFactors } from './second-factor.ts';
import { createDoorkeeper, type Doorkeeper } from './gate.ts';
import { createOwnerSetup, type OwnerSetup } from './owner-setup.ts';
import { COST_LOG } from './passwords.ts';
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
  factors: SecondFactors;
  /** Signing in that failed, by address, by name, and by the code of a person. */
  attempts: { address: Attempts; name: Attempts; code: Attempts };
  publicHost: string | null;
}

export interface AccessOptions {
  db: StudioDb;
  now: () => number;
  /** Where secrets of second factors are kept. */
  own(): Promise<OwnSecrets>;
  /** How people reach this server, where it is behind a proxy. */
  publicUrl: string | null;
  /** Gives the owner, who cannot sign in any more, a link to a new name and password. */
  resetOwner?: boolean;
  /** Of hashing passwords; tests take a cheap one. */
  costLog?: number;
}

/** Failures at once, and how long until one is forgotten. */
const OF_ADDRESS = { most: 20, everyMs: 30_000 };
const OF_NAME = { most: 8, everyMs: 60_000 };
/** There are a million codes, and three of them are right. */
const OF_CODE = { most: 5, everyMs: 300_000 };

export function openAccess({ db, now, own, publicUrl, resetOwner = false, costLog = COST_LOG }: AccessOptions): Access {
  const people = createPeople(db, now, costLog);
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
    factors: createSecondFactors(db, own, now),
    audit: createAudit(db, now),
    attempts: {
      address: createAttempts(OF_ADDRESS.most, OF_ADDRESS.everyMs),
      name: createAttempts(OF_NAME.most, OF_NAME.everyMs),
      code: createAttempts(OF_CODE.most, OF_CODE.everyMs),
    },
    ...createDoorkeeper({ cookie, people, sessions, tokens, setup, publicHost, now }),
  };
}
