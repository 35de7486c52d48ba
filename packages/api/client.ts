/**
 * Owns calling the API with types: method and path say what goes in and what comes back. Needs no schema at run
 * time, so that the studio's first load stays small. Does not cache or retry.
 */
import type { z } from 'zod';
import type { Contracts } from './contracts/index.ts';

/** Contracts by what is written to call them: `GET /workflows/{id}`. */
export type ByRoute = {
  [N in keyof Contracts as `${Contracts[N]['method']} ${Contracts[N]['path']}`]: Contracts[N];
};
export type RouteName = keyof ByRoute;

type In<S> = S extends z.ZodType ? z.input<S> : undefined;
/** A part that a route does not take is left out; one that may be empty may be left out. */
type Part<N extends string, T> = [T] extends [undefined]
  ? { [X in N]?: undefined }
  : Record<never, never> extends T
    ? { [X in N]?: T }
    : { [X in N]: T };

export type Given<R extends RouteName> = Part<'params', In<ByRoute[R]['params']>> &
  Part<'query', In<ByRoute[R]['query']>> &
  Part<'body', In<ByRoute[R]['body']>> & { signal?: AbortSignal };

export type Answer<R extends RouteName> =
  NonNullable<ByRoute[R]['response']> extends z.ZodType ? z.output<NonNullable<ByRoute[R]['response']>> : undefined;

/** An error answer: problem details (RFC 9457). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Record<string, unknown>;
  constructor(status: number, code: string, message: string, details: Record<string, unknown>) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

export interface ClientOptions {
  /** For example https://rondo.example.org; default: where the page came from. */
  origin?: string;
  token?: string;
  fetch?: typeof fetch;
}

/** The address of a route with its parameters filled in. */
export function addressOf(
  path: string,
  params: Record<string, unknown> = {},
  query: Record<string, unknown> = {},
): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null) search.set(name, String(value));
  const text = search.toString();
  return `/api/v1${filled}${text === '' ? '' : `?${text}`}`;
}

export type Call = <R extends RouteName>(route: R, given: Given<R>) => Promise<Answer<R>>;

export function createClient({ origin = '', token, fetch: send = fetch }: ClientOptions = {}): Call {
  return async (route, given) => {
    const [method = 'GET', path = ''] = route.split(' ');
    const { params, query, body, signal } = given as {
      params?: Record<string, unknown>;
      query?: Record<string, unknown>;
      body?: unknown;
      signal?: AbortSignal;
    };
    const response = await send(`${origin}${addressOf(path, params, query)}`, {
      method,
      ...(signal === undefined ? {} : { signal }),
      credentials: token === undefined ? 'same-origin' : 'omit',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
    const value: unknown = text === '' || !isJson ? undefined : JSON.parse(text);
    if (!response.ok) {
      const details = (value ?? {}) as Record<string, unknown>;
      const message = String(details['detail'] ?? `The server answered with ${response.status}.`);
      throw new ApiError(response.status, String(details['code'] ?? 'http'), message, details);
    }
    return value as never;
  };
}
