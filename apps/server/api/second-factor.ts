/**
 * Owns the contracts about second factors, and asking for a code at sign-in: how often one may be wrong, what is written
 * to the audit log. How codes are made and kept is in access/.
 */
import type { FastifyRequest } from 'fastify';
import { ROLE_SCOPES } from '@rondo/api/access.ts';
import type { accountContracts } from '@rondo/api/contracts/accounts.ts';
import type { Access } from '../access/access.ts';
import { nameKey, type Person } from '../access/people.ts';
import { checkUnlimited } from '../access/reach.ts';
import { totpLink } from '../access/totp.ts';
import { Problem } from '../http/problem.ts';
import type { Caller } from '../http/route.ts';
import { callerOf } from './context.ts';
import type { Handlers } from './implement.ts';

type Own = Pick<
  Handlers<typeof accountContracts>,
  'secondFactor' | 'beginSecondFactor' | 'confirmSecondFactor' | 'endSecondFactor' | 'resetSecondFactor'
>;

const ISSUER = 'Rondo';

/** Throws Problem 429 when there were too many wrong codes; answers what to call when it was right. */
function boundCode({ attempts }: Access, person: string): () => void {
  const wait = attempts.code.begin(person, performance.now());
  if (wait > 0) {
    const seconds = Math.ceil(wait / 1000);
    throw new Problem(429, 'rate-limit', `Too many wrong codes. Try again in ${seconds} s.`, {
      headers: { 'retry-after': String(seconds) },
    });
  }
  return () => attempts.code.forgive(person);
}

const codeWrong = (status: 401 | 403): Problem =>
  new Problem(status, 'code-wrong', 'The code is not right, or was used before. Wait for the next one.');

/** After the password: whoever has a second factor brings a code, too. Throws Problem 401, 429. */
export async function checkCode(
  access: Access,
  person: Person,
  code: string | undefined,
  request: FastifyRequest,
): Promise<void> {
  if (!access.factors.isOn(person.id)) return;
  if (code === undefined) {
    throw new Problem(401, 'code-needed', 'Give the code that your authenticator app shows, or a recovery code.');
  }
  const forgive = boundCode(access, person.id);
  const accepted = await access.factors.accept(person.id, code);
  const note = { who: person.name, address: request.ip };
  if (accepted === null) {
    access.audit.add({ ...note, action: 'session.refused', object: 'code' });
    throw codeWrong(401);
  }
  forgive();
  if (accepted === 'recovery') {
    const left = access.factors.codesLeft(person.id);
    access.audit.add({ ...note, action: 'factor.recovery', object: `${left} codes left` });
  }
}

/** Of the person who calls. Throws Problem 403. */
export async function checkPasswordOf(access: Access, caller: Caller, password: string): Promise<void> {
  const key = nameKey(caller.name);
  const wait = access.attempts.name.begin(key, performance.now());
  const person = wait === 0 ? await access.people.recognise(caller.name, password) : null;
  if (person === null || person.id !== caller.id) {
    throw new Problem(403, 'password-wrong', 'The current password is not right.');
  }
  access.attempts.name.forgive(key);
}

export function personOf(caller: Caller): string {
  if (caller.kind !== 'person') throw new Problem(403, 'person-needed', 'Only people have sessions and passwords.');
  return caller.id;
}

export function secondFactorHandlers(access: Access): Own {
  const { factors, audit, sessions, cookie, people } = access;
  return {
    async secondFactor({ caller }) {
      const id = personOf(callerOf({ caller }));
      return { on: factors.isOn(id), codesLeft: factors.codesLeft(id) };
    },
    async beginSecondFactor({ body, caller: known }) {
      const caller = callerOf({ caller: known });
      const id = personOf(caller);
      await checkPasswordOf(access, caller, body.password);
      const secret = await factors.begin(id);
      return { secret, link: totpLink(secret, caller.name, ISSUER) };
    },
    async confirmSecondFactor({ body, caller: known, request, reply }) {
      const caller = callerOf({ caller: known });
      const id = personOf(caller);
      const forgive = boundCode(access, id);
      const codes = await factors.confirm(id, body.code);
      if (codes === null) throw codeWrong(403);
      forgive();
      // Whoever was signed in without it is not any more.
      sessions.endAll(id);
      cookie.write(request, reply, sessions.begin(id, String(request.headers['user-agent'] ?? ''), request.ip));
      audit.add({ who: caller.name, action: 'factor.on', object: caller.name, address: request.ip });
      return { codes };
    },
    async endSecondFactor({ body, caller: known, request }) {
      const caller = callerOf({ caller: known });
      const id = personOf(caller);
      await checkPasswordOf(access, caller, body.password);
      if (factors.isOn(id)) {
        const forgive = boundCode(access, id);
        if ((await factors.accept(id, body.code)) === null) throw codeWrong(403);
        forgive();
      }
      await factors.remove(id);
      audit.add({ who: caller.name, action: 'factor.off', object: caller.name, address: request.ip });
    },
    async resetSecondFactor({ params: { id }, caller: known, request }) {
      const caller = callerOf({ caller: known });
      checkUnlimited(caller);
      const person = people.find(id);
      if (person === null) throw new Problem(404, 'not-found', 'There is no such person.');
      if (person.role === 'owner') {
        const how = 'Nobody takes it from the owner: start the server with --reset-owner.';
        throw new Problem(403, 'owner-kept', how);
      }
      const missing = ROLE_SCOPES[person.role].find((scope) => !caller.scopes.has(scope));
      if (missing !== undefined) {
        throw new Problem(
          403,
          'scope-missing',
          `${person.name} has the scope ${missing}, which ${caller.name} has not.`,
        );
      }
      if (!(await factors.remove(id))) throw new Problem(404, 'not-found', `${person.name} has no second factor.`);
      sessions.endAll(id);
      audit.add({ who: caller.name, action: 'factor.reset', object: person.name, address: request.ip });
    },
  };
}
