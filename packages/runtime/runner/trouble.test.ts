/** What goes wrong outside, seen from a loop: each item fails by itself, says where and why, and nothing else is lost. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from './workflow.testing.ts';

let server: Server;
let base = '';
const part = Buffer.alloc(64 * 1024, 'x');

beforeAll(async () => {
  server = createServer((request, response) => {
    switch (request.url) {
      case '/good':
        return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
      case '/500':
        return void response.writeHead(500).end('out of order');
      case '/429':
        return void response.writeHead(429, { 'retry-after': '7' }).end();
      case '/truncated':
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
        return void response.write('{"half":', () => response.destroy());
      case '/invalid':
        return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":');
      case '/huge': {
        response.writeHead(200, { 'content-type': 'text/plain', 'content-length': String(2 ** 31) });
        const more = (): void => {
          while (!response.destroyed && response.write(part));
          if (!response.destroyed) response.once('drain', more);
        };
        return more();
      }
      default:
        // Hangs.
        return undefined;
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it('every kind of trouble of a call is a failure of its item, with node, item and cause', async () => {
  const gone = 'http://127.0.0.1:1';
  const cases: [string, string, RegExp][] = [
    [`${base}/500`, 'http-status', /500/],
    [`${base}/429`, 'http-status', /429/],
    [`${base}/truncated`, 'http-failed', /\/truncated/],
    [`${base}/invalid`, 'node-failed', /JSON/],
    [`${base}/huge`, 'limit-reached', /http\.bytes/],
    [`${base}/hangs`, 'timeout', /500 ms/],
    [`${gone}/`, 'http-failed', /refused|127\.0\.0\.1:1/],
    ['not an address', 'node-failed', /url/],
  ];
  const urls = cases.flatMap(([url]) => [url, `${base}/good`]);
  const result = await run(
    `nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { over: ${JSON.stringify(urls)}, parallel: 4, onError: drop }
    body:
      call: { type: http-request, with: { url: "{{ $json }}", timeout: 500ms } }
  left: { type: aggregate, after: each, with: { operations: { n: count } } }`,
  );
  expect(result.status).toBe('completed');
  expect(result.output).toEqual([{ n: cases.length }]);
  const rows = await result.rows('each');
  expect(rows).toHaveLength(2 * cases.length);
  for (const [at, [url, code, message]] of cases.entries()) {
    const row = rows[2 * at];
    expect(row, url).toMatchObject({ status: 'failed', failure: { node: 'call', item: 2 * at } });
    expect({ url, code: row?.failure?.code }).toEqual({ url, code });
    expect(row?.failure?.message).toMatch(message);
    expect(row?.input).toBe(JSON.stringify(url));
    expect(rows[2 * at + 1]).toMatchObject({ status: 'completed', output: '{"ok":true}' });
  }
  expect(rows[2]?.failure).toMatchObject({ retry: 'yes', retryAfterMs: 7000 });
});

it('a secret that is not there and a parameter of the wrong type say which', async () => {
  const call = (more: string): string =>
    `nodes:\n  start: { type: manual }\n  call: { type: http-request, after: start, with: { url: "${base}/good", ${more} } }`;
  const secret = await run(call('auth: { type: bearer, secret: NOBODY }'));
  expect(secret.failure).toMatchObject({ code: 'secret-missing', node: 'call' });
  expect(secret.failure?.message).toContain('NOBODY');
  const wrong = await run(call('query: "{{ [1] }}"'));
  expect(wrong.failure).toMatchObject({ node: 'call' });
  expect(wrong.failure?.message).toContain('query');
});
