/** End-to-end tests of stored secrets and of signals from the terminal, each command a process of its own. */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { place } from '../testing/process.ts';

const here = place();
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
  here.remove();
});

describe('rondo secrets', () => {
  it('stores what workflows send, and shows it nowhere', async () => {
    const server = createServer((request, response) =>
      response.end(JSON.stringify({ right: request.headers.authorization === 'Bearer open sesame!' })),
    );
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await here.rondo('secrets')).toMatchObject({ code: 0, stdout: '' });
    const stored = await here.rondoWith('open sesame!\n', 'secrets', 'set', 'TOKEN', '--host', '127.0.0.1');
    expect(stored).toMatchObject({ code: 0, stderr: 'Secret TOKEN is stored.\n' });
    expect((await here.rondo('secrets', 'list')).stdout).toBe('TOKEN  127.0.0.1\n');
    const folder = join(here.folder, '.rondo');
    expect(readFileSync(join(folder, 'services.db')).includes('open sesame')).toBe(false);
    expect(statSync(join(folder, 'key')).mode & 0o777).toBe(0o600);

    here.write(
      'call.yaml',
      `rondo: 1
nodes:
  start: { type: manual }
  call: { type: http-request, after: start, with: { url: "http://127.0.0.1:${port}/", response: json, auth: { type: bearer, secret: TOKEN } } }`,
    );
    const ran = await here.rondo('run', 'call.yaml', '--allow', '127.0.0.1');
    expect(ran).toMatchObject({ code: 0, stdout: '[{"right":true}]\n' });
    expect((await here.rondo('secrets', 'remove', 'TOKEN')).code).toBe(0);
    const without = await here.rondo('run', 'call.yaml', '--allow', '127.0.0.1');
    expect(without.code).toBe(1);
    expect(without.stderr).toContain('TOKEN');
  });

  it('says what is wrong with a name, a value or a key', async () => {
    expect(await here.rondoWith('', 'secrets', 'set', 'EMPTY')).toMatchObject({ code: 2 });
    expect(await here.rondo('secrets', 'remove', 'NOBODY')).toMatchObject({ code: 2 });
  });
});

describe('rondo secrets authorize', () => {
  /** An OAuth 2 server that gives a code once, checks PKCE, and gives access for refresh tokens. */
  async function authorizationServer(refuse = false): Promise<string> {
    let challenge = '';
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://x');
      if (url.pathname === '/authorize') {
        challenge = url.searchParams.get('code_challenge') ?? '';
        const back = new URL(url.searchParams.get('redirect_uri') ?? '');
        back.searchParams.set('state', url.searchParams.get('state') ?? '');
        if (refuse) back.searchParams.set('error', 'access_denied');
        else back.searchParams.set('code', 'the-code');
        return void response.writeHead(302, { location: back.href }).end();
      }
      if (url.pathname === '/me') {
        return void response.end(JSON.stringify({ allowed: request.headers.authorization === 'Bearer fresh' }));
      }
      let body = '';
      request.on('data', (part: Buffer) => (body += String(part)));
      request.on('end', () => {
        const form = new URLSearchParams(body);
        const proof = createHash('sha256')
          .update(form.get('code_verifier') ?? '')
          .digest('base64url');
        const isCode = form.get('code') === 'the-code' && proof === challenge;
        const isRefresh = form.get('refresh_token') === 'long-lived-token';
        response.writeHead(isCode || isRefresh ? 200 : 400, { 'content-type': 'application/json' });
        const tokens = { access_token: 'fresh', token_type: 'bearer', refresh_token: 'long-lived-token' };
        response.end(JSON.stringify(isCode || isRefresh ? tokens : { error: 'invalid_grant' }));
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const command = (base: string): string[] =>
    `secrets authorize ACCOUNT --client-id rondo --allow 127.0.0.1 --authorize-url ${base}/authorize --token-url ${base}/token`.split(
      ' ',
    );

  it('stores what a person allowed, and a workflow uses it', async () => {
    const base = await authorizationServer();
    const asking = here.start(...command(base));
    let said = '';
    asking.child.stderr?.on('data', (part: string) => (said += part));
    await asking.said(/code_challenge=\S+/);
    // The browser, which follows the way back.
    const page = await fetch(/http:\S+/.exec(said)?.[0] ?? '');
    expect(await page.text()).toContain('close this window');
    expect(await asking.ended).toMatchObject({ code: 0 });
    expect((await here.rondo('secrets')).stdout).toBe('ACCOUNT  127.0.0.1\n');
    here.write(
      'me.yaml',
      `rondo: 1
nodes:
  start: { type: manual }
  me:
    type: http-request
    after: start
    with: { url: "${base}/me", response: json, auth: { type: oauth2, tokenUrl: "${base}/token", clientId: rondo, refreshSecret: ACCOUNT } }`,
    );
    const ran = await here.rondo('run', 'me.yaml', '--allow', '127.0.0.1');
    expect(ran).toMatchObject({ code: 0, stdout: '[{"allowed":true}]\n' });
  });

  it('says what the server said, and when nobody came', async () => {
    const base = await authorizationServer(true);
    const asking = here.start(...command(base));
    let said = '';
    asking.child.stderr?.on('data', (part: string) => (said += part));
    await asking.said(/code_challenge=\S+/);
    await fetch(/http:\S+/.exec(said)?.[0] ?? '');
    expect(await asking.ended).toMatchObject({ code: 2, stderr: expect.stringContaining('access_denied') as string });
    const late = await here.rondo(...command(base), '--timeout', '50ms');
    expect(late).toMatchObject({ code: 2, stderr: expect.stringContaining('Nobody came back') as string });
    expect(
      (await here.rondo('secrets', 'authorize', 'X', '--client-id', 'a', '--authorize-url', 'x', '--token-url', 'y'))
        .code,
    ).toBe(2);
  });
});

describe('rondo runs signal', () => {
  it('brings a decision to the run that waits for it', async () => {
    here.write(
      'ask.yaml',
      `rondo: 1
nodes:
  start: { type: manual }
  ask: { type: approval, after: start, with: { message: "Go on?" } }
  yes: { type: set, after: ask.approved, with: { keep: none, fields: { said: "{{ $json.approval.comment }}" } } }
output: "{{ $('yes').first().json.said }}"`,
    );
    const run = here.start('run', 'ask.yaml');
    let said = '';
    run.child.stderr?.on('data', (part: string) => (said += part));
    await run.said(/token \S+\n/);
    const token = /token (\S+)\n/.exec(said)?.[1] ?? '';
    expect((await here.rondo('runs', 'signal', 'nobody')).code).toBe(2);
    const delivered = await here.rondo('runs', 'signal', token, '{"approved":true,"comment":"yes!"}');
    expect(delivered).toMatchObject({ code: 0, stderr: 'The signal is delivered.\n' });
    expect(await run.ended).toMatchObject({ code: 0, stdout: 'yes!\n' });
    expect((await here.rondo('runs', 'signal', token)).code).toBe(2);
  });
});
