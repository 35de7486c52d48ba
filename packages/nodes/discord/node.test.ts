/** The Discord node against a server on the loopback that answers as Discord's API does. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Failure } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { nodeContract } from '../kit/contract.ts';
import { failureOf, openServer, openWorld, sendJson, type TestServer, type World } from '../kit/http/ports.testing.ts';
import type { JsonObject } from '../kit/paths.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

let server: TestServer;
let world: World;

beforeAll(async () => {
  server = await openServer();
  world = openWorld();
  writeFileSync(join(world.folder, 'a.txt'), 'from disk');
});
beforeEach(() => {
  server.received = [];
  world.secrets = { TOKEN: 'bot-secret', HOOK: `${server.base}/api/webhooks/1/hook-secret` };
  server.answer = (_request, response) => sendJson(response, { id: '7', channel_id: '11', content: 'x' });
});
afterAll(async () => {
  await server.close();
  await world.close();
});

const run = async (params: JsonObject, signal?: AbortSignal): Promise<Json[]> => {
  const given = { secret: 'TOKEN', channel: '11', baseUrl: `${server.base}/api/v10`, ...params };
  return (await runNode(node, { params: given, ports: world.ports, ...(signal && { signal }) })).output['main'] ?? [];
};
const failing = (params: JsonObject = { text: 'x' }): Promise<Failure> => failureOf(run(params));

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe('messages', () => {
  it('answer with all that Discord says, where that is asked for', async () => {
    expect(await run({ text: 'x', answer: 'whole' })).toMatchObject([{ id: '7', channel_id: '11' }]);
  });

  it('are sent with embeds and as an answer; only users are notified; a retry is the same message', async () => {
    const params = { text: '@everyone ü', embeds: [{ title: 't' }], replyTo: '5' };
    expect(await run(params)).toEqual([{ id: '7', channel: '11' }]);
    await run(params);
    const [first, again] = server.received;
    expect(first).toMatchObject({
      method: 'POST',
      path: '/api/v10/channels/11/messages',
      headers: { authorization: 'Bot bot-secret' },
    });
    expect(first?.body).toBe(again?.body);
    expect(JSON.parse(first?.body ?? '')).toEqual({
      content: '@everyone ü',
      embeds: [{ title: 't' }],
      allowed_mentions: { parse: ['users'] },
      nonce: expect.stringMatching(/^\w{25}$/),
      enforce_nonce: true,
      message_reference: { message_id: '5' },
    });
  });

  it('carry files', async () => {
    await run({ text: 'x', files: [{ file: 'a.txt', type: 'text/plain' }] });
    expect(server.received[0]?.headers['content-type']).toMatch(/^multipart\/form-data/);
    expect(server.received[0]?.body).toContain(
      'name="files[0]"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nfrom disk',
    );
    expect(server.received[0]?.body).toContain('name="payload_json"\r\n\r\n{"content":"x"');
  });

  it('are changed and deleted', async () => {
    expect(await run({ operation: 'edit', message: '7', text: 'new' })).toEqual([{ id: '7', channel: '11' }]);
    server.answer = (_request, response) => void response.writeHead(204).end();
    expect(await run({ operation: 'delete', message: '7' })).toEqual([{ id: '7', channel: '11', deleted: true }]);
    expect(server.received.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'PATCH /api/v10/channels/11/messages/7',
      'DELETE /api/v10/channels/11/messages/7',
    ]);
  });

  it('go to a webhook, whose address never shows', async () => {
    expect(await run({ operation: 'webhook', secret: 'HOOK', text: 'hi' })).toEqual([{ id: '7', channel: '11' }]);
    expect(server.received[0]).toMatchObject({ path: '/api/webhooks/1/hook-secret' });
    expect(server.received[0]?.query.get('wait')).toBe('true');
    server.answer = (_request, response) => void response.socket?.destroy();
    expect(JSON.stringify(await failing({ operation: 'webhook', secret: 'HOOK', text: 'x' }))).not.toContain(
      'hook-secret',
    );
  });

  it('are read page by page, up to a limit', async () => {
    server.answer = ({ query }, response) => {
      const before = Number(query.get('before') ?? 251);
      const size = Math.min(Number(query.get('limit')), before - 1);
      sendJson(
        response,
        Array.from({ length: size }, (_, n) => ({ id: String(before - 1 - n) })),
      );
    };
    expect(await run({ operation: 'messages' })).toHaveLength(250);
    expect(server.received).toHaveLength(3);
    expect(await run({ operation: 'messages', limit: 120 })).toHaveLength(120);
    expect(await run({ operation: 'messages', before: '4' })).toEqual([{ id: '3' }, { id: '2' }, { id: '1' }]);
  });
});

describe('what goes wrong', () => {
  it('429 says in its body when to try again', async () => {
    server.answer = (_request, response) =>
      sendJson(response, { message: 'You are being rate limited.', retry_after: 1.337, global: false }, 429, {
        'retry-after': '2',
      });
    expect(await failing()).toMatchObject({ code: 'http-status', retry: 'yes', retryAfterMs: 1337 });
    server.answer = (_request, response) => void response.writeHead(429, { 'retry-after': '2' }).end('blocked');
    expect((await failing()).retryAfterMs).toBe(2000);
  });

  it.each<[string, JsonObject, string]>([
    ['nothing to say', {}, 'text'],
    ['a channel that leads elsewhere', { text: 'x', channel: '../users/@me' }, 'channel'],
    ['no message', { operation: 'edit', text: 'x' }, 'message'],
    ['too many files', { text: 'x', files: Array.from({ length: 11 }, () => ({ file: 'a.txt' })) }, 'files'],
    ['a missing secret', { text: 'x', secret: 'NONE' }, 'NONE'],
    ['a bad address', { text: 'x', baseUrl: '' }, 'baseUrl'],
    ['nobody there', { text: 'x', baseUrl: 'http://127.0.0.1:9' }, 'connection refused'],
  ])('%s', async (_name, params, words) => {
    const failed = await failing(params);
    expect(failed.message).toContain(words);
    expect(JSON.stringify(failed)).not.toContain('bot-secret');
    expect(server.received).toEqual([]);
  });

  it('a refusal, an answer that never comes, and a call that is cancelled', async () => {
    server.answer = (_request, response) => sendJson(response, { message: 'Missing Access', code: 50001 }, 403);
    expect(await failing()).toMatchObject({ retry: 'no', message: /Missing Access/ });
    server.answer = () => {};
    expect((await failing({ text: 'x', timeout: '100ms' })).code).toBe('timeout');
    const stop = new AbortController();
    server.answer = () => stop.abort();
    expect((await failureOf(run({ text: 'x' }, stop.signal))).code).toBe('cancelled');
  });
});
