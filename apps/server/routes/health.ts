/** Owns /healthz and /readyz: whether the process lives, and whether it takes work. */
import { z } from 'zod';
import { StoreError, type RunStore } from '@rondo/core/ports.ts';
import { Problem } from '../http/problem.ts';
import { route, type Route } from '../http/route.ts';

const Status = z.object({ status: z.literal('ok') });

export function healthRoutes(store: RunStore, isDraining: () => boolean): Route[] {
  return [
    route({
      method: 'GET',
      path: '/healthz',
      scope: 'public',
      summary: 'The process lives.',
      response: { 200: Status },
      handler: async () => ({ status: 'ok' }),
    }),
    route({
      method: 'GET',
      path: '/readyz',
      scope: 'public',
      summary: 'The server takes work: it is not shutting down and its database can be written.',
      response: { 200: Status },
      timeoutMs: 5_000,
      handler: async () => {
        if (isDraining()) throw new Problem(503, 'draining', 'The server is shutting down.');
        try {
          await store.listRuns({ limit: 1 });
          await store.flush();
        } catch (error) {
          const why = error instanceof StoreError ? error.message : 'The database does not answer.';
          throw new Problem(503, 'store-unavailable', why);
        }
        return { status: 'ok' };
      },
    }),
  ];
}
