/**
 * Owns the Runner: takes requests, checks them, stores the run, drives it under a lease with an
 * evaluator of its own. What happens inside a run is run.ts.
 */
import { dirname, isAbsolute, resolve } from 'node:path';
import { readFile } from 'node:fs/promises';
import { compile } from '@rondo/core/compile/compile.ts';
import { diagnostic, failure, FailureError } from '@rondo/core/errors.ts';
import type { Definition } from '@rondo/core/model/definition.ts';
import { locate, parseDefinition } from '@rondo/core/model/format.ts';
import { itemFromWire, type Json } from '@rondo/core/model/item.ts';
import { resolveLimits } from '@rondo/core/model/limits.ts';
import { pinsIn } from '@rondo/core/model/pins.ts';
import type { Plan } from '@rondo/core/model/plan.ts';
import { hasEnded, StoreError, type Evaluator, type Lease } from '@rondo/core/ports.ts';
import {
  InvalidWorkflow,
  type Progress,
  type RunHandle,
  type RunRequest,
  type RunResult,
  type Runner,
  type RunnerEnvironment,
} from '../api.ts';
import { warmEvaluator } from '../sandbox/evaluator.ts';
import { systemClock } from './clock.ts';
import type { RunContext } from './context.ts';
import { countOf, readBlocks } from './dataset.ts';
import type { Python } from '../python/python.ts';
import { isDead, owner } from './owner.ts';
import { copyInto, takenFrom } from './restart.ts';
import type { Frame } from './frame.ts';
import { checkInput } from './input.ts';
import { LEASE_MS } from './lease-watch.ts';
import { driveRun, type RunSetup } from './run.ts';
import { openPorts } from './ports.ts';
import { planFinder } from './plan-finder.ts';
import { createSignals } from './signals.ts';
import { walkNodes } from './walk/nodes.ts';

/** What a run needs besides its definition; stored with it so that resume needs nothing else. */
interface StoredOptions {
  file: string;
  input?: Json;
  items?: string;
  pins?: Record<string, Json>;
  parallel?: number;
  limit?: number;
  trigger?: string;
  conversation?: string;
}

/** More would only wait for each other on small machines. */
const PYTHON_PROCESSES = 2;

export function createRunner(environment: RunnerEnvironment): Runner {
  // Its start overlaps with reading the workflow and opening the run.
  const evaluator = environment.evaluator ?? warmEvaluator();
  let starting: Promise<Python> | null = null;
  const python = (): Promise<Python> => {
    if (environment.python !== undefined) return environment.python();
    starting ??= import('../python/python.ts').then(({ createPython }) =>
      createPython({ processes: PYTHON_PROCESSES }),
    );
    return starting;
  };
  const running = new Set<Promise<unknown>>();
  const drive = (
    runId: string,
    definition: string,
    stored: StoredOptions,
    lease: Lease,
    plan: Plan,
    pins: Record<string, Json>,
    startedAt: number | null,
  ): RunHandle => {
    const handle = begin(environment, evaluator, python, runId, definition, stored, lease, plan, pins, startedAt);
    const settled = handle.done.then(
      () => {},
      () => {},
    );
    running.add(settled);
    void settled.then(() => running.delete(settled));
    return handle;
  };
  const runner: Runner = {
    async start(request) {
      const { plan, stored, pins } = prepare(environment, request);
      const clock = environment.clock ?? systemClock;
      const runId = request.runId ?? newRunId(clock.now());
      await environment.store.createRun({
        id: runId,
        workflow: plan.name,
        definition: request.definition,
        options: JSON.stringify(stored),
        createdAt: clock.now(),
      });
      environment.fault?.('run-created');
      const lease = await environment.store.claim(runId, owner(), LEASE_MS);
      if (lease === null) throw new StoreError('lease-lost', `Run ${runId} is driven by another runner.`);
      return drive(runId, request.definition, stored, lease, plan, pins, null);
    },
    async resume(runId) {
      const record = await environment.store.getRun(runId);
      if (record === null) throw new StoreError('run-not-found', `There is no run ${runId}.`);
      if (hasEnded(record.status)) {
        throw new StoreError(
          'run-ended',
          `Run ${runId} is ${record.status}. To do its failed iterations again: rondo runs redrive ${runId}`,
        );
      }
      const stored = JSON.parse(record.options) as StoredOptions;
      const { plan, pins } = prepare(environment, { definition: record.definition, ...stored });
      const lease = await claimWhenFree(environment, runId);
      await environment.store.setControl(runId, 'none');
      return drive(runId, record.definition, stored, lease, plan, pins, record.startedAt);
    },
    async restart({ run, at, input }) {
      const record = await environment.store.getRun(run);
      if (record === null) throw new StoreError('run-not-found', `There is no run ${run}.`);
      const { definition } = record;
      if (!hasEnded(record.status)) {
        throw new FailureError(
          failure('bad-value', `Run ${run} is ${record.status}; only one that has ended can be started again.`),
        );
      }
      const before = JSON.parse(record.options) as StoredOptions;
      const { plan, stored, pins } = prepare(environment, {
        definition,
        ...before,
        ...(input === undefined ? {} : { input }),
      });
      const taken = await takenFrom(environment.store, plan, run, at);
      const clock = environment.clock ?? systemClock;
      const runId = newRunId(clock.now());
      const created = {
        id: runId,
        workflow: plan.name,
        definition,
        options: JSON.stringify(stored),
        createdAt: clock.now(),
      };
      await environment.store.createRun(created);
      const lease = await environment.store.claim(runId, owner(), LEASE_MS);
      if (lease === null) throw new StoreError('lease-lost', `Run ${runId} is driven by another runner.`);
      await copyInto(environment.store, run, lease, taken, clock.now());
      return drive(runId, definition, stored, lease, plan, pins, null);
    },
    async sweep(limit = 10) {
      const handles: RunHandle[] = [];
      for (const runId of await environment.store.abandonedRuns(limit)) {
        // Another sweeper may be faster; then the run is in good hands.
        const handle = await runner.resume(runId).catch((error: unknown) => {
          if (error instanceof StoreError && (error.code === 'lease-lost' || error.code === 'run-ended')) return null;
          throw error;
        });
        if (handle !== null) handles.push(handle);
      }
      return handles;
    },
    async deliver(token, value) {
      const { services } = environment;
      if (services === undefined) return false;
      const { state } = services.within(resolveLimits());
      return createSignals(state, environment.clock ?? systemClock).deliver(token, value);
    },
    async close() {
      await Promise.all(running);
      await evaluator.close();
      if (starting !== null) await (await starting).close();
    },
  };
  return runner;
}

/**
 * A runner that died leaves its lease behind. When it was on this machine and its process is
 * gone there is nobody to wait for; otherwise the lease has to run out.
 */
async function claimWhenFree(environment: RunnerEnvironment, runId: string): Promise<Lease> {
  const { store } = environment;
  const holder = await store.leaseOwner(runId);
  const lease = await store.claim(runId, owner(), LEASE_MS, holder !== null && isDead(holder) ? holder : undefined);
  if (lease !== null) return lease;
  throw new StoreError(
    'lease-lost',
    `Run ${runId} is driven by another runner (${holder ?? 'unknown'}). Pause or cancel it there, or wait until its lease runs out (15 s after its end).`,
  );
}

/** Sorts by time; unique enough for one store, which refuses a second one of the same name. */
function newRunId(now: number): string {
  const random = Array.from(crypto.getRandomValues(new Uint8Array(6)), (b) => (b % 36).toString(36)).join('');
  return `r${now.toString(36)}${random}`;
}

interface Prepared {
  plan: Plan;
  stored: StoredOptions;
  /** Those of the file, and of the request instead of them. */
  pins: Record<string, Json>;
}

function prepare(environment: RunnerEnvironment, request: RunRequest): Prepared {
  const parsed = parseDefinition(request.definition, request.file);
  if (parsed.definition === null) throw new InvalidWorkflow(parsed.diagnostics);
  const asked = new Set(Object.keys(request.pins ?? {}));
  const { plan, diagnostics } = compile(parsed.definition, environment.registry, { pins: asked });
  if (plan === null) {
    locate(request.definition, diagnostics);
    throw new InvalidWorkflow([...parsed.diagnostics, ...diagnostics]);
  }
  try {
    if (request.items === undefined)
      checkInput(plan, Array.isArray(request.input) ? (request.input[0] ?? {}) : (request.input ?? {}));
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    throw new InvalidWorkflow([diagnostic('input-invalid', ['inputs'], error.failure.message)]);
  }
  if (request.trigger !== undefined && !isTrigger(environment, plan, request.trigger)) {
    throw new InvalidWorkflow([
      diagnostic('unknown-node', ['nodes'], `There is no trigger ${request.trigger} in this workflow.`),
    ]);
  }
  const stored: StoredOptions = {
    file: request.file,
    ...(request.input === undefined ? {} : { input: request.input }),
    ...(request.items === undefined
      ? {}
      : { items: isAbsolute(request.items) ? request.items : resolve(request.items) }),
    ...(request.pins === undefined ? {} : { pins: { ...request.pins } }),
    ...(request.parallel === undefined ? {} : { parallel: request.parallel }),
    ...(request.limit === undefined ? {} : { limit: request.limit }),
    ...(request.trigger === undefined ? {} : { trigger: request.trigger }),
    ...(request.conversation === undefined ? {} : { conversation: request.conversation }),
  };
  return { plan, stored, pins: { ...pinsOfFile(environment, parsed.definition, request), ...request.pins } };
}

function pinsOfFile(
  environment: RunnerEnvironment,
  definition: Definition,
  request: RunRequest,
): Record<string, Json[]> {
  const pins = pinsIn(definition.nodes);
  // What comes with the request counts more than what a trigger remembers.
  if (request.input !== undefined || request.items !== undefined) {
    for (const [id, { type }] of Object.entries(definition.nodes)) {
      if (environment.registry.get(type)?.group === 'trigger') pins.delete(id);
    }
  }
  return Object.fromEntries(pins);
}

function isTrigger(environment: RunnerEnvironment, plan: Plan, id: string): boolean {
  return plan.root.steps.some((step) => step.id === id && environment.registry.get(step.type)?.group === 'trigger');
}

function begin(
  environment: RunnerEnvironment,
  evaluator: Evaluator,
  python: () => Promise<Python>,
  runId: string,
  definition: string,
  stored: StoredOptions,
  lease: Lease,
  plan: Plan,
  pins: Record<string, Json>,
  startedAt: number | null,
): RunHandle {
  const clock = environment.clock ?? systemClock;
  const listeners: ((progress: Progress) => void)[] = [];
  const opened = openPorts(environment, clock, plan.limits, stored);
  const folder = dirname(resolve(stored.file));
  const vars = checkInput(
    plan,
    stored.items === undefined && stored.input !== undefined && !Array.isArray(stored.input) ? stored.input : {},
  );
  const setup: RunSetup = {
    runId,
    plan,
    store: environment.store,
    lease,
    registry: environment.registry,
    clock,
    evaluator,
    ports: opened.ports,
    redactor: opened.redactor,
    signals: createSignals(opened.ports.state, clock),
    signalUrl: environment.signalUrl ?? null,
    python,
    trigger: stored.trigger ?? null,
    conversation: stored.conversation ?? null,
    findPlan: planFinder(environment, folder, definition, stored.file, plan),
    startedAt: startedAt ?? clock.now(),
    input: stored.input,
    vars,
    items: stored.items ?? null,
    pins,
    parallel: stored.parallel ?? null,
    limit: stored.limit ?? null,
    commitRows: environment.commitRows ?? 1000,
    commitMs: environment.commitMs ?? 20,
    fault: environment.fault ?? (() => {}),
    report: (progress) => {
      for (const listener of listeners) listener(progress);
    },
  };
  const driven = driveRun(setup);
  let end: { frame: Frame; context: RunContext } | null = null;
  const done = driven.result.then(
    async ({ result, frame, context }): Promise<RunResult> => {
      end = { frame, context };
      const peakRssMb = await peakMemory(evaluator.pid());
      await opened.close();
      return { ...result, stats: { ...result.stats, peakRssMb } };
    },
    async (error: unknown) => {
      await opened.close();
      throw error;
    },
  );
  done.catch(() => {});
  return {
    runId,
    done,
    cancel: () => driven.stop.set('cancel'),
    interrupt: () => driven.stop.set('interrupt'),
    onProgress: (listener) => listeners.push(listener),
    nodes: async (limit) => (end === null ? {} : nodesOf(end.context, end.frame, limit)),
  };
}

/** Peak of this process and its evaluator, in MiB, as the system counted it. */
async function peakMemory(child: number | null): Promise<number> {
  const own = process.resourceUsage().maxRSS / 1024;
  const status = child === null ? '' : await readFile(`/proc/${child}/status`, 'utf8').catch(() => '');
  const peak = /VmHWM:\s*(\d+) kB/.exec(status);
  return Math.round(own + (peak === null ? 0 : Number(peak[1]) / 1024));
}

async function nodesOf(
  context: RunContext,
  frame: Frame,
  limit: number,
): Promise<Record<string, { items: Json[]; total: number }[][]>> {
  if (frame.walk !== undefined) return walkNodes(context, frame, frame.walk, limit);
  const nodes: Record<string, { items: Json[]; total: number }[][]> = {};
  for (const step of frame.region.steps) {
    const dataset = frame.outputs[step.index];
    if (dataset === null || dataset === undefined) continue;
    const ports: { items: Json[]; total: number }[] = [];
    for (const port of step.outputs.keys()) {
      const feed = { dataset, port };
      const items: Json[] = [];
      if (countOf(feed) > 0) {
        reading: for await (const block of readBlocks(context, [feed])) {
          for (const text of block) {
            if (items.length >= limit) break reading;
            items.push(itemFromWire(JSON.parse(text) as Json).json);
          }
        }
      }
      ports.push({ items, total: countOf(feed) });
    }
    nodes[step.id] = [ports];
  }
  return nodes;
}
