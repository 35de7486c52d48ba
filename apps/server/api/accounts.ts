/**
 * Owns the contracts about people, sessions, tokens, the audit log and settings: who may do what to whom, and what is
 * written to the audit log. The rules of each are in access/ and settings/.
 */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ROLE_SCOPES, type Role, type Scope } from '@rondo/api/access.ts';
import type { accountContracts } from '@rondo/api/contracts/accounts.ts';
import type { Me } from '@rondo/api/schemas/account.ts';
import type { Access } from '../access/access.ts';
import { checkUnsafe } from '../access/gate.ts';
import { nameKey, type Person } from '../access/people.ts';
import { checkUnlimited } from '../access/reach.ts';
import { Problem } from '../http/problem.ts';
import type { Caller } from '../http/route.ts';
import type { Settings } from '../settings/settings.ts';
import { callerOf } from './context.ts';
import { readCursor, writeCursor } from './cursor.ts';
import type { Handlers } from './implement.ts';
import { checkCode, checkPasswordOf, personOf, secondFactorHandlers } from './second-factor.ts';
import { secretHandlers, type SecretParts } from './secrets.ts';

export interface AccountParts extends Omit<SecretParts, 'audit'> {
  access: Access;
  settings: Settings;
  now: () => number;
}

/** A token that is limited to some workflows can do these only: everything else is not about one workflow. */
const LIMITABLE: ReadonlySet<string> = new Set(['workflow:read', 'workflow:write', 'run:read', 'run:start']);

/** Retention is answered for by whoever does it (api.ts). */
export type AccountHandlers = Omit<Handlers<typeof accountContracts>, 'getRetention'>;

export function accountHandlers(parts: AccountParts): AccountHandlers {
  const { access } = parts;
  return {
    ...signingIn(access),
    ...sessionHandlers(access),
    ...secondFactorHandlers(access),
    ...peopleHandlers(access),
    ...tokenHandlers(access, parts.now),
    ...secretHandlers({ ...parts, audit: access.audit }),
    ...settingHandlers(access, parts.settings),
  };
}

type All = AccountHandlers;

function meOf({ name, role }: Pick<Person, 'name' | 'role'>): Me {
  return { name, role, scopes: [...ROLE_SCOPES[role]], setup: false };
}

function signingIn(access: Access): Pick<All, 'me' | 'setup' | 'signIn' | 'signOut'> {
  const { people, sessions, cookie, audit, attempts, setup, publicHost } = access;

  /** A new secret with every sign-in: one that somebody put into the browser before is of no use. */
  const begin = (person: Person, request: FastifyRequest): string => {
    const before = cookie.read(request);
    if (before !== null) sessions.endSecret(before);
    return sessions.begin(person.id, String(request.headers['user-agent'] ?? ''), request.ip);
  };

  const bounded = (request: FastifyRequest, name: string, now: number): (() => void) => {
    const keys = [
      [attempts.address, request.ip],
      [attempts.name, nameKey(name)],
    ] as const;
    const wait = Math.max(...keys.map(([of, key]) => of.begin(key, now)));
    if (wait > 0) {
      const seconds = Math.ceil(wait / 1000);
      throw new Problem(429, 'rate-limit', `Too many attempts. Try again in ${seconds} s.`, {
        headers: { 'retry-after': String(seconds) },
      });
    }
    return () => {
      for (const [of, key] of keys) of.forgive(key);
    };
  };

  return {
    async me({ request }) {
      const { caller } = access.identify(request);
      if (caller.role !== null) return meOf({ name: caller.name, role: caller.role });
      return { name: caller.name, role: roleOf(caller.scopes), scopes: [...caller.scopes], setup: false };
    },
    async setup({ body, request, reply }) {
      checkUnsafe(request, publicHost, false);
      const forgive = bounded(request, 'owner set-up', performance.now());
      const action = people.hasOwner() ? 'owner.reset' : 'owner.create';
      const person = await setup.make(body.token, body.name, body.password);
      forgive();
      // Who needs another way in may have lost the telephone, too.
      await access.factors.remove(person.id);
      audit.add({ who: person.name, action, object: person.name, address: request.ip });
      cookie.write(request, reply, begin(person, request));
      return meOf(person);
    },
    async signIn({ body, request, reply }) {
      checkUnsafe(request, publicHost, false);
      const forgive = bounded(request, body.name, performance.now());
      const person = await people.recognise(body.name, body.password);
      if (person === null) {
        audit.add({ who: body.name, action: 'session.refused', address: request.ip });
        throw new Problem(401, 'sign-in-wrong', 'Name or password is not right.');
      }
      forgive();
      await checkCode(access, person, body.code, request);
      audit.add({ who: person.name, action: 'session.begin', address: request.ip });
      cookie.write(request, reply, begin(person, request));
      return meOf(person);
    },
    async signOut({ request, reply }) {
      checkUnsafe(request, publicHost, false);
      const secret = cookie.read(request);
      if (secret !== null) {
        const session = sessions.use(secret);
        sessions.endSecret(secret);
        const who = session === null ? undefined : people.find(session.person)?.name;
        if (who !== undefined) audit.add({ who, action: 'session.end', address: request.ip });
      }
      cookie.clear(request, reply);
    },
  };
}

/** The smallest role that can do all that the scopes allow, for clients that show a role. */
function roleOf(scopes: ReadonlySet<Scope>): Role {
  const roles: Role[] = ['viewer', 'operator', 'editor', 'admin'];
  return roles.find((role) => [...scopes].every((scope) => ROLE_SCOPES[role].includes(scope))) ?? 'admin';
}

function sessionHandlers(access: Access): Pick<All, 'changePassword' | 'listSessions' | 'endSession'> {
  const { people, sessions, cookie, audit } = access;
  return {
    async changePassword({ body, caller: known, request, reply }) {
      const caller = callerOf({ caller: known });
      const id = personOf(caller);
      await checkPasswordOf(access, caller, body.current);
      await people.setPassword(id, body.password);
      sessions.endAll(id);
      cookie.write(request, reply, sessions.begin(id, String(request.headers['user-agent'] ?? ''), request.ip));
      audit.add({ who: caller.name, action: 'person.password', object: caller.name, address: request.ip });
    },
    async listSessions({ caller: known, request }) {
      const caller = callerOf({ caller: known });
      if (caller.kind !== 'person') return { sessions: [] };
      const current = access.identify(request).session?.id;
      return {
        sessions: sessions.list(caller.id).map(({ id, createdAt, seenAt, agent, address }) => ({
          id,
          createdAt,
          seenAt,
          agent,
          address,
          current: id === current,
        })),
      };
    },
    async endSession({ params, caller: known, request }) {
      const caller = callerOf({ caller: known });
      if (!sessions.end(personOf(caller), params.id)) throw new Problem(404, 'not-found', 'There is no such session.');
      audit.add({ who: caller.name, action: 'session.end', object: params.id, address: request.ip });
    },
  };
}

function peopleHandlers(
  access: Access,
): Pick<All, 'listPeople' | 'createPerson' | 'updatePerson' | 'deletePerson' | 'listAudit'> {
  const { people, sessions, tokens, cookie, audit } = access;
  const find = (id: string): Person => {
    const person = people.find(id);
    if (person === null) throw new Problem(404, 'not-found', 'There is no such person.');
    return person;
  };
  /** Nobody gives what they do not have: a token with the scope admin alone makes no admins. */
  const checkGives = (caller: Caller, role: Role): void => {
    checkUnlimited(caller);
    const missing = ROLE_SCOPES[role].find((scope) => !caller.scopes.has(scope));
    if (missing === undefined) return;
    throw new Problem(403, 'scope-missing', `The role ${role} has the scope ${missing}, which ${caller.name} has not.`);
  };
  const view = (person: Person) => ({ ...person, secondFactor: access.factors.isOn(person.id) });
  return {
    async listPeople() {
      return { people: people.list().map(view) };
    },
    async createPerson({ body, caller: known, request }) {
      const caller = callerOf({ caller: known });
      checkGives(caller, body.role);
      const person = await people.create(body.name, body.password, body.role);
      const object = `${person.name} (${person.role})`;
      audit.add({ who: caller.name, action: 'person.create', object, address: request.ip });
      return view(person);
    },
    async updatePerson({ params, body, caller: known, request, reply }) {
      const caller = callerOf({ caller: known });
      const person = find(params.id);
      const isSelf = caller.kind === 'person' && caller.id === person.id;
      if (person.role === 'owner' && (!isSelf || body.role !== undefined)) {
        throw new Problem(403, 'owner-kept', 'Nobody but the owner changes the owner, and the owner stays the owner.');
      }
      checkGives(caller, person.role);
      if (body.role !== undefined) checkGives(caller, body.role);
      if (body.password !== undefined) await people.setPassword(person.id, body.password);
      if (body.role !== undefined) people.setRole(person.id, body.role);
      // Whatever was signed in with the old role or password is not any more.
      sessions.endAll(person.id);
      if (isSelf) {
        cookie.write(
          request,
          reply,
          sessions.begin(person.id, String(request.headers['user-agent'] ?? ''), request.ip),
        );
      }
      const note = { who: caller.name, address: request.ip };
      if (body.role !== undefined) {
        audit.add({ ...note, action: 'person.role', object: `${person.name}: ${person.role} to ${body.role}` });
      }
      if (body.password !== undefined) audit.add({ ...note, action: 'person.password', object: person.name });
      return view(find(person.id));
    },
    async deletePerson({ params, caller: known, request }) {
      const caller = callerOf({ caller: known });
      const person = find(params.id);
      if (person.role === 'owner') throw new Problem(403, 'owner-kept', 'The owner cannot be removed.');
      checkGives(caller, person.role);
      await access.factors.remove(person.id);
      people.remove(person.id);
      // Who has left does not come back by a token.
      tokens.removeOf(person.name);
      audit.add({ who: caller.name, action: 'person.delete', object: person.name, address: request.ip });
    },
    async listAudit({ query, caller: known }) {
      const caller = callerOf({ caller: known });
      checkUnlimited(caller);
      const before = readCursor(query.cursor, z.number().int()) ?? undefined;
      const rows = audit.list(query.limit, before);
      const last = rows.at(-1);
      return { items: rows, next: rows.length < query.limit || last === undefined ? null : writeCursor(last.id) };
    },
  };
}

function tokenHandlers(access: Access, now: () => number): Pick<All, 'listTokens' | 'createToken' | 'deleteToken'> {
  const { tokens, audit } = access;
  return {
    async listTokens() {
      return { tokens: tokens.list() };
    },
    async createToken({ body, caller: known, request }) {
      const caller = callerOf({ caller: known });
      checkUnlimited(caller);
      const { name, expiresAt, workflows } = body;
      const scopes = body.scopes as Scope[];
      const missing = scopes.find((scope) => !caller.scopes.has(scope));
      if (missing !== undefined) {
        throw new Problem(
          403,
          'scope-missing',
          `${caller.name} does not have the scope ${missing}, so no token of it can.`,
        );
      }
      const tooWide = workflows.length === 0 ? undefined : scopes.find((scope) => !LIMITABLE.has(scope));
      if (tooWide !== undefined) {
        throw new Problem(
          422,
          'token-limited',
          `A token that is limited to workflows cannot have the scope ${tooWide}.`,
        );
      }
      if (expiresAt !== null && expiresAt <= now()) {
        throw new Problem(422, 'token-expired', 'The token would have expired before it is made.');
      }
      const made = tokens.create({ name, scopes, workflows, expiresAt, createdBy: caller.name });
      const object = `${name} (${scopes.join(', ')})`;
      audit.add({ who: caller.name, action: 'token.create', object, address: request.ip });
      return { ...made.token, secret: made.secret };
    },
    async deleteToken({ params, caller: known, request }) {
      const caller = callerOf({ caller: known });
      const token = tokens.find(params.id);
      if (token === null || !tokens.remove(params.id)) throw new Problem(404, 'not-found', 'There is no such token.');
      audit.add({ who: caller.name, action: 'token.delete', object: token.name, address: request.ip });
    },
  };
}

function settingHandlers(access: Access, settings: Settings): Pick<All, 'listSettings' | 'putSetting'> {
  return {
    async listSettings() {
      return { settings: settings.list() };
    },
    async putSetting({ params, body, caller: known, request }) {
      const caller = callerOf({ caller: known });
      const setting = settings.set(params.name, body.value, caller.name);
      const object = `${setting.name} = ${JSON.stringify(setting.value)}`;
      access.audit.add({ who: caller.name, action: 'setting.change', object, address: request.ip });
      return setting;
    },
  };
}
