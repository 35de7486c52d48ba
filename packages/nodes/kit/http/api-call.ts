/**
 * Owns one request to the API of a service: JSON or a form out, the answer back, under the limits of HTTP, with a
 * token from a secret that no message shows. Does not judge the answer, follow pages or retry.
 */
import { FailureError, type Failure } from '@rondo/core/errors.ts';
import type { EgressInit, EgressResponse } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import { readText, wrongParameter } from '../read.ts';
import { wrong } from './answers.ts';
import { timeoutOf } from './connection.ts';
import type { WrittenBody } from './multipart.ts';

export interface ApiRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  url: URL;
  /** Token of the Authorization header: its scheme, and the name of the secret. */
  authorization?: { scheme: string; secret: string };
  /** Text that must not show in a failure, because it is part of the address. */
  hide?: string;
  /** A value that is sent as JSON. */
  json?: Json;
  /** A body that is written already, instead of `json`. */
  written?: WrittenBody;
}

/** Address of the service, by the parameter `baseUrl`. */
export function baseUrl(call: EffectCall): URL {
  const text = readText(call.params, 'baseUrl').trim();
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null;
  return url ?? wrongParameter('baseUrl', 'an address that starts with http:// or https://', text);
}

/** Address below the base; `parts` are encoded. */
export function apiUrl(call: EffectCall, ...parts: string[]): URL {
  const url = baseUrl(call);
  // A URL has no such segments: they would lead to another place of the server.
  const lost = parts.find((part) => part === '' || part === '.' || part === '..');
  if (lost !== undefined) throw wrong(`${JSON.stringify(lost)} cannot be part of an address of ${url.host}`);
  const base = url.pathname.replace(/\/+$/, '');
  url.pathname = [base, ...parts.map((part) => encodeURIComponent(part).replaceAll('%3A', ':'))].join('/');
  return url;
}

/** A webhook address, which is a secret as a whole; it must be one of `host`. */
export function webhookUrl(call: EffectCall, secret: string, host: string): URL {
  const url = URL.parse(call.ports.secret(secret, host));
  if (url !== null && url.hostname === host && /^https?:$/.test(url.protocol)) return url;
  throw wrong(`secret ${secret} does not hold the address of a webhook at ${host}`, 'Store the whole address in it.');
}

/** The failure without a text that is secret. */
function hiding(found: Failure, secret: string): FailureError {
  const plain = JSON.stringify(found).replaceAll(JSON.stringify(secret).slice(1, -1), '***');
  const encoded = encodeURIComponent(secret);
  return new FailureError(JSON.parse(plain.replaceAll(encoded, '***')) as Failure);
}

export async function callApi(call: EffectCall, request: ApiRequest): Promise<EgressResponse> {
  const { method, url, json, written, authorization, hide } = request;
  const headers: Record<string, string> = { accept: 'application/json' };
  const init: EgressInit = {
    method,
    headers,
    signal: call.signal,
    timeoutMs: timeoutOf(call),
    maxBytes: call.ports.limit('http.bytes'),
    redirects: 0,
  };
  if (json !== undefined) {
    init.body = JSON.stringify(json);
    headers['content-type'] = 'application/json; charset=utf-8';
  } else if (written?.body !== undefined) {
    init.body = written.body;
    if (written.contentType !== undefined) headers['content-type'] = written.contentType;
  }
  if (authorization !== undefined) {
    const { scheme, secret } = authorization;
    headers['authorization'] = `${scheme} ${call.ports.secret(secret, url.hostname)}`;
  }
  try {
    return await call.ports.fetch(url.href, init);
  } catch (error) {
    if (hide !== undefined && hide.length > 1 && error instanceof FailureError) throw hiding(error.failure, hide);
    throw error;
  }
}

/** Value without the fields that were not given. */
export function given(fields: Record<string, Json | undefined>): Record<string, Json> {
  const out: Record<string, Json> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== null && value !== '') out[name] = value;
  }
  return out;
}
