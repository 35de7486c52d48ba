/**
 * Owns the door of the AI SDK to the network: a fetch function over ports.fetch, so that every request of a model
 * passes the network guard, its limits and the cancellation of the run. Does not know models.
 */
import type { EgressHead, EgressInit, EgressResponse } from '@rondo/core/model/effect-ports.ts';
import type { ModelCall } from './connection.ts';

/** Statuses whose responses may have no body. */
const BODILESS = new Set([204, 205, 304]);

function flat(headers: EgressResponse['headers']): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, one]),
  );
}

function responseOf(head: EgressHead, body: ReadableStream<Uint8Array> | Uint8Array): Response {
  const init = { status: head.status, statusText: head.statusText, headers: flat(head.headers) };
  if (BODILESS.has(head.status)) return new Response(null, init);
  return new Response(body instanceof Uint8Array ? Uint8Array.from(body) : body, init);
}

/** Answers as soon as the first part is there; the rest arrives in its body. */
function streamed(call: ModelCall, url: string, init: EgressInit): Promise<Response> {
  const first = Promise.withResolvers<Response>();
  const giveUp = new AbortController();
  let writer: ReadableStreamDefaultController<Uint8Array> | null = null;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      writer = controller;
    },
    cancel: () => giveUp.abort(),
  });
  let begun = false;
  const stream: EgressInit['stream'] = (chunk, head) => {
    if (!begun) first.resolve(responseOf(head, body));
    begun = true;
    writer?.enqueue(chunk);
  };
  const signal = init.signal === undefined ? giveUp.signal : AbortSignal.any([init.signal, giveUp.signal]);
  call.ports.fetch(url, { ...init, signal, stream }).then(
    (answer) => {
      // Nothing was streamed: an error, or an empty body.
      if (begun) writer?.close();
      else first.resolve(responseOf(answer, answer.body));
    },
    (error: unknown) => {
      if (begun && !giveUp.signal.aborted) writer?.error(error);
      else first.reject(error);
    },
  );
  return first.promise;
}

export function guardedFetch(call: ModelCall, options: { timeoutMs: number; stream: boolean }): typeof fetch {
  return async (input, given = {}) => {
    const url = typeof input === 'string' ? input : input instanceof URL ? input.href : input.url;
    const { body } = given;
    const init: EgressInit = {
      method: given.method ?? 'GET',
      headers: Object.fromEntries(new Headers(given.headers)),
      ...(typeof body === 'string' || body instanceof Uint8Array ? { body } : {}),
      signal: given.signal ?? call.signal,
      timeoutMs: options.timeoutMs,
      maxBytes: call.ports.limit('http.bytes'),
    };
    if (options.stream) return streamed(call, url, init);
    const answer = await call.ports.fetch(url, init);
    return responseOf(answer, answer.body);
  };
}
