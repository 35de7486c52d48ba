/**
 * Owns putting the server together: workflows, triggers, runs and routes, their start and their end. What
 * they do is in their folders. Does not open the store or read settings (apps/cli/commands/serve.ts).
 */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { Defect } from '@rondo/core/errors.ts';
import type { StatePort } from '@rondo/core/model/effect-ports.ts';
import type { NodeRegistry } from '@rondo/core/model/node-type.ts';
import type { Clock, RunStore } from '@rondo/core/ports.ts';
import { InvalidWorkflow, type Progress, type RunnerEnvironment } from '@rondo/runtime/api.ts';
import type { BlobStore } from '@rondo/runtime/blobs/blobs.ts';
import { systemClock } from '@rondo/runtime/runner/clock.ts';
import { createScheduler, type ScheduleJob } from '@rondo/runtime/triggers/scheduler.ts';
import type { SecretReader } from './hooks/auth.ts';
import type { Form, Hook, HookContext } from './hooks/context.ts';
import { createApp, HTTP_LIMITS, type HttpLimits } from './http/app.ts';
import { addRoutes, type Gate, type Route } from './http/route.ts';
import type { Report } from './log/log.ts';
import { formRoutes } from './routes/forms.ts';
import { healthRoutes } from './routes/health.ts';
import { hookRoutes } from './routes/hooks.ts';
import { waitRoutes, type WaitDescription, type Waits } from './routes/waits.ts';
import { createAnswers } from './runs/answers.ts';
import type { RunResponse } from '@rondo/nodes/respond/response.ts';
import { failedRunWatcher } from './runs/failed-runs.ts';
import { createLauncher, type Driver, type Launcher } from './runs/launcher.ts';
import { pathTable } from './triggers/paths.ts';
import type { StudioFiles } from './studio/files.ts';
import { studioRoutes } from './studio/routes.ts';
import { openLibrary, type Library } from './workflows/library.ts';
import type { Workflow } from './workflows/workflow.ts';

/** For the environment of the runner. */
export type RunnerParts = Required<Pick<RunnerEnvironment, 'registry' | 'signalUrl' | 'findWorkflow'>>;

export interface ServerOptions {
  host: string;
  port: number;
  /** Folder of workflow files; created when it is not there. */
  workflows: string;
  store: RunStore;
  registry: NodeRegistry;
  /** With what the server gives it: where signals are delivered, and its workflows. */
  makeRunner(parts: RunnerParts): Driver;
  state: StatePort;
  secret: SecretReader;
  blobs?: BlobStore;
  clock?: Clock;
  /** How people reach this server, where it is behind a proxy: https://rondo.example.org. */
  publicUrl?: string;
  trustProxy?: string[];
  limits?: Partial<HttpLimits>;
  /** Most runs at work at once. */
  runs?: number;
  /** The built studio; without it there are no pages. */
  studio?: StudioFiles | null;
  /** Routes beside those of triggers, made of parts of this server, and who may call them. */
  routes?(parts: ServerParts): readonly Route[];
  gate?: Gate;
  /** What runs of this server tell while they go. */
  onProgress?(runId: string, progress: Progress): void;
  /** Lines for the log of the process. No secrets, no bodies. */
  report: Report;
  /** Workflows were read: all of them, and those that are new or changed. */
  onWorkflows?(workflows: readonly Workflow[], changed: readonly Workflow[]): void;
}

export interface ServerParts {
  launcher: Launcher;
  library(): Library;
  /** How people reach this server; known once it listens. */
  url(): string;
}

export interface Server {
  /** How people reach it. */
  url: string;
  /** Where it listens. */
  listens: string;
  library: Library;
  launcher: Launcher;
  /** Interrupts runs, answers what waits, ends. The store stays open. */
  close(): Promise<void>;
}

const MOST_RUNS = 200;
const SWEEP_MS = 10_000;
const LAST_ANSWERS_MS = 1_000;

export async function startServer(options: ServerOptions): Promise<Server> {
  const { store, registry, report } = options;
  const clock = options.clock ?? systemClock;
  const answers = createAnswers();
  let url = '';
  let listens = '';
  let library: Library | undefined;
  const runner = options.makeRunner({
    registry,
    signalUrl: (token) => `${url}/hooks/wait/${token}`,
    findWorkflow: async (reference) => library?.find(reference) ?? null,
  });
  const opened = (): Library => {
    if (library === undefined) throw new Defect('the workflows are not read yet');
    return library;
  };
  let listed: readonly Workflow[] = [];
  let hooks = pathTable<Hook>([]);
  let forms = pathTable<Form>([]);
  let draining = false;

  const launcher = createLauncher({
    runner,
    store,
    clock,
    most: options.runs ?? MOST_RUNS,
    report,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    onResponse: (runId, response) => answers.give(runId, response as unknown as RunResponse),
    onEnd: (result) => {
      scheduler.wake();
      void failed(result).catch((error: unknown) => report(`error triggers: ${String(error)}`));
    },
  });
  const failed = failedRunWatcher({
    store,
    workflows: () => listed,
    start: launcher.start,
    urlOf: (runId) => `${url}/r/${runId}`,
    report,
  });
  const scheduler = createScheduler({
    state: options.state,
    clock,
    owner: randomUUID(),
    statusOf: launcher.statusOf,
    report,
  });

  const app = createApp({
    limits: { ...HTTP_LIMITS, ...options.limits },
    clock,
    report,
    isSecure: options.publicUrl?.startsWith('https:') === true,
    ...(options.trustProxy === undefined ? {} : { trustProxy: options.trustProxy }),
    ...(isLoopback(options.host) ? { hosts: [...LOOPBACK_NAMES, ...publicNames(options.publicUrl)] } : {}),
  });
  const context: HookContext = {
    launcher,
    answers,
    clock,
    blobs: options.blobs ?? null,
    secret: options.secret,
    hooks: () => hooks,
    forms: () => forms,
    publicHost: options.publicUrl === undefined ? null : new URL(options.publicUrl).host,
    report,
  };
  const { publicHost } = context;
  const waits: Waits = {
    deliver: (token, value) => runner.deliver(token, value),
    describe: (token) => describeWait(options.state, token),
  };
  const routes = [
    ...healthRoutes(store, () => draining),
    ...waitRoutes({ waits, now: clock.now, publicHost }),
    ...hookRoutes(context),
    ...formRoutes(context),
    ...(options.routes?.({ launcher, library: opened, url: () => url }) ?? []),
    ...(options.studio == null ? [] : studioRoutes(options.studio)),
  ];

  let ticker: NodeJS.Timeout | undefined;
  const close = async (): Promise<void> => {
    draining = true;
    clearInterval(ticker);
    library?.close();
    await scheduler.close();
    // Interrupted runs end the requests that wait for them.
    await launcher.close();
    // What is still being sent gets a moment; a connection that is only kept open gets none.
    const late = setTimeout(() => app.server.closeAllConnections(), LAST_ANSWERS_MS);
    await app.close();
    clearTimeout(late);
    await runner.close();
  };
  try {
    addRoutes(app, routes, options.gate ?? null);
    await app.ready();
    library = await openLibrary({
      folder: options.workflows,
      registry,
      report,
      onChange: (workflows, changed) => {
        listed = workflows;
        hooks = pathTable(hooksOf(workflows));
        forms = pathTable(formsOf(workflows));
        scheduler.set(jobsOf(workflows, launcher, report));
        options.onWorkflows?.(workflows, changed);
      },
    });
    await app.listen({ host: options.host, port: options.port });
    listens = urlOf(options.host, app.server.address() as AddressInfo);
    url = options.publicUrl?.replace(/\/+$/, '') ?? listens;
    const sweep = (): void => {
      void launcher.sweep().catch((error: unknown) => report(`sweep: ${error instanceof Error ? error.message : ''}`));
    };
    sweep();
    ticker = setInterval(sweep, SWEEP_MS);
  } catch (error) {
    await close();
    throw error;
  }
  return { url, listens, library, launcher, close };
}

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function publicNames(url: string | undefined): string[] {
  return url === undefined ? [] : [new URL(url).hostname];
}

/** What an Approval node asks lies in the state, below the token; other waits want no more than a signal. */
async function describeWait(state: StatePort, token: string): Promise<WaitDescription> {
  const asked = await state.get('approvals', token);
  if (asked === null || typeof asked !== 'object' || Array.isArray(asked)) return { kind: 'signal' };
  return { kind: 'approval', ...(typeof asked.message === 'string' ? { message: asked.message } : {}) };
}

function urlOf(host: string, { port }: AddressInfo): string {
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}`;
}

function hooksOf(workflows: readonly Workflow[]): { pattern: Hook['path']; value: Hook }[] {
  return workflows.flatMap((workflow) =>
    workflow.triggers.flatMap((trigger) =>
      trigger.kind === 'webhook'
        ? [
            {
              pattern: trigger.path,
              value: { workflow, node: trigger.node, path: trigger.path, webhook: trigger.webhook },
            },
          ]
        : [],
    ),
  );
}

function formsOf(workflows: readonly Workflow[]): { pattern: Form['path']; value: Form }[] {
  return workflows.flatMap((workflow) =>
    workflow.triggers.flatMap((trigger) =>
      trigger.kind === 'form'
        ? [{ pattern: trigger.path, value: { workflow, node: trigger.node, path: trigger.path, form: trigger.form } }]
        : [],
    ),
  );
}

function jobsOf(workflows: readonly Workflow[], launcher: Launcher, report: Report): ScheduleJob[] {
  return workflows.flatMap((workflow) =>
    workflow.triggers.flatMap((trigger): ScheduleJob[] => {
      if (trigger.kind !== 'schedule') return [];
      const { schedule, node } = trigger;
      return [
        {
          key: `${workflow.key}/${node}`,
          schedule,
          fire: async ({ at, late, runId }) => {
            const items = [tickItem(at, late, schedule.timezone)];
            const { text: definition, file } = workflow;
            try {
              await launcher.start({ definition, file, trigger: node, items, runId, once: true, output: false });
            } catch (error) {
              // Trying again would not help: the tick is given up.
              if (!(error instanceof InvalidWorkflow)) throw error;
              report(
                `${workflow.shown}: the tick of ${new Date(at).toISOString()} was left out: ${error.message}`,
                'warn',
              );
            }
          },
        },
      ];
    }),
  );
}

function tickItem(at: number, late: boolean, timezone: string): Record<string, string | boolean> {
  const local = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'medium' });
  const weekday = new Intl.DateTimeFormat('en', { timeZone: timezone, weekday: 'long' });
  const [date = '', time = ''] = local.format(at).split(' ');
  return { scheduledAt: new Date(at).toISOString(), late, timezone, date, time, weekday: weekday.format(at) };
}
