/** Owns made-up but plausible workflows and runs for screens: nine workflows, two of them running, causes of failures. */
import type { Loop, RunSummary } from '@rondo/api/schemas/run.ts';
import type { WorkflowSummary } from '@rondo/api/schemas/workflow.ts';
import { Refused } from './server.ts';

/** One clock for all data, so that pictures are the same every time but for the hour. */
export const NOW = Date.now();
export const MIN = 60_000;
export const HOUR = 60 * MIN;
export const DAY = 24 * HOUR;

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const COMPLETED = 0x20;
const IN_FLIGHT = 0x30;
const FAILED = 0x51;

/** Cells up to `done`, some failed, the front in flight. */
function cells(size: number, done: number, failed: (at: number) => number, live: boolean, seed = 1): string {
  const next = random(seed);
  const front = Math.floor(size * done);
  return Buffer.from(
    Array.from({ length: size }, (_, at) => {
      if (at < front) return next() < failed(at / size) ? FAILED : COMPLETED;
      return live && at === front ? IN_FLIGHT : 0;
    }),
  ).toString('base64');
}

interface Plan {
  id: string;
  name: string;
  trigger: WorkflowSummary['triggers'][number];
  loops: number;
  status: RunSummary['status'] | null;
  total: number;
  completed: number;
  failed: number;
  startedAgo: number;
  durationMs: number;
  done?: number;
  recent: readonly number[];
  warnings?: number;
  by?: string;
}

const manual = { node: 'start', kind: 'manual' } as const;
const schedule = (words: string, inMs: number) =>
  ({ node: 'start', kind: 'schedule', schedule: words, nextAt: NOW + inMs }) as const;
const webhook = (path: string) =>
  ({ node: 'start', kind: 'webhook', method: 'POST', url: `http://127.0.0.1:4400/hooks/${path}` }) as const;

export const PLANS: readonly Plan[] = [
  {
    id: 'enrich',
    name: 'Enrich customers',
    trigger: schedule('every night at 22:00', 7 * HOUR),
    loops: 3,
    status: 'running',
    total: 1_000_000,
    completed: 740_850,
    failed: 1_204,
    startedAgo: 174 * MIN,
    durationMs: 174 * MIN,
    done: 0.742,
    recent: [3, 1, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
    warnings: 1,
  },
  {
    id: 'crawl',
    name: 'Crawl catalogues',
    trigger: webhook('catalogues'),
    loops: 3,
    status: 'completed',
    total: 412,
    completed: 316,
    failed: 96,
    startedAgo: 3 * HOUR,
    durationMs: 44 * MIN,
    recent: [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 96],
  },
  {
    id: 'handbook',
    name: 'Write the handbook',
    trigger: manual,
    loops: 1,
    status: 'running',
    total: 14,
    completed: 9,
    failed: 0,
    startedAgo: 3 * MIN,
    durationMs: 3 * MIN,
    done: 0.64,
    recent: [0, 0, 0, 0, 0],
    by: 'Ana',
  },
  {
    id: 'invoices',
    name: 'Sync invoices',
    trigger: schedule('every hour', 40 * MIN),
    loops: 1,
    status: 'completed',
    total: 44,
    completed: 44,
    failed: 0,
    startedAgo: 20 * MIN,
    durationMs: 52_000,
    recent: Array.from({ length: 16 }, () => 0),
  },
  {
    id: 'translate',
    name: 'Translate catalogue',
    trigger: webhook('translate'),
    loops: 1,
    status: 'failed',
    total: 2_200,
    completed: 760,
    failed: 40,
    startedAgo: 100 * MIN,
    durationMs: 6 * MIN,
    done: 0.36,
    recent: [0, 0, 0, 0, 5, 0, 0, 0, 0, 40],
    warnings: 1,
    by: 'Ana',
  },
  {
    id: 'prices',
    name: 'Price watch',
    trigger: schedule('Mondays at 06:00', 2 * DAY),
    loops: 1,
    status: 'completed',
    total: 40,
    completed: 40,
    failed: 0,
    startedAgo: 5 * DAY,
    durationMs: 11 * MIN,
    recent: [0, 0, 1, 0, 0, 0, 0, 0],
  },
  {
    id: 'drive',
    name: 'Walk the drive',
    trigger: manual,
    loops: 2,
    status: 'completed',
    total: 388,
    completed: 386,
    failed: 2,
    startedAgo: DAY,
    durationMs: 95_000,
    recent: [0, 1, 2],
  },
  {
    id: 'inbox',
    name: 'Sort the inbox',
    trigger: webhook('inbox'),
    loops: 1,
    status: 'completed',
    total: 31,
    completed: 31,
    failed: 0,
    startedAgo: 30 * MIN,
    durationMs: 8_000,
    recent: Array.from({ length: 16 }, () => 0),
  },
  {
    id: 'report',
    name: 'Weekly report',
    trigger: schedule('Fridays at 17:00', 6 * DAY),
    loops: 0,
    status: null,
    total: 1,
    completed: 1,
    failed: 0,
    startedAgo: DAY,
    durationMs: 2_000,
    recent: [],
  },
];

export function scoreOf(plan: Plan, size: number): string {
  const rate = plan.failed / Math.max(1, plan.completed + plan.failed);
  const burst = (at: number) =>
    at > 0.7 && plan.id === 'enrich' ? 0.45 : at > 0.17 && at < 0.19 && plan.id === 'enrich' ? 0.7 : 0;
  return cells(
    size,
    plan.done ?? 1,
    (at) => Math.max(burst(at), size > 100 ? rate * 12 : rate),
    plan.status === 'running',
    plan.id.length,
  );
}

const REPEATS: Record<string, string> = {
  invoices: 'Pages',
  translate: 'Batches of 50',
  prices: 'Until',
  drive: 'Recursion',
};

export function workflowOf(plan: Plan): WorkflowSummary {
  const runId = `${plan.id}-run`;
  return {
    id: plan.id,
    name: plan.name,
    description: null,
    file: `${plan.id}.yaml`,
    version: 14,
    changedAt: NOW - 2 * DAY,
    changedBy: plan.by ?? 'Otto',
    loops: plan.loops,
    repeats: plan.loops === 0 ? null : { words: REPEATS[plan.id] ?? 'For Each', depth: plan.loops },
    nodes: 6,
    triggers: [plan.trigger],
    errors: 0,
    warnings: plan.warnings ?? 0,
    last:
      plan.status === null
        ? null
        : {
            id: runId,
            status: plan.status,
            startedAt: NOW - plan.startedAgo,
            durationMs: plan.durationMs,
            completed: plan.completed,
            failed: plan.failed,
            total: plan.total,
            score: plan.loops === 0 ? null : scoreOf(plan, Math.min(44, plan.total)),
          },
    recent: plan.recent.toReversed().map((failed, at) => ({ id: `${plan.id}-${at}`, status: 'completed', failed })),
  };
}

export function runOf(plan: Plan, at = 0): RunSummary {
  const status = at === 0 ? (plan.status ?? 'completed') : 'completed';
  const started = NOW - plan.startedAgo - at * 9 * HOUR;
  return {
    id: at === 0 ? `${plan.id}-run` : `${plan.id}-${at}`,
    workflow: plan.name,
    workflowId: plan.id,
    version: 14 - at,
    status,
    control: 'none',
    startedBy: plan.trigger.kind === 'manual' ? (plan.by ?? 'Otto') : null,
    trigger: plan.trigger.kind,
    createdAt: started,
    startedAt: started,
    finishedAt: status === 'running' ? null : started + plan.durationMs,
    durationMs: plan.durationMs,
    input: plan.trigger.kind === 'webhook' ? '{"shop":"nord","since":"2026-11-20"}' : '{}',
    completed: at === 0 ? plan.completed : plan.total,
    failed: at === 0 ? plan.failed : 0,
    total: plan.total,
    score: plan.loops === 0 ? null : at === 0 ? scoreOf(plan, Math.min(44, plan.total)) : cells(44, 1, () => 0, false),
    failure: status === 'failed' ? { code: 'too-many-failed', message: 'Stopped at 5 % failed.' } : null,
  };
}

export function loopOf(plan: Plan): Loop {
  const isRunning = plan.status === 'running';
  return {
    path: 'each',
    node: 'each',
    title: 'For Each',
    status: isRunning ? 'running' : 'completed',
    total: plan.total,
    completed: plan.completed,
    failed: plan.failed,
    skipped: 0,
    inFlight: isRunning ? Math.min(64, 2 + Math.floor(plan.total / 10_000)) : 0,
    rate: isRunning ? plan.total / 14_000 : null,
    leftMs: isRunning ? (plan.total > 1_000 ? 61 * MIN : 4 * MIN) : null,
    startedAt: NOW - plan.startedAgo,
    durationMs: plan.durationMs,
    parallel: 64,
    perSecond: null,
    defined: null,
  };
}

export const planOf = (run: string): Plan => {
  const found = PLANS.find((plan) => run === plan.id || run.startsWith(`${plan.id}-`));
  if (found === undefined) throw new Refused(404, 'run-not-found', `There is no run ${run}.`);
  return found;
};

export const RUNS = PLANS.flatMap((plan) => [
  runOf(plan),
  ...plan.recent.slice(0, 6).map((_, at) => runOf(plan, at + 1)),
]).sort((a, b) => b.createdAt - a.createdAt);

export const CAUSES: Record<string, readonly [message: string, count: number, pattern: string][]> = {
  enrich: [
    ['Reply is not valid JSON', 318, 'still failing'],
    ['429 Too Many Requests', 612, '3 bursts'],
    ['email is empty', 201, 'scattered'],
  ],
  crawl: [['price is not a number', 96, 'scattered']],
  drive: [['No answer within 30 s', 2, '1 burst']],
  translate: [['Quota of the model is used up', 40, 'still failing']],
};
