/**
 * Owns what nodes read from an HTTP answer: headers, text, file name, and the failure of an error status.
 * Does not send requests or make items.
 */
import { failure, FailureError, type Failure } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EgressResponse } from '@rondo/core/model/effect-ports.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import { plainFileName } from '../item-files.ts';

const EXCERPT_CHARACTERS = 2_000;
const BINARY = /^(image|audio|video|font)\/|^application\/(octet-stream|pdf|zip|gzip|x-tar|x-7z|vnd\.(ms-|openxml))/;

/** A failure about a request that repeating does not help. */
export function wrong(message: string, fix?: string): FailureError {
  return new FailureError(failure('node-failed', message, { retry: 'no', ...(fix === undefined ? {} : { fix }) }));
}

export function header(answer: EgressResponse, name: string): string {
  const value = answer.headers[name];
  return Array.isArray(value) ? value.join(', ') : (value ?? '');
}

export function mimeOf(answer: EgressResponse): string {
  return (header(answer, 'content-type').split(';')[0] ?? '').trim().toLowerCase();
}

export function isBinary(mime: string): boolean {
  return BINARY.test(mime);
}

export function decodeText(answer: EgressResponse): string {
  const charset = /charset=["']?([\w.:-]+)/i.exec(header(answer, 'content-type'))?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(answer.body);
  } catch {
    return new TextDecoder().decode(answer.body);
  }
}

/** Name of a file that is answered: Content-Disposition (RFC 6266), else the end of the path. */
export function fileNameOf(answer: EgressResponse): string {
  const disposition = header(answer, 'content-disposition');
  const extended = /filename\*\s*=\s*([\w-]+)'[^']*'([^;\s]+)/i.exec(disposition);
  if (extended !== null) {
    const bytes = Buffer.from(
      (extended[2] ?? '').replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      ),
      'latin1',
    );
    const name = plainFileName(bytes.toString((extended[1] ?? '').toLowerCase() === 'utf-8' ? 'utf8' : 'latin1'));
    if (name !== '') return name;
  }
  const named = /filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^";]+))/i.exec(disposition);
  const quoted = named?.[1]?.replace(/\\(.)/g, '$1') ?? named?.[2];
  return plainFileName(quoted ?? '') || plainFileName(new URL(answer.url).pathname) || 'download';
}

export function isGood(status: number): boolean {
  // A redirect that was asked for (redirects: 0) is an answer too.
  return status >= 200 && status < 400;
}

/** Milliseconds until the time of a Retry-After header: seconds or a date. */
export function retryAfterMs(value: string, now: number): number | undefined {
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1000);
  const date = text === '' ? Number.NaN : Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The failure of an error status. `waitMs`: what the body says about when to try again. */
export function statusFailure(call: EffectCall, answer: EgressResponse, where: string, waitMs?: number): FailureError {
  const { status } = answer;
  const again = status === 408 || status === 429 || status >= 500;
  const after = again ? (waitMs ?? retryAfterMs(header(answer, 'retry-after'), call.ports.clock.now())) : undefined;
  const body = isBinary(mimeOf(answer)) ? '' : decodeText(answer).slice(0, EXCERPT_CHARACTERS);
  const more: Omit<Failure, 'code' | 'message'> = {
    retry: again ? 'yes' : 'no',
    ...(after === undefined ? {} : { retryAfterMs: after }),
    ...(status === 429 ? { fix: 'Lower loop.parallel, or set loop.rate to what the server allows.' } : {}),
    ...(status === 401 || status === 403
      ? { fix: 'Check the credentials of the node: the secret that it names, and what it may do there.' }
      : {}),
    data: { status, statusText: answer.statusText, body },
  };
  const line = body.replace(/\s+/g, ' ').slice(0, 200);
  const words = `${status} ${answer.statusText}`.trim();
  return new FailureError(failure('http-status', `${where}: answered ${words}${line === '' ? '' : `: ${line}`}`, more));
}

/** The body as JSON. Throws FailureError node-failed that says where it came from. */
export function jsonOf(answer: EgressResponse, where: string): Json {
  try {
    return JSON.parse(decodeText(answer)) as Json;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw wrong(`${where}: the answer is not valid JSON (${reason})`);
  }
}
