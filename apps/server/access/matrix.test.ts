/**
 * Every route of the contracts against everybody who may call: nobody, tokens of each scope, people of each role. Made
 * from the contracts and the table of roles, so that a new route is in it at once.
 */
import { describe, expect, it } from 'vitest';
import { ROLE_SCOPES, ROLES, TOKEN_SCOPES } from '@rondo/api/access.ts';
import { BASE, type Contract } from '@rondo/api/contract.ts';
import { CONTRACTS } from '@rondo/api/contracts/index.ts';
import { json, startStudio, studioTests, type StartedStudio } from '../testing/start-studio.ts';

studioTests();

const all: [string, Contract][] = Object.values(CONTRACTS).map((one) => [`${one.method} ${one.path}`, one as Contract]);
const scoped = all.filter(([, { scope }]) => scope !== 'public');

/** An address that leads to nothing: what matters is who comes as far as the handler. */
const addressOf = ({ path }: Contract): string => `${BASE}${path.replace(/\{\w+\}/g, 'nothing')}`;

function requestOf({ method, body }: Contract, headers: Record<string, string>): RequestInit {
  // A body that no schema takes: nothing is changed, and whoever may not come in is not told that.
  return body === undefined ? { method, headers } : json(method, { nonsense: true }, headers);
}

/** Streams do not end by themselves. */
async function status(answer: Promise<Response>): Promise<number> {
  const got = await answer;
  await got.body?.cancel();
  return got.status;
}

/** A session of a person of each role. */
async function cookies({ server, owner }: StartedStudio): Promise<Record<string, string>> {
  const send = await owner();
  for (const role of ROLES.filter((one) => one !== 'owner')) {
    const made = await send('/api/v1/people', json('POST', { name: role, password: `a long word for ${role}`, role }));
    expect(made.status).toBe(201);
  }
  const people = server.access.people.list();
  return Object.fromEntries(
    people.map(({ id, role }) => [role, `rondo_session=${server.access.sessions.begin(id, '', '')}`]),
  );
}

/** Every route in every way: more requests than one address may send in a moment. */
const MANY = { limits: { rate: 10_000, burst: 10_000 } };

describe('every route', () => {
  it('is there', async () => {
    const { call } = await startStudio({}, MANY);
    for (const [name, contract] of all) {
      expect([name, await status(call(addressOf(contract), requestOf(contract, {})))]).not.toEqual([name, 404]);
    }
  });

  it('with a scope is closed to whoever brings nothing, or nonsense', async () => {
    const studio = await startStudio({}, MANY);
    await studio.owner();
    const expired = studio.token(['admin'], { expiresAt: Date.now() - 1 });
    const headers: Record<string, string>[] = [
      {},
      { authorization: '' },
      { authorization: 'Bearer' },
      { authorization: 'Bearer null' },
      { authorization: 'Bearer undefined' },
      { authorization: `Bearer rondo_${'A'.repeat(43)}` },
      { authorization: 'Basic YWRhOmEgcmF0aGVyIGxvbmcgc2VjcmV0' },
      { authorization: `Bearer ${expired}` },
      { cookie: 'rondo_session=' },
      { cookie: `rondo_session=${'A'.repeat(43)}` },
    ];
    for (const [name, contract] of scoped) {
      for (const one of headers) {
        const got = await status(studio.call(addressOf(contract), requestOf(contract, one)));
        expect([name, one, got]).toEqual([name, one, 401]);
      }
    }
  }, 60_000);

  it('takes a token with its scope, and no token without it', async () => {
    const studio = await startStudio({}, MANY);
    await studio.owner();
    const tokens = Object.fromEntries(TOKEN_SCOPES.map((scope) => [scope, studio.token([scope])]));
    for (const [name, contract] of scoped) {
      for (const scope of TOKEN_SCOPES) {
        const headers = { authorization: `Bearer ${tokens[scope]}` };
        const got = await status(studio.call(addressOf(contract), requestOf(contract, headers)));
        const may = scope === contract.scope;
        expect([name, scope, got === 403, got === 401]).toEqual([
          name,
          scope,
          may ? got === 403 && isPersonal(name) : true,
          false,
        ]);
      }
    }
  }, 60_000);

  it('is open to exactly the roles that the table names', async () => {
    const studio = await startStudio({}, MANY);
    const people = await cookies(studio);
    for (const [name, contract] of scoped) {
      for (const role of ROLES) {
        const as = studio.as(people[role] ?? '');
        const got = await status(as(addressOf(contract), requestOf(contract, {})));
        const may = ROLE_SCOPES[role].includes(contract.scope);
        expect([name, role, got === 403, got === 401]).toEqual([name, role, !may, false]);
      }
    }
  }, 60_000);
});

/** Only people have these; a token is told so. */
function isPersonal(name: string): boolean {
  return name.includes(' /me/') || name === 'DELETE /sessions/{id}';
}
