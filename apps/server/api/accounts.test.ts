/** What owners and admins keep here: the audit log, secrets, settings. */
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Scope } from '@rondo/api/access.ts';
import { bearer, json, OWNER, startStudio, studioTests, type StartedStudio } from '../testing/start-studio.ts';

studioTests();

const signIn = (studio: StartedStudio, who: object): Promise<Response> =>
  studio.call('/api/v1/session', json('POST', who));

async function codeOf(answer: Response | Promise<Response>): Promise<[number, string]> {
  const got = await answer;
  return [got.status, ((await got.json()) as { code: string }).code];
}

describe('the audit log', () => {
  it('says who did what, page by page, and notices a row that was changed', async () => {
    const studio = await startStudio();
    const owner = await studio.owner();
    await owner(
      // A name as n8n's credentials have them.
      '/api/v1/secrets/mail%20account%20user',
      json('PUT', { value: 'a-value-that-nobody-sees-4f2', hosts: ['mail.example.org'] }),
    );
    await owner('/api/v1/secrets/mail%20account%20user', { method: 'DELETE' });
    await signIn(studio, { ...OWNER, password: 'wrong wrong wrong' });
    type Page = { items: { action: string; who: string; object: string | null }[]; next: string | null };
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const at: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = (await (await owner(`/api/v1/audit?limit=2${at}`)).json()) as Page;
      seen.push(...page.items.map(({ action, who, object }) => `${who} ${action} ${object}`));
      cursor = page.next;
    }
    expect(seen).toEqual([
      'Ada session.refused null',
      'Ada secret.delete mail account user',
      'Ada secret.create mail account user',
      'Ada owner.create Ada',
    ]);
    const { audit } = studio.server.access;
    expect(audit.firstBroken()).toBe(null);
    const db = new DatabaseSync(join(studio.folder, 'studio.db'));
    expect(() => db.exec("update audit set who = 'Eve'")).toThrow(/append only/);
    expect(() => db.exec('delete from audit')).toThrow(/append only/);
    db.exec("drop trigger audit_stays; update audit set who = 'Eve' where id = 2");
    db.close();
    expect(audit.firstBroken()).toBe(2);
  });
});

describe('secrets', () => {
  const USER =
    '\nname: Mail\nid: mail\nnodes:\n  in: { type: webhook, with: { auth: { type: bearer, secret: mail-token } } }\n';

  it('go in only: what comes out is where they go, who uses them, and three characters', async () => {
    const studio = await startStudio({ 'mail.yaml': USER });
    const owner = await studio.owner();
    const value = 'a-value-that-nobody-sees-4f2';
    const put = (body: object): Promise<Response> => owner('/api/v1/secrets/mail-token', json('PUT', body));
    expect((await put({ hosts: ['mail.example.org'] })).status).toBe(422);
    expect((await put({ value, hosts: ['mail.example.org'] })).status).toBe(200);
    const list = await (await owner('/api/v1/secrets')).text();
    expect(list).not.toContain(value.slice(0, 8));
    expect(JSON.parse(list)).toEqual({
      secrets: [
        {
          name: 'mail-token',
          hosts: ['mail.example.org'],
          changedAt: expect.any(Number) as number,
          usedAt: null,
          ending: '4f2',
          usedBy: [{ id: 'mail', name: 'Mail' }],
          tested: null,
        },
      ],
    });
    // Another value goes nowhere else; other hosts keep the value.
    await put({ value: 'short' });
    expect(await (await put({ hosts: ['*.example.org'] })).json()).toMatchObject({
      ending: '',
      hosts: ['*.example.org'],
    });
    expect((await put({ hosts: ['https://no.host/'] })).status).toBe(422);
    const hook = await studio.call('/hooks/mail', { method: 'POST', headers: { authorization: 'Bearer short' } });
    expect(hook.status).toBe(202);
    // Who may use secrets in workflows does not set them.
    expect((await studio.call('/api/v1/secrets', bearer(studio.token(['secret:use'])))).status).toBe(200);
  });
});

describe('a secret in a workflow', () => {
  it('is put there by who may use secrets only', async () => {
    const text = (secret: string): string =>
      `rondo: 1\nname: A\nid: a\nnodes:\n  in: { type: webhook, with: { auth: { type: bearer, secret: ${secret} } } }\n`;
    const studio = await startStudio({ 'a.yaml': text('known').slice('rondo: 1'.length) });
    await studio.owner();
    const save = (scopes: Scope[], secret: string): Promise<Response> =>
      studio.call('/api/v1/workflows/a', bearer(studio.token(scopes), json('PUT', { text: text(secret) })));
    expect((await save(['workflow:write'], 'other')).status).toBe(403);
    expect((await save(['workflow:write'], 'known')).status).toBe(200);
    expect((await save(['workflow:write', 'secret:use'], 'other')).status).toBe(200);
    // Nor does anybody else change where one goes that is there already.
    const call = (url: string, more = ''): string =>
      `rondo: 1\nname: A\nid: a\nnodes:\n  get: { type: http-request, with: { url: "${url}", auth: { type: bearer, secret: known }${more} } }\n`;
    const put = async (scopes: Scope[], to: string): Promise<number> =>
      (await studio.call('/api/v1/workflows/a', bearer(studio.token(scopes), json('PUT', { text: to })))).status;
    expect(await put(['workflow:write', 'secret:use'], call('https://own.test/'))).toBe(200);
    expect(await put(['workflow:write'], call('https://elsewhere.test/'))).toBe(403);
    expect(await put(['workflow:write'], call('https://own.test/', ', proxy: { url: "http://elsewhere.test" }'))).toBe(
      403,
    );
    const model = '  ask: { type: llm, with: { connection: { baseUrl: "https://x.test", model: m, apiKey: key } } }\n';
    expect(await put(['workflow:write'], `${call('https://own.test/')}${model}`)).toBe(403);
    expect(await put(['workflow:write'], `${call('https://own.test/')}  more: { type: no-op, after: get }\n`)).toBe(
      200,
    );
    expect(studio.server.access.audit.list(1)[0]).toMatchObject({
      action: 'workflow.publish',
      object: 'a',
      who: 'token test',
    });
  });
});

describe('settings', () => {
  it('say where each value comes from, and change where nothing fixes them', async () => {
    const studio = await startStudio(
      {},
      { given: { flag: { port: 0 }, environment: { runners: 3 }, file: { egressAllow: ['10.0.0.1'] } } },
    );
    const owner = await studio.owner();
    type List = { settings: { name: string; from: string; value: unknown }[] };
    const from = async (): Promise<Record<string, string>> =>
      Object.fromEntries(
        ((await (await owner('/api/v1/settings')).json()) as List).settings.map((one) => [one.name, one.from]),
      );
    expect(await from()).toMatchObject({
      port: 'flag',
      runners: 'environment',
      egressAllow: 'file',
      runs: 'default',
      host: 'default',
    });
    const put = (name: string, value: unknown): Promise<Response> =>
      owner(`/api/v1/settings/${name}`, json('PUT', { value }));
    expect(await codeOf(put('runners', 5))).toEqual([409, 'setting-fixed']);
    expect(await codeOf(put('host', '0.0.0.0'))).toEqual([409, 'setting-fixed']);
    expect(await codeOf(put('runs', 0))).toEqual([422, 'setting-invalid']);
    expect(await codeOf(put('nothing', 0))).toEqual([404, 'not-found']);
    expect(await (await put('runs', 7)).json()).toMatchObject({ value: 7, from: 'here', default: 200 });
    expect((await from())['runs']).toBe('here');
  });
});
