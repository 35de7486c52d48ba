/**
 * Owns a server that gives 10,000 records page by page, as list endpoints of real services do:
 * GET /records?page=1&size=100 answers { records, page, next, total }; next is null on the last page.
 */
import { listen, serveForPeople, type Service } from './serve.ts';

const TOTAL = 10_000;

/** Deterministic, so that results can be compared. */
function record(id: number): Record<string, unknown> {
  return { id, customer: `customer-${id % 97}`, quantity: (id * 7) % 13, price: ((id * 31) % 1000) / 10 };
}

export function start(port = 0): Promise<Service> {
  let requests = 0;
  return listen(
    ({ url }) => {
      if (url.pathname !== '/records') return { status: 404, body: { error: 'not found' } };
      requests += 1;
      const page = Number(url.searchParams.get('page') ?? 1);
      const size = Number(url.searchParams.get('size') ?? 100);
      const first = (page - 1) * size;
      const count = Math.max(0, Math.min(size, TOTAL - first));
      const records = Array.from({ length: count }, (_, i) => record(first + i + 1));
      return { body: { records, page, next: first + size < TOTAL ? page + 1 : null, total: TOTAL } };
    },
    () => ({ requests }),
    port,
  );
}

if (import.meta.main) await serveForPeople(start);
