/** Owns one call of Respond: makes the response, hands it to whoever waits, passes on what was answered. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { pass, withJson } from '../kit/items.ts';
import { readFlag, readInteger, readObject, readText, readTextList, wrongParameter } from '../kit/read.ts';
import { redirectTarget, responseHeaders, type RunResponse } from './response.ts';

export async function run(call: EffectCall): Promise<EffectResult> {
  const { params, items } = call;
  const answered = itemsAnswered(params, items);
  const response = responseOf(params, answered);
  call.ports.respond(response as unknown as Json);
  return { items: readFlag(params, 'pass', false) ? items.map(pass) : answered };
}

/** One body for all items of the unit, or each item as it is. */
function itemsAnswered(params: Record<string, Json>, items: readonly Item[]): Item[] {
  const [first] = items;
  if (first === undefined) return [];
  return Object.hasOwn(params, 'body') ? [withJson(first, params.body ?? null)] : items.map(pass);
}

function responseOf(params: Record<string, Json>, items: readonly Item[]): RunResponse {
  const as = readText(params, 'as', 'json');
  const headers = responseHeaders(readObject(params, 'headers', {}));
  const value = items.length > 1 ? items.map((item) => item.json) : (items[0]?.json ?? null);
  const status = (fallback: number): number => readInteger(params, 'status', 200, 599, fallback);
  switch (as) {
    case 'json':
      return content(status(200), headers, JSON.stringify(value), 'application/json; charset=utf-8');
    case 'json-text': {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return content(status(200), headers, text, 'application/json; charset=utf-8');
    }
    case 'text':
    case 'html': {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return content(status(200), headers, text, `text/${as === 'html' ? 'html' : 'plain'}; charset=utf-8`);
    }
    case 'binary':
      return {
        status: status(200),
        headers,
        content: { kind: 'file', file: fileOf(params, items), download: readFlag(params, 'download', true) },
      };
    case 'redirect': {
      const code = status(303);
      if (code < 300 || code > 399) return wrongParameter('status', 'from 300 to 399 for a redirect', code);
      const location = redirectTarget(readText(params, 'location'), readTextList(params, 'redirectHosts', []));
      return { status: code, headers: { ...headers, location }, content: { kind: 'none' } };
    }
    default:
      return { status: status(204), headers, content: { kind: 'none' } };
  }
}

function content(status: number, headers: Record<string, string>, text: string, type: string): RunResponse {
  // A status that cannot have a body.
  if (status === 204 || status === 304) return { status, headers, content: { kind: 'none' } };
  return { status, headers, content: { kind: 'text', text, type } };
}

function fileOf(params: Record<string, Json>, items: readonly Item[]) {
  const files = items[0]?.files ?? {};
  const names = Object.keys(files);
  const name = readText(params, 'file', names[0] ?? '');
  const file = Object.hasOwn(files, name) ? files[name] : undefined;
  if (file !== undefined) return file;
  throw new FailureError(
    failure('file-failed', `The item has no file ${JSON.stringify(name)}.`, {
      retry: 'no',
      fix: names.length === 0 ? 'It has no files at all.' : `It has: ${names.join(', ')}.`,
    }),
  );
}
