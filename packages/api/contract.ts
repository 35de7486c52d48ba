/**
 * Owns what a route promises: method, path, scope, what it takes and what it gives. The server implements contracts,
 * the client calls them, the documentation is printed from them. Holds no route (contracts/) and no handler.
 */
import type { z } from 'zod';
import type { Scope } from './access.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Contract<
  M extends Method = Method,
  U extends string = string,
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
> {
  method: M;
  /** Below /api/v1; parameters as {name}. */
  path: U;
  scope: Scope;
  /** Groups routes in the documentation. */
  tag: string;
  /** One line. */
  summary: string;
  params?: P;
  query?: Q;
  body?: B;
  /** Of the answer with `status`. Undefined: there is no body. */
  response?: R;
  /** Default 200. */
  status?: number;
  /** The answer is a stream: of events, or of a file. */
  stream?: 'events' | 'file';
  /** Longest body in bytes; default 1 MiB. */
  maxBytes?: number;
  /** Longest time of an answer; default 30 s. */
  timeoutMs?: number;
}

export function contract<
  M extends Method,
  U extends string,
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
  R extends z.ZodType = z.ZodUndefined,
>(spec: Contract<M, U, P, Q, B, R>): Contract<M, U, P, Q, B, R> {
  return spec;
}

export const BASE = '/api/v1';
