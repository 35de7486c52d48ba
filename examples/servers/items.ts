/**
 * Owns a server that takes its time and remembers who asked what how often:
 * GET /items/N answers { id, double } after some milliseconds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { listen, serveForPeople, type Service } from './serve.ts';

const WORK_MS = 5;

export function start(port = 0): Promise<Service> {
  const asked = new Map<number, number>();
  return listen(
    async ({ url }) => {
      const id = Number(url.pathname.replace('/items/', ''));
      if (!Number.isInteger(id)) return { status: 404, body: { error: 'not found' } };
      asked.set(id, (asked.get(id) ?? 0) + 1);
      await sleep(WORK_MS);
      return { body: { id, double: id * 2 } };
    },
    () => ({ items: asked.size, requests: [...asked.values()].reduce((sum, n) => sum + n, 0) }),
    port,
  );
}

if (import.meta.main) await serveForPeople(start);
