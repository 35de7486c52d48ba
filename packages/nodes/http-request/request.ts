/**
 * Owns how parameters become one HTTP request: URL, query, headers, body, credentials.
 * Does not send it, read answers or know pages.
 */
import { parseDuration } from '@rondo/core/model/duration.ts';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EgressInit } from '@rondo/core/model/node-type.ts';
import { isObject, type JsonObject } from '../kit/paths.ts';

/** A request before it is written out; pages change it. */
export interface Draft {
  method: string;
  url: string;
  query: JsonObject;
  headers: JsonObject;
  body: Json | undefined;
  bodyType: string;
}

export const UNSAFE_METHODS = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

export function wrong(message: string): FailureError {
  return new FailureError(failure('node-failed', message, { retry: 'no' }));
}

export function objectOf(value: Json | undefined, what: string): JsonObject {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw wrong(`${what} must be an object of names and values`);
  return value;
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Name and text pairs; a list repeats its name, null leaves it out. */
function pairs(values: JsonObject): [string, string][] {
  return Object.entries(values).flatMap(([name, value]): [string, string][] => {
    if (value === null || value === undefined) return [];
    if (Array.isArray(value)) return value.filter((one) => one !== null).map((one) => [name, textOf(one)]);
    return [[name, textOf(value)]];
  });
}

export function draftOf(params: JsonObject): Draft {
  return {
    method: String(params['method'] ?? 'GET').toUpperCase(),
    url: parseUrl(params['url']).href,
    query: objectOf(params['query'], 'query'),
    headers: objectOf(params['headers'], 'headers'),
    body: params['body'],
    bodyType: String(params['bodyType'] ?? 'json'),
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
  for (const [name, value] of pairs(draft.query)) {
    if (!onlyNew || !present.has(name)) url.searchParams.append(name, value);
  }
  return url.href;
}

interface WrittenBody {
  body?: string | Uint8Array;
  contentType?: string;
}

async function multipart(call: EffectCall, fields: JsonObject): Promise<WrittenBody> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one === null) continue;
      if (!isObject(one) || typeof one['file'] !== 'string') {
        form.append(name, textOf(one));
        continue;
      }
      const path = one['file'];
      const most = call.ports.limit('http.bytes');
      const { bytes, size } = await call.ports.files.read(path, 0, most);
      if (size > most) throw wrong(`file "${path}" has ${size} bytes; limit http.bytes allows ${most}`);
      const type = typeof one['type'] === 'string' ? one['type'] : 'application/octet-stream';
      const filename = typeof one['name'] === 'string' ? one['name'] : (path.split('/').pop() ?? path);
      form.append(name, new Blob([Uint8Array.from(bytes)], { type }), filename);
    }
  }
  const written = new Response(form);
  return {
    body: new Uint8Array(await written.arrayBuffer()),
    contentType: written.headers.get('content-type') ?? 'multipart/form-data',
  };
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
  if (bodyType === 'json') return { body: jsonText(body), contentType: 'application/json' };
  if (body === null) return {};
  if (bodyType === 'raw') return { body: textOf(body), contentType: 'text/plain; charset=utf-8' };
  if (bodyType === 'multipart') return multipart(call, objectOf(body, 'body of type multipart'));
  if (typeof body === 'string') return { body, contentType: 'application/x-www-form-urlencoded' };
  const form = new URLSearchParams(pairs(objectOf(body, 'body of type form')));
  return { body: form.toString(), contentType: 'application/x-www-form-urlencoded' };
}

/** Header that carries the credentials, or null. */
function credentials(call: EffectCall): [string, string] | null {
  const auth = objectOf(call.params['auth'], 'auth');
  const type = String(auth['type'] ?? 'none');
  if (type === 'none') return null;
  const value = (plain: string): string => {
    if (typeof auth['secret'] === 'string' && auth['secret'] !== '') return call.ports.secret(auth['secret']);
    const text = auth[plain];
    if (typeof text !== 'string' && typeof text !== 'number') throw wrong(`auth ${type} needs "${plain}" or "secret"`);
    return String(text);
  };
  if (type === 'bearer') return ['authorization', `Bearer ${value('token')}`];
  if (type === 'basic') {
    const pair = `${String(auth['user'] ?? '')}:${value('password')}`;
    return ['authorization', `Basic ${Buffer.from(pair).toString('base64')}`];
  }
  if (type === 'header') {
    if (typeof auth['name'] !== 'string' || auth['name'] === '') throw wrong('auth header needs "name"');
    return [auth['name'].toLowerCase(), value('value')];
  }
  throw wrong(`auth type "${type}" is not none, basic, bearer or header`);
}

/** What goes to the egress port. `trusted` is false for an origin that the server chose: no credentials. */
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
  const credential = options.trusted ? credentials(call) : null;
  if (credential !== null) headers[credential[0]] = credential[1];
  const timeout = call.params['timeout'];
  const timeoutMs = timeout === undefined || timeout === null ? call.ports.limit('http.ms') : parseDuration(timeout);
  if (timeoutMs === null || timeoutMs === 0)
    throw wrong(`timeout ${JSON.stringify(timeout)} is not a duration such as 30s`);
  const redirects = call.params['redirects'];
  return {
    method: draft.method,
    headers,
    ...(body === undefined ? {} : { body }),
    signal: call.signal,
    timeoutMs,
    maxBytes: call.ports.limit('http.bytes'),
    redirects: typeof redirects === 'number' ? redirects : call.ports.limit('http.redirects'),
    ...(call.params['insecure'] === true ? { insecure: true } : {}),
  };
}
