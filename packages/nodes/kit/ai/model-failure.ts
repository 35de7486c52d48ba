/**
 * Owns how errors of a model call become failures: what happened, at which server, with which model, what to do, and
 * whether trying again can help. The key is never in them, even when a server repeats it. Does not retry.
 */
import { failure, FailureError, type Failure } from '@rondo/core/errors.ts';
import { isObject } from '../paths.ts';
import type { Connection, ModelCall } from './connection.ts';

const EXCERPT = 300;
const HIDDEN = '[secret]';
const DEEPEST_CAUSE = 8;
const CONTEXT = /context[ _]?(length|window|size)|maximum context|too many tokens|prompt is too long/i;
const FILTER = /content[ _]?(filter|policy|management)|responsible ai|safety system/i;

/** A text in which the key does not stand any more. */
export type Redact = (text: string) => string;

export function redactor(key: string | null): Redact {
  return (text) => (key === null || key === '' ? text : text.replaceAll(key, HIDDEN));
}

/** What an error of the AI SDK may carry. Told by its members: the SDK is loaded only when a model is called. */
interface SdkError {
  name?: string;
  message?: string;
  statusCode?: number;
  responseHeaders?: Record<string, string>;
  responseBody?: string;
  cause?: unknown;
}

/** The failure that our own door gave, however deep the SDK wrapped it. */
function ownFailure(error: unknown): FailureError | null {
  let at = error;
  for (let depth = 0; depth < DEEPEST_CAUSE && at instanceof Error; depth += 1) {
    if (at instanceof FailureError) return at;
    at = at.cause;
  }
  return null;
}

function saidBy(body: string): { message: string; code: string } {
  try {
    const value: unknown = JSON.parse(body);
    const inner = isObject(value) && isObject(value['error']) ? value['error'] : value;
    if (isObject(inner)) {
      const message = inner['message'] ?? inner['error'] ?? inner['detail'];
      return {
        message: typeof message === 'string' ? message : body,
        code: String(inner['code'] ?? inner['type'] ?? ''),
      };
    }
  } catch {
    // Not JSON: the text itself says what happened.
  }
  return { message: body, code: '' };
}

/** Milliseconds that a server asks to wait: retry-after-ms, or retry-after in seconds or as a date. */
export function waitAsked(headers: Record<string, string>, now: number): number | undefined {
  const precise = Number(headers['retry-after-ms'] ?? '');
  if (headers['retry-after-ms'] !== undefined && Number.isFinite(precise)) return Math.max(0, precise);
  const text = headers['retry-after']?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1000);
  const date = text === '' ? Number.NaN : Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

const named = (
  code: 'node-failed' | 'http-failed' | 'http-status',
  message: string,
  more: Partial<Failure>,
): FailureError => new FailureError(failure(code, message, more));

export function contentFiltered(where: string): FailureError {
  return named('node-failed', `${where}: the content filter of the server stopped the answer.`, {
    retry: 'no',
    fix: 'Change the prompt, or the filter settings at the provider.',
    data: { reason: 'content-filter' },
  });
}

function contextExceeded(where: string, said: string): FailureError {
  return named('node-failed', `${where}: the prompt is longer than the context of the model. ${said}`.trim(), {
    retry: 'no',
    fix: 'Shorten the prompt, send the text in parts, or use a model with a longer context.',
    data: { reason: 'context-length' },
  });
}

function statusFailure(
  call: ModelCall,
  connection: Connection,
  error: SdkError,
  where: string,
  redact: Redact,
): FailureError {
  const status = error.statusCode as number;
  const { message, code } = saidBy(error.responseBody ?? '');
  const said = redact(message.replace(/\s+/g, ' ').trim()).slice(0, EXCERPT);
  if (CONTEXT.test(code) || (status < 500 && CONTEXT.test(message))) return contextExceeded(where, said);
  if (FILTER.test(code)) return contentFiltered(where);
  const quota = code === 'insufficient_quota';
  const again = !quota && (status === 408 || status === 409 || status === 429 || status >= 500);
  const after = again ? waitAsked(error.responseHeaders ?? {}, call.ports.clock.now()) : undefined;
  const key =
    connection.apiKey === null
      ? 'connection.apiKey names none'
      : `connection.apiKey names the secret ${connection.apiKey}`;
  const fixes: Record<number, string> = {
    401: `Check the API key: ${key}.`,
    403: `Check what the API key may do: ${key}.`,
    404: 'Check connection.baseUrl and connection.model.',
    429: quota
      ? 'Raise the quota at the provider.'
      : 'Lower loop.parallel, or set loop.rate to what the server allows.',
  };
  return named('http-status', `${where}: answered ${status}${said === '' ? '' : `: ${said}`}`, {
    retry: again ? 'yes' : 'no',
    ...(after === undefined ? {} : { retryAfterMs: after }),
    ...(fixes[status] === undefined ? {} : { fix: fixes[status] }),
    data: { status, ...(code === '' ? {} : { code: redact(code).slice(0, EXCERPT) }) },
  });
}

/** What to throw for `error` of a call to the model. */
export function modelFailure(call: ModelCall, connection: Connection, thrown: unknown, redact: Redact): FailureError {
  const own = ownFailure(thrown);
  if (own !== null) return own;
  const where = placeOf(connection);
  if (call.signal.aborted) return new FailureError(failure('cancelled', `${where}: the call was given up.`));
  const error: SdkError = typeof thrown === 'object' && thrown !== null ? thrown : { message: String(thrown) };
  const status = error.statusCode ?? 0;
  if (status >= 300) return statusFailure(call, connection, error, where, redact);
  const text = redact(String(error.message ?? '')).slice(0, EXCERPT);
  if (/finish reason/i.test(text)) {
    return named('http-failed', `${where}: the answer broke off before it was complete.`, { retry: 'yes' });
  }
  // In a stream the server has no status left to say it with.
  if (CONTEXT.test(text)) return contextExceeded(where, text);
  if (status >= 200 || /InvalidResponse|JSONParse|TypeValidation|EmptyResponse/.test(error.name ?? '')) {
    return named('http-failed', `${where}: the answer is not what an OpenAI-compatible server gives (${text}).`, {
      retry: 'yes',
      fix: 'Check connection.baseUrl; it usually ends in /v1.',
    });
  }
  return named('node-failed', `${where}: ${text}`, { retry: 'yes' });
}

/** The model as messages name it: no query, no user, no key. */
export function placeOf(connection: Connection): string {
  return `model ${connection.model} at ${connection.baseUrl}`;
}
