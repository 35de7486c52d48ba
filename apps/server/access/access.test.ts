/** Who comes in and how: the owner, signing in, sessions, tokens, people, requests of other sites. */
import { DatabaseSync } from 'node:sqlite';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '@rondo/runtime/runner/clock.ts';
import {
  bearer,
  cookieOf,
  json,
  OWNER,
  startStudio,
  studioTests,
  type StartedStudio,
} from '../testing/start-studio.ts';

studioTests();

const signIn = (studio: StartedStudio, who: object = OWNER, headers: Record<string, string> = {}): Promise<Response> =>
  studio.call('/api/v1/session', json('POST', who, headers));

async function codeOf(answer: Response | Promise<Response>): Promise<[number, string]> {
  const got = await answer;
  return [got.status, ((await got.json()) as { code: string }).code];
}

/** A clock that can be put forward. */
function movable(): typeof systemClock & { forward(ms: number): void } {
  let by = 0;
  return { ...systemClock, now: () => Date.now() + by, forward: (ms) => (by += ms) };
}

describe('the owner', () => {
  it('is made once, with the printed link, by nobody else', async () => {
    const studio = await startStudio();
    expect(await codeOf(studio.call('/api/v1/me'))).toEqual([401, 'setup-needed']);
    const make = (token: string): Promise<Response> => studio.call('/api/v1/setup', json('POST', { token, ...OWNER }));
    const token = new URL(studio.server.setupUrl() ?? '').searchParams.get('token') ?? '';
    expect(token.length).toBe(43);
    for (const wrong of ['null', 'undefined', token.slice(1), `${token}A`, 'A'.repeat(43)]) {
      expect(await codeOf(make(wrong))).toEqual([403, 'setup-token']);
    }
    expect((await make('')).status).toBe(400);
    // A weak password does not use the link up; two at once make one owner.
    const weak = studio.call('/api/v1/setup', json('POST', { token, name: 'Ada', password: 'password1234' }));
    expect(await codeOf(weak)).toEqual([422, 'password-weak']);
    const both = await Promise.all([make(token), make(token)]);
    // The other one is refused while the first is at it, or told that there is an owner.
    expect(both.map(({ status }) => (status === 409 ? 403 : status)).toSorted()).toEqual([201, 403]);
    expect(await codeOf(make(token))).toEqual([409, 'owner-exists']);
    expect(studio.server.setupUrl()).toBe(null);
    expect(await codeOf(studio.call('/api/v1/me'))).toEqual([401, 'not-signed-in']);
  });

  it('has to be there before the server listens beyond this machine', async () => {
    await expect(startStudio({}, { settings: { host: '0.0.0.0' } })).rejects.toThrow(/Nobody owns this installation/);
    const studio = await startStudio();
    await studio.owner();
    await studio.close();
    const again = await startStudio({}, { folder: studio.folder, settings: { host: '0.0.0.0' } });
    expect((await signIn(again)).status).toBe(200);
  });

  it('gets a new password by a start that asks for it, within 15 minutes', async () => {
    const clock = movable();
    const first = await startStudio({}, { clock });
    await first.owner();
    const cookie = cookieOf(await signIn(first));
    await first.close();
    const again = await startStudio({}, { clock, folder: first.folder, resetOwner: true });
    const token = new URL(again.server.setupUrl() ?? '').searchParams.get('token') ?? '';
    const make = (password: string): Promise<Response> =>
      again.call('/api/v1/setup', json('POST', { token, name: 'Ada L', password }));
    expect((await again.as(cookie)('/api/v1/me')).status).toBe(200);
    expect((await make('a password not forgotten')).status).toBe(201);
    expect((await make('another one after that')).status).toBe(409);
    expect((await again.as(cookie)('/api/v1/me')).status).toBe(401);
    expect((await signIn(again)).status).toBe(401);
    expect((await signIn(again, { name: 'ada l', password: 'a password not forgotten' })).status).toBe(200);
    expect(again.server.access.people.list().length).toBe(1);
    await again.close();
    const late = await startStudio({}, { clock, folder: first.folder, resetOwner: true });
    const unused = new URL(late.server.setupUrl() ?? '').searchParams.get('token') ?? '';
    clock.forward(15 * 60_000);
    expect(late.server.setupUrl()).toBe(null);
    const body = { token: unused, name: 'Eve', password: 'a password of somebody' };
    expect(await codeOf(late.call('/api/v1/setup', json('POST', body)))).toEqual([409, 'owner-exists']);
  });

  it('cannot be changed or removed by an admin', async () => {
    const studio = await startStudio();
    const owner = await studio.owner();
    await owner('/api/v1/people', json('POST', { name: 'Bob', password: 'four words in a row', role: 'admin' }));
    const admin = studio.as(cookieOf(await signIn(studio, { name: 'bob', password: 'four words in a row' })));
    const { people } = (await (await admin('/api/v1/people')).json()) as { people: { id: string; role: string }[] };
    const id = people.find(({ role }) => role === 'owner')?.id;
    const patch = admin(`/api/v1/people/${id}`, json('PATCH', { password: 'taken over by Bob' }));
    expect(await codeOf(patch)).toEqual([403, 'owner-kept']);
    expect(await codeOf(admin(`/api/v1/people/${id}`, { method: 'DELETE' }))).toEqual([403, 'owner-kept']);
    expect((await signIn(studio)).status).toBe(200);
  });
});

describe('signing in', () => {
  it('says the same for a wrong name and a wrong password, and slows down who guesses', async () => {
    const studio = await startStudio();
    await studio.owner();
    const texts = await Promise.all(
      [
        { ...OWNER, password: 'something else' },
        { ...OWNER, name: 'Nobody' },
      ].map(async (who) => (await signIn(studio, who)).text()),
    );
    expect(new Set(texts).size).toBe(1);
    const statuses: number[] = [];
    for (let i = 0; i < 10; i++)
      statuses.push((await signIn(studio, { ...OWNER, password: `guess number ${i}` })).status);
    expect(statuses.filter((status) => status === 401).length).toBe(7);
    const refused = await signIn(studio);
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true]);
    // Whoever is in stays in.
    expect((await (await studio.owner())('/api/v1/me')).status).toBe(200);
  });

  it('gives a cookie that scripts cannot read, and over https one that only this host can set', async () => {
    const studio = await startStudio();
    await studio.owner();
    expect((await signIn(studio)).headers.get('set-cookie')).toMatch(
      /^rondo_session=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax$/,
    );
    await studio.close();
    const behind = await startStudio(
      {},
      { folder: studio.folder, settings: { publicUrl: 'https://rondo.example.org' } },
    );
    const answer = await signIn(behind, OWNER, { origin: 'https://rondo.example.org' });
    expect(answer.headers.get('strict-transport-security')).toMatch(/^max-age=\d{7,}$/);
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-rondo_session=.*; HttpOnly; SameSite=Lax; Secure$/);
    const plain = cookieOf(answer).replace('__Host-', '');
    expect((await behind.call('/api/v1/people', { headers: { cookie: plain } })).status).toBe(401);
    expect((await behind.call('/api/v1/people', { headers: { cookie: cookieOf(answer) } })).status).toBe(200);
  });

  it('makes a new session always: one that was put into the browser before is of no use', async () => {
    const studio = await startStudio();
    await studio.owner();
    const first = cookieOf(await signIn(studio));
    const planted = `rondo_session=${'B'.repeat(43)}`;
    const fixed = cookieOf(await signIn(studio, OWNER, { cookie: planted }));
    expect(fixed).not.toBe(planted);
    const second = cookieOf(await signIn(studio, OWNER, { cookie: first }));
    expect(new Set([first, second, fixed]).size).toBe(3);
    expect((await studio.as(planted)('/api/v1/me')).status).toBe(401);
    expect((await studio.as(first)('/api/v1/me')).status).toBe(401);
    expect((await studio.as(second)('/api/v1/me')).status).toBe(200);
  });

  it('keeps no secret in the database', async () => {
    const studio = await startStudio();
    await studio.owner();
    const cookie = cookieOf(await signIn(studio)).split('=')[1] ?? '';
    const token = studio.token(['admin']);
    const db = new DatabaseSync(join(studio.folder, 'studio.db'), { readOnly: true });
    const everything = ['people', 'sessions', 'tokens', 'audit']
      .flatMap((table) => db.prepare(`select * from ${table}`).all())
      .map((row) =>
        JSON.stringify(row, (_, value: unknown) =>
          value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
        ),
      )
      .join('\n');
    db.close();
    for (const secret of [cookie, token, token.slice(6), OWNER.password]) expect(everything).not.toContain(secret);
    expect(everything).toContain('scrypt$');
  });
});

describe('a session', () => {
  it('ends after 12 hours without use, and after 7 days with use', async () => {
    const clock = movable();
    const studio = await startStudio({}, { clock });
    const owner = await studio.owner();
    const hour = 3_600_000;
    for (let i = 0; i < 15; i++) {
      clock.forward(11 * hour);
      expect([i, (await owner('/api/v1/me')).status]).toEqual([i, 200]);
    }
    clock.forward(4 * hour);
    expect((await owner('/api/v1/me')).status).toBe(401);
    const next = studio.as(cookieOf(await signIn(studio)));
    clock.forward(12 * hour);
    expect((await next('/api/v1/me')).status).toBe(401);
  });

  it('can be listed and ended, by its owner only', async () => {
    const studio = await startStudio();
    const owner = await studio.owner();
    await owner('/api/v1/people', json('POST', { name: 'Bob', password: 'four words in a row', role: 'viewer' }));
    const bob = studio.as(cookieOf(await signIn(studio, { name: 'Bob', password: 'four words in a row' })));
    const other = studio.as(cookieOf(await signIn(studio)));
    const list = async (): Promise<{ id: string; current: boolean }[]> =>
      ((await (await owner('/api/v1/sessions')).json()) as { sessions: { id: string; current: boolean }[] }).sessions;
    const id = (await list()).find(({ current }) => !current)?.id ?? '';
    expect((await bob(`/api/v1/sessions/${id}`, { method: 'DELETE' })).status).toBe(404);
    expect((await other('/api/v1/me')).status).toBe(200);
    expect((await owner(`/api/v1/sessions/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await other('/api/v1/me')).status).toBe(401);
    expect((await owner('/api/v1/session', { method: 'DELETE' })).status).toBe(204);
    expect((await owner('/api/v1/me')).status).toBe(401);
  });

  it('ends with another role or password of its person', async () => {
    const studio = await startStudio();
    const owner = await studio.owner();
    const made = await owner(
      '/api/v1/people',
      json('POST', { name: 'Bob', password: 'four words in a row', role: 'viewer' }),
    );
    const { id } = (await made.json()) as { id: string };
    const who = { name: 'Bob', password: 'four words in a row' };
    let bob = studio.as(cookieOf(await signIn(studio, who)));
    expect((await owner(`/api/v1/people/${id}`, json('PATCH', { role: 'editor' }))).status).toBe(200);
    expect((await bob('/api/v1/me')).status).toBe(401);
    bob = studio.as(cookieOf(await signIn(studio, who)));
    const two = studio.as(cookieOf(await signIn(studio, who)));
    const wrong = bob('/api/v1/me/password', json('PUT', { current: 'four words', password: 'another long word' }));
    expect(await codeOf(wrong)).toEqual([403, 'password-wrong']);
    const changed = await bob(
      '/api/v1/me/password',
      json('PUT', { current: who.password, password: 'another long word' }),
    );
    expect(changed.status).toBe(204);
    expect([(await bob('/api/v1/me')).status, (await two('/api/v1/me')).status]).toEqual([401, 401]);
    expect((await studio.as(cookieOf(changed))('/api/v1/me')).status).toBe(200);
    expect((await signIn(studio, who)).status).toBe(401);
    await owner(`/api/v1/people/${id}`, { method: 'DELETE' });
    expect((await studio.as(cookieOf(changed))('/api/v1/me')).status).toBe(401);
  }, 120_000);
});

describe('a request of another site', () => {
  it('changes nothing, whatever a browser can be made to send', async () => {
    const studio = await startStudio();
    await studio.owner();
    const cookie = cookieOf(await signIn(studio));
    const body = { name: 'x', scopes: ['run:read'] };
    const send = (headers: Record<string, string>, text = JSON.stringify(body)): Promise<Response> =>
      studio.call('/api/v1/tokens', { method: 'POST', headers: { cookie, ...headers }, body: text });
    const own = { 'content-type': 'application/json' };
    const { url } = studio;
    const refused: [Record<string, string>, number][] = [
      [{ ...own, origin: 'https://evil.example' }, 403],
      [{ ...own, origin: 'null' }, 403],
      [{ ...own, origin: `${url}.evil.example` }, 403],
      [{ ...own, origin: 'http://127.0.0.1:1' }, 403],
      [{ ...own, origin: url, 'sec-fetch-site': 'cross-site' }, 403],
      [{ ...own, origin: url, 'sec-fetch-site': 'same-site' }, 403],
      // A browser always says one of both.
      [own, 403],
      [{ 'content-type': 'text/plain', origin: url }, 415],
      [{ 'content-type': 'application/x-www-form-urlencoded', origin: url }, 415],
      [{ 'content-type': 'application/jsonp', origin: url }, 415],
    ];
    for (const [headers, status] of refused) expect([headers, (await send(headers)).status]).toEqual([headers, status]);
    expect(studio.server.access.tokens.list()).toEqual([]);
    for (const headers of [
      { ...own, origin: url },
      { ...own, 'sec-fetch-site': 'same-origin' },
    ]) {
      expect((await send(headers)).status).toBe(201);
    }
    // Signing somebody in as somebody else is such a change, too.
    expect((await signIn(studio, OWNER, { origin: 'https://evil.example' })).status).toBe(403);
    // A token is not sent by a browser of itself, so it needs no origin.
    const token = studio.token(['admin', 'run:read']);
    expect((await studio.call('/api/v1/tokens', bearer(token, json('POST', body)))).status).toBe(201);
  });

  it('under a name that was made to lead to this machine is refused', async () => {
    const studio = await startStudio();
    const { port } = new URL(studio.url);
    const status = await new Promise((resolve, reject) => {
      request({ port, host: '127.0.0.1', path: '/api/v1/me', headers: { host: `evil.example:${port}` } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(421);
  });
});

describe('a token', () => {
  it('is shown once, works until it is revoked or expires, and never beside its scopes', async () => {
    const clock = movable();
    const studio = await startStudio({}, { clock });
    const owner = await studio.owner();
    const made = await owner(
      '/api/v1/tokens',
      json('POST', { name: 'ci', scopes: ['workflow:read'], expiresAt: clock.now() + 60_000 }),
    );
    const { id, secret } = (await made.json()) as { id: string; secret: string };
    expect(secret).toMatch(/^rondo_[\w-]{43}$/);
    const list = (await (await owner('/api/v1/tokens')).json()) as { tokens: { usedAt: number | null }[] };
    expect(JSON.stringify(list)).not.toContain(secret.slice(6));
    expect(list.tokens[0]).toMatchObject({ name: 'ci', createdBy: 'Ada', usedAt: null });
    const use = (): Promise<Response> => studio.call('/api/v1/me', bearer(secret));
    expect(await (await use()).json()).toMatchObject({ scopes: ['workflow:read'], role: 'viewer' });
    expect(studio.server.access.tokens.list()[0]?.usedAt).toBeGreaterThan(0);
    // A cookie beside a token does not help it.
    const beside = await owner('/api/v1/people', bearer(secret));
    expect(beside.status).toBe(403);
    clock.forward(60_001);
    expect((await use()).status).toBe(401);
    const other = studio.token(['workflow:read']);
    expect((await studio.call('/api/v1/me', bearer(other))).status).toBe(200);
    const otherId = studio.server.access.tokens.list().find((one) => one.id !== id)?.id;
    expect((await owner(`/api/v1/tokens/${otherId}`, { method: 'DELETE' })).status).toBe(204);
    expect((await studio.call('/api/v1/me', bearer(other))).status).toBe(401);
  });

  it('takes the tokens of a removed person away', async () => {
    const studio = await startStudio();
    const owner = await studio.owner();
    const eve = { name: 'Eve', password: 'four words in a row' };
    const made = await owner('/api/v1/people', json('POST', { ...eve, role: 'admin' }));
    const { id } = (await made.json()) as { id: string };
    const cookie = (await signIn(studio, eve)).headers.get('set-cookie')?.split(';')[0] ?? '';
    const token = await studio.call('/api/v1/tokens', {
      ...json('POST', { name: 'ci', scopes: ['workflow:read'] }),
      headers: { 'content-type': 'application/json', cookie, origin: studio.server.url },
    });
    const { secret } = (await token.json()) as { secret: string };
    expect((await studio.call('/api/v1/me', bearer(secret))).status).toBe(200);
    expect((await owner(`/api/v1/people/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await studio.call('/api/v1/me', bearer(secret))).status).toBe(401);
  });

  it('gives nobody more than it has', async () => {
    const studio = await startStudio();
    await studio.owner();
    const token = studio.token(['admin', 'workflow:read']);
    const post = (path: string, body: unknown): Promise<Response> =>
      studio.call(path, bearer(token, json('POST', body)));
    expect((await post('/api/v1/tokens', { name: 'x', scopes: ['secret:write'] })).status).toBe(403);
    expect((await post('/api/v1/people', { name: 'Eve', password: 'four words in a row', role: 'admin' })).status).toBe(
      403,
    );
    expect((await post('/api/v1/people', { name: 'Eve', password: 'four words in a row', role: 'owner' })).status).toBe(
      400,
    );
    expect((await post('/api/v1/tokens', { name: 'x', scopes: ['workflow:read'] })).status).toBe(201);
    const owner = await studio.owner();
    const limited = { name: 'x', scopes: ['admin'], workflows: ['a'] };
    expect((await owner('/api/v1/tokens', json('POST', limited))).status).toBe(422);
  });
});

describe('passwords', () => {
  it('have 12 characters and are not the first that are guessed', async () => {
    const studio = await startStudio();
    const owner = await studio.owner();
    const add = async (password: string): Promise<number> =>
      (await owner('/api/v1/people', json('POST', { name: 'Robert', password, role: 'viewer' }))).status;
    expect(await add('elevenchars')).toBe(400);
    for (const weak of [
      'Password1234!',
      'P@ssw0rd2026!!',
      'qwertyuiop12',
      '123456789012',
      'aaaaaaaaaaaaa',
      'RobertRobert12',
    ]) {
      expect([weak, await add(weak)]).toEqual([weak, 422]);
    }
    expect(await add('vier Wörter am Stück')).toBe(201);
  });
});
