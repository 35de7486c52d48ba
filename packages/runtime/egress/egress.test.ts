import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcp, type AddressInfo, type Server as TcpServer } from 'node:net';
import zlib from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FailureError, type Failure } from '@rondo/core/errors.ts';
import { resolveLimits } from '@rondo/core/model/limits.ts';
import type { EgressInit, EgressResponse } from '@rondo/core/model/effect-ports.ts';
import { createEgress, type Egress, type EgressOptions } from './egress.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const open: { close(): unknown }[] = [];
let server: Server;
let port = 0;
let handler: Handler = (_request, response) => response.end('ok');
let hits: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    hits.push(`${request.method} ${request.url}`);
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => handler(request, response, body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
afterEach(async () => {
  hits = [];
  for (const thing of open.splice(0)) await thing.close();
});

function egress(options: Partial<EgressOptions> = {}): Egress {
  const made = createEgress({
    allow: [`127.0.0.1:${port}`, `local.test:${port}`],
    limits: resolveLimits(),
    clock: { monotonic: () => performance.now() },
    resolve: () => Promise.resolve(['127.0.0.1']),
    ...options,
  });
  open.push(made);
  return made;
}

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(FailureError);
  return (error as FailureError).failure;
}

const at = (path: string): string => `http://127.0.0.1:${port}${path}`;
const text = (response: EgressResponse): string => Buffer.from(response.body).toString();

describe('one call', () => {
  it('sends method, headers and body and answers status, headers and bytes', async () => {
    handler = (request, response, body) => {
      response.writeHead(201, 'Made', { 'x-two': ['a', 'b'], 'content-type': 'text/plain' });
      response.end(`${request.method} ${request.headers['x-in']} ${body}`);
    };
    const answer = await egress().fetch(at('/p?q=1'), { method: 'post', headers: { 'X-In': 'v' }, body: 'hello' });
    expect(answer.status).toBe(201);
    expect(answer.statusText).toBe('Made');
    expect(answer.headers['x-two']).toEqual(['a', 'b']);
    expect(text(answer)).toBe('POST v hello');
    expect(answer.url).toBe(at('/p?q=1'));
  });

  it('turns user and password of the URL into a header', async () => {
    handler = (request, response) => response.end(request.headers.authorization);
    const answer = await egress().fetch(`http://me:p%40ss@127.0.0.1:${port}/`);
    expect(text(answer)).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
  });

  it('keeps connections for the next call', async () => {
    const ports = new Set<number>();
    handler = (request, response) => {
      ports.add(request.socket.remotePort ?? 0);
      response.end('ok');
    };
    const out = egress();
    for (let i = 0; i < 10; i += 1) await out.fetch(at('/'));
    // The pool may open a second one while the first is being handed back, but no more.
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  it('asks once more when a kept connection turns out closed, for GET only', async () => {
    let count = 0;
    handler = (request, response) => {
      count += 1;
      if (count === 1) request.socket.destroy();
      else response.end('second');
    };
    const out = egress();
    expect(text(await out.fetch(at('/')))).toBe('second');
    count = 0;
    const failed = await failureOf(out.fetch(at('/'), { method: 'POST', body: 'x' }));
    expect(failed).toMatchObject({ code: 'http-failed', retry: 'yes' });
    expect(count).toBe(1);
  });
});

describe('limits', () => {
  it('ends a hanging server at the timeout and says so', async () => {
    handler = () => undefined;
    const failed = await failureOf(egress().fetch(at('/slow?token=secret'), { timeoutMs: 50 }));
    expect(failed).toMatchObject({ code: 'timeout', retry: 'yes' });
    expect(failed.message).toContain('50 ms');
    expect(failed.message).not.toContain('secret');
  });

  it('ends a body that never stops coming at the timeout', async () => {
    handler = (_request, response) => void response.write('part');
    expect((await failureOf(egress().fetch(at('/'), { timeoutMs: 50 }))).code).toBe('timeout');
  });

  it('gives up when the caller does, also before a connection exists', async () => {
    handler = () => undefined;
    const out = egress();
    for (const when of ['before', 'during'] as const) {
      const stop = new AbortController();
      if (when === 'before') stop.abort();
      const call = out.fetch(at('/'), { signal: stop.signal });
      stop.abort();
      expect((await failureOf(call)).code).toBe('cancelled');
    }
  });

  it('hands on the failure that the caller aborts with', async () => {
    handler = () => undefined;
    const stop = new AbortController();
    const reason = new FailureError({ code: 'timeout', message: 'attempt' });
    const call = egress().fetch(at('/'), { signal: stop.signal });
    stop.abort(reason);
    expect(await failureOf(call)).toBe(reason.failure);
  });

  it.each(['announced', 'chunked'])('refuses a body over http.bytes (%s)', async (how) => {
    handler = (_request, response) => {
      if (how === 'announced') response.setHeader('content-length', 5000);
      response.write('x'.repeat(2500));
      response.end('x'.repeat(2500));
    };
    const failed = await failureOf(egress().fetch(at('/'), { maxBytes: 1000 }));
    expect(failed.code).toBe('limit-reached');
    expect(failed.message).toContain('http.bytes');
    expect((await egress().fetch(at('/'), { maxBytes: 5000 })).body.byteLength).toBe(5000);
  });

  it('reports a truncated body as a failure, not as a short answer', async () => {
    handler = (_request, response) => {
      response.setHeader('content-length', 100);
      response.write('only this');
      response.socket?.end();
    };
    expect(await failureOf(egress().fetch(at('/')))).toMatchObject({ code: 'http-failed', retry: 'yes' });
  });

  it('reports an answer that is not HTTP', async () => {
    const tcp: TcpServer = createTcp((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end('NONSENSE\r\n\r\n'));
    });
    await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
    open.push(tcp);
    const other = (tcp.address() as AddressInfo).port;
    const failed = await failureOf(egress({ allow: ['127.0.0.1'] }).fetch(`http://127.0.0.1:${other}/`));
    expect(failed).toMatchObject({ code: 'http-failed' });
  });

  it('reports a port where nothing listens, a header that cannot be sent, and a bad URL', async () => {
    const out = egress({ allow: ['127.0.0.1'] });
    expect(await failureOf(out.fetch('http://127.0.0.1:8/'))).toMatchObject({ code: 'http-failed', retry: 'yes' });
    const header = await failureOf(out.fetch(at('/'), { headers: { 'x-a': 'a\r\nx-b: c' } }));
    expect(header).toMatchObject({ code: 'http-failed', retry: 'no' });
    expect(await failureOf(out.fetch('not a url'))).toMatchObject({ code: 'http-failed', retry: 'no' });
    expect(await failureOf(out.fetch(at('/'), { method: 'CONNECT' }))).toMatchObject({ code: 'http-failed' });
  });
});

describe('compression', () => {
  const coders: Record<string, (bytes: Buffer) => Buffer> = {
    gzip: zlib.gzipSync,
    deflate: zlib.deflateSync,
    'deflate (raw)': zlib.deflateRawSync,
    br: zlib.brotliCompressSync,
    zstd: zlib.zstdCompressSync,
  };
  const serve = (name: string, body: Buffer): Handler => {
    return (_request, response) => {
      response.setHeader('content-encoding', name.split(' ')[0] ?? '');
      response.end(body);
    };
  };

  it.each(Object.keys(coders))('reads %s and refuses a bomb of it', async (name) => {
    const code = coders[name] as (bytes: Buffer) => Buffer;
    handler = serve(name, code(Buffer.from('grüße'.repeat(100))));
    expect(text(await egress().fetch(at('/')))).toBe('grüße'.repeat(100));
    const bomb = code(Buffer.alloc(32 * 1024 * 1024));
    handler = serve(name, bomb);
    const failed = await failureOf(egress().fetch(at('/')));
    expect(failed.code).toBe('limit-reached');
    expect(failed.message).toMatch(/http\.(ratio|bytes)/);
  });

  it('reads layers in their order and reports a cut stream', async () => {
    handler = (_request, response) => {
      response.setHeader('content-encoding', 'gzip, br');
      response.end(zlib.brotliCompressSync(zlib.gzipSync('twice')));
    };
    expect(text(await egress().fetch(at('/')))).toBe('twice');
    const whole = zlib.gzipSync('x'.repeat(10_000));
    handler = serve('gzip', whole.subarray(0, whole.length - 12));
    expect(await failureOf(egress().fetch(at('/')))).toMatchObject({ code: 'http-failed', retry: 'yes' });
  });

  it('does not mistake well-compressing JSON for a bomb', async () => {
    handler = serve('gzip', zlib.gzipSync(JSON.stringify(Array.from({ length: 20_000 }, () => ({ status: 'ok' })))));
    expect((await egress().fetch(at('/'))).body.byteLength).toBeGreaterThan(300_000);
  });
});

describe('redirects', () => {
  const redirecting = (status: number, location: string): Handler => {
    return (request, response, body) => {
      if (request.url === '/from') response.writeHead(status, { location }).end();
      else response.end(JSON.stringify({ method: request.method, headers: request.headers, body }));
    };
  };
  const post: EgressInit = { method: 'POST', body: 'b', headers: { 'content-type': 'text/x', authorization: 'A' } };

  it.each([
    [301, 'GET', ''],
    [302, 'GET', ''],
    [303, 'GET', ''],
    [307, 'POST', 'b'],
    [308, 'POST', 'b'],
  ])('%i after POST goes on with %s', async (status, method, body) => {
    handler = redirecting(status, '/to');
    const seen = JSON.parse(text(await egress().fetch(at('/from'), post)));
    expect(seen).toMatchObject({ method, body });
    expect(seen.headers['content-type']).toBe(body === '' ? undefined : 'text/x');
    expect(seen.headers.authorization).toBe('A');
  });

  it('drops credentials of every name when the origin changes', async () => {
    handler = redirecting(307, `http://local.test:${port}/to`);
    const headers = { authorization: 'A', Cookie: 'c=1', 'X-Api-Key': 'k', accept: 'x/y' };
    const answer = await egress().fetch(at('/from'), { headers });
    const seen = JSON.parse(text(answer));
    expect(answer.url).toBe(`http://local.test:${port}/to`);
    expect(seen.headers).toMatchObject({ accept: 'x/y', host: `local.test:${port}` });
    for (const name of ['authorization', 'cookie', 'x-api-key']) expect(seen.headers[name]).toBeUndefined();
  });

  it('returns the redirect itself with redirects: 0, and names the limit at the sixth', async () => {
    handler = (request, response) => {
      response.writeHead(302, { location: `/${Number(request.url?.slice(1)) + 1}` }).end();
    };
    expect((await egress().fetch(at('/0'), { redirects: 0 })).status).toBe(302);
    hits = [];
    const failed = await failureOf(egress().fetch(at('/0')));
    expect(failed.code).toBe('limit-reached');
    expect(failed.message).toContain('http.redirects');
    expect(hits).toHaveLength(6);
  });

  it.each([
    'http://127.0.0.2:1/',
    'http://[::1]:1/',
    'http://169.254.169.254/',
    'file:///etc/passwd',
    'http://private.test/',
  ])('refuses a redirect to %s', async (location) => {
    handler = redirecting(302, location);
    expect((await failureOf(egress().fetch(at('/from')))).code).toBe('egress-denied');
    expect(hits).toEqual(['GET /from']);
  });
});
