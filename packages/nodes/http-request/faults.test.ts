/** What goes wrong on the way, through the real guard: each is a failure that names the request and the cause. */
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer as createTls, type Server as TlsServer } from 'node:https';
import { createServer as createTcp, type AddressInfo, type Server as TcpServer } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Failure } from '@rondo/core/errors.ts';
import type { FileRef, Json } from '@rondo/core/model/item.ts';
import { makeCertificates } from '../../../testing/services/certificates.ts';
import { failureOf, openServer, openWorld, type TestServer, type World } from '../kit/http/ports.testing.ts';
import { runNode, type NodeRun } from '../kit/run.ts';
import { node } from './node.ts';

let server: TestServer;
let world: World;

beforeAll(async () => {
  server = await openServer();
  world = openWorld();
  mkdirSync(join(world.folder, 'in'));
});
beforeEach(() => {
  server.received = [];
});
afterAll(async () => {
  await server.close();
  await world.close();
});

const run = (params: Record<string, Json>, files?: Record<string, FileRef>, signal?: AbortSignal): Promise<NodeRun> =>
  runNode(node, {
    params: { url: `${server.base}/x?key=hidden`, ...params },
    items: [[{ json: {}, ...(files === undefined ? {} : { files }) }]],
    ports: world.ports,
    ...(signal === undefined ? {} : { signal }),
  });
const failing = (params: Record<string, Json> = {}): Promise<Failure> => failureOf(run(params));

describe('answers', () => {
  it('of two gigabytes are refused at their announcement', async () => {
    server.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': String(2 * 1024 ** 3) });
      response.write('x');
    };
    const before = process.memoryUsage().arrayBuffers;
    expect(await failing()).toMatchObject({ code: 'limit-reached', message: expect.stringContaining('http.bytes') });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
  });

  it('without an announced size are refused when they grow too large, and the server is let go', async () => {
    const part = Buffer.alloc(1024 * 1024);
    let sent = 0;
    const closed = new Promise<void>((resolve) => {
      server.answer = (_request, response) => {
        response.once('close', resolve);
        const more = (): void => {
          while (!response.destroyed && response.write(part)) sent += part.length;
          sent += part.length;
        };
        response.on('drain', more);
        more();
      };
    });
    expect(await failing()).toMatchObject({ code: 'limit-reached', message: expect.stringContaining('http.bytes') });
    await closed;
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it('that are gzip bombs are refused by their ratio', async () => {
    const bomb = gzipSync(Buffer.alloc(15 * 1024 * 1024));
    server.answer = (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    expect(await failing()).toMatchObject({ code: 'limit-reached', message: expect.stringContaining('http.ratio') });
  });

  const cut = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"a":', () => response.destroy());
  };
  const hang = (): void => {};
  const stall = (response: ServerResponse): void => void response.writeHead(200).write('begin');

  it.each<[string, (response: ServerResponse) => void, string, string]>([
    ['are cut off', cut, 'http-failed', 'the server closed the connection before the answer was complete'],
    ['never begin', hang, 'timeout', '300 ms'],
    ['begin and never end', stall, 'timeout', '300 ms'],
    ['are not HTTP', (response) => response.socket?.end('nonsense\r\n\r\n'), 'http-failed', 'not valid HTTP'],
    [
      'are not JSON',
      (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{'),
      'node-failed',
      'not valid JSON',
    ],
    [
      'are not gzip',
      (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
      'http-failed',
      'not valid gzip',
    ],
  ])('that %s', async (_name, answer, code, words) => {
    server.answer = (_request, response) => answer(response);
    const failed = await failing({ timeout: '300ms' });
    expect(failed.code).toBe(code);
    expect(failed.message).toContain(words);
    expect(failed.message).toContain(`${server.base}/x`);
    // The query may hold secrets.
    expect(failed.message).not.toContain('hidden');
  });

  it('nobody is there to give', async () => {
    const closed: TcpServer = createTcp();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const failed = await failing({ url: `http://127.0.0.1:${port}/` });
    expect(failed).toMatchObject({ code: 'http-failed', retry: 'yes' });
    expect(failed.message).toContain('connection refused');
  });

  it('are not waited for after the call was cancelled', async () => {
    const stop = new AbortController();
    server.answer = () => stop.abort(new Error('cancelled'));
    expect((await failureOf(run({}, undefined, stop.signal))).code).toBe('cancelled');
  });
});

describe('files', () => {
  it.each<[string, Record<string, string>, string]>([
    ['a name', { 'content-disposition': 'attachment; filename="a b.pdf"' }, 'a b.pdf'],
    ['a name in UTF-8', { 'content-disposition': `attachment; filename="x"; filename*=UTF-8''%e2%82%ac.pdf` }, '€.pdf'],
    [
      'a name that leads elsewhere',
      { 'content-disposition': 'attachment; filename="..\\\\..\\\\etc/passwd"' },
      'passwd',
    ],
    ['a name that is a folder', { 'content-disposition': 'attachment; filename=".."' }, 'x'],
    ['no name', {}, 'x'],
  ])('answered with %s', async (_name, headers, name) => {
    server.answer = (_request, response) => void response.writeHead(200, headers).end('bytes');
    const { items } = await run({ response: 'file' });
    expect(items[0]?.[0]?.json).toMatchObject({ name, size: 5 });
    expect(items[0]?.[0]?.files?.['data']).toMatchObject({ name, size: 5 });
  });

  it('of an item are sent as the body, and in a form', async () => {
    server.answer = (_request, response) => void response.end();
    const stored = await world.ports.blobs?.put(Buffer.from([0, 255, 7]));
    const file = { blob: stored?.blob ?? '', size: 3, name: 'ä.bin', mime: 'image/png' };
    await run({ method: 'PUT', bodyType: 'binary', body: 'data' }, { data: file });
    expect(server.received[0]?.bytes).toEqual(Buffer.from([0, 255, 7]));
    expect(server.received[0]?.headers['content-type']).toBe('image/png');
    await run({ method: 'POST', bodyType: 'multipart', body: { f: { itemFile: 'data' }, t: 1 } }, { data: file });
    expect(server.received[1]?.body).toContain('name="f"; filename="ä.bin"\r\nContent-Type: image/png');
  });

  it('on disk are sent as they are', async () => {
    server.answer = (_request, response) => void response.end();
    writeFileSync(join(world.folder, 'in/a.bin'), Buffer.from([1, 2]));
    await run({ method: 'PUT', bodyType: 'binary', body: { file: 'in/a.bin', type: 'x/y' } });
    expect(server.received[0]?.bytes).toEqual(Buffer.from([1, 2]));
    expect(server.received[0]?.headers['content-type']).toBe('x/y');
  });

  it('that are too large, missing or not named are failures before anything is sent', async () => {
    writeFileSync(join(world.folder, 'in/large'), '');
    truncateSync(join(world.folder, 'in/large'), 2 * 1024 ** 3);
    const put = (body: Json): Promise<Failure> => failing({ method: 'PUT', bodyType: 'binary', body });
    expect(await put({ file: 'in/large' })).toMatchObject({ code: 'limit-reached', message: /http\.bytes/ });
    expect((await put('data')).message).toContain('no file "data"');
    expect((await put({ file: '../../etc/passwd' })).code).toBe('file-failed');
    expect((await put({ other: 1 })).message).toContain('itemFile');
    expect(server.received).toEqual([]);
  });
});

const made = makeCertificates();
if ('missing' in made) console.log(`TLS tests of http-request are skipped: ${made.missing}`);

describe.skipIf('missing' in made)('certificates from secrets', () => {
  let secure: TlsServer;
  let url = '';

  beforeAll(async () => {
    if ('missing' in made) return;
    const options = { ...made.server, ca: made.ca, requestCert: true, rejectUnauthorized: true };
    secure = createTls(options, (request, response) => {
      response.end((request.socket as TLSSocket).getPeerCertificate().subject.CN);
    });
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    url = `https://localhost:${(secure.address() as AddressInfo).port}/`;
    world.secrets = { CERT: made.client.cert, KEY: made.client.key, CA: made.ca };
  });
  afterAll(() => {
    secure.closeAllConnections();
    secure.close();
  });

  it('are shown to the server, and the server is verified', async () => {
    const { output } = await run({ url, certificate: { cert: 'CERT', key: 'KEY', ca: 'CA' } });
    expect(output['main']).toEqual([{ data: 'client' }]);
    expect(world.asked).toContain('KEY@localhost');
  });

  it('that the server wants and does not get', async () => {
    // In TLS 1.3 the server refuses after the handshake: what the client sees is a connection that ends.
    expect(await failing({ url, certificate: { ca: 'CA' } })).toMatchObject({ code: 'http-failed' });
  });

  it('of the server that nobody vouches for', async () => {
    expect((await failing({ url })).message).toMatch(/certificate/);
  });
});
