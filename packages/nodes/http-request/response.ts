/**
 * Owns how an answer becomes a value and items, and which answers are failures.
 * Does not send requests or decide about pages.
 */
import { failure, FailureError, type Failure } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EgressResponse } from '@rondo/core/model/node-type.ts';
import { getPath, type JsonObject } from '../kit/paths.ts';
import { wrong } from './request.ts';

const EXCERPT_CHARACTERS = 2_000;
const BINARY = /^(image|audio|video|font)\/|^application\/(octet-stream|pdf|zip|gzip|x-tar|x-7z|vnd\.(ms-|openxml))/;
const JSON_TYPE = /^(application|text)\/([\w.-]+\+)?json\b/;

/** An answer whose body is read. `file` is set when the body stays bytes. */
export interface Reading {
  status: number;
  body: Json;
  file: { bytes: Uint8Array; mime: string; name: string } | null;
  text: boolean;
  empty: boolean;
}

export function header(answer: EgressResponse, name: string): string {
  const value = answer.headers[name];
  return Array.isArray(value) ? value.join(', ') : (value ?? '');
}

function mimeOf(answer: EgressResponse): string {
  return (header(answer, 'content-type').split(';')[0] ?? '').trim().toLowerCase();
}

function decodeText(answer: EgressResponse): string {
  const charset = /charset=["']?([\w.:-]+)/i.exec(header(answer, 'content-type'))?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(answer.body);
  } catch {
    return new TextDecoder().decode(answer.body);
  }
}

function nameOf(answer: EgressResponse): string {
  const named = /filename="?([^";]+)"?/i.exec(header(answer, 'content-disposition'))?.[1];
  const last = named ?? new URL(answer.url).pathname.split('/').pop() ?? '';
  return (last.split(/[\\/]/).pop() ?? '') || 'download';
}

/** Reads the body by the parameter `response`. Throws FailureError node-failed for text that is not JSON. */
export function readAnswer(answer: EgressResponse, wanted: string, where: string): Reading {
  const mime = mimeOf(answer);
  const empty = answer.body.byteLength === 0;
  const plain = { status: answer.status, file: null, text: false, empty };
  if (wanted === 'file' || (wanted !== 'json' && wanted !== 'text' && !empty && BINARY.test(mime))) {
    const file = { bytes: answer.body, mime: mime || 'application/octet-stream', name: nameOf(answer) };
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
        throw wrong(`${where}: the answer is not valid JSON (${reason}); set response to text to take it as it is`);
      }
    }
  }
  return { ...plain, body: text, text: true };
}

export function isGood(status: number): boolean {
  // A redirect that was asked for (redirects: 0) is an answer too.
  return status >= 200 && status < 400;
}

/** Milliseconds until the time of a Retry-After header: seconds or a date. */
export function retryAfterMs(value: string, now: number): number | undefined {
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1000);
  const date = text === '' ? Number.NaN : Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

export function statusFailure(call: EffectCall, answer: EgressResponse, where: string): FailureError {
  const { status } = answer;
  const again = status === 408 || status === 429 || status >= 500;
  const after = again ? retryAfterMs(header(answer, 'retry-after'), call.ports.clock.now()) : undefined;
  const body = BINARY.test(mimeOf(answer)) ? '' : decodeText(answer).slice(0, EXCERPT_CHARACTERS);
  const more: Omit<Failure, 'code' | 'message'> = {
    retry: again ? 'yes' : 'no',
    ...(after === undefined ? {} : { retryAfterMs: after }),
    ...(status === 429 ? { fix: 'Lower loop.parallel, or set loop.rate to what the server allows.' } : {}),
    data: { status, statusText: answer.statusText, body },
  };
  const line = body.replace(/\s+/g, ' ').slice(0, 200);
  const words = `${status} ${answer.statusText}`.trim();
  return new FailureError(failure('http-status', `${where}: answered ${words}${line === '' ? '' : `: ${line}`}`, more));
}

/** What expressions see as $response. */
export function responseNames(answer: EgressResponse, reading: Reading): JsonObject {
  return { body: reading.body, headers: answer.headers as JsonObject, statusCode: answer.status };
}

async function fileItem(call: EffectCall, file: NonNullable<Reading['file']>, json: JsonObject): Promise<Item> {
  const facts = { ...json, name: file.name, mime: file.mime, size: file.bytes.byteLength };
  const path = call.params['saveTo'];
  if (typeof path === 'string' && path !== '') {
    await call.ports.files.writeAt(path, 0, file.bytes);
    return { json: { ...facts, path } };
  }
  if (call.ports.blobs === undefined) {
    throw wrong(`the answer is a file (${file.mime}); name a path for it in saveTo, or set response to text`);
  }
  const { blob, size } = await call.ports.blobs.put(file.bytes);
  return { json: facts, files: { data: { blob, size, name: file.name, mime: file.mime } } };
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

export async function itemsOf(
  call: EffectCall,
  answer: EgressResponse,
  reading: Reading,
  where: string,
): Promise<Item[]> {
  const full = call.params['response'] === 'full';
  const { statusText } = answer;
  const facts = full
    ? { headers: answer.headers as JsonObject, statusCode: answer.status, statusMessage: statusText }
    : {};
  if (reading.file !== null) return [await fileItem(call, reading.file, facts)];
  if (full) return [{ json: { body: reading.body, ...facts } }];
  if (reading.text) return [{ json: { [String(call.params['property'] ?? 'data')]: reading.body } }];
  const list = listOf(call, reading, where);
  if (list !== null && call.params['split'] !== false) return list.map((json) => ({ json }));
  return [{ json: list ?? reading.body }];
}
