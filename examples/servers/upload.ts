/**
 * Owns a server that takes chunks of rows and is strict about them: at most 50 rows a chunk and at
 * most 5 chunks in 300 ms, as bulk endpoints of real services are. POST /uploads answers { id }, and
 * POST /uploads/ID takes [row, ...].
 */
import { listen, serveForPeople, type Service } from './serve.ts';

const MOST_ROWS = 50;
const MOST_CHUNKS = 5;
const WINDOW_MS = 300;
/** Requests travel; what left evenly may arrive a little closer together. */
const JITTER_MS = 100;

export function start(port = 0): Promise<Service> {
  const arrivals: number[] = [];
  const ids = new Set<number>();
  let refused = 0;
  return listen(
    ({ method, url, body }) => {
      if (method === 'POST' && url.pathname === '/uploads') return { status: 201, body: { id: 'u1' } };
      if (method !== 'POST' || url.pathname !== '/uploads/u1') return { status: 404, body: { error: 'not found' } };
      const rows = body as { id: number }[];
      const now = performance.now();
      const recent = arrivals.filter((at) => now - at < WINDOW_MS - JITTER_MS).length;
      if (!Array.isArray(rows) || rows.length > MOST_ROWS || recent >= MOST_CHUNKS) {
        refused += 1;
        return { status: recent >= MOST_CHUNKS ? 429 : 400, body: { error: 'refused' } };
      }
      arrivals.push(now);
      for (const row of rows) ids.add(row.id);
      return { body: { chunk: arrivals.length, accepted: rows.length, first: rows[0]?.id, last: rows.at(-1)?.id } };
    },
    () => ({ chunks: arrivals.length, rows: ids.size, refused }),
    port,
  );
}

if (import.meta.main) await serveForPeople(start);
