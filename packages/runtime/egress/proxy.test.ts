/** Proxies and client certificates, against real servers on the loopback. */
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTls, type Server as TlsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FailureError, type Failure } from '@rondo/core/errors.ts';
import { resolveLimits } from '@rondo/core/model/limits.ts';
import type { EgressInit } from '@rondo/core/model/effect-ports.ts';
import { makeCertificates } from '../../../testing/services/certificates.ts';
import { createEgress, type Egress } from './egress.ts';

const made = makeCertificates();
if ('missing' in made) console.log(`TLS tests are skipped: ${made.missing}`);
const {
  ca,
  server: serverPem,
  client,
} = 'missing' in made ? { ca: '', server: {}, client: { cert: '', key: '' } } : made;

let target: Server;
let other: Server;
let proxy: Server;
let secure: TlsServer;
let through: string[] = [];
let seen: IncomingMessage['headers'][] = [];
let egress: Egress;

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;
const listen = (server: Server | TlsServer): Promise<void> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
const CREDENTIALS = `Basic ${Buffer.from('u:p').toString('base64')}`;

beforeAll(async () => {
  target = createServer((request, response) => {
    seen.push(request.headers);
    if (request.url === '/away') response.writeHead(302, { location: `https://localhost:${portOf(secure)}/who` });
    response.end('reached');
  });
  other = createServer((_request, response) => response.end('other'));
  secure = createTls({ ...serverPem, ca, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    seen.push(request.headers);
    const { authorized } = request.socket as TLSSocket;
    if (request.url === '/away') response.writeHead(302, { location: `https://localhost:${portOf(secure)}/who` });
    response.end(authorized ? 'known' : 'stranger');
  });
  proxy = createServer((request, response) => {
    through.push(`${request.method} ${request.url}`);
    if (request.headers['proxy-authorization'] !== CREDENTIALS) return void response.writeHead(407).end();
    const headers = { ...request.headers, via: 'test' };
    delete headers['proxy-authorization'];
    const onward = httpRequest(request.url ?? '', { method: request.method ?? 'GET', headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
    through.push(`CONNECT ${request.url}`);
    if (request.headers['proxy-authorization'] !== CREDENTIALS) return socket.end('HTTP/1.1 407 no\r\n\r\n');
    const onward = connect(portOf(secure), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 ok\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [onward, socket]) end.on('error', () => {});
  });
  await Promise.all([listen(target), listen(other), listen(secure), listen(proxy)]);
  egress = createEgress({
    allow: ['localhost', `127.0.0.1:${portOf(target)}`, `127.0.0.1:${portOf(secure)}`, `127.0.0.1:${portOf(proxy)}`],
    limits: resolveLimits(),
    clock: { monotonic: () => performance.now() },
    resolve: (host) => (host === 'inside.test' ? Promise.resolve(['10.0.0.9']) : Promise.resolve(['127.0.0.1'])),
  });
});
afterAll(async () => {
  await egress.close();
  for (const server of [target, other, secure, proxy]) {
    server.closeAllConnections();
    server.close();
  }
});
afterEach(() => {
  through = [];
  seen = [];
});

const text = async (url: string, init: EgressInit = {}): Promise<string> =>
  Buffer.from((await egress.fetch(url, init)).body).toString();
const viaProxy = (authorization: string | null = CREDENTIALS): Pick<EgressInit, 'proxy'> => ({
  proxy: { url: `http://127.0.0.1:${portOf(proxy)}`, ...(authorization === null ? {} : { authorization }) },
});
async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(FailureError);
  return (error as FailureError).failure;
}

describe('a proxy', () => {
  it('forwards plain requests, with its credentials and without handing them on', async () => {
    const url = `http://127.0.0.1:${portOf(target)}/a?b=1`;
    expect(await text(url, { ...viaProxy(), method: 'POST', body: 'x' })).toBe('reached');
    expect(through).toEqual([`POST ${url}`]);
    expect(seen[0]).toMatchObject({ via: 'test', host: `127.0.0.1:${portOf(target)}` });
    expect(seen[0]?.['proxy-authorization']).toBeUndefined();
  });

  it('takes credentials from its address, too', async () => {
    const url = `http://u:p@127.0.0.1:${portOf(proxy)}`;
    expect(await text(`http://127.0.0.1:${portOf(target)}/`, { proxy: { url } })).toBe('reached');
  });

  it('is not used by calls that do not name it', async () => {
    await text(`http://127.0.0.1:${portOf(target)}/`);
    expect(through).toEqual([]);
  });

  it('that wants other credentials is a failure that says so', async () => {
    const failed = await failureOf(text(`http://127.0.0.1:${portOf(target)}/`, viaProxy(null)));
    expect(failed).toMatchObject({ code: 'http-failed', retry: 'no' });
    expect(failed.message).toContain(`through the proxy 127.0.0.1:${portOf(proxy)}`);
    expect(failed.message).toContain('407');
  });

  it('does not lead around the guard: the destination is checked by address, name and what the name means', async () => {
    for (const url of [`http://127.0.0.1:${portOf(other)}/`, 'http://169.254.169.254/', 'http://inside.test/']) {
      expect((await failureOf(text(url, viaProxy()))).code).toBe('egress-denied');
    }
    expect(through).toEqual([]);
  });

  it('itself is checked by the guard', async () => {
    const proxy = { url: `http://127.0.0.1:${portOf(other)}` };
    const failed = await failureOf(text(`http://127.0.0.1:${portOf(target)}/`, { proxy }));
    expect(failed.code).toBe('egress-denied');
    expect(failed.message).toContain(String(portOf(other)));
  });

  it('that is no address is named as the mistake', async () => {
    const failed = await failureOf(text(`http://127.0.0.1:${portOf(target)}/`, { proxy: { url: 'socks://x' } }));
    expect(failed.message).toContain('address of the proxy');
  });
});

describe.skipIf('missing' in made)('TLS', () => {
  const at = (path: string): string => `https://localhost:${portOf(secure)}${path}`;

  it('goes through a tunnel, verified against the certificate authority that is given', async () => {
    expect(await text(at('/'), { ...viaProxy(), tls: { ca } })).toBe('stranger');
    expect(through).toEqual([`CONNECT localhost:${portOf(secure)}`]);
    expect((await failureOf(text(at('/'), viaProxy()))).message).toContain('certificate');
  });

  it('says when a tunnel is refused', async () => {
    const failed = await failureOf(text(at('/'), { ...viaProxy(null), tls: { ca } }));
    expect(failed).toMatchObject({ code: 'http-failed', retry: 'no' });
    expect(failed.message).toContain('407');
  });

  it('shows the client certificate, through a tunnel as well', async () => {
    expect(await text(at('/'), { tls: { ca, ...client } })).toBe('known');
    expect(await text(at('/'), { ...viaProxy(), tls: { ca, ...client } })).toBe('known');
    expect(await text(at('/'), { tls: { ca } })).toBe('stranger');
  });

  it('does not show it to the origin that a redirect leads to', async () => {
    expect(await text(`https://127.0.0.1:${portOf(secure)}/away`, { tls: { ca, ...client } })).toBe('stranger');
    expect(seen).toHaveLength(2);
  });

  it('keeps working when calls name more sets of certificates than are kept open', async () => {
    const all = Array.from({ length: 70 }, (_, n) => text(at('/'), { tls: { ca, passphrase: String(n) } }));
    expect(new Set(await Promise.all(all))).toEqual(new Set(['stranger']));
  });

  it('names a certificate or key that cannot be read, without quoting it', async () => {
    for (const tls of [
      { cert: 'SECRET', key: 'SECRET' },
      { ...client, key: serverPem.key ?? '' },
      { ca: '', cert: 'SECRET' },
    ]) {
      const failed = await failureOf(text(at('/'), { tls }));
      expect(failed.message).toContain('client certificate');
      expect(failed.message).not.toContain('SECRET');
    }
  });
});
