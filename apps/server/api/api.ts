/**
 * Owns putting the API together: handlers of all contracts as routes, with the document about them. What the handlers
 * do is in their folders; those about people and settings are given.
 */
import { CONTRACTS } from '@rondo/api/contracts/index.ts';
import { BASE } from '@rondo/api/contract.ts';
import type { NodeRegistry } from '@rondo/core/model/node-type.ts';
import type { Clock, Evaluator, RunStore } from '@rondo/core/ports.ts';
import type { Progress } from '@rondo/runtime/api.ts';
import { systemClock } from '@rondo/runtime/runner/clock.ts';
import { warmEvaluator } from '@rondo/runtime/sandbox/evaluator.ts';
import { createLiveRuns } from '../dify/live.ts';
import { createMetrics, type Metrics } from '../metrics/metrics.ts';
import { startRetention, type Retention } from '../runs/retention.ts';
import { difyRoutes } from '../dify/routes.ts';
import { Problem } from '../http/problem.ts';
import type { Report } from '../log/log.ts';
import { route, type Route } from '../http/route.ts';
import type { ServerParts } from '../server.ts';
import { Conversations } from '../store/conversations.ts';
import type { StudioDb } from '../store/studio-db.ts';
import { Marks } from '../store/marks.ts';
import { Versions } from '../store/versions.ts';
import type { Workflow } from '../workflows/workflow.ts';
import type { AccountHandlers } from './accounts.ts';
import type { ApiContext } from './context.ts';
import { implement } from './implement.ts';
import { nodeHandlers } from './nodes/handlers.ts';
import { createPreview } from './nodes/preview.ts';
import { openApi } from './openapi.ts';
import { createFeeds } from './runs/events.ts';
import { runFacts } from './runs/facts.ts';
import { runHandlers } from './runs/handlers.ts';
import { createPulse } from './runs/pulse.ts';
import { forgetEnded } from './runs/views.ts';
import { createSuggest, type SuggestParts } from './suggest/suggest.ts';
import { workflowHandlers } from './workflows/handlers.ts';

export interface ApiOptions {
  db: StudioDb;
  store: RunStore;
  registry: NodeRegistry;
  /** Folder of workflow files. */
  folder: string;
  /** Of the contracts about people, secrets and settings. */
  accounts: AccountHandlers;
  clock?: Clock;
  /** A child for previews, started with the first one. */
  makeEvaluator?(): Evaluator;
  /** Days that runs are kept; default: for ever. */
  keep?(): { runs: number; failed: number };
  /** The model that proposes lists of loops; default: none is configured. */
  suggest?: SuggestParts;
  /** The processes that drive runs, for the metrics. */
  processes?(): { pid: number | null; runs: number }[];
  /** Of the document. */
  version?: string;
  report: Report;
}

/** What startServer is to be given of the API. */
export interface Api {
  routes(parts: ServerParts): Route[];
  onProgress(runId: string, progress: Progress): void;
  onWorkflows(all: readonly Workflow[], changed: readonly Workflow[]): void;
  retention: Retention;
  /** Ends what streams; call it before the server is closed. */
  close(): Promise<void>;
}

const NO_MODEL: SuggestParts = { model: () => null, egressAllow: () => [], secrets: async () => () => null };

export function createApi(options: ApiOptions): Api {
  const { db, store, registry, folder, accounts, report } = options;
  const clock = options.clock ?? systemClock;
  const versions = new Versions(db, clock.now);
  const marks = new Marks(db, clock.now);
  let context: ApiContext | null = null;
  const here = (): ApiContext => {
    if (context === null) throw new Problem(503, 'starting', 'The server is starting.');
    return context;
  };
  const feeds = createFeeds(here);
  const conversations = new Conversations(db, clock.now);
  const live = createLiveRuns();
  let metrics: Metrics | null = null;
  const retention = startRetention({
    store,
    clock,
    report,
    keep: options.keep ?? (() => ({ runs: 0, failed: 0 })),
    onDeleted(run) {
      versions.forgetRun(run);
      marks.forgetRun(run);
      forgetEnded(run);
    },
  });
  const preview = createPreview(here, options.makeEvaluator ?? (() => warmEvaluator()));
  const suggest = createSuggest(options.suggest ?? NO_MODEL, preview, clock.now);
  return {
    retention,
    routes({ launcher, library, url }) {
      context = {
        store,
        registry,
        clock,
        launcher,
        library,
        folder,
        versions,
        marks,
        facts: runFacts({ versions, registry, workflows: () => library().list() }),
        pulse: createPulse(clock.now),
        url,
        report,
      };
      const routes = implement(CONTRACTS, {
        ...workflowHandlers(context),
        ...runHandlers(context, feeds),
        ...nodeHandlers(context, preview, suggest),
        ...accounts,
        getRetention: async () => retention.effect(),
      });
      const document = openApi(CONTRACTS, options.version ?? '1');
      const about = route({
        method: 'GET',
        path: `${BASE}/openapi.json`,
        scope: 'public',
        summary: 'This document.',
        handler: async () => document,
      });
      metrics = createMetrics({ store, working: launcher.working, processes: options.processes ?? (() => []) });
      return [...routes, about, metrics.route, ...difyRoutes({ context, conversations, live })];
    },
    onProgress(runId, progress) {
      if (progress.type === 'taken-over') marks.add(runId, { what: 'taken-over', who: null });
      feeds.tell(runId, progress);
      live.tell(runId, progress);
      metrics?.tell(runId, progress);
    },
    onWorkflows(_, changed) {
      // A file that was changed by somebody else is a version, too.
      for (const one of changed) if (one.text !== '') versions.record(one.key, one.text, null);
    },
    async close() {
      feeds.close();
      await retention.close();
      await preview.close();
    },
  };
}
