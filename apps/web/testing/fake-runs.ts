/**
 * Owns the runs of the fixture server: a million customers, nested catalogues, short lists in every state. Answers
 * what the API answers about runs; what a test does to a run, it does through the loops given here.
 */
import type { Loop, Run } from '@rondo/api/schemas/run.ts';
import { FakeLoop, type FakeCause, noise } from './fake-loop.ts';
import { type Answers, Refused } from './server.ts';

const REPLIES = [
  'Sure! Here is the JSON:',
  'Here is the result: {"sector":',
  'Based on the page, {"sector":',
  '```json {"sector": "food',
];

function scattered(count: number, from: number, to: number, seed: number): number[] {
  const found = new Set<number>();
  for (let i = 0; found.size < count; i += 1) found.add(from + Math.floor(noise(i, seed) * (to - from)));
  return [...found].sort((a, b) => a - b);
}

const cause = (
  id: string,
  message: string,
  pattern: string,
  at: number[],
  text?: (index: number) => string,
): FakeCause => ({
  id,
  message,
  pattern,
  node: 'Ask model',
  text: text ?? (() => message),
  fix: 'Set Reply format to JSON, then re-run these.',
  at,
});

export function millionLoop(): FakeLoop {
  const bursts = [
    ...scattered(300, 176_000, 192_000, 11),
    ...scattered(200, 398_000, 409_000, 12),
    ...scattered(112, 612_000, 617_000, 13),
  ];
  const json = [701_111, ...scattered(317, 701_200, 742_000, 14)];
  const taken = new Set([...bursts, ...json]);
  const free = (list: number[]): number[] => list.filter((index) => !taken.has(index));
  return new FakeLoop({
    path: 'enrich',
    title: 'Enrich each customer',
    total: 1_000_000,
    started: 742_118,
    inFlight: 64,
    rate: 71,
    perSecond: 80,
    causes: [
      cause('c429', '429 Too Many Requests', '3 bursts', bursts),
      cause('json', 'Reply is not valid JSON', 'still failing', json, (index) => REPLIES[index % 4] ?? ''),
      cause('mail', 'email is empty', 'scattered', free(scattered(201, 5_000, 740_000, 15))),
      cause('time', 'No answer within 30 s', '1 burst', free(scattered(58, 550_500, 554_500, 16))),
      ...[0, 1, 2, 3, 4].map((at) =>
        cause(
          `rest${at}`,
          `Unexpected field in row, kind ${at}`,
          'scattered',
          free(scattered(3, 1_000, 730_000, 20 + at)),
        ),
      ),
    ],
  });
}

const few = (
  path: string,
  total: number | null,
  started: number,
  inFlight: number,
  failed: number[],
  more: Partial<FakeLoop['spec']> = {},
): FakeLoop =>
  new FakeLoop({
    path,
    title: 'Each place',
    total,
    started,
    inFlight,
    rate: inFlight > 0 ? 0.1 : null,
    status: inFlight > 0 ? 'running' : 'completed',
    causes:
      failed.length === 0
        ? []
        : [cause('place', 'Place <text> is not known', failed.length > 2 ? 'every 50th' : 'scattered', failed)],
    ...more,
  });

/** Loops of the nested run, made when they are asked for. */
export function nestedLoops(): (path: string) => FakeLoop | undefined {
  const made = new Map<string, FakeLoop>();
  const pagesOf = (site: number): { path: string; title: string; total: number; failed: number } => {
    const total = site === 37 ? 1_284 : Math.floor(Math.exp(2.5 + noise(site, 31) * 5.5));
    return {
      path: `site[${site}]/page`,
      title: 'Each page',
      total,
      failed: site === 37 ? 13 : noise(site, 32) < 0.07 ? 3 : 0,
    };
  };
  const productsOf = (site: number, page: number) => ({
    path: `site[${site}]/page[${page}]/product`,
    title: 'Each product',
    total: 24,
    failed: page === 816 ? 5 : 0,
  });
  const make = (path: string): FakeLoop | undefined => {
    if (path === 'site') {
      return new FakeLoop({
        path,
        title: 'Each site',
        total: 412,
        started: 309,
        inFlight: 8,
        rate: 0.03,
        causes: [cause('site', 'robots.txt forbids it', 'scattered', [157, 208, 211])],
        inner: (index) => [pagesOf(index)],
      });
    }
    const site = Number(/^site\[(\d+)\]/.exec(path)?.[1] ?? Number.NaN);
    if (Number.isNaN(site)) return undefined;
    const page = /page\[(\d+)\]\/product$/.exec(path)?.[1];
    if (page === undefined) {
      const { total, failed } = pagesOf(site);
      const at =
        site === 37
          ? [43, 202, 389, 390, 810, 811, 812, 813, 814, 815, 816, 1039, 1176]
          : scattered(failed, 0, total, site + 50);
      return new FakeLoop({
        path,
        title: 'Each page',
        total,
        started: total,
        inFlight: 0,
        status: 'completed',
        causes: [cause('page', 'A product could not be read', '7 in a row', at)],
        inner: (index) => [productsOf(site, index)],
      });
    }
    const failing = page === '816' ? [8, 11, 14, 17, 20] : [];
    return new FakeLoop({
      path,
      title: 'Each product',
      total: 24,
      started: 24,
      inFlight: 0,
      status: 'completed',
      causes: [cause('price', 'price is not a number: <text>', 'every 3rd', failing)],
      names: ['Lamp', 'Chair', 'Table', 'Shelf', 'Rug'],
    });
  };
  return (path) => {
    const found = made.get(path) ?? make(path);
    if (found !== undefined) made.set(path, found);
    return found;
  };
}

export interface FakeRuns {
  answers: Answers;
  loops: Map<string, FakeLoop>;
  runs: Map<string, Run>;
  send(run: string, name: string, data: unknown): void;
  events(run: string, send: (name: string, data: unknown) => void): () => void;
}

const DEFINITION = {
  rondo: 1,
  name: 'Enrich customers',
  nodes: {
    enrich: {
      type: 'for-each',
      title: 'Enrich each customer',
      loop: { parallel: 64, tolerate: { share: 0.05 } },
      body: { ask: { type: 'ai', title: 'Ask model' } },
    },
  },
};

export function fakeRuns(): FakeRuns {
  const loops = new Map<string, FakeLoop>([
    ['7K4Q', millionLoop()],
    ['three', few('each', 3, 3, 0, [1], { names: ['Berlin', 'Lausanne', 'Lille'] })],
    ['fourteen', few('each', 14, 11, 2, [])],
    ['cancelled', few('each', 12, 8, 0, [5], { status: 'cancelled' })],
    ['hundred', few('each', 150, 150, 0, [49, 99, 149])],
    ['thousand', few('each', 1_284, 1_284, 0, [43, 202, 389, 390, 810, 811, 812, 813, 814, 815, 816, 1_039, 1_176])],
    ['waiting', few('each', 40_000, 20_900, 100, [9_055, 16_600], { waiting: true, status: 'waiting' })],
    ['pages', few('each', null, 7_700, 40, [600, 1_700])],
  ]);
  const nested = nestedLoops();
  const loopOf = (run: string, path: string): FakeLoop => {
    const found = run === '3F9D' ? nested(path) : loops.get(run);
    if (found === undefined) throw new Refused(404, 'not-found', 'There is no such loop.');
    return found;
  };
  const runs = new Map<string, Run>();
  const started = Date.now() - 10_440_000;
  const runOf = (id: string): Run => {
    const top = id === '3F9D' ? nested('site') : loops.get(id);
    if (top === undefined && id !== 'empty' && id !== 'queued')
      throw new Refused(404, 'not-found', 'There is no such run.');
    const loop = top?.loop;
    const over = loop !== undefined && ['completed', 'cancelled'].includes(loop.status);
    const kept = runs.get(id);
    const status: Run['status'] =
      id === 'queued'
        ? 'queued'
        : loop === undefined
          ? 'completed'
          : over
            ? (loop.status as 'completed')
            : loop.status === 'waiting'
              ? 'waiting'
              : 'running';
    const fresh: Run = {
      id,
      workflow: id === '3F9D' ? 'Crawl catalogues' : 'Enrich customers',
      workflowId: 'enrich-customers',
      version: 12,
      status,
      control: 'none',
      startedBy: 'Ana',
      trigger: null,
      createdAt: started,
      startedAt: started,
      finishedAt: over ? started + 10_440_000 : null,
      durationMs: over ? 10_440_000 : null,
      input: '{"file":"customers.csv"}',
      completed: loop?.completed ?? 0,
      failed: loop?.failed ?? 0,
      total: loop?.total ?? null,
      score: null,
      failure: null,
      definition: DEFINITION,
      output: over ? { enriched: loop.completed } : null,
      alive: true,
      heartbeatAt: Date.now(),
      loops: loop === undefined ? [] : [loop],
      shown: loop?.path ?? null,
      usage: { tokensIn: 305_000_000, tokensOut: 45_000_000, cost: 291.4 },
      waits: [],
    };
    const run = {
      ...fresh,
      ...(kept === undefined ? {} : { status: kept.status, control: kept.control, alive: kept.alive }),
    };
    runs.set(id, run);
    return run;
  };
  const listeners = new Map<string, Set<(name: string, data: unknown) => void>>();
  const send = (run: string, name: string, data: unknown): void => {
    for (const listener of listeners.get(run) ?? []) listener(name, data);
  };
  const control = (id: string, wanted: Run['control']): { accepted: boolean } => {
    runs.set(id, { ...runOf(id), control: wanted });
    send(id, 'run', { status: 'running', control: wanted, alive: true });
    return { accepted: true };
  };
  const filterOf = (query: URLSearchParams) => ({
    ...(query.get('status') === null ? {} : { status: query.get('status') ?? '' }),
    ...(query.get('cause') === null ? {} : { cause: query.get('cause') ?? '' }),
    ...(query.get('minMs') === null ? {} : { minMs: Number(query.get('minMs')) }),
    ...(query.get('maxMs') === null ? {} : { maxMs: Number(query.get('maxMs')) }),
    ...(query.get('search') === null ? {} : { search: query.get('search') ?? '' }),
  });
  const answers: Answers = {
    'GET /me': () => ({
      name: 'Ana',
      role: 'owner',
      scopes: ['workflow:read', 'workflow:write', 'run:start', 'run:read', 'secret:use', 'secret:write', 'admin'],
      setup: false,
    }),
    'GET /workflows': () => ({ items: [], next: null }),
    'GET /runs/{id}': ({ params }) => runOf(params['id'] ?? ''),
    'POST /runs/{id}/pause': ({ params }) => control(params['id'] ?? '', 'pause'),
    'POST /runs/{id}/resume': ({ params }) => control(params['id'] ?? '', 'none'),
    'POST /runs/{id}/cancel': ({ params }) => control(params['id'] ?? '', 'cancel'),
    'GET /runs/{id}/loops': ({ params, query }) => {
      const under = query.get('under');
      if (params['id'] !== '3F9D' || under === null) return { loops: runOf(params['id'] ?? '').loops };
      const parts = [...under.matchAll(/\[(\d+)\]/g)].map((match) => match[1]);
      const path = parts.length === 1 ? `site[${parts[0]}]/page` : `site[${parts[0]}]/page[${parts[1]}]/product`;
      const loop = nested(path)?.loop;
      return { loops: loop === undefined || parts.length > 2 ? [] : [loop] };
    },
    'GET /runs/{id}/loops/{path}/failed': () => ({ failed: null }),
    'GET /runs/{id}/loops/{path}/reruns': () => ({ reruns: [] }),
    'GET /runs/{id}/timeline': () => ({ steps: [], marks: [] }),
    'GET /runs/{id}/loops/{path}/score': ({ params, query }) => {
      const loop = loopOf(params['id'] ?? '', params['path'] ?? '');
      const by = query.get('by');
      return by === 'duration' ? loop.histogram() : by === 'time' ? loop.byTime() : loop.score();
    },
    'GET /runs/{id}/loops/{path}/causes': ({ params }) => ({
      causes: loopOf(params['id'] ?? '', params['path'] ?? '').causes(),
    }),
    'GET /runs/{id}/loops/{path}/causes/{cause}/common': () => ({
      failed: 96,
      completed: 500,
      fields: [{ path: 'priceText', says: '= "auf Anfrage"', failed: 96, completed: 0 }],
    }),
    'GET /runs/{id}/loops/{path}/iterations': ({ params, query }) => {
      const loop = loopOf(params['id'] ?? '', params['path'] ?? '');
      const from = Number(/^index:(\d+)$/.exec(query.get('cursor') ?? '')?.[1] ?? 0);
      return loop.page(filterOf(query), from, Number(query.get('limit') ?? 60));
    },
    'GET /runs/{id}/loops/{path}/iterations/{index}': ({ params, query }) => {
      const loop = loopOf(params['id'] ?? '', params['path'] ?? '');
      const index = Number(params['index']);
      if (!(index < loop.spec.started)) throw new Refused(404, 'not-found', `Iteration ${index + 1} has not started.`);
      return loop.iteration(index, filterOf(query));
    },
    'PATCH /runs/{id}/loops/{path}': ({ params, body }) => {
      const loop = loopOf(params['id'] ?? '', params['path'] ?? '');
      const wanted = body as Partial<Loop>;
      const defined = { parallel: loop.spec.parallel ?? 64, perSecond: loop.spec.perSecond ?? null };
      const parallel = wanted.parallel === null ? defined.parallel : (wanted.parallel ?? loop.loop.parallel);
      const perSecond = wanted.perSecond === null ? defined.perSecond : (wanted.perSecond ?? loop.loop.perSecond);
      const changed = parallel !== defined.parallel || perSecond !== defined.perSecond;
      loop.loop = { ...loop.loop, parallel, perSecond, defined: changed ? defined : null };
      return loop.loop;
    },
    'POST /runs/{id}/redrive': ({ params, query, body }) => {
      const { cause: wanted, indices, loop: path } = body as { cause?: string; indices?: number[]; loop?: string };
      const id = params['id'] ?? '';
      const loop = loopOf(id, path ?? runOf(id).shown ?? '');
      const gone = (index: number, of: FakeCause): boolean =>
        indices === undefined ? wanted === undefined || of.id === wanted : indices.includes(index);
      const count = loop.spec.causes.reduce((sum, one) => sum + one.at.filter((index) => gone(index, one)).length, 0);
      if (query.get('dry') === 'true') return { count, mayRepeat: wanted === 'c429' ? 12 : 0 };
      for (const one of loop.spec.causes) one.at = one.at.filter((index) => !gone(index, one));
      loop.count();
      send(id, 'progress', { loops: [loop.loop] });
      send(id, 'score', { path: loop.loop.path, revision: loop.revision });
      return { count, mayRepeat: 0 };
    },
  };
  return {
    answers,
    loops,
    runs,
    send,
    events: (run, listener) => {
      const all = listeners.get(run) ?? new Set();
      listeners.set(run, all.add(listener));
      return () => all.delete(listener);
    },
  };
}
