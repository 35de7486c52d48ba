/**
 * Owns the shape of a route and putting routes into fastify: method, path, scope, schemas, limits, handler.
 * There is no other way to add one, and none without a scope. Does not know what routes do.
 */
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { SCOPES, type Role, type Scope } from '@rondo/api/access.ts';
import { Defect } from '@rondo/core/errors.ts';
import { Problem } from './problem.ts';
import { createStanding, type Recheck, type Standing } from './standing.ts';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** Who calls, as the gate found out. */
export interface Caller {
  kind: 'person' | 'token';
  /** Of the person or the token. */
  id: string;
  /** As the audit log names it. */
  name: string;
  /** Null: a token. */
  role: Role | null;
  scopes: ReadonlySet<Scope>;
  /** Ids of the only workflows it may reach; null: all (access/reach.ts). */
  workflows: ReadonlySet<string> | null;
}

export interface Call<P, Q, B> {
  params: P;
  query: Q;
  body: B;
  /** Null on public routes. */
  caller: Caller | null;
  request: FastifyRequest;
  reply: FastifyReply;
}

interface RouteSpec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  method: Method | readonly Method[];
  path: string;
  scope: Scope;
  /** One line for the documentation. */
  summary: string;
  params?: P;
  query?: Q;
  body?: B;
  /** By status. */
  response?: Record<number, z.ZodType>;
  /** Longest body; longer ones are answered with 413. */
  maxBytes?: number;
  /** Longest time of the handler; null where it sees to it by itself. */
  timeoutMs?: number | null;
  /** The handler reads the body from the request as it comes. */
  stream?: boolean;
  /** Answers, or has sent the reply itself. */
  handler(call: Call<z.output<P>, z.output<Q>, z.output<B>>): Promise<unknown>;
}

export type Route = Omit<RouteSpec<z.ZodType, z.ZodType, z.ZodType>, 'handler'> & {
  handler(call: Call<unknown, unknown, unknown>): Promise<unknown>;
};

/** A route whose handler sees the types of its schemas. */
export function route<
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
>(spec: RouteSpec<P, Q, B>): Route {
  return spec as unknown as Route;
}

export interface Gate {
  /** Finds out who calls. Throws Problem 401 when nobody is known, 403 when the scope is missing. */
  admit(request: FastifyRequest, scope: Scope): Promise<Caller>;
  /** Whether who was let in may still be there, while the answer goes on. */
  recheck: Recheck;
}

/** What the gate said about requests that are being answered. */
const callers = new WeakMap<FastifyRequest, Caller>();

const MAX_BYTES = 1024 * 1024;
const TIMEOUT_MS = 30_000;

/** Throws a Defect where a route has no scope, or one that nothing can check. */
export function addRoutes(app: FastifyInstance, routes: readonly Route[], gate: Gate | null): void {
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  const seen = new Set<string>();
  for (const one of routes) {
    const methods = typeof one.method === 'string' ? [one.method] : [...one.method];
    const name = `${methods.join('|')} ${one.path}`;
    if (!SCOPES.includes(one.scope)) throw new Defect(`The route ${name} has no scope.`);
    if (one.scope !== 'public' && gate === null) throw new Defect(`Nothing checks the scope of the route ${name}.`);
    for (const method of methods) {
      if (seen.has(`${method} ${one.path}`)) throw new Defect(`The route ${method} ${one.path} is there twice.`);
      seen.add(`${method} ${one.path}`);
    }
  }
  // JSON is the only kind of body that routes take, but for those that read theirs by themselves: others are a 415.
  app.removeContentTypeParser('text/plain');
  const door = gate === null ? null : { gate, standing: createStanding(gate.recheck) };
  app.addHook('onClose', async () => door?.standing.close());
  for (const one of routes) if (one.stream !== true) addRoute(app, one, door);
  // Where the handler reads the body, nobody else may.
  void app.register(async (inner) => {
    inner.removeAllContentTypeParsers();
    inner.addContentTypeParser('*', (_request, _payload, done) => done(null));
    await inner.register(multipart);
    for (const one of routes) if (one.stream === true) addRoute(inner, one, door);
  });
}

function addRoute(app: FastifyInstance, one: Route, door: { gate: Gate; standing: Standing } | null): void {
  app.route({
    method: typeof one.method === 'string' ? one.method : [...one.method],
    url: one.path,
    bodyLimit: one.maxBytes ?? MAX_BYTES,
    schema: {
      ...(one.params === undefined ? {} : { params: one.params }),
      ...(one.query === undefined ? {} : { querystring: one.query }),
      ...(one.body === undefined ? {} : { body: one.body }),
      ...(one.response === undefined ? {} : { response: one.response }),
    },
    // A GET route would answer HEAD too, past the table.
    exposeHeadRoute: false,
    // Before anything of the body is read: who may not come in sends nothing, and learns nothing about what is taken.
    onRequest: async (request) => {
      if (one.scope !== 'public' && door !== null) callers.set(request, await door.gate.admit(request, one.scope));
    },
    handler: async (request, reply) => {
      const caller = callers.get(request) ?? null;
      const { params, query, body } = request;
      const work = one.handler({ params, query, body, caller, request, reply });
      const bounded = one.timeoutMs === null ? work : within(one.timeoutMs ?? TIMEOUT_MS, work);
      if (caller === null || door === null) return bounded;
      return Promise.race([bounded, door.standing.watch(request, reply, one.scope)]);
    },
  });
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const problem = new Problem(503, 'took-too-long', `The server needed more than ${ms} ms. Try again.`, {
        headers: { 'retry-after': '5' },
      });
      reject(problem);
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
