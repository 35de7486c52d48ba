/**
 * Owns the operations of the Telegram node. The token is part of every address there, so no failure shows one.
 * Does not loop, retry or wait for a rate; the engine does.
 */
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { failure, FailureError } from '@rondo/core/errors.ts';
import { decodeText, isGood, statusFailure, wrong } from '../kit/http/answers.ts';
import { apiUrl, baseUrl, callApi, given } from '../kit/http/api-call.ts';
import { writeMultipart, type WrittenBody } from '../kit/http/multipart.ts';
import { namesFile, readNamedFile, type NamedBytes } from '../kit/item-files.ts';
import { getPath, isObject, type JsonObject } from '../kit/paths.ts';
import { readChoice, readFlag, readInteger, readObject, readText, wrongParameter } from '../kit/read.ts';

const OPERATIONS = ['send', 'sendFile', 'edit', 'delete', 'updates'] as const;
const KINDS = {
  document: 'sendDocument',
  photo: 'sendPhoto',
  audio: 'sendAudio',
  video: 'sendVideo',
  voice: 'sendVoice',
};
const PAGE = 100;

function parse(text: string): JsonObject | null {
  try {
    const body = JSON.parse(text) as Json;
    return isObject(body) ? body : null;
  } catch {
    return null;
  }
}

async function telegram(
  call: EffectCall,
  method: string,
  body: { json?: JsonObject; written?: WrittenBody },
): Promise<Json> {
  const token = call.ports.secret(readText(call.params, 'secret'), baseUrl(call).hostname);
  if (!/^[\w:-]+$/.test(token))
    throw wrong('the secret does not hold the token of a Telegram bot', 'Store the token that BotFather gave.');
  const where = `Telegram ${method}`;
  const url = apiUrl(call, `bot${token}`, method);
  const answer = await callApi(call, { method: 'POST', url, hide: token, ...body });
  const found = parse(decodeText(answer));
  const words = found === null ? '' : String(found['description'] ?? '');
  if (!isGood(answer.status)) {
    const seconds = getPath(found ?? {}, 'parameters.retry_after');
    const { failure: plain } = statusFailure(
      call,
      answer,
      where,
      typeof seconds === 'number' ? seconds * 1000 : undefined,
    );
    throw new FailureError(words === '' ? plain : { ...plain, message: `${where}: ${words} (${answer.status})` });
  }
  if (found?.['ok'] !== true)
    throw new FailureError(
      failure('node-failed', `${where}: ${words || 'the answer is not one of Telegram'}`, { retry: 'no' }),
    );
  return found['result'] ?? null;
}

function chatOf(call: EffectCall): Json {
  const { chat } = call.params;
  const fits = (typeof chat === 'string' && chat.trim() !== '') || Number.isSafeInteger(chat);
  return fits ? (chat as Json) : wrongParameter('chat', 'the id or @name of a chat', chat ?? null);
}

/** Fields that all messages share. */
function common(call: EffectCall): JsonObject {
  const { params } = call;
  const replyTo = params['replyTo'];
  const buttons = readObject(params, 'buttons', {});
  return given({
    chat_id: chatOf(call),
    message_thread_id: params['thread'],
    ...(readFlag(params, 'silent', false) ? { disable_notification: true } : {}),
    ...(typeof replyTo === 'number' ? { reply_parameters: { message_id: replyTo } } : {}),
    ...(Object.keys(buttons).length === 0 ? {} : { reply_markup: buttons }),
  });
}

function formatOf(call: EffectCall): JsonObject {
  const format = readChoice(call.params, 'format', ['plain', 'HTML', 'MarkdownV2'], 'plain');
  return format === 'plain' ? {} : { parse_mode: format };
}

function textOf(call: EffectCall): JsonObject {
  const text = readText(call.params, 'text', '');
  if (text === '') wrongParameter('text', 'text', text);
  const preview = readFlag(call.params, 'preview', true) ? {} : { link_preview_options: { is_disabled: true } };
  return { text, ...formatOf(call), ...preview };
}

function facts(call: EffectCall, result: Json): JsonObject {
  if (call.params['answer'] === 'whole') return { ok: true, result };
  return given({ id: getPath(result, 'message_id'), chat: getPath(result, 'chat.id'), date: getPath(result, 'date') });
}

async function sendFile(call: EffectCall): Promise<JsonObject> {
  const { file } = call.params;
  if (!namesFile(file)) return wrongParameter('file', 'a file: { itemFile } or { file }', file ?? null);
  const kind = readChoice(call.params, 'kind', Object.keys(KINDS) as (keyof typeof KINDS)[], 'document');
  const fields = { ...common(call), ...given({ caption: readText(call.params, 'text', '') }), ...formatOf(call) };
  const parts = Object.entries(fields).map(([name, value]): [string, string | NamedBytes] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  parts.push([kind, await readNamedFile(call, file, 'http.bytes')]);
  return facts(call, await telegram(call, KINDS[kind], { written: await writeMultipart(parts) }));
}

/**
 * A page of updates. Asking for what comes after a page tells Telegram to forget it, so that is asked only when the
 * items of the page are recorded: the last call finds nothing.
 */
async function updates(call: EffectCall): Promise<EffectResult> {
  const offset = typeof call.carry === 'number' ? call.carry : call.params['offset'];
  const found = await telegram(call, 'getUpdates', { json: given({ offset, limit: PAGE, timeout: 0 }) });
  if (!Array.isArray(found)) throw wrong('Telegram getUpdates: the answer is not a list');
  if (found.length === 0) return { items: [], done: true };
  const last = Math.max(...found.map((update) => Number(isObject(update) ? update['update_id'] : Number.NaN)));
  if (!Number.isSafeInteger(last)) throw wrong('Telegram getUpdates: an update has no id');
  if (typeof call.carry === 'number' && last < call.carry) throw wrong('Telegram getUpdates: the pages do not move');
  return { items: found.map((json) => ({ json })), carry: last + 1, done: false };
}

export async function run(call: EffectCall): Promise<EffectResult> {
  const messageId = (): number => readInteger(call.params, 'message', 1, Number.MAX_SAFE_INTEGER);
  const one = (json: Json): EffectResult => ({ items: [{ json }] });
  switch (readChoice(call.params, 'operation', OPERATIONS, 'send')) {
    case 'send':
      return one(facts(call, await telegram(call, 'sendMessage', { json: { ...common(call), ...textOf(call) } })));
    case 'sendFile':
      return one(await sendFile(call));
    case 'edit': {
      const json = { chat_id: chatOf(call), message_id: messageId(), ...textOf(call) };
      return one(facts(call, await telegram(call, 'editMessageText', { json })));
    }
    case 'delete': {
      const [chat, id] = [chatOf(call), messageId()];
      await telegram(call, 'deleteMessage', { json: { chat_id: chat, message_id: id } });
      return one({ id, chat, deleted: true });
    }
    case 'updates':
      return updates(call);
  }
}
