/** Credentials of the HTTP Request node against servers that check them. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { digestAuthorization, digestChallenge } from '../kit/http/digest.ts';
import {
  failureOf,
  openServer,
  openWorld,
  sendJson,
  type Received,
  type TestServer,
  type World,
} from '../kit/http/ports.testing.ts';
import { runNode } from '../kit/run.ts';
import { verifySignature } from '../../../testing/services/signature.ts';
import { node } from './node.ts';

let server: TestServer;
let world: World;

beforeAll(async () => {
  server = await openServer();
});
beforeEach(() => {
  world = openWorld();
  world.secrets = { S: 'top-secret' };
  server.received = [];
});
afterEach(() => world.close());
afterAll(() => server.close());

const send = async (auth: Record<string, Json>, params: Record<string, Json> = {}): Promise<Json[]> => {
  const given = { url: `${server.base}/data?a=1`, auth, ...params };
  return (await runNode(node, { params: given, ports: world.ports })).output['main'] ?? [];
};

describe('the simple kinds', () => {
  it('query: the value is added at the edge, and is not part of any message', async () => {
    server.answer = (_request, response) => sendJson(response, {});
    await send({ type: 'query', name: 'api key', secret: 'S' });
    expect(server.received[0]?.query.get('api key')).toBe('top-secret');
    server.answer = (_request, response) => sendJson(response, {}, 500);
    const failed = await failureOf(send({ type: 'query', name: 'k', secret: 'S' }));
    expect(JSON.stringify(failed)).not.toContain('top-secret');
  });

  it('asks for a secret with the host that it sends to', async () => {
    server.answer = (_request, response) => sendJson(response, {});
    await send({ type: 'bearer', secret: 'S' });
    expect(world.asked).toEqual(['S@127.0.0.1']);
  });

  it.each<[Record<string, Json>, string]>([
    [{ type: 'bearer', secret: 'none' }, 'none'],
    [{ type: 'header', secret: 'S' }, '"name"'],
    [{ type: 'query', name: 'q' }, '"value" or "secret"'],
    [{ type: 'oauth2', clientId: 'c', secret: 'S' }, 'tokenUrl'],
    [{ type: 'oauth2', clientId: 'c', tokenUrl: 'https://x.test/' }, 'refreshSecret'],
    [{ type: 'aws', secret: 'S' }, 'accessKeyId'],
    [{ type: 'nonsense' }, 'auth.type'],
  ])('%j is refused before anything is sent', async (auth, words) => {
    expect((await failureOf(send(auth))).message).toContain(words);
    expect(server.received).toEqual([]);
  });

  it('does not go along to another origin', async () => {
    const away = server.base.replace('127.0.0.1', 'localhost');
    server.answer = ({ path }, response) =>
      path === '/data' ? response.writeHead(302, { location: `${away}/there` }).end() : sendJson(response, {});
    await send({ type: 'header', name: 'x-key', secret: 'S' });
    expect(server.received.map(({ path, headers }) => [path, headers['x-key']])).toEqual([
      ['/data', 'top-secret'],
      ['/there', undefined],
    ]);
  });
});

it('a proxy gets its password from a secret, and the server never sees it', async () => {
  const proxy = await openServer();
  proxy.answer = (request, response) => sendJson(response, { forwarded: request.path });
  const params = { auth: null, proxy: { url: proxy.base, user: 'p', secret: 'S' } };
  const { output } = await runNode(node, { params: { url: `${server.base}/data`, ...params }, ports: world.ports });
  expect(output['main']).toEqual([{ forwarded: '/data' }]);
  const sent = Buffer.from('p:top-secret').toString('base64');
  expect(proxy.received[0]?.headers['proxy-authorization']).toBe(`Basic ${sent}`);
  expect(world.asked).toEqual(['S@127.0.0.1']);
  expect(server.received).toEqual([]);
  await proxy.close();
});

describe('digest', () => {
  /** A server of its own: it computes what it expects from the challenge and the fields of the client. */
  function protect(
    algorithm: string,
    qop: string | null,
    uses = Number.MAX_SAFE_INTEGER,
  ): { counts: string[]; nonces: number } {
    const state = { counts: [] as string[], nonces: 0 };
    /** Uses that are left of each nonce. */
    const left = new Map<string, number>();
    const challenge = (nonce: string): string =>
      `Digest realm="r", nonce="${nonce}", algorithm=${algorithm}${qop === null ? '' : `, qop="${qop}"`}`;
    server.answer = (request, response) => {
      const fields = new Map(
        [...(request.headers.authorization ?? '').matchAll(/(\w+)="?([^",]+)"?/g)].map((m) => [m[1], m[2]]),
      );
      const refuse = (stale: boolean): void => {
        state.nonces += 1;
        left.set(`n${state.nonces}`, uses);
        response
          .writeHead(401, { 'www-authenticate': `${challenge(`n${state.nonces}`)}${stale ? ', stale=true' : ''}` })
          .end();
      };
      if (!request.headers.authorization) return refuse(false);
      const nonce = fields.get('nonce') ?? '';
      const known = digestChallenge(challenge(nonce));
      const { method, path, query, bytes } = request;
      const expected =
        known &&
        digestAuthorization(known, {
          method,
          uri: `${path}?${query}`,
          body: bytes,
          user: 'u',
          password: 'top-secret',
          count: Number.parseInt(fields.get('nc') ?? '0', 16),
          cnonce: fields.get('cnonce') ?? '',
        });
      const [right, sent] = [/response="(\w+)"/.exec(expected ?? '')?.[1], fields.get('response')];
      if ((left.get(nonce) ?? 0) <= 0) return refuse(true);
      if (right !== sent) return refuse(false);
      left.set(nonce, (left.get(nonce) ?? 0) - 1);
      state.counts.push(fields.get('nc') ?? '');
      sendJson(response, { ok: true });
    };
    return state;
  }
  const auth = { type: 'digest', user: 'u', secret: 'S' };

  it.each([
    ['MD5', 'auth'],
    ['SHA-256', 'auth,auth-int'],
    ['SHA-256-sess', 'auth'],
    ['SHA-256', 'auth-int'],
    ['MD5', null],
  ])('%s, qop %s', async (algorithm, qop) => {
    protect(algorithm, qop);
    expect(await send(auth, { method: 'POST', body: { some: 'body' } })).toEqual([{ ok: true }]);
    expect(server.received).toHaveLength(2);
  });

  it('asks once for a run, and counts the uses of the nonce', async () => {
    const state = protect('SHA-256', 'auth');
    for (let n = 0; n < 3; n += 1) await send(auth);
    expect(state.counts).toEqual(['00000001', '00000002', '00000003']);
    expect(server.received).toHaveLength(4);
  });

  it('takes a new nonce when the server calls the old one stale', async () => {
    const state = protect('MD5', 'auth', 2);
    for (let n = 0; n < 3; n += 1) expect(await send(auth)).toEqual([{ ok: true }]);
    expect(state.counts).toEqual(['00000001', '00000002', '00000001']);
  });

  it('many at once are all let in', async () => {
    protect('SHA-256', 'auth');
    const all = await Promise.all(Array.from({ length: 20 }, () => send(auth)));
    expect(all.flat()).toHaveLength(20);
  });

  it('a wrong password is a 401, after one try', async () => {
    protect('MD5', 'auth');
    world.secrets['S'] = 'wrong';
    const failed = await failureOf(send(auth));
    expect(failed).toMatchObject({ code: 'http-status', retry: 'no', data: { status: 401 } });
    expect(server.received).toHaveLength(2);
  });
});

describe('OAuth 2', () => {
  let tokens: Received[] = [];
  let given = 0;
  let good = '';
  let lifetime: number | null = 3600;

  beforeEach(() => {
    tokens = [];
    given = 0;
    lifetime = 3600;
    world.secrets = { S: 'client-secret', R: 'refresh-1' };
    server.answer = (request, response) => {
      if (request.path === '/token') {
        tokens.push(request);
        given += 1;
        good = `access-${given}`;
        const refresh = new URLSearchParams(request.body).get('grant_type') === 'refresh_token';
        sendJson(response, {
          access_token: good,
          token_type: 'Bearer',
          ...(lifetime === null ? {} : { expires_in: lifetime }),
          ...(refresh ? { refresh_token: `refresh-${given + 1}` } : {}),
        });
      } else if (request.headers.authorization === `Bearer ${good}`) sendJson(response, { ok: true });
      else sendJson(response, { error: 'no' }, 401);
    };
  });
  const auth = (more: Record<string, Json> = {}): Record<string, Json> => ({
    type: 'oauth2',
    tokenUrl: `${server.base}/token`,
    clientId: 'me',
    secret: 'S',
    ...more,
  });
  const bodies = (): Record<string, string>[] => tokens.map((one) => Object.fromEntries(new URLSearchParams(one.body)));

  it('client credentials: one token for all calls of a run, asked for with Basic', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => send(auth({ scope: 'a b', audience: 'x' }))));
    expect(all.flat()).toHaveLength(5);
    expect(bodies()).toEqual([{ grant_type: 'client_credentials', scope: 'a b', audience: 'x' }]);
    expect(tokens[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:client%2Dsecret').toString('base64')}`);
  });

  it('sends the client secret in the body where that is asked for', async () => {
    await send(auth({ clientAuth: 'body' }));
    expect(bodies()[0]).toMatchObject({ client_id: 'me', client_secret: 'client-secret' });
  });

  it('keeps the token between runs, sealed: nothing of it can be read in the state', async () => {
    await send(auth());
    await world.endRun();
    await send(auth());
    expect(tokens).toHaveLength(1);
    expect(JSON.stringify([...world.stored])).not.toMatch(/access-|client-secret/);
    await world.endRun();
    world.secrets['S'] = 'another';
    await send(auth());
    expect(tokens).toHaveLength(2);
  });

  it('asks anew when the token is about to end', async () => {
    const now = Date.now();
    world.time = now;
    await send(auth());
    world.time = now + 3_569_000;
    await send(auth());
    expect(tokens).toHaveLength(1);
    world.time = now + 3_571_000;
    await send(auth());
    expect(tokens).toHaveLength(2);
  });

  it('a refused token is replaced once; when the next one is refused, the status stands', async () => {
    await send(auth());
    good = 'revoked';
    expect(await send(auth())).toEqual([{ ok: true }]);
    expect(tokens).toHaveLength(2);
    const before = server.answer;
    server.answer = (request, response) =>
      request.path === '/token' ? before(request, response) : sendJson(response, {}, 401);
    expect(await failureOf(send(auth()))).toMatchObject({ code: 'http-status', data: { status: 401 } });
    expect(tokens).toHaveLength(3);
  });

  it('refresh token: the newest one is used, also in the next run', async () => {
    await send(auth({ refreshSecret: 'R' }));
    good = 'revoked';
    await send(auth({ refreshSecret: 'R' }));
    await world.endRun();
    good = 'revoked';
    await send(auth({ refreshSecret: 'R' }));
    expect(bodies().map((body) => body['refresh_token'])).toEqual(['refresh-1', 'refresh-2', 'refresh-3']);
    expect(JSON.stringify([...world.stored])).not.toContain('refresh-');
  });

  it('refresh token of a public client, without a client secret', async () => {
    const { secret: _, ...open } = auth({ refreshSecret: 'R' });
    expect(await send(open)).toEqual([{ ok: true }]);
    expect(bodies()[0]).toMatchObject({ client_id: 'me', refresh_token: 'refresh-1' });
  });

  it.each<[number, Json, 'yes' | 'no', string]>([
    [400, { error: 'invalid_grant', error_description: 'expired' }, 'no', 'invalid_grant: expired'],
    [401, { error: 'invalid_client' }, 'no', 'invalid_client'],
    [503, {}, 'yes', '503'],
    [200, { nothing: true }, 'no', 'access_token'],
  ])('a token server that answers %i %j', async (status, body, retry, words) => {
    server.answer = (_request, response) => sendJson(response, body, status, { 'retry-after': '7' });
    const failed = await failureOf(send(auth()));
    expect(failed).toMatchObject({ retry, data: { status } });
    expect(failed.message).toContain('OAuth 2');
    expect(failed.message).toContain(words);
    expect(failed.retryAfterMs).toBe(status === 503 ? 7000 : undefined);
    expect(JSON.stringify(failed)).not.toContain('client-secret');
  });

  it('a token server that is not there is named', async () => {
    const failed = await failureOf(send(auth({ tokenUrl: 'http://127.0.0.1:9/token' })));
    expect(failed.message).toContain('127.0.0.1:9');
  });

  it('waiting for a token ends with the call', async () => {
    const stop = new AbortController();
    server.answer = () => stop.abort();
    const params = { url: `${server.base}/data`, auth: auth() };
    await expect(runNode(node, { params, ports: world.ports, signal: stop.signal })).rejects.toThrow();
  });
});

describe('AWS Signature Version 4', () => {
  const KEYS = { accessKeyId: 'AKID', secret: 'S', region: 'eu-north-1', service: 'execute-api' };

  beforeEach(() => {
    server.answer = (request, response) => {
      const problem = verifySignature(request, { AKID: world.secrets['S'] ?? '' });
      sendJson(response, { problem, token: request.headers['x-amz-security-token'] ?? null });
    };
  });

  it.each<[string, Record<string, Json>]>([
    ['GET', { query: { 'b': 'x y/ü', 'a-b': ['2', '1'], '*': '~' } }],
    ['POST', { body: { t: 'ü' } }],
    ['PUT', { body: 'a=1', bodyType: 'raw', url: 'PATH/a b/ü(1)' }],
    ['DELETE', { headers: { 'X-Two': ['1', ' 2'] } }],
  ])('%s %j is signed so that a server can verify it', async (method, params) => {
    const url = String(params['url'] ?? 'PATH').replace('PATH', `${server.base}/p`);
    expect(await send({ type: 'aws', ...KEYS }, { method, ...params, url })).toEqual([{ problem: null, token: null }]);
  });

  it('signs the session token along', async () => {
    world.secrets['T'] = 'session';
    const [answer] = await send({ type: 'aws', ...KEYS, sessionSecret: 'T' });
    expect(answer).toEqual({ problem: null, token: 'session' });
  });

  it('covers the body: the server of this test refuses another one, and another key', async () => {
    const { answer } = server;
    server.answer = (request, response) => answer({ ...request, bytes: Buffer.from('other') }, response);
    const post = { method: 'POST', body: {} };
    expect(await send({ type: 'aws', ...KEYS }, post)).toMatchObject([{ problem: expect.stringContaining('hash') }]);
    server.answer = (request, response) => sendJson(response, { problem: verifySignature(request, { AKID: 'x' }) });
    expect(await send({ type: 'aws', ...KEYS }, post)).toEqual([{ problem: 'the signature does not match' }]);
  });
});
