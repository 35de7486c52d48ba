/** The Telegram node against a server on the loopback that answers as the Bot API does. */
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

const TOKEN = '123:Ab_secret-token';
let server: TestServer;
let world: World;

beforeAll(async () => {
  server = await openServer();
  world = openWorld();
  writeFileSync(join(world.folder, 'a.png'), 'pixels');
});
beforeEach(() => {
  server.received = [];
  world.secrets = { TOKEN, BAD: 'a/../b' };
  const result = { message_id: 7, chat: { id: 42 }, date: 1 };
  server.answer = (_request, response) => sendJson(response, { ok: true, result });
});
afterAll(async () => {
  await server.close();
  await world.close();
});

const run = async (params: JsonObject, signal?: AbortSignal): Promise<Json[]> => {
  const given = { secret: 'TOKEN', chat: 42, baseUrl: server.base, ...params };
  return (await runNode(node, { params: given, ports: world.ports, ...(signal && { signal }) })).output['main'] ?? [];
};
const failing = async (params: JsonObject = { text: 'x' }): Promise<Failure> => {
  const failed = await failureOf(run(params));
  expect(JSON.stringify(failed)).not.toMatch(/secret-token/);
  return failed;
};
const bodies = (): JsonObject[] => server.received.map((one) => JSON.parse(one.body) as JsonObject);

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe('messages', () => {
  it('answer with all that Telegram says, where that is asked for', async () => {
    expect(await run({ text: 'x', answer: 'whole' })).toMatchObject([{ ok: true, result: { message_id: 7 } }]);
  });

  it('are sent as plain text unless a format is asked for', async () => {
    expect(await run({ text: '<b>ü</b>' })).toEqual([{ id: 7, chat: 42, date: 1 }]);
    const buttons = { inline_keyboard: [[{ text: 'ok', callback_data: '1' }]] };
    await run({
      chat: '@news',
      text: '<b>x</b>',
      format: 'HTML',
      replyTo: 3,
      thread: 4,
      silent: true,
      preview: false,
      buttons,
    });
    expect(server.received[0]?.path).toBe(`/bot${TOKEN}/sendMessage`);
    expect(bodies()).toEqual([
      { chat_id: 42, text: '<b>ü</b>' },
      {
        chat_id: '@news',
        text: '<b>x</b>',
        parse_mode: 'HTML',
        reply_parameters: { message_id: 3 },
        message_thread_id: 4,
        disable_notification: true,
        link_preview_options: { is_disabled: true },
        reply_markup: buttons,
      },
    ]);
  });

  it.each([
    ['document', 'sendDocument'],
    ['photo', 'sendPhoto'],
  ])('carry a file as %s', async (kind, method) => {
    await run({ operation: 'sendFile', kind, file: { file: 'a.png', type: 'image/png' }, text: 'below' });
    expect(server.received[0]?.path).toContain(method);
    expect(server.received[0]?.body).toContain(
      `name="${kind}"; filename="a.png"\r\nContent-Type: image/png\r\n\r\npixels`,
    );
    expect(server.received[0]?.body).toContain('name="caption"\r\n\r\nbelow');
  });

  it('are changed and deleted', async () => {
    await run({ operation: 'edit', message: 7, text: 'new' });
    expect(await run({ operation: 'delete', message: 7 })).toEqual([{ id: 7, chat: 42, deleted: true }]);
    expect(bodies()).toEqual([
      { chat_id: 42, message_id: 7, text: 'new' },
      { chat_id: 42, message_id: 7 },
    ]);
  });

  it('to the bot are given once: a page is forgotten when the next is asked for', async () => {
    let waiting = Array.from({ length: 150 }, (_, n) => ({ update_id: 1000 + n }));
    server.answer = ({ body }, response) => {
      const { offset = 0, limit } = JSON.parse(body) as { offset?: number; limit: number };
      waiting = waiting.filter((one) => one.update_id >= offset);
      sendJson(response, { ok: true, result: waiting.slice(0, limit) });
    };
    expect(await run({ operation: 'updates' })).toHaveLength(150);
    expect(bodies().map((body) => body['offset'])).toEqual([undefined, 1100, 1150]);
    expect(await run({ operation: 'updates' })).toEqual([]);
  });
});

describe('what goes wrong', () => {
  it.each<[number, JsonObject, 'yes' | 'no', number | undefined, string]>([
    [429, { description: 'Too Many Requests: retry after 5', parameters: { retry_after: 5 } }, 'yes', 5000, 'Too Many'],
    [400, { description: 'Bad Request: chat not found' }, 'no', undefined, 'chat not found'],
    [401, { description: 'Unauthorized' }, 'no', undefined, 'Unauthorized'],
    [502, {}, 'yes', undefined, '502'],
    [200, { description: 'odd' }, 'no', undefined, 'odd'],
  ])('%i %j', async (status, body, retry, after, words) => {
    server.answer = (_request, response) => sendJson(response, { ok: false, error_code: status, ...body }, status);
    const failed = await failing();
    expect(failed.retry).toBe(retry);
    expect(failed.retryAfterMs).toBe(after);
    expect(failed.message).toContain(words);
  });

  it.each<[string, JsonObject, string]>([
    ['nothing to say', {}, 'text'],
    ['no chat', { text: 'x', chat: null }, 'chat'],
    ['a missing secret', { text: 'x', secret: 'NONE' }, 'NONE'],
    ['a token that is none', { text: 'x', secret: 'BAD' }, 'token'],
    ['no file', { operation: 'sendFile' }, 'file'],
    ['nobody there', { text: 'x', baseUrl: 'http://127.0.0.1:9' }, 'connection refused'],
  ])('%s', async (_name, params, words) => {
    expect((await failing(params)).message).toContain(words);
    expect(server.received).toEqual([]);
  });

  it('on the wire, without the token in any message', async () => {
    server.answer = (_request, response) => void response.socket?.destroy();
    expect((await failing()).code).toBe('http-failed');
    server.answer = (_request, response) => void response.end('<html>');
    expect((await failing()).message).toContain('Telegram');
    server.answer = () => {};
    expect((await failing({ text: 'x', timeout: '100ms' })).code).toBe('timeout');
    const stop = new AbortController();
    server.answer = () => stop.abort();
    const failed = await failureOf(run({ text: 'x' }, stop.signal));
    expect(failed.code).toBe('cancelled');
    expect(JSON.stringify(failed)).not.toContain('secret-token');
  });
});
