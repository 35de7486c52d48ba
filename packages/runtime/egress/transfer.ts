/**
 * Owns one exchange on the wire: send one request, collect its answer under a byte limit.
 * Does not follow redirects, decompress or decide destinations.
 */
import type { Dispatcher } from 'undici';
import { FailureError } from '@rondo/core/errors.ts';
import type { EgressInit } from '@rondo/core/model/effect-ports.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { Hop } from './redirect.ts';

export interface Answer {
  status: number;
  statusText: string;
  headers: Record<string, string | string[]>;
  body: Uint8Array;
}

export interface TransferLimits {
  bytes: number;
  where: string;
}

/** Thrown through when the socket broke before any part of the answer arrived. */
export const UNANSWERED = Symbol('unanswered');

function joined(chunks: Uint8Array[], size: number): Uint8Array {
  if (chunks.length === 1) return chunks[0] as Uint8Array;
  return chunks.length === 0 ? new Uint8Array(0) : Buffer.concat(chunks, size);
}

/** Whether parts of this answer are handed on as they come: it is a good one, and not compressed. */
function isStreamed(status: number, headers: Answer['headers']): boolean {
  return status >= 200 && status < 300 && headers['content-encoding'] === undefined;
}

/** Rejects with the signal's reason, undici's error, or FailureError limit-reached. */
export function transfer(
  dispatcher: Dispatcher,
  hop: Hop,
  limits: TransferLimits,
  signal: AbortSignal,
  stream?: EgressInit['stream'],
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | null = null;
    let settled = false;
    let status = 0;
    let statusText = '';
    let headers: Answer['headers'] = {};
    const chunks: Uint8Array[] = [];
    let size = 0;

    const fail = (error: unknown): void => {
      if (settled) return;
      settled = true;
      signal.removeEventListener('abort', onAbort);
      reject(error);
      controller?.abort(error instanceof Error ? error : new Error(String(error)));
    };
    const onAbort = (): void => fail(signal.reason);
    const tooLarge = (): void => fail(new FailureError(limitFailure('http.bytes', limits.bytes, limits.where)));

    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    dispatcher.dispatch(
      {
        origin: hop.url.origin,
        path: hop.url.pathname + hop.url.search,
        method: hop.method as Dispatcher.HttpMethod,
        headers: hop.headers,
        body: hop.body ?? null,
      },
      {
        onRequestStart(started) {
          controller = started;
          // Given up while it was queued for a connection: it must not be sent.
          if (settled) started.abort(new Error('given up'));
        },
        onResponseStart(_controller, code, received, text) {
          if (code < 200) return;
          status = code;
          statusText = text ?? '';
          headers = received as Answer['headers'];
          const length = Number(received['content-length']);
          if (hop.method !== 'HEAD' && length > limits.bytes) tooLarge();
        },
        onResponseData(_controller, chunk) {
          if (settled) return;
          size += chunk.byteLength;
          if (size > limits.bytes) tooLarge();
          else if (stream === undefined || !isStreamed(status, headers)) chunks.push(chunk);
          else {
            try {
              stream(chunk, { status, statusText, headers });
            } catch (error) {
              fail(error);
            }
          }
        },
        onResponseEnd() {
          if (settled) return;
          settled = true;
          signal.removeEventListener('abort', onAbort);
          resolve({ status, statusText, headers, body: joined(chunks, size) });
        },
        onResponseError(_controller, error) {
          if (status === 0) (error as { [UNANSWERED]?: true })[UNANSWERED] = true;
          fail(error);
        },
      },
    );
  });
}
