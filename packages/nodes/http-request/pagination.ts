/**
 * Owns the pages of an API: what the request of the next page is, and when there is none.
 * Works on one page at a time; the engine asks for the next. Does not send.
 *
 * The carry is all that is kept between pages: it is small, and a page that failed is asked again
 * with the same one.
 */
import { parseDuration } from '@rondo/core/model/duration.ts';
import { FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EgressResponse } from '@rondo/core/model/effect-ports.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import { getPath, isObject, put, type JsonObject } from '../kit/paths.ts';
import { header, isGood, wrong } from '../kit/http/answers.ts';
import { notMoving, repeats, type Repeats } from '../kit/http/progress.ts';
import { objectOf, type Draft } from './request.ts';
import type { Reading } from './response.ts';
import { inOwnWords } from '../kit/http/words.ts';

export interface PageCarry extends Repeats {
  /** Pages fetched so far: the number $pageCount has. */
  page: number;
  /** Values for the next request, by place. */
  query?: JsonObject;
  headers?: JsonObject;
  body?: JsonObject;
  url?: string;
  /** Items so far, for modes that count. */
  items?: number;
}

export const MODES = ['parameters', 'nextUrl', 'cursor', 'offset', 'page', 'link'] as const;

type Place = 'query' | 'headers' | 'body';

export interface Pagination {
  mode: (typeof MODES)[number];
  raw: JsonObject;
  place: Place;
  parameter: string;
  size: number | null;
  maxPages: number | null;
  intervalMs: number;
}

function countOf(raw: JsonObject, name: string): number | null {
  const value = raw[name];
  if (value === undefined || value === null) return null;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw wrong(`pagination.${name} must be a whole number of at least 1`);
  return number;
}

/** Checks what was written; templates stay as they are. */
export function readPagination(value: Json): Pagination {
  if (!isObject(value)) throw wrong('pagination must be an object with a mode');
  const raw = value;
  const mode = MODES.find((name) => name === raw['mode']);
  if (mode === undefined) throw wrong(`pagination.mode must be one of ${MODES.join(', ')}`);
  const places: Record<string, Place> = { query: 'query', header: 'headers', headers: 'headers', body: 'body' };
  const place = places[String(raw['in'] ?? 'query')];
  if (place === undefined) throw wrong('pagination.in must be query, header or body');
  const named: Record<string, string> = { offset: 'offset', page: 'page', cursor: 'cursor' };
  const interval = raw['interval'] === undefined ? 0 : parseDuration(raw['interval']);
  if (interval === null) throw wrong('pagination.interval is not a duration such as 500ms');
  if (mode === 'nextUrl' && typeof raw['url'] !== 'string')
    throw wrong('pagination.url (a template) is needed for nextUrl');
  if (mode === 'cursor' && typeof raw['path'] !== 'string') throw wrong('pagination.path is needed for cursor');
  return {
    mode,
    raw,
    place,
    parameter: String(raw['parameter'] ?? named[mode] ?? ''),
    size: countOf(raw, 'size'),
    maxPages: countOf(raw, 'maxPages'),
    intervalMs: interval,
  };
}

function withParameter(place: Place, values: JsonObject): Partial<PageCarry> {
  return { [place]: values };
}

/** offset and page: the values of page `page` are known without an answer. */
function counted(pagination: Pagination, page: number, items: number): Partial<PageCarry> {
  const { raw, size, place, parameter, mode } = pagination;
  const start = Number(raw['start'] ?? (mode === 'page' ? 1 : 0));
  const at = mode === 'page' ? start + page : start + (size === null ? items : page * size);
  const sized = typeof raw['sizeParameter'] === 'string' && size !== null ? { [raw['sizeParameter']]: size } : {};
  return withParameter(place, { ...sized, [parameter]: at });
}

/** Templates of mode parameters. On the first page what cannot be read yet is left out. */
async function evaluated(
  call: EffectCall,
  pagination: Pagination,
  names: JsonObject,
  first: boolean,
): Promise<Partial<PageCarry>> {
  const out: Partial<PageCarry> = {};
  for (const place of ['query', 'headers', 'body'] as const) {
    const values: JsonObject = {};
    for (const [name, template] of Object.entries(objectOf(pagination.raw[place], `pagination.${place}`))) {
      if (name.trim() === '') throw wrong(`pagination.${place} has a parameter without a name`);
      const value = await evaluateOr(call, template, names, first);
      if (value !== null && value !== undefined) values[name] = value;
    }
    if (Object.keys(values).length > 0) out[place] = values;
  }
  return out;
}

/** `$response` is empty before the first answer, so reaching into it is no error there. */
async function evaluateOr(
  call: EffectCall,
  template: Json,
  names: JsonObject,
  first: boolean,
): Promise<Json | undefined> {
  try {
    return await call.evaluate(template, names);
  } catch (error) {
    if (first && error instanceof FailureError && error.failure.code === 'expression-failed') return undefined;
    throw error;
  }
}

export function requestNames(draft: Draft): JsonObject {
  const { method, url, query, headers, body = null } = draft;
  // uri and qs are what imported workflows call them.
  return { method, url, uri: url, query, qs: query, headers, body };
}

/** Where the first request starts. */
export async function firstPage(call: EffectCall, pagination: Pagination, draft: Draft): Promise<PageCarry> {
  const names = { $pageCount: 0, $response: {}, $request: requestNames(draft) };
  if (pagination.mode === 'parameters') return { page: 0, ...(await evaluated(call, pagination, names, true)) };
  if (pagination.mode === 'offset' || pagination.mode === 'page') return { page: 0, ...counted(pagination, 0, 0) };
  if (pagination.mode === 'cursor' && typeof pagination.raw['sizeParameter'] === 'string' && pagination.size !== null) {
    return { page: 0, ...withParameter(pagination.place, { [pagination.raw['sizeParameter']]: pagination.size }) };
  }
  if (pagination.mode === 'nextUrl') {
    const url = await evaluateOr(call, pagination.raw['url'] as string, names, true);
    return typeof url === 'string' && url !== '' ? { page: 0, url: addressOfPage(call, url, draft.url) } : { page: 0 };
  }
  return { page: 0 };
}

function addressOfPage(call: EffectCall, next: string, current: string): string {
  const url = URL.parse(next, current);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw inOwnWords(call, 'nextUrl', wrong(`the URL of the next page is not valid: ${next}`), next);
  }
  return url.href;
}

function merged(base: JsonObject, more: JsonObject): JsonObject {
  const out: JsonObject = { ...base };
  for (const [name, value] of Object.entries(more)) {
    const old = Object.hasOwn(out, name) ? out[name] : undefined;
    put(out, name, isObject(old) && isObject(value) ? merged(old, value) : value);
  }
  return out;
}

/** The request of this page. */
export function pageDraft(draft: Draft, carry: PageCarry): Draft {
  const { query, headers, body, url } = carry;
  return {
    ...draft,
    url: url ?? draft.url,
    query: query === undefined ? draft.query : { ...draft.query, ...query },
    headers: headers === undefined ? draft.headers : { ...draft.headers, ...headers },
    body: body === undefined ? draft.body : merged(isObject(draft.body) ? draft.body : {}, body),
  };
}

/** Credentials may follow to a URL the server named only on the same origin, or its https. */
export function isTrusted(original: string, next: string): boolean {
  const [from, to] = [new URL(original), new URL(next)];
  return from.origin === to.origin || (from.hostname === to.hostname && to.protocol === 'https:' && to.port === '');
}

/** Target of rel=next in a Link header. */
export function nextLink(value: string): string | null {
  for (const match of value.matchAll(/<([^>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^\s",;]+))*)/g)) {
    const rel = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s",;]+))/i.exec(match[2] ?? '');
    if ((rel?.[1] ?? rel?.[2] ?? '').toLowerCase().split(/\s+/).includes('next')) return match[1] ?? null;
  }
  return null;
}

export interface Page {
  answer: EgressResponse;
  reading: Reading;
  /** The request as it was sent. */
  draft: Draft;
  names: JsonObject;
  /** Elements of the list of this page; null when the answer is no list. */
  list: Json[] | null;
}

function statusesOf(rule: Json): number[] | null {
  if (typeof rule === 'number') return [rule];
  if (Array.isArray(rule)) return rule.map(Number);
  if (typeof rule === 'string' && /^\s*\d{3}(\s*,\s*\d{3})*\s*$/.test(rule)) return rule.split(',').map(Number);
  return null;
}

/** completeWhen, and the end that a mode has by itself. Answers whether the status was expected, too. */
async function isComplete(
  call: EffectCall,
  pagination: Pagination,
  page: Page,
): Promise<{ done: boolean; expected: boolean }> {
  const rule = pagination.raw['completeWhen'] ?? (pagination.mode === 'parameters' ? 'empty' : undefined);
  const statuses = rule === undefined ? null : statusesOf(rule);
  if (statuses !== null) {
    const hit = statuses.includes(page.answer.status);
    return { done: hit, expected: hit || isGood(page.answer.status) };
  }
  const good = isGood(page.answer.status);
  if (!good && pagination.raw['anyStatus'] !== true) return { done: false, expected: false };
  if (rule === 'empty') {
    const { body, empty } = page.reading;
    const list = page.list ?? (Array.isArray(body) ? body : null);
    const nothing =
      list !== null ? list.length === 0 : empty || body === null || body === '' || body === 0 || body === false;
    const done = nothing && page.reading.file === null;
    return { done, expected: good || done };
  }
  if (!good && rule !== undefined) {
    const done = Boolean(await call.evaluate(rule, page.names));
    return { done, expected: done };
  }
  if (rule !== undefined) return { done: Boolean(await call.evaluate(rule, page.names)), expected: true };
  return { done: false, expected: true };
}

/** Counts of a page for modes that stop on a short one. */
function isLast(pagination: Pagination, page: Page): boolean {
  if (page.list === null)
    throw wrong(`pagination ${pagination.mode} needs a list in the answer; say where with "items"`);
  return page.list.length === 0 || (pagination.size !== null && page.list.length < pagination.size);
}

async function follow(
  call: EffectCall,
  pagination: Pagination,
  page: Page,
  carry: PageCarry,
): Promise<Partial<PageCarry> | null> {
  const { mode, raw, place, parameter } = pagination;
  if (mode === 'parameters') return evaluated(call, pagination, page.names, false);
  // An error answer that neverError lets pass says nothing about a next page.
  if (!isGood(page.answer.status)) return null;
  if (mode === 'offset' || mode === 'page') {
    if (isLast(pagination, page)) return null;
    const items = (carry.items ?? 0) + (page.list?.length ?? 0);
    return { ...counted(pagination, carry.page + 1, items), items };
  }
  if (mode === 'cursor') {
    const cursor = getPath(page.reading.body, raw['path'] as string);
    if (cursor === undefined || cursor === null || cursor === '' || cursor === false) return null;
    const before = carry[place]?.[parameter];
    if (before !== undefined && JSON.stringify(before) === JSON.stringify(cursor)) {
      throw notMoving(`the answer names its own cursor ${JSON.stringify(cursor)} as the next`);
    }
    return withParameter(place, { ...carry[place], [parameter]: cursor });
  }
  const next =
    mode === 'link' ? nextLink(header(page.answer, 'link')) : await call.evaluate(raw['url'] as string, page.names);
  if (next === null || next === undefined || next === '') {
    // With its own end rule, a missing URL means that the rule or the template is wrong.
    if (mode === 'nextUrl' && raw['completeWhen'] !== undefined) {
      const error = wrong('pagination is not complete by completeWhen, but the answer has no URL of a next page');
      throw inOwnWords(call, 'nextUrl', error, next ?? null);
    }
    return null;
  }
  if (typeof next !== 'string') {
    throw inOwnWords(call, 'nextUrl', wrong(`pagination.url gives ${JSON.stringify(next)}, not a URL`), next);
  }
  return { url: addressOfPage(call, next, page.answer.url) };
}

function repeatsOf(call: EffectCall, page: Page, carry: PageCarry): Required<Repeats> {
  try {
    return repeats(page.answer, carry);
  } catch (error) {
    throw error instanceof FailureError ? inOwnWords(call, 'repeated', error) : error;
  }
}

/** What comes after this page: a carry, or null. `expected`: its status is no failure. */
export async function nextPage(
  call: EffectCall,
  pagination: Pagination,
  page: Page,
  carry: PageCarry,
): Promise<{ carry: PageCarry | null; expected: boolean; stoppedByMax: boolean }> {
  const repeated = repeatsOf(call, page, carry);
  const { done, expected } = await isComplete(call, pagination, page);
  const good = expected || call.params['neverError'] === true;
  // The caller turns this into the failure of the status; the page after it is of no interest.
  if (!good || done) return { carry: null, expected: good, stoppedByMax: false };
  const count = carry.page + 1;
  if (pagination.maxPages !== null && count >= pagination.maxPages)
    return { carry: null, expected: good, stoppedByMax: true };
  const more = await follow(call, pagination, page, carry);
  return {
    carry: more === null ? null : { page: count, ...repeated, ...more },
    expected: good,
    stoppedByMax: false,
  };
}
