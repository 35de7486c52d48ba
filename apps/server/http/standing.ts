/**
 * Owns looking again, while an answer goes on, whether its caller may still have it: a stream or a download does not
 * outlive the session, token or role that opened it. Does not know who may what; the gate says it.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Scope } from '@rondo/api/access.ts';
import type { Problem } from './problem.ts';

/** What has taken less long is not looked at again. */
const LOOK_MS = 1_000;

/** Why the caller may not have the answer any more; null: it may. */
export type Recheck = (request: FastifyRequest, scope: Scope) => Problem | null;

interface Open {
  request: FastifyRequest;
  reply: FastifyReply;
  scope: Scope;
  refuse(problem: Problem): void;
}

export interface Standing {
  /** Until the answer is over. Rejects when the caller may not go on and nothing was sent; what is being sent is cut off. */
  watch(request: FastifyRequest, reply: FastifyReply, scope: Scope): Promise<never>;
  close(): void;
}

export function createStanding(recheck: Recheck): Standing {
  const open = new Set<Open>();
  let timer: NodeJS.Timeout | undefined;

  const look = (): void => {
    // Many streams of one page have one cookie.
    const known = new Map<string, Problem | null>();
    for (const one of open) {
      const { authorization = '', cookie = '' } = one.request.headers;
      const key = JSON.stringify([one.scope, authorization, cookie]);
      if (!known.has(key)) known.set(key, recheck(one.request, one.scope));
      const problem = known.get(key) ?? null;
      if (problem === null) continue;
      open.delete(one);
      if (one.reply.raw.headersSent) one.reply.raw.destroy();
      else one.refuse(problem);
    }
  };
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };

  return {
    watch(request, reply, scope) {
      const { promise, reject } = Promise.withResolvers<never>();
      // Nobody may wait for it any more.
      promise.catch(() => {});
      const one: Open = { request, reply, scope, refuse: reject };
      open.add(one);
      timer ??= setInterval(look, LOOK_MS).unref();
      reply.raw.once('close', () => {
        open.delete(one);
        if (open.size === 0) stop();
      });
      return promise;
    },
    close: stop,
  };
}
