/** Second factors over HTTP: set-up, signing in, replay, recovery codes, limits, reset, and what lies on disk. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '@rondo/runtime/runner/clock.ts';
import { cookieOf, json, OWNER, startStudio, studioTests, type StartedStudio } from '../testing/start-studio.ts';
import { stepAt, totpCode } from './totp.ts';

studioTests();

/** Hashing passwords takes its time on a machine that is busy. */
const SLOW_OK = { timeout: 120_000 };

type Ask = (path: string, init?: RequestInit) => Promise<Response>;
const FACTOR = '/api/v1/me/second-factor';

/** Stands still: on a busy machine the half minute of a code would be over before it is sent. */
function movable(): typeof systemClock & { forward(ms: number): void } {
  let at = Date.now();
  return { ...systemClock, now: () => at, forward: (ms) => (at += ms) };
}

const signIn = (studio: StartedStudio, who: object): Promise<Response> =>
  studio.call('/api/v1/session', json('POST', who));

async function outcome(answer: Response | Promise<Response>): Promise<string | number> {
  const got = await answer;
  return got.ok ? got.status : ((await got.json()) as { code: string }).code;
}

/** Turns it on; the caller's session is another one afterwards. */
async function turnOn(
  ask: Ask,
  password: string,
  now: () => number,
): Promise<{ secret: string; codes: string[]; cookie: string }> {
  const begun = await ask(FACTOR, json('POST', { password }));
  expect(begun.status).toBe(201);
  const { secret, link } = (await begun.json()) as { secret: string; link: string };
  expect(new URL(link).searchParams.get('secret')).toBe(secret);
  const on = await ask(FACTOR, json('PUT', { code: totpCode(secret, stepAt(now())) }));
  expect(on.status).toBe(200);
  return { secret, codes: ((await on.json()) as { codes: string[] }).codes, cookie: cookieOf(on) };
}

it('is asked for after the password, takes no code twice, and each recovery code once', SLOW_OK, async () => {
  const clock = movable();
  const studio = await startStudio({}, { clock });
  const owner = await studio.owner();
  expect(await outcome(owner(FACTOR, json('POST', { password: 'not the right one' })))).toBe('password-wrong');
  // Begun only: signing in is as before.
  await owner(FACTOR, json('POST', { password: OWNER.password }));
  expect(await outcome(signIn(studio, OWNER))).toBe(200);
  expect(await outcome(owner(FACTOR, json('PUT', { code: '000000' })))).toBe('code-wrong');

  const { secret, codes, cookie } = await turnOn(owner, OWNER.password, clock.now);
  expect(codes.length).toBe(10);
  // Whoever was signed in without it is not any more; who turned it on stays.
  expect(await outcome(owner('/api/v1/me'))).toBe('not-signed-in');
  expect(await (await studio.as(cookie)(FACTOR)).json()).toEqual({ on: true, codesLeft: 10 });

  expect(await outcome(signIn(studio, OWNER))).toBe('code-needed');
  expect(await outcome(signIn(studio, { ...OWNER, password: 'something else', code: '123456' }))).toBe('sign-in-wrong');
  // The code that turned it on was used by that.
  const used = totpCode(secret, stepAt(clock.now()));
  expect(await outcome(signIn(studio, { ...OWNER, code: used }))).toBe('code-wrong');
  clock.forward(30_000);
  const code = totpCode(secret, stepAt(clock.now()));
  const both = await Promise.all([signIn(studio, { ...OWNER, code }), signIn(studio, { ...OWNER, code })]);
  expect(both.map(({ status }) => status).toSorted()).toEqual([200, 401]);

  const [recovery = ''] = codes;
  const typed = recovery.replaceAll('-', ' ').toLowerCase();
  expect(await outcome(signIn(studio, { ...OWNER, code: typed }))).toBe(200);
  expect(await outcome(signIn(studio, { ...OWNER, code: recovery }))).toBe('code-wrong');
  expect(await (await studio.as(cookie)(FACTOR)).json()).toEqual({ on: true, codesLeft: 9 });

  const actions = studio.server.access.audit.list(100).map(({ action }) => action);
  expect(actions).toEqual(expect.arrayContaining(['factor.on', 'factor.recovery', 'session.refused']));
});

it('slows down who guesses codes, also with the right password', SLOW_OK, async () => {
  const clock = movable();
  const studio = await startStudio({}, { clock });
  const { secret } = await turnOn(await studio.owner(), OWNER.password, clock.now);
  const got: (string | number)[] = [];
  for (let i = 0; i < 6; i++) got.push(await outcome(signIn(studio, { ...OWNER, code: `00000${i}` })));
  expect(got).toEqual([...Array.from({ length: 5 }, () => 'code-wrong'), 'rate-limit']);
  // The right one is not even looked at.
  clock.forward(60_000);
  const code = totpCode(secret, stepAt(clock.now()));
  expect(await outcome(signIn(studio, { ...OWNER, code }))).toBe('rate-limit');
});

it('is turned off with password and code, and outlives a restart until then', SLOW_OK, async () => {
  const clock = movable();
  const first = await startStudio({}, { clock });
  const { secret, cookie, codes } = await turnOn(await first.owner(), OWNER.password, clock.now);
  await first.close();
  // Neither the secret nor a recovery code can be read from any file.
  const { folder } = first;
  for (const name of await readdir(folder)) {
    if (!/\.db/.test(name)) continue;
    const bytes = (await readFile(join(folder, name))).toString('latin1');
    for (const text of [secret, ...codes, ...codes.map((one) => one.replaceAll('-', ''))]) {
      expect(bytes.includes(text)).toBe(false);
    }
  }
  const again = await startStudio({}, { clock, folder });
  const ask = again.as(cookie);
  clock.forward(60_000);
  const code = totpCode(secret, stepAt(clock.now()));
  const off = (body: object): Promise<string | number> => outcome(ask(`${FACTOR}/off`, json('POST', body)));
  expect(await off({ password: OWNER.password, code: '000000' })).toBe('code-wrong');
  expect(await off({ password: 'something else', code })).toBe('password-wrong');
  expect(await off({ password: OWNER.password, code })).toBe(204);
  expect(await outcome(signIn(again, OWNER))).toBe(200);
  expect(again.server.access.audit.list(1, Number.MAX_SAFE_INTEGER)[0]?.action).toBe('session.begin');
  expect(again.server.access.audit.list(10).map(({ action }) => action)).toContain('factor.off');
});

it('is taken from somebody by an admin, from the owner only by the start that asks for it', SLOW_OK, async () => {
  const clock = movable();
  const studio = await startStudio({}, { clock });
  const owner = await studio.owner();
  const bob = { name: 'Bob', password: 'four words in a row' };
  await owner('/api/v1/people', json('POST', { ...bob, role: 'editor' }));
  const asBob = studio.as(cookieOf(await signIn(studio, bob)));
  const { cookie } = await turnOn(asBob, bob.password, clock.now);
  const { people } = (await (await owner('/api/v1/people')).json()) as {
    people: { id: string; name: string; secondFactor: boolean }[];
  };
  expect(people.map(({ name, secondFactor }) => [name, secondFactor])).toEqual([
    ['Ada', false],
    ['Bob', true],
  ]);
  const reset = (name: string, ask: Ask): Promise<string | number> =>
    outcome(ask(`/api/v1/people/${people.find((one) => one.name === name)?.id}/second-factor`, { method: 'DELETE' }));
  expect(await reset('Ada', owner)).toBe('owner-kept');
  expect(await reset('Bob', studio.as(cookie))).toBe('scope-missing');
  expect(await reset('Bob', owner)).toBe(204);
  expect(await outcome(studio.as(cookie)('/api/v1/me'))).toBe('not-signed-in');
  expect(await outcome(signIn(studio, bob))).toBe(200);
  expect(studio.server.access.audit.list(10).map(({ action }) => action)).toContain('factor.reset');

  const second = await turnOn(owner, OWNER.password, clock.now);
  await studio.close();
  const again = await startStudio({}, { clock, folder: studio.folder, resetOwner: true });
  expect(await outcome(signIn(again, OWNER))).toBe('code-needed');
  const token = new URL(again.server.setupUrl() ?? '').searchParams.get('token') ?? '';
  const made = await again.call('/api/v1/setup', json('POST', { token, ...OWNER }));
  expect(made.status).toBe(201);
  expect(await outcome(again.as(second.cookie)('/api/v1/me'))).toBe('not-signed-in');
  expect(await outcome(signIn(again, OWNER))).toBe(200);
});
