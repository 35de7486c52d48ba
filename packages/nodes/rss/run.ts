/** Owns fetching a feed, and whether it has changed since the last run. feed.ts reads it. */
import type { EgressInit, EgressResponse } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { decodeText, header, isGood, statusFailure } from '../kit/http/answers.ts';
import { sendAuthorised } from '../kit/http/authorised.ts';
import { addConnection, timeoutOf } from '../kit/http/connection.ts';
import { isObject, type JsonObject } from '../kit/paths.ts';
import { readChoice, readFlag, readInteger, readObject, readText, readTextList, wrongParameter } from '../kit/read.ts';
import { readElements } from './elements.ts';
import { readFeed } from './feed.ts';

const SCOPE = 'rss';
const ACCEPT =
  'application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1';

function urlOf(call: EffectCall): URL {
  const text = readText(call.params, 'url').trim();
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null;
  return url ?? wrongParameter('url', 'an address that starts with http:// or https://', text);
}

/** What the server knows the last state of the feed by. Not for the iteration that noted it: it is being repeated. */
async function validators(call: EffectCall, url: URL): Promise<Record<string, string>> {
  const known = await call.ports.state.get(SCOPE, url.href);
  if (!isObject(known) || known['owner'] === call.idempotencyKey) return {};
  const out: Record<string, string> = {};
  if (typeof known['etag'] === 'string') out['if-none-match'] = known['etag'];
  if (typeof known['modified'] === 'string') out['if-modified-since'] = known['modified'];
  return out;
}

async function remember(call: EffectCall, url: URL, answer: EgressResponse): Promise<void> {
  const [etag, modified] = [header(answer, 'etag'), header(answer, 'last-modified')];
  const known: JsonObject = { owner: call.idempotencyKey };
  if (etag !== '') known['etag'] = etag;
  if (modified !== '') known['modified'] = modified;
  await call.ports.state.set(SCOPE, url.href, known);
}

/** XML says its character set itself, where the server does not. */
function textOf(answer: EgressResponse): string {
  if (/charset=/i.test(header(answer, 'content-type'))) return decodeText(answer);
  const start = Buffer.from(answer.body.subarray(0, 200)).toString('latin1');
  const named = /^<\?xml[^>]*encoding=["']([\w.:-]+)["']/i.exec(start)?.[1];
  try {
    return new TextDecoder(named ?? 'utf-8').decode(answer.body);
  } catch {
    return decodeText(answer);
  }
}

export async function run(call: EffectCall): Promise<EffectResult> {
  const { params } = call;
  const url = urlOf(call);
  const onlyChanged = readFlag(params, 'onlyChanged', false);
  const headers: Record<string, string> = { accept: ACCEPT };
  for (const [name, value] of Object.entries(readObject(params, 'headers', {}))) {
    if (value !== null) headers[name.toLowerCase()] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  if (onlyChanged) Object.assign(headers, await validators(call, url));
  const init: EgressInit = {
    headers,
    signal: call.signal,
    timeoutMs: timeoutOf(call),
    maxBytes: call.ports.limit('http.bytes'),
    redirects: call.ports.limit('http.redirects'),
  };
  addConnection(call, init, url.href);
  const answer = await sendAuthorised(call, readObject(params, 'auth', {}), url.href, init);
  const where = `GET ${url.origin}${url.pathname}`;
  if (onlyChanged && answer.status === 304) return { items: [] };
  if (!isGood(answer.status)) throw statusFailure(call, answer, where);
  const most = readInteger(params, 'limit', 1, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const items = (await entriesOf(call, answer, where)).slice(0, most).map((json) => ({ json }));
  // Only a feed that could be read is one that need not be read again.
  if (onlyChanged) await remember(call, url, answer);
  return { items };
}

async function entriesOf(call: EffectCall, answer: EgressResponse, where: string): Promise<Json[]> {
  const { params } = call;
  if (readChoice(params, 'entries', ['plain', 'elements'] as const, 'plain') === 'elements') {
    return readElements(textOf(answer), readTextList(params, 'extra', []), where);
  }
  const { title, link, entries } = await readFeed(textOf(answer), answer.url, where);
  return entries.map((entry) => ({ ...entry, feed: { title, link } }) as unknown as Json);
}
