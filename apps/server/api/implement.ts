/**
 * Owns turning contracts (packages/api) and their handlers into routes. A contract without a handler, and a handler
 * without a contract, stop the start. Does not hold handlers.
 */
import type { z } from 'zod';
import { Defect } from '@rondo/core/errors.ts';
import { BASE, type Contract } from '@rondo/api/contract.ts';
import type { Call, Route } from '../http/route.ts';

type Out<S> = S extends z.ZodType ? z.output<S> : undefined;
/** What a handler gives is checked and stripped by the schema, so it may leave out what has a default. */
type Given<S> = [S] extends [z.ZodUndefined] ? unknown : S extends z.ZodType ? z.input<S> : unknown;

export type Handler<C> =
  C extends Contract<infer _M, infer _U, infer P, infer Q, infer B, infer R>
    ? (call: Call<Out<P>, Out<Q>, Out<B>>) => Promise<Given<R>>
    : never;

export type ContractList = Readonly<Record<string, Contract>>;

/** One handler for each contract of a list. */
export type Handlers<L> = { readonly [N in keyof L]: Handler<L[N]> };

/** The address as the router takes it. */
export function urlOf(path: string): string {
  return `${BASE}${path.replace(/\{(\w+)\}/g, ':$1')}`;
}

/** Throws a Defect: a contract has no handler, or a handler no contract. */
export function implement<L extends object>(contracts: L, handlers: Handlers<L>): Route[] {
  const known = contracts as unknown as ContractList;
  const given = handlers as unknown as Record<string, Route['handler'] | undefined>;
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(known, name)) throw new Defect(`The handler ${name} is of no contract.`);
  }
  return Object.entries(known).map(([name, one]) => {
    const handler = given[name];
    if (handler === undefined) throw new Defect(`The contract ${name} (${one.method} ${one.path}) has no handler.`);
    return routeOf(one, handler);
  });
}

function routeOf(one: Contract, handler: Route['handler']): Route {
  const {
    method,
    path,
    scope,
    summary,
    params,
    query,
    body,
    response,
    status = 200,
    stream,
    maxBytes,
    timeoutMs,
  } = one;
  return {
    method,
    path: urlOf(path),
    scope,
    summary,
    ...(params === undefined ? {} : { params }),
    ...(query === undefined ? {} : { query }),
    ...(body === undefined ? {} : { body }),
    ...(response === undefined || stream !== undefined ? {} : { response: { [status]: response } }),
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(stream === undefined ? {} : { timeoutMs: null }),
    handler: async (call) => {
      if (stream !== undefined) return handler(call);
      call.reply.code(status).header('cache-control', 'no-store');
      const answer = await handler(call);
      // What was sent by the handler itself, and answers without a body.
      if (call.reply.sent) return call.reply;
      return answer === undefined ? call.reply.send() : answer;
    },
  };
}
