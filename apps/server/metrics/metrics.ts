/**
 * Owns /metrics: what whoever looks after the server wants to draw, in the words of Prometheus. Counts what runs of
 * this server tell; asks the rest when it is scraped. Holds no names of workflows: those are not for everybody.
 */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { hasEnded, type LoopRecord, type RunStore } from '@rondo/core/ports.ts';
import type { Progress } from '@rondo/runtime/api.ts';
import { LRU } from '../api/lru.ts';
import { route, type Route } from '../http/route.ts';

export interface MetricsOptions {
  store: RunStore;
  working(): number;
  processes(): { pid: number | null; runs: number }[];
}

export interface Metrics {
  route: Route;
  tell(runId: string, progress: Progress): void;
}

const OUTCOMES = ['completed', 'failed', 'skipped'] as const;
type Counts = Pick<LoopRecord, (typeof OUTCOMES)[number]>;
const NONE: Counts = { completed: 0, failed: 0, skipped: 0 };

/** Loops whose last counts are remembered. */
const MOST_LOOPS = 10_000;
/** More are "so many at least". */
const MOST_QUEUED = 1_000;

export function createMetrics({ store, working, processes }: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const runs = new Counter({
    name: 'rondo_runs_total',
    help: 'Runs that ended in this server, by status.',
    labelNames: ['status'],
    registers,
  });
  const iterations = new Counter({
    name: 'rondo_iterations_total',
    help: 'Iterations that were settled in this server, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const stalls = new Counter({
    name: 'rondo_store_stalls_total',
    help: 'How often a run had to wait because the database could not be written.',
    registers,
  });
  const gauges = [
    new Gauge({
      name: 'rondo_runs_working',
      help: 'Runs at work, without those that wait for a time or a signal.',
      registers: [],
      collect() {
        this.set(working());
      },
    }),
    new Gauge({
      name: 'rondo_runs_queued',
      help: `Runs that were created and are not driven yet; ${MOST_QUEUED} means that or more.`,
      registers: [],
      async collect() {
        this.set((await store.listRuns({ limit: MOST_QUEUED, status: 'queued' })).length);
      },
    }),
    new Gauge({
      name: 'rondo_runner_processes',
      help: 'Processes that drive runs, each with an evaluator.',
      registers: [],
      collect() {
        this.set(processes().length);
      },
    }),
    new Gauge({
      name: 'rondo_runner_runs',
      help: 'Runs that the fullest process drives.',
      registers: [],
      collect() {
        this.set(Math.max(0, ...processes().map((one) => one.runs)));
      },
    }),
  ];
  for (const gauge of gauges) registry.registerMetric(gauge);
  const known = new LRU<Counts>(MOST_LOOPS);

  return {
    tell(runId, progress) {
      if (progress.type === 'stalled') stalls.inc();
      if (progress.type === 'run' && hasEnded(progress.status)) runs.inc({ status: progress.status });
      if (progress.type !== 'loop') return;
      const { path, completed, failed, skipped } = progress.loop;
      const key = `${runId}\n${path}`;
      const now = { completed, failed, skipped };
      const before = known.peek(key) ?? NONE;
      for (const outcome of OUTCOMES) {
        // A re-run takes iterations out.
        if (now[outcome] > before[outcome]) iterations.inc({ outcome }, now[outcome] - before[outcome]);
      }
      known.set(key, now);
    },
    route: route({
      method: 'GET',
      path: '/metrics',
      scope: 'run:read',
      summary: 'Metrics of this server for Prometheus.',
      handler: async ({ reply }) => {
        const text = await registry.metrics();
        return reply.header('cache-control', 'no-store').type(registry.contentType).send(text);
      },
    }),
  };
}
