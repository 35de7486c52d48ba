/**
 * Owns one GraphQL operation, or one page of a connection. Does not parse queries, loop or retry.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { EgressInit, EgressResponse } from '@rondo/core/model/effect-ports.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { decodeText, isGood, jsonOf, statusFailure, wrong } from '../kit/http/answers.ts';
import { sendAuthorised } from '../kit/http/authorised.ts';
import { inOwnWords } from '../kit/http/words.ts';
import { addConnection, timeoutOf } from '../kit/http/connection.ts';
import { notMoving, repeats, type Repeats } from '../kit/http/progress.ts';
import { getPath, isObject, type JsonObject } from '../kit/paths.ts';
import { readChoice, readFlag, readObject, readText } from '../kit/read.ts';

interface Carry extends Repeats {
  page: number;
  cursor: string;
}

/** Codes by which servers say that the same operation may pass later. */
const LATER = new Set(['RATE_LIMITED', 'RATELIMITED', 'THROTTLED', 'TOO_MANY_REQUESTS', 'SERVICE_UNAVAILABLE']);

function endpoint(call: EffectCall): URL {
  const text = readText(call.params, 'url').trim();
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null;
  if (url === null)
    throw wrong(`url must be an address that starts with http:// or https://, not ${JSON.stringify(text)}`);
  return url;
}

async function send(call: EffectCall, url: URL, variables: JsonObject, key: string): Promise<EgressResponse> {
  const { params } = call;
  const operationName = readText(params, 'operationName', '');
  const headers: Record<string, string> = { accept: 'application/graphql-response+json, application/json;q=0.9' };
  for (const [name, value] of Object.entries(readObject(params, 'headers', {}))) {
    if (value !== null) headers[name.toLowerCase()] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  const method = readChoice(params, 'method', ['POST', 'GET'] as const, 'POST');
  const plain = readChoice(params, 'bodyType', ['json', 'graphql'] as const, 'json') === 'graphql';
  const query = readText(params, 'queryTemplate', '') || readText(params, 'query');
  const operation = {
    query,
    ...(Object.keys(variables).length === 0 ? {} : { variables }),
    ...(operationName === '' ? {} : { operationName }),
  };
  const address = new URL(url);
  if (method === 'POST') headers['content-type'] ??= plain ? 'application/graphql' : 'application/json';
  else {
    for (const [name, value] of Object.entries(plain ? { query } : operation)) {
      address.searchParams.set(name, typeof value === 'string' ? value : JSON.stringify(value));
    }
  }
  if (readFlag(params, 'idempotencyKey', true)) headers['idempotency-key'] ??= key;
  const init: EgressInit = {
    method,
    headers,
    signal: call.signal,
    timeoutMs: timeoutOf(call),
    maxBytes: call.ports.limit('http.bytes'),
    redirects: call.ports.limit('http.redirects'),
  };
  if (method === 'POST') init.body = plain ? query : JSON.stringify(operation);
  addConnection(call, init, url.href);
  return sendAuthorised(call, readObject(params, 'auth', {}), address.href, init);
}

/** An object, or JSON text of one. */
function variablesOf(call: EffectCall): JsonObject {
  const given = call.params['variables'] ?? {};
  let value: Json = given;
  try {
    value = typeof given === 'string' ? (given.trim() === '' ? {} : (JSON.parse(given) as Json)) : given;
  } catch {
    value = null;
  }
  if (isObject(value)) return value;
  throw inOwnWords(call, 'variables', wrong('variables must be an object, or JSON text of one'), given);
}

function errorsFailure(errors: readonly Json[], where: string): FailureError {
  const lines = errors.map((error) => {
    if (!isObject(error)) return String(error);
    const path = Array.isArray(error['path']) ? ` (at ${error['path'].join('.')})` : '';
    return `${String(error['message'] ?? 'error')}${path}`;
  });
  const codes = errors.map((error) => getPath(error, 'extensions.code')).filter((code) => typeof code === 'string');
  const more = lines.length > 3 ? `; ${lines.length - 3} more` : '';
  return new FailureError(
    failure('node-failed', `${where}: the answer has errors: ${lines.slice(0, 3).join('; ')}${more}`.slice(0, 2000), {
      retry: codes.some((code) => LATER.has(code)) ? 'yes' : 'no',
      fix: 'Correct the query or its variables; allowErrors takes an answer with errors as it is.',
      data: { errors: errors.slice(0, 10) },
    }),
  );
}

/** Elements of a list, or of a connection: its nodes, or those of its edges. */
function listAt(data: Json, path: string, where: string): Json[] | Json {
  const found = getPath(data, path);
  if (found === undefined || found === null) return [];
  if (!isObject(found)) return found;
  const { nodes, edges } = found;
  if (Array.isArray(nodes)) return nodes.filter((one) => one !== null);
  if (Array.isArray(edges)) {
    return edges.map((edge) => {
      const node = isObject(edge) ? edge['node'] : undefined;
      if (node === undefined) throw wrong(`${where}: an edge of "${path}" has no node; ask for node in the query`);
      return node;
    });
  }
  return found;
}

async function answerOf(
  call: EffectCall,
  variables: JsonObject,
  key: string,
): Promise<{ data: Json; errors: Json[]; items: Item[]; where: string; answer: EgressResponse }> {
  const url = endpoint(call);
  const where = `GraphQL ${url.origin}${url.pathname}`;
  const answer = await send(call, url, variables, key);
  if (!isGood(answer.status)) throw inOwnWords(call, answer.status, statusFailure(call, answer, where));
  const kind = readChoice(call.params, 'answer', ['data', 'body', 'text'] as const, 'data');
  if (kind === 'text') {
    const text = { [readText(call.params, 'property', 'data')]: decodeText(answer) };
    return { data: null, errors: [], where, answer, items: [{ json: text }] };
  }
  const body = jsonOf(answer, where);
  if (!isObject(body) || (body['data'] === undefined && !Array.isArray(body['errors']))) {
    throw wrong(`${where}: the answer has neither data nor errors; is this a GraphQL endpoint?`);
  }
  const data = body['data'] ?? null;
  const errors = Array.isArray(body['errors']) ? body['errors'] : [];
  const allowed = readFlag(call.params, 'allowErrors', false);
  if (errors.length > 0 && !allowed) {
    const said = errors.map((error) => (isObject(error) ? String(error['message'] ?? 'error') : String(error)));
    throw inOwnWords(call, 'errors', errorsFailure(errors, where), said.join(', '));
  }
  const path = readText(call.params, 'items', '');
  if (kind === 'body') return { data, errors, where, answer, items: [{ json: body }] };
  if (path === '') return { data, errors, where, answer, items: [{ json: allowed ? { data, errors } : data }] };
  if (errors.length > 0) call.ports.log(errorsFailure(errors, where).failure.message);
  const list = listAt(data, path, where);
  return { data, errors, where, answer, items: (Array.isArray(list) ? list : [list]).map((json) => ({ json })) };
}

function nextCursor(data: Json, path: string, where: string, before: string | undefined): string | null {
  const info = getPath(data, `${path}.pageInfo`);
  if (!isObject(info) || typeof info['hasNextPage'] !== 'boolean') {
    throw wrong(`${where}: "${path}" has no pageInfo { hasNextPage endCursor }; ask for it in the query`);
  }
  if (!info['hasNextPage']) return null;
  const cursor = info['endCursor'];
  if (typeof cursor !== 'string' || cursor === '')
    throw notMoving(`${where} says that there is more, but has no endCursor`);
  if (cursor === before) throw notMoving(`${where} names its own cursor ${JSON.stringify(cursor)} as the next`);
  return cursor;
}

async function onePage(call: EffectCall, pagination: JsonObject): Promise<EffectResult> {
  const carry = call.carry as unknown as Carry | undefined;
  const page = carry?.page ?? 0;
  const variable = readText(pagination, 'variable', 'after');
  const path = readText(pagination, 'connection', '') || readText(call.params, 'items', '');
  if (path === '') throw wrong('pagination needs "connection" or "items": where the connection is below data');
  const variables = { ...variablesOf(call), ...(carry && { [variable]: carry.cursor }) };
  const key = page === 0 ? call.idempotencyKey : `${call.idempotencyKey}-${page}`;
  const { data, items, where, answer } = await answerOf(call, variables, key);
  const cursor = nextCursor(data, path, where, carry?.cursor);
  if (cursor === null) return { items, done: true };
  if (page + 1 >= Number(pagination['maxPages'] ?? Number.POSITIVE_INFINITY)) {
    call.ports.log(`ended at pagination.maxPages (${page + 1})`);
    return { items, done: true };
  }
  return { items, carry: { page: page + 1, cursor, ...repeats(answer, carry ?? {}) }, done: false };
}

export async function run(call: EffectCall): Promise<EffectResult> {
  const pagination = call.params['pagination'];
  if (isObject(pagination)) return onePage(call, pagination);
  const { items } = await answerOf(call, variablesOf(call), call.idempotencyKey);
  return { items };
}
