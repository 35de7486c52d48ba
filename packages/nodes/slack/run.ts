/** Owns the operations of the Slack node. Does not loop, retry or wait for a rate; the engine does. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { EgressResponse } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { isGood, jsonOf, statusFailure, wrong } from '../kit/http/answers.ts';
import { apiUrl, baseUrl, callApi, given, webhookUrl } from '../kit/http/api-call.ts';
import type { WrittenBody } from '../kit/http/multipart.ts';
import { namesFile, readNamedFile } from '../kit/item-files.ts';
import { getPath, isObject, type JsonObject } from '../kit/paths.ts';
import { readChoice, readFlag, readInteger, readList, readText, wrongParameter } from '../kit/read.ts';

const OPERATIONS = ['send', 'update', 'delete', 'upload', 'history', 'channels', 'webhook'] as const;
const SLACK_API = 'slack.com';
const WEBHOOKS = 'hooks.slack.com';
/** What Slack calls trouble that passes. */
const LATER = new Set([
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
]);
const FIXES: Record<string, string> = {
  not_in_channel: 'Invite the app to the channel.',
  channel_not_found: 'Give the id of the channel, and invite the app to it.',
  invalid_auth: 'Store the token of the app in the secret.',
  not_authed: 'Store the token of the app in the secret.',
  token_revoked: 'Install the app anew, and store its token in the secret.',
};

interface Method {
  name: string;
  query?: Record<string, string>;
  json?: JsonObject;
  written?: WrittenBody;
}

function refused(method: string, body: JsonObject): FailureError {
  const error = String(body['error'] ?? 'unknown error');
  const detail = [body['needed'] === undefined ? '' : ` (needs ${String(body['needed'])})`, messagesOf(body)].join('');
  const fix = error === 'missing_scope' ? `Give the app the scope ${String(body['needed'])}.` : FIXES[error];
  return new FailureError(
    failure('node-failed', `Slack ${method}: ${error}${detail}`.slice(0, 1000), {
      retry: LATER.has(error) ? 'yes' : 'no',
      ...(fix === undefined ? {} : { fix }),
      data: { error },
    }),
  );
}

function messagesOf(body: JsonObject): string {
  const messages = getPath(body, 'response_metadata.messages');
  return Array.isArray(messages) ? `: ${messages.map(String).join('; ')}` : '';
}

async function slack(call: EffectCall, method: Method): Promise<JsonObject> {
  const url = apiUrl(call, method.name);
  for (const [name, value] of Object.entries(method.query ?? {})) url.searchParams.set(name, value);
  const where = `Slack ${method.name}`;
  const { json, written } = method;
  const answer = await callApi(call, {
    method: json === undefined && written === undefined ? 'GET' : 'POST',
    url,
    authorization: { scheme: 'Bearer', secret: readText(call.params, 'secret') },
    ...(json === undefined ? {} : { json }),
    ...(written === undefined ? {} : { written }),
  });
  if (!isGood(answer.status)) throw statusFailure(call, answer, where);
  const body = jsonOf(answer, where);
  if (!isObject(body)) throw wrong(`${where}: the answer is not one of Slack's`);
  if (body['ok'] !== true) throw refused(method.name, body);
  return body;
}

function contentOf(call: EffectCall): JsonObject {
  const blocks = readList(call.params, 'blocks', []);
  const text = readText(call.params, 'text', '');
  if (text === '' && blocks.length === 0) wrongParameter('text', 'text (or blocks)', '');
  return given({ text, blocks: blocks.length === 0 ? undefined : blocks });
}

const needed = (call: EffectCall, name: string): string => {
  const text = readText(call.params, name, '');
  return text === '' ? wrongParameter(name, 'text', text) : text;
};

function facts(call: EffectCall, body: JsonObject): JsonObject {
  if (call.params['answer'] === 'whole') return body;
  return given({ channel: body['channel'], timestamp: body['ts'], message: body['message'] });
}

async function send(call: EffectCall): Promise<JsonObject> {
  const thread = readText(call.params, 'thread', '');
  const json: JsonObject = { channel: needed(call, 'channel'), ...contentOf(call) };
  if (thread !== '') {
    json['thread_ts'] = thread;
    if (readFlag(call.params, 'broadcast', false)) json['reply_broadcast'] = true;
  }
  return facts(call, await slack(call, { name: 'chat.postMessage', json }));
}

async function upload(call: EffectCall): Promise<JsonObject> {
  const { file } = call.params;
  if (!namesFile(file)) return wrongParameter('file', 'a file: { itemFile } or { file }', file ?? null);
  const { bytes, name, mime } = await readNamedFile(call, file, 'http.bytes');
  const form = new URLSearchParams({ filename: name, length: String(bytes.byteLength) });
  const place = await slack(call, {
    name: 'files.getUploadURLExternal',
    written: { body: form.toString(), contentType: 'application/x-www-form-urlencoded' },
  });
  const [address, id] = [place['upload_url'], place['file_id']];
  const url = typeof address === 'string' ? URL.parse(address) : null;
  if (url === null || typeof id !== 'string')
    throw wrong('Slack files.getUploadURLExternal: the answer names no place for the file');
  // The address is enough to write to: it gets no token, and does not show.
  const where = 'Slack upload';
  const request = {
    method: 'POST' as const,
    url,
    hide: url.pathname,
    written: { body: bytes, contentType: mime },
  };
  const answer = await callApi(call, request);
  if (!isGood(answer.status)) throw statusFailure(call, answer, where);
  const json = given({
    files: [{ id, title: name }],
    channel_id: readText(call.params, 'channel', ''),
    initial_comment: readText(call.params, 'text', ''),
    thread_ts: readText(call.params, 'thread', ''),
  });
  await slack(call, { name: 'files.completeUploadExternal', json });
  return { file: id, name, size: bytes.byteLength };
}

async function page(call: EffectCall, name: string, list: string, query: JsonObject): Promise<EffectResult> {
  const cursor = typeof call.carry === 'string' ? call.carry : '';
  const limit = readInteger(call.params, 'pageSize', 1, 999, 100);
  const fields = Object.entries({ ...query, limit, ...given({ cursor }) }).map(([key, value]) => [key, String(value)]);
  const body = await slack(call, { name, query: Object.fromEntries(fields) as Record<string, string> });
  const found = body[list];
  if (!Array.isArray(found)) throw wrong(`Slack ${name}: the answer has no ${list}`);
  const items = found.map((json) => ({ json }));
  const next = getPath(body, 'response_metadata.next_cursor');
  if (typeof next !== 'string' || next === '') return { items, done: true };
  if (next === cursor) throw wrong(`Slack ${name}: the answer names its own cursor as the next`);
  return { items, carry: next, done: false };
}

async function webhook(call: EffectCall): Promise<JsonObject> {
  const { hostname } = baseUrl(call);
  const url = webhookUrl(call, readText(call.params, 'secret'), hostname === SLACK_API ? WEBHOOKS : hostname);
  const where = 'Slack webhook';
  const answer: EgressResponse = await callApi(call, {
    method: 'POST',
    url,
    hide: url.pathname,
    json: contentOf(call),
  });
  if (!isGood(answer.status)) throw statusFailure(call, answer, where);
  return { sent: true };
}

const one = (json: Json): EffectResult => ({ items: [{ json }] });

export async function run(call: EffectCall): Promise<EffectResult> {
  const { params } = call;
  switch (readChoice(params, 'operation', OPERATIONS, 'send')) {
    case 'send':
      return one(await send(call));
    case 'update': {
      const json = { channel: needed(call, 'channel'), ts: needed(call, 'timestamp'), ...contentOf(call) };
      return one(facts(call, await slack(call, { name: 'chat.update', json })));
    }
    case 'delete': {
      const json = { channel: needed(call, 'channel'), ts: needed(call, 'timestamp') };
      const deleted = facts(call, await slack(call, { name: 'chat.delete', json }));
      return one(params['answer'] === 'whole' ? deleted : { ...deleted, deleted: true });
    }
    case 'upload':
      return one(await upload(call));
    case 'history': {
      const [oldest, latest] = [readText(params, 'oldest', ''), readText(params, 'latest', '')];
      const query = { channel: needed(call, 'channel'), ...given({ oldest, latest }) };
      return page(call, 'conversations.history', 'messages', query);
    }
    case 'channels':
      return page(call, 'conversations.list', 'channels', { types: readText(params, 'types', 'public_channel') });
    case 'webhook':
      return one(await webhook(call));
  }
}
