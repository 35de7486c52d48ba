/**
 * Owns a server with jobs that take a while: POST /jobs {"polls": 5} answers { id }, and
 * GET /jobs/ID says "running" until it has been asked that often, then "done" with a result.
 */
import { listen, serveForPeople, type Service } from './serve.ts';

interface Job {
  polls: number;
  asked: number;
}

export function start(port = 0): Promise<Service> {
  const jobs = new Map<string, Job>();
  return listen(
    ({ method, url, body }) => {
      if (method === 'POST' && url.pathname === '/jobs') {
        const id = `job-${jobs.size + 1}`;
        jobs.set(id, { polls: (body as { polls?: number } | null)?.polls ?? 5, asked: 0 });
        return { status: 201, body: { id } };
      }
      const job = jobs.get(url.pathname.replace('/jobs/', ''));
      if (job === undefined) return { status: 404, body: { error: 'no such job' } };
      job.asked += 1;
      if (job.asked < job.polls) return { body: { status: 'running', progress: job.asked / job.polls } };
      return { body: { status: 'done', result: 42, asked: job.asked } };
    },
    () => ({ jobs: jobs.size, asked: [...jobs.values()].map((job) => job.asked) }),
    port,
  );
}

if (import.meta.main) await serveForPeople(start);
