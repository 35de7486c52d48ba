/** The Slack node against a server on the loopback that answers as Slack's API does. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Failure } from '@rondo/core/errors.ts';
import type { FileRef, Json } from '@rondo/core/model/item.ts';
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
});
beforeEach(() => {
  server.received = [];
  world.secrets = { TOKEN: 'xoxb-secret', HOOK: `${server.base}/services/T0/hook-secret` };
  server.answer = (_request, response) => sendJson(response, { ok: true, channel: 'C1', ts: '1.2' });
});
afterAll(async () => {
  await server.close();
  await world.close();
});

const run = async (params: JsonObject, files?: Record<string, FileRef>, signal?: AbortSignal): Promise<Json[]> => {
  const { output } = await runNode(node, {
    params: { secret: 'TOKEN', channel: 'C1', baseUrl: `${server.base}/api`, ...params },
    items: [[{ json: {}, ...(files === undefined ? {} : { files }) }]],
    ports: world.ports,
    ...(signal && { signal }),
  });
  return output['main'] ?? [];
};
const failing = (params: JsonObject = { text: 'x' }): Promise<Failure> => failureOf(run(params));
const bodies = (): JsonObject[] => server.received.map((one) => JSON.parse(one.body) as JsonObject);

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe('messages', () => {
  it('are sent with text, blocks and thread', async () => {
    const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: '*a*' } }];
    expect(await run({ text: 'ü <@U1>', blocks, thread: '9.9', broadcast: true })).toEqual([
      { channel: 'C1', timestamp: '1.2' },
    ]);
    expect(server.received[0]).toMatchObject({
      method: 'POST',
      path: '/api/chat.postMessage',
      headers: { authorization: 'Bearer xoxb-secret' },
    });
    expect(bodies()).toEqual([{ channel: 'C1', text: 'ü <@U1>', blocks, thread_ts: '9.9', reply_broadcast: true }]);
    expect(world.asked.at(-1)).toBe('TOKEN@127.0.0.1');
  });

  it('answer with all that Slack says, where that is asked for', async () => {
    const said = { ok: true, channel: 'C1', ts: '1.2' };
    expect(await run({ text: 'x', answer: 'whole' })).toEqual([said]);
    expect(await run({ operation: 'delete', timestamp: '1.2', answer: 'whole' })).toEqual([said]);
  });

  it('are changed and deleted', async () => {
    await run({ operation: 'update', timestamp: '1.2', text: 'new' });
    expect(await run({ operation: 'delete', timestamp: '1.2' })).toEqual([
      { channel: 'C1', timestamp: '1.2', deleted: true },
    ]);
    expect(server.received.map((one) => one.path)).toEqual(['/api/chat.update', '/api/chat.delete']);
    expect(bodies()).toEqual([
      { channel: 'C1', ts: '1.2', text: 'new' },
      { channel: 'C1', ts: '1.2' },
    ]);
  });

  it('go to a webhook, whose address never shows', async () => {
    server.answer = (_request, response) => void response.end('ok');
    expect(await run({ operation: 'webhook', secret: 'HOOK', text: 'hi' })).toEqual([{ sent: true }]);
    expect(server.received[0]).toMatchObject({ path: '/services/T0/hook-secret', body: '{"text":"hi"}' });
    server.answer = (_request, response) => void response.socket?.destroy();
    expect(JSON.stringify(await failing({ operation: 'webhook', secret: 'HOOK', text: 'x' }))).not.toContain(
      'hook-secret',
    );
    world.secrets['HOOK'] = 'http://elsewhere.test/hook-secret';
    const failed = await failing({ operation: 'webhook', secret: 'HOOK', text: 'x' });
    expect(failed.message).toContain('127.0.0.1');
    expect(JSON.stringify(failed)).not.toContain('hook-secret');
  });
});

it('files are uploaded in three steps, without the token where it is not needed', async () => {
  const stored = await world.ports.blobs?.put(Buffer.from([1, 0, 255]));
  server.answer = ({ path }, response) => {
    if (path === '/api/files.getUploadURLExternal')
      sendJson(response, { ok: true, upload_url: `${server.base}/put/u1`, file_id: 'F1' });
    else sendJson(response, { ok: true, files: [{ id: 'F1' }] });
  };
  const data = { blob: stored?.blob ?? '', size: 3, name: 'ü.png', mime: 'image/png' };
  expect(await run({ operation: 'upload', file: { itemFile: 'data' }, text: 'look', thread: '1.1' }, { data })).toEqual(
    [{ file: 'F1', name: 'ü.png', size: 3 }],
  );
  const [first, second, third] = server.received;
  expect(Object.fromEntries(new URLSearchParams(first?.body))).toEqual({ filename: 'ü.png', length: '3' });
  expect(second?.bytes).toEqual(Buffer.from([1, 0, 255]));
  expect(second?.headers.authorization).toBeUndefined();
  expect(JSON.parse(third?.body ?? '')).toEqual({
    files: [{ id: 'F1', title: 'ü.png' }],
    channel_id: 'C1',
    initial_comment: 'look',
    thread_ts: '1.1',
  });
});

it.each([
  ['history', 'messages', '/api/conversations.history'],
  ['channels', 'channels', '/api/conversations.list'],
])('%s is read page by page', async (operation, list, path) => {
  server.answer = ({ query }, response) => {
    const at = Number(query.get('cursor') ?? 0);
    const more = at < 2 ? { response_metadata: { next_cursor: String(at + 1) } } : {};
    sendJson(response, { ok: true, [list]: [{ n: at }], ...more });
  };
  expect(await run({ operation, pageSize: 1, oldest: '1.0' })).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }]);
  expect(server.received[0]).toMatchObject({ method: 'GET', path });
  expect(server.received[2]?.query.get('limit')).toBe('1');
});

describe('what goes wrong', () => {
  it.each<[JsonObject, 'yes' | 'no', string]>([
    [{ ok: false, error: 'channel_not_found' }, 'no', 'channel_not_found'],
    [{ ok: false, error: 'missing_scope', needed: 'chat:write' }, 'no', 'chat:write'],
    [{ ok: false, error: 'invalid_blocks', response_metadata: { messages: ['bad block'] } }, 'no', 'bad block'],
    [{ ok: false, error: 'ratelimited' }, 'yes', 'ratelimited'],
    [{ ok: false, error: 'internal_error' }, 'yes', 'internal_error'],
  ])('%j', async (body, retry, words) => {
    server.answer = (_request, response) => sendJson(response, body);
    const failed = await failing();
    expect(failed).toMatchObject({ code: 'node-failed', retry });
    expect(failed.message).toContain(words);
  });

  it('429 says when to try again', async () => {
    server.answer = (_request, response) => sendJson(response, { ok: false }, 429, { 'retry-after': '30' });
    expect(await failing()).toMatchObject({ code: 'http-status', retry: 'yes', retryAfterMs: 30_000 });
  });

  it.each<[string, JsonObject, string]>([
    ['nothing to say', {}, 'text'],
    ['no channel', { text: 'x', channel: null }, 'channel'],
    ['a missing secret', { text: 'x', secret: 'NONE' }, 'NONE'],
    ['a bad address', { text: 'x', baseUrl: 'slack.com' }, 'baseUrl'],
    ['nobody there', { text: 'x', baseUrl: 'http://127.0.0.1:9' }, 'connection refused'],
    ['no file', { operation: 'upload' }, 'file'],
  ])('%s', async (_name, params, words) => {
    const failed = await failing(params);
    expect(failed.message).toContain(words);
    expect(JSON.stringify(failed)).not.toContain('xoxb-secret');
    expect(server.received).toEqual([]);
  });

  it('an answer that is none, one that never comes, and a call that is cancelled', async () => {
    server.answer = (_request, response) => void response.end('<html>');
    expect((await failing()).message).toContain('not valid JSON');
    server.answer = () => {};
    expect((await failing({ text: 'x', timeout: '100ms' })).code).toBe('timeout');
    const stop = new AbortController();
    server.answer = () => stop.abort();
    expect((await failureOf(run({ text: 'x' }, undefined, stop.signal))).code).toBe('cancelled');
  });
});
