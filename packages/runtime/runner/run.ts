/**
 * Owns one driven run from lease to final status: sets up what its parts share, drives the top
 * frame, writes the end. Recovery is the same path: load, decide, go on.
 */
import { failedValue } from '@rondo/core/model/failed.ts';
import { failure, FailureError, type Failure } from '@rondo/core/errors.ts';
import { encodeItem, itemFromWire, type Json } from '@rondo/core/model/item.ts';
import type { NodeRegistry } from '@rondo/core/model/node-type.ts';
import type { Plan } from '@rondo/core/model/plan.ts';
import type { Clock, Evaluator, Lease, RunStatus, RunStore } from '@rondo/core/ports.ts';
import type { FaultPoint, Progress, RunResult } from '../api.ts';
import type { Python } from '../python/python.ts';
import type { Redactor } from '../services/secrets/redactor.ts';
import { Stopped, StopSignal, type RunContext } from './context.ts';
import { countOf, inline, readBlocks, SPILL_MARK, type Feed } from './dataset.ts';
import { Notes, type Doors } from './doors.ts';
import { driveFrame, ownerOf, resultFeeds, type Frame } from './frame.ts';
import { LeaseWatch } from './lease-watch.ts';
import { LedgerWriter } from './ledger-writer.ts';
import type { RunPorts } from './ports.ts';
import { makeContext, readConversation } from './run-context.ts';
import type { Signals } from './signals.ts';
import { readItems } from './steps/items-file.ts';
import { outputValue } from './steps/output.ts';

/** The heartbeat; a lease (lease-watch.ts) lasts three of them and a bit. */
const RENEW_MS = 4000;
const TICK_MS = 100;
/** What people change of a running loop is in force so soon. */
const DIALS_MS = 200;
/** An undeclared output longer than this is cut; the whole is in the ledger. */
const OUTPUT_ITEMS = 10_000;

export interface RunSetup {
  runId: string;
  plan: Plan;
  store: RunStore;
  lease: Lease;
  registry: NodeRegistry;
  clock: Clock;
  evaluator: Evaluator;
  ports: RunPorts;
  redactor: Redactor;
  signals: Signals;
  signalUrl: ((token: string) => string) | null;
  python: () => Promise<Python>;
  trigger: string | null;
  conversation: string | null;
  findPlan: (reference: string) => Promise<Plan>;
  /** Of the first start, ms since 1970. */
  startedAt: number;
  input: Json | undefined;
  vars: Record<string, Json>;
  items: string | null;
  pins: Record<string, Json>;
  parallel: number | null;
  limit: number | null;
  commitRows: number;
  commitMs: number;
  fault: (point: FaultPoint) => void;
  report: (progress: Progress) => void;
}

export interface DrivenRun {
  stop: StopSignal;
  result: Promise<{ result: RunResult; frame: Frame; context: RunContext }>;
}

export function driveRun(setup: RunSetup): DrivenRun {
  const stop = new StopSignal();
  return { stop, result: drive(setup, stop) };
}

async function drive(
  setup: RunSetup,
  stop: StopSignal,
): Promise<{ result: RunResult; frame: Frame; context: RunContext }> {
  const { store, lease, clock, plan, runId, report } = setup;
  const started = clock.monotonic();
  const notes = new Notes(0, '', 0);
  // What earlier runners of the run have spent was spent.
  notes.usage = (await store.getRun(runId))?.usage ?? null;
  const writer = new LedgerWriter({
    store,
    lease,
    clock,
    rows: setup.commitRows,
    ms: setup.commitMs,
    fault: setup.fault,
    report,
    onControl: (control) => stop.set(control === 'cancel' ? 'cancel' : 'pause'),
    onLost: (error) => stop.abort(error),
    spent: () => notes.usage,
  });
  const journal = await store.journal(runId);
  const leaseWatch = new LeaseWatch({ store, lease, clock, stop, fault: setup.fault });
  const conversation = await readConversation(setup);
  const context = makeContext(setup, writer, stop, journal, await store.loops(runId), conversation, leaseWatch);
  const heartbeat = setInterval(() => void leaseWatch.renew(), RENEW_MS);
  const ticker = setInterval(() => tick(context, report), TICK_MS);
  await context.dials.look();
  const dials = setInterval(() => void context.dials.look().catch((error: Error) => stop.abort(error)), DIALS_MS);
  heartbeat.unref();
  ticker.unref();
  dials.unref();
  // The time limit counts from the first start, so that a resume does not renew it.
  const deadline = plan.timeoutMs === null ? null : setup.startedAt + plan.timeoutMs - clock.now();
  const alarm =
    deadline === null ? null : setTimeout(() => stop.set('timeout'), Math.max(0, Math.min(deadline, 2 ** 31 - 1)));
  const frame = topFrame(setup, {
    answer: (text) => report({ type: 'answer', text }),
    use: (used) => notes.add(used),
    // Where no iteration is around, the log is only shown.
    log: () => {},
    since: 0,
    given: () => {},
    runsIn: () => {},
  });
  let status: RunStatus = 'completed';
  let output: Json | null = null;
  let failed: Failure | null = null;
  try {
    writer.run({ status: 'running', startedAt: setup.startedAt });
    report({ type: 'run', runId, status: 'running' });
    setup.fault('run-claimed');
    frame.input = await inputFeeds(setup, context, frame);
    await driveFrame(context, frame);
    output = await resultOf(context, frame, plan);
  } catch (error) {
    if (error instanceof FailureError) {
      status = 'failed';
      ({ failed, output } = failedRun(plan, error.failure));
    } else if (error instanceof Stopped) {
      status = error.reason === 'cancel' ? 'cancelled' : error.reason === 'timeout' ? 'failed' : 'waiting';
      if (error.reason === 'timeout')
        failed = failure(
          'timeout',
          `The run took longer than settings.timeout (${plan.timeoutMs} ms). Everything that was done is kept.`,
        );
    } else {
      if (alarm !== null) clearTimeout(alarm);
      clearInterval(heartbeat);
      clearInterval(ticker);
      clearInterval(dials);
      writer.stop();
      throw error;
    }
  }
  if (alarm !== null) clearTimeout(alarm);
  setup.fault('before-finish');
  if (status === 'cancelled') failed = failure('cancelled', 'The run was cancelled. Everything that was done is kept.');
  writer.run({
    status,
    output: output === null ? null : JSON.stringify(output),
    failure: failed,
    finishedAt: status === 'waiting' ? null : clock.now(),
  });
  await writer.durable();
  setup.fault('after-finish');
  clearInterval(heartbeat);
  clearInterval(ticker);
  clearInterval(dials);
  tick(context, report);
  writer.stop();
  await store.release(lease);
  report({ type: 'run', runId, status });
  const loops = (await store.loops(runId)).filter((loop) => !loop.path.endsWith(SPILL_MARK));
  for (const loop of loops.slice(0, 1000)) report({ type: 'loop', loop, inFlight: 0 });
  const result: RunResult = {
    runId,
    status,
    output,
    failure: failed,
    loops,
    stats: {
      durationMs: Math.round(clock.monotonic() - started),
      iterations: context.stats.iterations,
      steps: context.stats.steps,
      exceptions: context.stats.exceptions,
      usage: notes.usage,
      peakRssMb: 0,
    },
  };
  return { result, frame, context };
}

/** What a failed run gives nevertheless is its output, not part of the failure. */
function failedRun(plan: Plan, failure: Failure): { failed: Failure; output: Json | null } {
  const { output, ...failed } = failure;
  delete failed.handled;
  if (plan.scope === 'openflow') return { failed, output: failedValue(plan.scope, { ...failed, output }) };
  return { failed, output: output === undefined ? null : (output as Json) };
}

function topFrame(setup: RunSetup, doors: Doors): Frame {
  const { plan } = setup;
  return {
    region: plan.root,
    path: '',
    input: [],
    parent: null,
    around: null,
    loops: [],
    outputs: [],
    recorded: true,
    depth: 0,
    vars: setup.vars,
    doors,
    owner: ownerOf(plan, {}),
  };
}

/** What the top frame starts with: the items of a file, the input, or one empty item. */
async function inputFeeds(setup: RunSetup, context: RunContext, frame: Frame): Promise<Feed[]> {
  if (setup.items !== null) return readItems(context, frame, setup.items);
  const { input } = setup;
  const values = input === undefined ? [setup.vars] : Array.isArray(input) ? input : [setup.vars];
  const limit = setup.limit ?? Number.POSITIVE_INFINITY;
  return [{ dataset: inline(values.slice(0, limit).map((json) => encodeItem({ json: json as Json }))), port: 0 }];
}

/** The declared output, else what a respond node gave, else the items' json of the last node. */
async function resultOf(context: RunContext, frame: Frame, plan: Plan): Promise<Json> {
  if (plan.output !== null) return outputValue(context, frame, plan);
  const responders = plan.root.steps.filter(
    (step) => (step.type === 'respond' || step.type === 'output') && frame.outputs[step.index] != null,
  );
  const last = responders.at(-1) ?? plan.root.steps.filter((step) => frame.outputs[step.index] != null).at(-1);
  const dataset = last === undefined ? undefined : frame.outputs[last.index];
  const feeds =
    dataset == null || last === undefined || frame.walk !== undefined
      ? resultFeeds(frame)
      : last.outputs.map((_, port) => ({ dataset, port }));
  const items: Json[] = [];
  for (const feed of feeds) {
    if (countOf(feed) === 0) continue;
    for await (const block of readBlocks(context, [feed])) {
      for (const text of block) {
        if (items.length >= OUTPUT_ITEMS) return items;
        items.push(itemFromWire(JSON.parse(text) as Json).json);
      }
    }
  }
  return items;
}

function tick(context: RunContext, report: (progress: Progress) => void): void {
  for (const run of context.loops.active) {
    if (run.path.endsWith(SPILL_MARK)) continue;
    run.touchDuration();
    const { started, completed, failed, skipped } = run.progress;
    report({ type: 'loop', loop: { ...run.record }, inFlight: started - completed - failed - skipped });
  }
}
