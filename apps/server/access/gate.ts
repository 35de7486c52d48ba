/**
 * Owns the one gate: who a request comes from (a token, or a session whose request comes from our own pages) and
 * whether that caller has the scope of the route. Does not sign anybody in.
 */
import type { FastifyRequest } from 'fastify';
import { ROLE_SCOPES, type Scope } from '@rondo/api/access.ts';
import { checkSameOrigin } from '../http/origin.ts';
import { Problem } from '../http/problem.ts';
import type { Caller, Gate } from '../http/route.ts';
import type { SessionCookie } from './cookie.ts';
import type { OwnerSetup } from './owner-setup.ts';
import type { People } from './people.ts';
import type { Session, Sessions } from './sessions.ts';
import type { Tokens } from './tokens.ts';

export interface Identified {
  caller: Caller;
  /** Null: a token. */
  session: Session | null;
}

export interface GateParts {
  cookie: SessionCookie;
  people: People;
  sessions: Sessions;
  tokens: Tokens;
  setup: OwnerSetup;
  /** Host by which people reach this server, where a proxy hides it. */
  publicHost: string | null;
  now: () => number;
}

export interface Doorkeeper {
  gate: Gate;
  /** Throws Problem 401 when nobody is known, 403 for a request of another site. */
  identify(request: FastifyRequest): Identified;
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
const SEEN_MS = 60_000;
const OVER = 'The session or token has ended, or may not do this any more.';
const BEARER = { 'www-authenticate': 'Bearer realm="rondo"' };

export function createDoorkeeper(parts: GateParts): Doorkeeper {
  const { cookie, people, sessions, tokens, setup, publicHost, now } = parts;

  const byToken = (header: string): Identified => {
    const token = tokens.use(secretIn(header));
    if (token === null) {
      throw new Problem(401, 'token-invalid', 'This token is not known, has expired or was revoked.', {
        headers: BEARER,
      });
    }
    const workflows = token.workflows.length === 0 ? null : new Set(token.workflows);
    const { id, name } = token;
    return {
      caller: { kind: 'token', id, name: `token ${name}`, role: null, scopes: new Set(token.scopes), workflows },
      session: null,
    };
  };

  const byCookie = (request: FastifyRequest, secret: string): Identified | null => {
    const session = sessions.use(secret);
    const person = session === null ? null : people.find(session.person);
    if (session === null || person === null) return null;
    if (!SAFE.has(request.method)) checkUnsafe(request, publicHost);
    // Streams of events are opened by GET and may be read by whoever opened them.
    else if (request.headers['sec-fetch-site'] === 'cross-site' && request.headers['sec-fetch-mode'] !== 'navigate') {
      checkSameOrigin(request, publicHost, true);
    }
    const at = now();
    if (person.seenAt === null || at - person.seenAt >= SEEN_MS) people.seen(person.id, at);
    const { id, name, role } = person;
    return {
      caller: { kind: 'person', id, name, role, scopes: new Set(ROLE_SCOPES[role]), workflows: null },
      session,
    };
  };

  const identify = (request: FastifyRequest): Identified => {
    const { authorization } = request.headers;
    // Whoever sends a token means it: a cookie beside it does not count.
    if (authorization !== undefined) return byToken(authorization);
    const secret = cookie.read(request);
    const found = secret === null ? null : byCookie(request, secret);
    if (found !== null) return found;
    if (setup.isNeeded()) {
      const detail = 'Nobody owns this installation yet. Open the link that the server printed at its start.';
      throw new Problem(401, 'setup-needed', detail, { headers: BEARER });
    }
    throw new Problem(401, 'not-signed-in', 'Sign in, or send a token: Authorization: Bearer rondo_...', {
      headers: BEARER,
    });
  };

  /** Keeps nothing alive: a stream that is only left open is no use of a session. */
  const mayStay = (request: FastifyRequest, scope: Scope): boolean => {
    const { authorization } = request.headers;
    if (authorization !== undefined) return tokens.peek(secretIn(authorization))?.scopes.includes(scope) === true;
    const session = sessions.peek(cookie.read(request) ?? '');
    const person = session === null ? null : people.find(session.person);
    return person !== null && ROLE_SCOPES[person.role].includes(scope);
  };

  return {
    identify,
    gate: {
      admit: async (request, scope) => {
        const { caller } = identify(request);
        if (!allows(caller, scope)) {
          throw new Problem(403, 'scope-missing', `${caller.name} does not have the scope ${scope}.`, {
            more: { scope },
          });
        }
        return caller;
      },
      recheck: (request, scope) =>
        mayStay(request, scope) ? null : new Problem(401, 'access-ended', OVER, { headers: BEARER }),
    },
  };
}

/** Empty where the header holds none. */
function secretIn(authorization: string): string {
  return /^bearer +(\S+)$/i.exec(authorization.trim())?.[1] ?? '';
}

function allows(caller: Caller, scope: Scope): boolean {
  return caller.scopes.has(scope);
}

/**
 * A browser sends the cookie with whatever a page of another site sends here. So what changes something has to come
 * from a page of ours, and its body cannot be one that a form could send.
 */
export function checkUnsafe(request: FastifyRequest, publicHost: string | null, strict = true): void {
  checkSameOrigin(request, publicHost, strict);
  const type = request.headers['content-type'];
  const hasBody =
    (request.headers['content-length'] ?? '0') !== '0' || request.headers['transfer-encoding'] !== undefined;
  if ((type !== undefined || hasBody) && !/^application\/json\s*(;|$)/i.test(type ?? '')) {
    throw new Problem(415, 'content-type', 'Send application/json.');
  }
}
