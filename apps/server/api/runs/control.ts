/**
 * Owns what people ask of a run: cancel, pause, resume, re-run iterations, change a loop's dials, delete. A run that is
 * driven is asked through the store, whoever drives it. Does not drive.
 */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { dials as dialsBody, redriveBody, redriven } from '@rondo/api/schemas/run.ts';
import { downstream } from '@rondo/core/engine/downstream.ts';
import type { Region, Step } from '@rondo/core/model/plan.ts';
import { hasEnded, StoreError, type Dials, type LoopRecord, type Redrive, type RunRecord } from '@rondo/core/ports.ts';
import { Problem } from '../../http/problem.ts';
import type { ApiContext } from '../context.ts';
import { repairOf } from './repaired.ts';
import { startProblem } from './start.ts';
import { forgetEnded, loopsIn } from './views.ts';

const LEASE_MS = 10_000;
/** A run that is asked to pause for a re-run gets so long to finish what is in flight. */
const PAUSE_MS = 20_000;
const LOOK_MS = 50;

function refuseEnded(run: RunRecord): void {
  if (hasEnded(run.status)) throw new Problem(409, 'run-ended', `Run ${run.id} has ended: it is ${run.status}.`);
}

/** One that nobody drives is ended here, under a lease, so that two people cannot end it differently. */
export async function cancel({ store, clock }: ApiContext, run: RunRecord): Promise<void> {
  if (run.status === 'cancelled') return;
  refuseEnded(run);
  const lease = await store.claim(run.id, `api-${randomUUID()}`, LEASE_MS);
  if (lease === null) {
    await store.setControl(run.id, 'cancel');
    return;
  }
  try {
    const now = clock.now();
    await store.commit({ lease, now, run: { status: 'cancelled', finishedAt: now } });
  } finally {
    await store.release(lease);
  }
}

export async function pause({ store }: ApiContext, run: RunRecord): Promise<void> {
  refuseEnded(run);
  await store.setControl(run.id, 'pause');
}

export async function resume(context: ApiContext, run: RunRecord): Promise<void> {
  refuseEnded(run);
  const { store, launcher } = context;
  // Asked to pause and not paused yet: it just goes on.
  if ((await store.leaseOwner(run.id)) !== null) {
    if (run.control === 'cancel') throw new Problem(409, 'run-cancelling', `Run ${run.id} is being cancelled.`);
    if (run.control === 'none') return;
    if (!(await released(context, run.id)))
      throw new Problem(409, 'run-pausing', 'What is in flight has not finished yet. Try again when it has.');
  }
  try {
    await launcher.resume(run.id);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'lease-lost') return;
    throw startProblem(error);
  }
}

/** Whether nobody drives the run, or so within PAUSE_MS. */
async function released({ store, clock }: ApiContext, run: string): Promise<boolean> {
  const end = clock.monotonic() + PAUSE_MS;
  while ((await store.leaseOwner(run)) !== null) {
    if (clock.monotonic() > end) return false;
    await clock.sleep(LOOK_MS);
  }
  return true;
}

// ---- re-run ----

type Redriven = z.input<typeof redriven>;

export async function redrive(
  context: ApiContext,
  run: RunRecord,
  body: z.output<typeof redriveBody>,
  dry: boolean,
  by: string,
): Promise<Redriven> {
  const { store, launcher } = context;
  const loop = body.loop === undefined ? null : await store.loop(run.id, body.loop);
  if (body.loop !== undefined && loop === null)
    throw new Problem(404, 'loop-not-found', `The run ${run.id} has no loop ${body.loop}.`);
  if (body.indices !== undefined && loop === null)
    throw new Problem(400, 'loop-missing', 'Indices are those of one loop; say which.');
  const status = body.status ?? 'failed';
  const repair = await repairOf(context, run, loop, body.version);
  const what: Redrive = {
    loop: loop?.key ?? null,
    status,
    by,
    after: await stepsAfter(context, run, loop),
    ...(body.cause === undefined ? {} : { cause: body.cause }),
    ...(body.indices === undefined ? {} : { indices: body.indices }),
    ...(repair === null ? {} : { definition: repair.text }),
  };
  const loops = loop === null ? await loopsIn(context, run.id, '') : [loop];
  const counted = await Promise.all(loops.map((one) => countOf(context, run, one, what)));
  const sum = counted.reduce((a, b) => ({ count: a.count + b.count, mayRepeat: a.mayRepeat + b.mayRepeat }), {
    count: 0,
    mayRepeat: 0,
  });
  const version = repair?.version ?? context.facts.of(run).version;
  if (dry || (sum.count === 0 && loop !== null)) return { ...sum, version };
  if ((await store.leaseOwner(run.id)) !== null) {
    await store.setControl(run.id, 'pause');
    if (!(await released(context, run.id))) {
      await store.setControl(run.id, 'none');
      throw new Problem(409, 'run-busy', 'What is in flight has not finished within 20 s. Pause the run first.');
    }
  }
  const count = await store.redrive(run.id, what);
  forgetEnded(run.id);
  if (repair !== null && count > 0) {
    context.versions.moved(run.id, repair.version);
    context.facts.forget(run.id);
  }
  try {
    if (count > 0 || !hasEnded(run.status)) await launcher.resume(run.id);
  } catch (error) {
    // Another server takes it up.
    if (!(error instanceof StoreError && (error.code === 'lease-lost' || error.code === 'run-ended')))
      throw startProblem(error);
  }
  return { count, mayRepeat: Math.min(sum.mayRepeat, count), version };
}

async function stepsAfter(context: ApiContext, run: RunRecord, loop: LoopRecord | null): Promise<string[] | null> {
  const plan = context.facts.plan(run);
  if (plan === null) return null;
  const nodes = loop === null ? (await loopsIn(context, run.id, '')).map((one) => one.node) : [loop.node];
  return downstream(plan, new Set(nodes));
}

async function countOf(context: ApiContext, run: RunRecord, loop: LoopRecord, what: Redrive): Promise<Redriven> {
  const { store } = context;
  if (what.status !== 'failed') {
    const all = what.indices === undefined ? await counted(context, run, loop, what) : what.indices.length;
    return { count: all, mayRepeat: repeats(context, run, loop, null) ? all : 0 };
  }
  const causes = await store.causes(run.id, loop.key);
  let count = 0;
  let mayRepeat = 0;
  const chosen = what.indices === undefined ? null : new Set(what.indices);
  for (const cause of causes) {
    if (what.cause !== undefined && cause.cause !== what.cause) continue;
    const n =
      chosen === null
        ? cause.count
        : (await store.indices(run.id, loop.key, { cause: cause.cause, limit: 1_000_000 })).filter((i) => chosen.has(i))
            .length;
    count += n;
    if (repeats(context, run, loop, cause.node)) mayRepeat += n;
  }
  return { count, mayRepeat };
}

async function counted(context: ApiContext, run: RunRecord, loop: LoopRecord, { status }: Redrive): Promise<number> {
  if (status === 'completed') return loop.completed;
  if (status === 'skipped') return loop.skipped;
  return (await context.store.indices(run.id, loop.key, { status, limit: 1_000_000 })).length;
}

/** Whether an effect that cannot simply be done twice came before the failure, or may have been what failed. */
function repeats(context: ApiContext, run: RunRecord, loop: LoopRecord, failedAt: string | null): boolean {
  const step = context.facts.step(run, loop.node);
  if (step === null) return true;
  const container = step.container;
  if (container === undefined || !('body' in container)) return isUnsafe(context, step);
  return unsafeIn(context, container.body, failedAt).unsafe;
}

function unsafeIn(context: ApiContext, region: Region, failedAt: string | null): { unsafe: boolean; found: boolean } {
  let unsafe = false;
  for (const step of region.steps) {
    const inside =
      step.container !== undefined && 'body' in step.container
        ? unsafeIn(context, step.container.body, failedAt)
        : { unsafe: isUnsafe(context, step), found: false };
    unsafe ||= inside.unsafe;
    if (inside.found || step.id === failedAt) return { unsafe, found: true };
  }
  return { unsafe, found: false };
}

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

function isUnsafe(context: ApiContext, step: Step): boolean {
  if (step.container?.kind === 'sub-workflow') return true;
  if (step.work !== 'effect' || context.registry.get(step.type)?.safe === true) return false;
  const method = step.params['method'];
  if (step.type === 'http-request')
    return !(method === undefined || (method.kind === 'literal' && READING.has(String(method.value))));
  return true;
}

// ---- dials ----

export async function turnDials(
  { store }: ApiContext,
  run: RunRecord,
  loop: LoopRecord,
  body: z.output<typeof dialsBody>,
): Promise<void> {
  refuseEnded(run);
  if (loop.status !== 'running' && loop.status !== 'waiting')
    throw new Problem(409, 'loop-ended', `${loop.path} has ended: it is ${loop.status}.`);
  const had = (await store.dials(run.id)).find((one) => one.path === loop.path)?.asked;
  const { parallel = had?.parallel ?? null, perSecond = had?.perSecond ?? null, tolerate } = body;
  const asked: Dials = {
    parallel,
    perSecond,
    tolerateCount: tolerate === undefined ? (had?.tolerateCount ?? null) : (tolerate.count ?? null),
    tolerateShare: tolerate === undefined ? (had?.tolerateShare ?? null) : (tolerate.share ?? null),
  };
  await store.setDials(run.id, loop.path, asked);
}
