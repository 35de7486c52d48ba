/** Owns the operations of the Discord node. Does not loop, retry or wait for a rate; the engine does. */
import { createHash } from 'node:crypto';
import type { EgressResponse } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { decodeText, isGood, jsonOf, statusFailure, wrong } from '../kit/http/answers.ts';
import { apiUrl, baseUrl, callApi, given, webhookUrl, type ApiRequest } from '../kit/http/api-call.ts';
import { writeMultipart } from '../kit/http/multipart.ts';
import { namesFile, readNamedFile, type NamedBytes } from '../kit/item-files.ts';
import { isObject, type JsonObject } from '../kit/paths.ts';
import { readChoice, readInteger, readList, readText, readTextList, wrongParameter } from '../kit/read.ts';

const OPERATIONS = ['send', 'edit', 'delete', 'messages', 'webhook'] as const;
const PAGE = 100;
const MOST_FILES = 10;
const NONCE_CHARACTERS = 25;

interface Carry {
  before: string;
  count: number;
}

/** Discord says in the body when to try again, more exactly than in the header. */
function waitOf(answer: EgressResponse): number | undefined {
  if (answer.status !== 429) return undefined;
  try {
    const body = JSON.parse(decodeText(answer)) as Json;
    const seconds = isObject(body) ? body['retry_after'] : undefined;
    return typeof seconds === 'number' ? Math.ceil(seconds * 1000) : undefined;
  } catch {
    return undefined;
  }
}

async function discord(call: EffectCall, where: string, request: ApiRequest): Promise<Json> {
  const answer = await callApi(call, request);
  if (!isGood(answer.status)) throw statusFailure(call, answer, where, waitOf(answer));
  return answer.status === 204 ? null : jsonOf(answer, where);
}

function idOf(call: EffectCall, name: string): string {
  const id = readText(call.params, name, '');
  return /^\d{1,25}$/.test(id) ? id : wrongParameter(name, 'an id, which is a number', id);
}

const bot = (call: EffectCall): NonNullable<ApiRequest['authorization']> => ({
  scheme: 'Bot',
  secret: readText(call.params, 'secret'),
});

/** The body of a message: JSON, or a form where it has files. */
async function messageBody(call: EffectCall, more: JsonObject): Promise<Pick<ApiRequest, 'json' | 'written'>> {
  const { params } = call;
  const embeds = readList(params, 'embeds', []);
  const files: NamedBytes[] = [];
  for (const [position, value] of readList(params, 'files', []).entries()) {
    if (!namesFile(value)) wrongParameter(`files[${position}]`, 'a file: { itemFile } or { file }', value);
    files.push(await readNamedFile(call, value, 'http.bytes'));
  }
  if (files.length > MOST_FILES) wrongParameter('files', `a list of at most ${MOST_FILES} files`, files.length);
  const content = readText(params, 'text', '');
  if (content === '' && embeds.length === 0 && files.length === 0)
    wrongParameter('text', 'text (or embeds, or files)', '');
  const json: JsonObject = {
    ...given({ content, embeds: embeds.length === 0 ? undefined : embeds }),
    allowed_mentions: { parse: readTextList(params, 'mentions', ['users']) },
    ...more,
  };
  if (files.length === 0) return { json };
  const parts = files.map((file, n): [string, NamedBytes] => [`files[${n}]`, file]);
  return { written: await writeMultipart([['payload_json', JSON.stringify(json)], ...parts]) };
}

function facts(call: EffectCall, body: Json): JsonObject {
  if (call.params['answer'] === 'whole' && isObject(body)) return body;
  if (!isObject(body)) throw wrong("Discord: the answer is not one of Discord's");
  return given({ id: body['id'], channel: body['channel_id'], timestamp: body['timestamp'] });
}

async function send(call: EffectCall): Promise<JsonObject> {
  const url = apiUrl(call, 'channels', idOf(call, 'channel'), 'messages');
  const replyTo = readText(call.params, 'replyTo', '') === '' ? null : idOf(call, 'replyTo');
  const nonce = createHash('sha256').update(call.idempotencyKey).digest('hex').slice(0, NONCE_CHARACTERS);
  const body = await messageBody(call, {
    // The same nonce soon after is the same message, so that a retry does not send it twice.
    nonce,
    enforce_nonce: true,
    ...(replyTo === null ? {} : { message_reference: { message_id: replyTo } }),
  });
  return facts(call, await discord(call, 'Discord send', { method: 'POST', url, authorization: bot(call), ...body }));
}

async function messages(call: EffectCall): Promise<EffectResult> {
  const carry = call.carry as unknown as Carry | undefined;
  const before = carry?.before ?? readText(call.params, 'before', '');
  const left =
    readInteger(call.params, 'limit', 1, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER) - (carry?.count ?? 0);
  const size = Math.min(PAGE, left);
  const url = apiUrl(call, 'channels', idOf(call, 'channel'), 'messages');
  url.searchParams.set('limit', String(size));
  if (before !== '') url.searchParams.set('before', before);
  const where = 'Discord messages';
  const found = await discord(call, where, { method: 'GET', url, authorization: bot(call) });
  if (!Array.isArray(found)) throw wrong(`${where}: the answer is not a list`);
  const items = found.map((json) => ({ json }));
  const last = found.at(-1);
  const id = isObject(last) ? last['id'] : undefined;
  if (found.length < size || size === left || typeof id !== 'string') return { items, done: true };
  if (id === before) throw wrong(`${where}: the pages do not move`);
  const next: Carry = { before: id, count: (carry?.count ?? 0) + found.length };
  return { items, carry: { ...next }, done: false };
}

async function webhook(call: EffectCall): Promise<JsonObject> {
  const url = webhookUrl(call, readText(call.params, 'secret'), baseUrl(call).hostname);
  const hide = url.pathname;
  url.searchParams.set('wait', 'true');
  return facts(
    call,
    await discord(call, 'Discord webhook', { method: 'POST', url, hide, ...(await messageBody(call, {})) }),
  );
}

export async function run(call: EffectCall): Promise<EffectResult> {
  const operation = readChoice(call.params, 'operation', OPERATIONS, 'send');
  if (operation === 'messages') return messages(call);
  if (operation === 'send') return { items: [{ json: await send(call) }] };
  if (operation === 'webhook') return { items: [{ json: await webhook(call) }] };
  const [channel, id] = [idOf(call, 'channel'), idOf(call, 'message')];
  const url = apiUrl(call, 'channels', channel, 'messages', id);
  const where = `Discord ${operation}`;
  const request = { url, authorization: bot(call) };
  if (operation === 'delete') {
    await discord(call, where, { ...request, method: 'DELETE' });
    return { items: [{ json: { id, channel, deleted: true } }] };
  }
  const body = await messageBody(call, {});
  return { items: [{ json: facts(call, await discord(call, where, { ...request, method: 'PATCH', ...body })) }] };
}
