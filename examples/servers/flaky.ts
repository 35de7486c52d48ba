/**
 * Owns a server that fails sometimes, as servers do: of the orders, every third is answered with
 * 429 and Retry-After the first time, every fifth with 503 the first time, and order 13 always
 * with 500. GET /orders/N answers { id, total }.
 */
import { listen, serveForPeople, type Reply, type Service } from './serve.ts';

const BROKEN = 13;

function trouble(id: number, tries: number): Reply | null {
  if (id === BROKEN) return { status: 500, body: { error: 'this order is broken' } };
  if (tries > 1) return null;
  if (id % 3 === 0) return { status: 429, headers: { 'retry-after': '0' }, body: { error: 'slow down' } };
  if (id % 5 === 0) return { status: 503, body: { error: 'try again' } };
  return null;
}

export function start(port = 0): Promise<Service> {
  const tries = new Map<number, number>();
  return listen(
    ({ url }) => {
      const id = Number(url.pathname.replace('/orders/', ''));
      if (!Number.isInteger(id)) return { status: 404, body: { error: 'not found' } };
      const now = (tries.get(id) ?? 0) + 1;
      tries.set(id, now);
      return trouble(id, now) ?? { body: { id, total: id * 10 } };
    },
    () => ({ requests: [...tries.values()].reduce((sum, n) => sum + n, 0), broken: tries.get(BROKEN) ?? 0 }),
    port,
  );
}

if (import.meta.main) await serveForPeople(start);
