/**
 * Owns how an answer becomes a value and items.
 * Does not send requests or decide about pages.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { EgressResponse } from '@rondo/core/model/effect-ports.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import { decodeText, fileNameOf, isBinary, isGood, mimeOf, wrong } from '../kit/http/answers.ts';
import { mediaType } from '../kit/formats/names.ts';
import { fileItem, type NamedBytes } from '../kit/item-files.ts';
import { getPath, type JsonObject } from '../kit/paths.ts';
import { inOwnWords } from '../kit/http/words.ts';

const JSON_TYPE = /^(application|text)\/([\w.-]+\+)?json\b/;

/** An answer whose body is read. `file` is set when the body stays bytes. */
export interface Reading {
  status: number;
  body: Json;
  file: NamedBytes | null;
  text: boolean;
  empty: boolean;
}

/** Reads the body by the parameter `response`. Throws FailureError node-failed for text that is not JSON. */
export function readAnswer(call: EffectCall, answer: EgressResponse, where: string): Reading {
  const wanted = String(call.params['response'] ?? 'auto');
  const mime = mimeOf(answer);
  const empty = answer.body.byteLength === 0;
  const plain = { status: answer.status, file: null, text: false, empty };
  if (wanted === 'file' || (wanted !== 'json' && wanted !== 'text' && !empty && isBinary(mime))) {
    const name = fileNameOf(answer);
    const file = { bytes: answer.body, mime: mime || mediaType(name), name };
    return { ...plain, body: null, file };
  }
  const text = decodeText(answer);
  if (wanted === 'text') return { ...plain, body: text, text: true };
  if (empty || text.trim() === '') return { ...plain, body: {}, empty: true };
  const looksJson = mime === '' && /^\s*[[{]/.test(text);
  if (wanted === 'json' || JSON_TYPE.test(mime) || looksJson) {
    try {
      return { ...plain, body: JSON.parse(text) as Json };
    } catch (error) {
      // An error page that claims to be JSON must not hide its status behind a syntax error.
      if (!looksJson && isGood(answer.status)) {
        const reason = error instanceof Error ? error.message : String(error);
        throw inOwnWords(
          call,
          'json',
          wrong(`${where}: the answer is not valid JSON (${reason}); set response to text to take it as it is`),
        );
      }
    }
  }
  return { ...plain, body: text, text: true };
}

/** What pages go by: the value, where the answer is JSON, even if its items are to hold the text. */
export function valueOf(answer: EgressResponse, reading: Reading): Reading {
  if (!reading.text || reading.empty || !JSON_TYPE.test(mimeOf(answer))) return reading;
  try {
    return { ...reading, text: false, body: JSON.parse(String(reading.body)) as Json };
  } catch {
    return reading;
  }
}

/** What expressions see as $response. */
export function responseNames(answer: EgressResponse, reading: Reading): JsonObject {
  const { status: statusCode, statusText: statusMessage } = answer;
  return { body: reading.body, headers: answer.headers as JsonObject, statusCode, statusMessage };
}

/** The list of the page: at `items` when given, else the body itself when it is one. Null: not a list. */
export function listOf(call: EffectCall, reading: Reading, where: string): Json[] | null {
  const path = call.params['items'];
  if (typeof path !== 'string' || path === '' || !isGood(reading.status)) {
    return Array.isArray(reading.body) ? reading.body : null;
  }
  const found = getPath(reading.body, path) ?? [];
  if (Array.isArray(found)) return found;
  throw new FailureError(
    failure(
      'not-a-list',
      `${where}: "${path}" in the answer is ${typeof found === 'object' ? 'an object' : `a ${typeof found}`}, not a list`,
      {
        retry: 'no',
      },
    ),
  );
}

/** Outputs of the node of Dify: the body is text, whatever it holds. */
function inDify(answer: EgressResponse, { file }: Reading): Item {
  const headers: JsonObject = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const files = file === null ? [] : [{ filename: file.name, mime_type: file.mime, size: file.bytes.byteLength }];
  return { json: { status_code: answer.status, body: file === null ? decodeText(answer) : '', headers, files } };
}

export async function itemsOf(
  call: EffectCall,
  answer: EgressResponse,
  reading: Reading,
  where: string,
): Promise<Item[]> {
  if (call.params['answer'] === 'dify') return [inDify(answer, reading)];
  const { property } = call.params;
  const full = call.params['full'] === true || call.params['response'] === 'full';
  const { statusText } = answer;
  const facts = full
    ? { headers: answer.headers as JsonObject, statusCode: answer.status, statusMessage: statusText }
    : {};
  if (reading.file !== null) {
    const item = await fileItem(call, reading.file, facts);
    const { beside = 'facts' } = call.params;
    return [full && beside !== 'facts' ? { ...item, json: facts } : item];
  }
  if (full) {
    const key = reading.text && call.params['full'] === true ? String(property ?? 'data') : 'body';
    return [{ json: { [key]: reading.body, ...facts } }];
  }
  if (reading.text) return [{ json: { [String(property ?? 'data')]: reading.body } }];
  const list = listOf(call, reading, where);
  if (list !== null && call.params['split'] !== false) return list.map((json) => ({ json }));
  return [{ json: list ?? reading.body }];
}
