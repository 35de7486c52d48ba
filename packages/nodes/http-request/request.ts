/**
 * Owns how parameters become one HTTP request: URL, query, headers, body. kit/http adds the credentials.
 * Does not send it, read answers or know pages.
 */
import type { Json } from '@rondo/core/model/item.ts';
import type { EgressInit } from '@rondo/core/model/effect-ports.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import { wrong } from '../kit/http/answers.ts';
import { addConnection, timeoutOf } from '../kit/http/connection.ts';
import { writeMultipart, type WrittenBody } from '../kit/http/multipart.ts';
import { namesFile, readNamedFile, type NamedBytes } from '../kit/item-files.ts';
import { isObject, put, type JsonObject } from '../kit/paths.ts';
import { inOwnWords } from '../kit/http/words.ts';

/** A request before it is written out; pages change it. */
export interface Draft {
  method: string;
  url: string;
  query: JsonObject;
  headers: JsonObject;
  body: Json | undefined;
  bodyType: string;
  queryLists: string;
}

export const UNSAFE_METHODS = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

export function objectOf(value: Json | undefined, what: string): JsonObject {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw wrong(`${what} must be an object of names and values`);
  return value;
}

/** By name, from an object, a list of { name, value } (a name that repeats is a list), or JSON text of either. */
function namedValues(value: Json | undefined, what: string): JsonObject {
  const given = typeof value === 'string' ? jsonOrText(value) : value;
  if (!Array.isArray(given)) return objectOf(given === '' ? null : given, what);
  const out: JsonObject = {};
  for (const one of given) {
    if (!isObject(one) || typeof one['name'] !== 'string') throw wrong(`${what} must be a list of { name, value }`);
    const { name, value: next = null } = one;
    const before = Object.hasOwn(out, name) ? out[name] : undefined;
    put(out, name, before === undefined ? next : [...(Array.isArray(before) ? before : [before]), next].flat());
  }
  return out;
}

function jsonOrText(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Name and text pairs; a list repeats its name, null leaves it out. */
function pairs(values: JsonObject, lists = 'repeat'): [string, string][] {
  const suffix = (at: number): string => (lists === 'brackets' ? '[]' : lists === 'indices' ? `[${at}]` : '');
  return Object.entries(values).flatMap(([name, value]): [string, string][] => {
    if (value === null || value === undefined) return [];
    if (!Array.isArray(value)) return [[name, textOf(value)]];
    return value.filter((one) => one !== null).map((one, at) => [`${name}${suffix(at)}`, textOf(one)]);
  });
}

export function draftOf(params: JsonObject): Draft {
  return {
    method: String(params['method'] ?? 'GET').toUpperCase(),
    url: parseUrl(params['url']).href,
    query: namedValues(params['query'], 'query'),
    headers: namedValues(params['headers'], 'headers'),
    body: Array.isArray(params['fields']) ? namedValues(params['fields'], 'fields') : params['body'],
    bodyType: String(params['bodyType'] ?? 'json'),
    queryLists: String(params['queryLists'] ?? 'repeat'),
  };
}

export function parseUrl(value: Json | undefined): URL {
  const text = typeof value === 'string' ? value.trim() : '';
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null;
  if (url === null) {
    throw wrong(`url must be an address that starts with http:// or https://, not ${JSON.stringify(value ?? null)}`);
  }
  return url;
}

/** The address with the query added; `onlyNew` keeps what the address itself says. */
export function addressOf(draft: Draft, onlyNew: boolean): string {
  const url = new URL(draft.url);
  const present = new Set(url.searchParams.keys());
  for (const [name, value] of pairs(draft.query, draft.queryLists)) {
    if (!onlyNew || !present.has(name)) url.searchParams.append(name, value);
  }
  return url.href;
}

async function multipart(call: EffectCall, fields: JsonObject): Promise<WrittenBody> {
  const parts: [string, string | NamedBytes][] = [];
  for (const [name, value] of Object.entries(fields)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one === null) continue;
      parts.push([name, namesFile(one) ? await readNamedFile(call, one, 'http.bytes') : textOf(one)]);
    }
  }
  return writeMultipart(parts);
}

/** The bytes of one file as they are; text is the name of a file of the item. */
async function binary(call: EffectCall, body: Json): Promise<WrittenBody> {
  const named = typeof body === 'string' ? { itemFile: body } : body;
  if (!namesFile(named)) throw wrong('body of type binary must name a file: { itemFile } or { file }');
  const { bytes, mime } = await readNamedFile(call, named, 'http.bytes');
  return { body: bytes, contentType: mime };
}

function jsonText(body: Json): string {
  if (typeof body === 'string') {
    // Text that already is JSON is taken as written; any other text becomes a JSON string.
    try {
      JSON.parse(body);
      return body;
    } catch {
      return JSON.stringify(body);
    }
  }
  return JSON.stringify(body);
}

async function writeBody(call: EffectCall, draft: Draft): Promise<WrittenBody> {
  const { body, bodyType } = draft;
  if (body === undefined || bodyType === 'none') return {};
  if (bodyType === 'jsonText' && typeof body === 'string' && jsonOrText(body) === body) {
    throw inOwnWords(call, 'body', wrong(`body must be JSON, not ${JSON.stringify(body.slice(0, 200))}`));
  }
  if (bodyType === 'json' || bodyType === 'jsonText') return { body: jsonText(body), contentType: 'application/json' };
  if (body === null) return {};
  if (bodyType === 'raw') return { body: textOf(body), contentType: 'text/plain; charset=utf-8' };
  if (bodyType === 'binary') return binary(call, body);
  if (bodyType === 'multipart') return multipart(call, objectOf(body, 'body of type multipart'));
  if (typeof body === 'string') return { body, contentType: 'application/x-www-form-urlencoded' };
  const form = new URLSearchParams(pairs(objectOf(body, 'body of type form')));
  return { body: form.toString(), contentType: 'application/x-www-form-urlencoded' };
}

/** What is sent, without credentials. `trusted` is false for an origin that the server chose. */
export async function writeRequest(
  call: EffectCall,
  draft: Draft,
  options: { idempotencyKey: string; trusted: boolean },
): Promise<EgressInit> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(draft.headers)) {
    if (value === null) continue;
    const lower = name.toLowerCase();
    if (!options.trusted && (lower === 'authorization' || lower === 'cookie')) continue;
    headers[lower] = Array.isArray(value) ? value.map(textOf) : textOf(value);
  }
  headers['accept'] ??= 'application/json, text/*;q=0.9, */*;q=0.8';
  const { body, contentType } = await writeBody(call, draft);
  if (contentType !== undefined) headers['content-type'] ??= contentType;
  if (UNSAFE_METHODS.has(draft.method) && call.params['idempotencyKey'] !== false) {
    headers['idempotency-key'] ??= options.idempotencyKey;
  }
  const redirects = call.params['redirects'];
  const init: EgressInit = {
    method: draft.method,
    headers,
    signal: call.signal,
    timeoutMs: timeoutOf(call),
    maxBytes: call.ports.limit('http.bytes'),
    redirects: typeof redirects === 'number' ? redirects : call.ports.limit('http.redirects'),
  };
  if (body !== undefined) init.body = body;
  addConnection(call, init, draft.url);
  // A certificate is who we are, too.
  if (!options.trusted && init.tls !== undefined) init.tls = init.tls.ca === undefined ? {} : { ca: init.tls.ca };
  return init;
}
