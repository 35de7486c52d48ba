/** Trying a secret: which call is made, what its answer means, that the guard and the hosts of the secret hold. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse } from 'yaml';
import { afterEach, describe, expect, it } from 'vitest';
import type { Definition } from '@rondo/core/model/definition.ts';
import { json, startStudio, studioTests } from '../testing/start-studio.ts';
import { probeIn } from './probe.ts';

studioTests();

/** Hashing passwords takes its time on a machine that is busy. */
const SLOW_OK = { timeout: 120_000 };

describe('the call that tries a secret', () => {
  const probe = (node: string): unknown => probeIn((parse(`n: ${node}`) as { n: Definition['nodes'] }).n, 'S');

  it.each([
    [
      'of a model: its list of models',
      '{ a: { type: llm, with: { connection: { baseUrl: "http://m.test/v1/", model: x, apiKey: S } } } }',
      { url: 'http://m.test/v1/models', as: { kind: 'bearer' } },
    ],
    [
      'of a GET without expressions: the same address',
      '{ a: { type: http-request, with: { url: "https://a.test/me?x=1", auth: { type: header, name: X-Key, secret: S } } } }',
      { url: 'https://a.test/me?x=1', as: { kind: 'header', name: 'X-Key' } },
    ],
    [
      'of a POST: where the server begins',
      '{ a: { type: http-request, with: { method: POST, url: "https://a.test/pay", auth: { type: basic, user: u, secret: S } } } }',
      { url: 'https://a.test/', as: { kind: 'basic', user: 'u' } },
    ],
    [
      'of an address with an expression behind the host: where the server begins',
      '{ a: { type: http-request, with: { url: "https://a.test/{{ $json.id }}", auth: { type: bearer, secret: S } } } }',
      { url: 'https://a.test/', as: { kind: 'bearer' } },
    ],
    [
      'of a node inside a container',
      '{ each: { type: for-each, body: { a: { type: telegram, with: { secret: S } } } } }',
      { url: 'https://api.telegram.org/bot{secret}/getMe', as: { kind: 'path' } },
    ],
    [
      'of an address whose host is an expression: none',
      '{ a: { type: http-request, with: { url: "https://{{ $json.host }}/", auth: { type: bearer, secret: S } } } }',
      null,
    ],
    [
      'of an address whose host begins like a known one: none',
      '{ a: { type: http-request, with: { url: "https://a.test{{ $json.more }}/", auth: { type: bearer, secret: S } } } }',
      null,
    ],
    ['of another secret: none', '{ a: { type: slack, with: { secret: T } } }', null],
  ])('%s', (_, node, expected) => {
    expect(probe(node)).toEqual(expected);
  });
});

let other: Server | null = null;
afterEach(async () => {
  if (other !== null) await new Promise((resolve) => other?.close(resolve));
  other = null;
});

it(
  'is sent once through the guard, to hosts of the secret, and what came of it is kept until it changes',
  SLOW_OK,
  async () => {
    const asked: IncomingMessage[] = [];
    other = createServer((request, response) => {
      asked.push(request);
      const right = request.headers.authorization === 'Bearer the-right-value-of-it';
      if (request.url === '/away') response.writeHead(302, { location: 'http://elsewhere.test/' });
      else if (request.url === '/ok-false') response.writeHead(200);
      else response.writeHead(right ? 200 : 401);
      response.end('{"ok":false}'.repeat(request.url === '/ok-false' ? 1 : 0));
    });
    await new Promise<void>((resolve) => other?.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const model = `\nname: M\nid: m\nnodes:\n  ask: { type: llm, with: { connection: { baseUrl: "${base}/v1", model: m, apiKey: S } } }\n`;
    const studio = await startStudio({ 'm.yaml': model }, { settings: { egressAllow: ['127.0.0.1'] as never } });
    const owner = await studio.owner();
    const put = (body: object): Promise<Response> => owner('/api/v1/secrets/S', json('PUT', body));
    const tried = async (body: object = {}): Promise<unknown> =>
      (await owner('/api/v1/secrets/S/test', json('POST', body))).json();
    const kept = async (): Promise<unknown> =>
      ((await (await owner('/api/v1/secrets')).json()) as { secrets: { tested: unknown }[] }).secrets[0]?.tested;

    await put({ value: 'a-wrong-value-of-it', hosts: ['127.0.0.1'] });
    const called = `GET ${base}/v1/models`;
    expect(await tried()).toMatchObject({ called, status: 401, verdict: 'refused' });
    expect(await kept()).toMatchObject({ called, verdict: 'refused' });
    await put({ value: 'the-right-value-of-it' });
    expect(await kept()).toBe(null);
    expect(await tried()).toMatchObject({ called, status: 200, verdict: 'accepted' });
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /v1/models', 'GET /v1/models']);

    expect(await tried({ url: `${base}/ok-false` })).toMatchObject({ status: 200, verdict: 'refused' });
    expect(await tried({ url: `${base}/away` })).toMatchObject({ status: 302, verdict: 'unclear' });
    // Hosts of the secret, and the guard, hold here as in a run.
    await put({ hosts: ['api.example.org'] });
    const before = asked.length;
    expect(await tried()).toMatchObject({ status: null, verdict: 'unreachable', detail: /may not be sent to/ });
    await put({ hosts: [] });
    expect(await tried({ url: 'http://169.254.169.254/latest' })).toMatchObject({
      status: null,
      verdict: 'unreachable',
    });
    expect(await tried({ url: 'file:///etc/passwd' })).toMatchObject({ code: 'address-invalid' });
    expect(asked.length).toBe(before);
    expect(JSON.stringify(studio.server.access.audit.list(100))).not.toContain('value-of-it');
  },
);
