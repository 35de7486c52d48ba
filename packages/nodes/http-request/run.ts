/**
 * Owns one call of the HTTP Request node: one request, or one page of several.
 * Does not loop, retry or wait for a rate; the engine does.
 */
import type { FailureError } from '@rondo/core/errors.ts';
import type { EgressResponse } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { isGood, statusFailure } from '../kit/http/answers.ts';
import { sendAuthorised } from '../kit/http/authorised.ts';
import {
  firstPage,
  isTrusted,
  nextPage,
  pageDraft,
  readPagination,
  requestNames,
  type PageCarry,
} from './pagination.ts';
import { isObject } from '../kit/paths.ts';
import { addressOf, draftOf, objectOf, writeRequest, type Draft } from './request.ts';
import { itemsOf, listOf, readAnswer, responseNames, valueOf, type Reading } from './response.ts';
import { inOwnWords } from '../kit/http/words.ts';

interface Exchange {
  answer: EgressResponse;
  reading: Reading;
  where: string;
}

async function send(
  call: EffectCall,
  draft: Draft,
  options: { trusted: boolean; idempotencyKey: string; onlyNew: boolean },
): Promise<Exchange> {
  const init = await writeRequest(call, draft, options);
  const address = addressOf(draft, options.onlyNew);
  const { origin, pathname } = new URL(address);
  const where = `${draft.method} ${origin}${pathname}`;
  const { auth } = call.params;
  const answer =
    auth === undefined || auth === null || !options.trusted
      ? await call.ports.fetch(address, init)
      : await sendAuthorised(call, objectOf(auth, 'auth'), address, init);
  return { answer, reading: readAnswer(call, answer, where), where };
}

function statusError(call: EffectCall, answer: EgressResponse, where: string): FailureError {
  const error = statusFailure(call, answer, where);
  if (call.params['answer'] === 'dify') error.failure.message = `Request failed with status code ${answer.status}`;
  return inOwnWords(call, answer.status, error);
}

async function once(call: EffectCall): Promise<EffectResult> {
  const options = { trusted: true, idempotencyKey: call.idempotencyKey, onlyNew: false };
  const { answer, reading, where } = await send(call, draftOf(call.params), options);
  if (!isGood(answer.status) && call.params['neverError'] !== true) throw statusError(call, answer, where);
  return { items: await itemsOf(call, answer, reading, where) };
}

/** Numbers of `pagination` that are templates; the other templates are about answers, and evaluated per page. */
async function withNumbers(call: EffectCall, pagination: Json): Promise<Json> {
  if (!isObject(pagination)) return pagination;
  const out = { ...pagination };
  for (const name of ['maxPages', 'interval', 'size', 'start']) {
    const value = Object.hasOwn(out, name) ? out[name] : undefined;
    if (typeof value === 'string' && value.includes('{{')) {
      out[name] = await call.evaluate(value, { $pageCount: 0, $response: {}, $request: {} });
    }
  }
  return out;
}

async function onePage(call: EffectCall): Promise<EffectResult> {
  const pagination = readPagination(await withNumbers(call, call.params['pagination'] ?? null));
  const base = draftOf(call.params);
  const carry = (call.carry as unknown as PageCarry | undefined) ?? (await firstPage(call, pagination, base));
  const draft = pageDraft(base, carry);
  const trusted = isTrusted(base.url, draft.url);
  if (!trusted)
    call.ports.log(`page ${carry.page + 1} is at another origin (${new URL(draft.url).origin}): no credentials sent`);
  const { answer, reading, where } = await send(call, draft, {
    trusted,
    // Each page is a request of its own; a server must not answer page 2 with what it kept of page 1.
    idempotencyKey: carry.page === 0 ? call.idempotencyKey : `${call.idempotencyKey}-${carry.page}`,
    onlyNew: carry.url !== undefined,
  });
  const seen = valueOf(answer, reading);
  const page = {
    answer,
    reading: seen,
    draft,
    list: isGood(answer.status) ? listOf(call, seen, where) : null,
    names: { $response: responseNames(answer, seen), $request: requestNames(draft), $pageCount: carry.page + 1 },
  };
  const next = await nextPage(call, pagination, page, carry);
  if (!next.expected) throw statusError(call, answer, where);
  if (next.stoppedByMax) call.ports.log(`ended at pagination.maxPages (${pagination.maxPages})`);
  const items = await itemsOf(call, answer, reading, where);
  if (next.carry === null) return { items, done: true };
  const result = { items, carry: next.carry as unknown as NonNullable<EffectResult['carry']>, done: false };
  return pagination.intervalMs > 0 ? { ...result, waitUntil: call.ports.clock.now() + pagination.intervalMs } : result;
}

export function run(call: EffectCall): Promise<EffectResult> {
  const pagination = call.params['pagination'];
  return pagination === undefined || pagination === null ? once(call) : onePage(call);
}
