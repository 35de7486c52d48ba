/**
 * Owns problem details (RFC 9457): how every error of the server looks to a client. Does not decide what is
 * an error, and never carries a stack trace or a secret.
 */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { StoreError } from '@rondo/core/ports.ts';

export interface ProblemExtra {
  /** Sent as they are. */
  headers?: Record<string, string>;
  /** More members of the body. */
  more?: Record<string, unknown>;
}

export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Record<string, string>;
  readonly more: Record<string, unknown>;
  constructor(status: number, code: string, detail: string, extra: ProblemExtra = {}) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.headers = extra.headers ?? {};
    this.more = extra.more ?? {};
  }
}

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Not authenticated',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Request too slow',
  409: 'Conflict',
  413: 'Too large',
  415: 'Type of content not taken',
  421: 'Wrong host',
  422: 'Not valid',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Not available now',
  504: 'Took too long',
};

export const PROBLEM_TYPE = 'application/problem+json';

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, code, message, headers, more } = problem;
  const title = TITLES[status] ?? 'Error';
  return reply
    .code(status)
    .headers(headers)
    .header('cache-control', 'no-store')
    .type(PROBLEM_TYPE)
    .serializer((body: unknown) => JSON.stringify(body))
    .send({ type: `urn:rondo:problem:${code}`, title, status, detail: message, code, ...more });
}

/** What fastify itself refuses, by its code. */
const REFUSED: Record<string, [number, string, string]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'body-too-large', 'The body of the request is too long.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'content-type', 'This route does not take a body of this content type.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'body-invalid', 'The body is empty; JSON was expected.'],
  FST_ERR_CTP_INVALID_JSON_BODY: [400, 'body-invalid', 'The body is not valid JSON.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [400, 'body-invalid', 'The length of the body is not what content-length says.'],
};

/** Any thrown thing as a problem; what is our own mistake is told to `report` only. */
export function problemOf(error: unknown, report: (line: string) => void, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof StoreError) {
    if (error.code === 'run-not-found') return new Problem(404, error.code, error.message);
    if (error.code === 'store-unavailable') {
      report(`store: ${error.message}`);
      return new Problem(503, error.code, 'The database cannot be written now. Nothing was started; try again.', {
        headers: { 'retry-after': '5' },
      });
    }
  }
  const fastify = error as Partial<FastifyError>;
  const known = REFUSED[fastify.code ?? ''];
  if (known !== undefined) return new Problem(...known);
  if (fastify.validation !== undefined) {
    const fields = fastify.validation.map((one) => ({ path: one.instancePath, message: one.message ?? '' }));
    return new Problem(400, 'request-invalid', fastify.message ?? 'The request is not valid.', { more: { fields } });
  }
  if (fastify.statusCode !== undefined && fastify.statusCode >= 400 && fastify.statusCode < 500) {
    return new Problem(fastify.statusCode, 'request-invalid', fastify.message ?? 'The request is not valid.');
  }
  const where = `${request.method} ${request.routeOptions.url ?? ''}`;
  report(`internal error in ${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return new Problem(500, 'internal', 'Something went wrong in the server. Its log says what.');
}
