/**
 * Owns how the API shows runs and loops: summaries, counts, what is in force. Reads bounded parts of the store only.
 * Changes nothing.
 */
import type { z } from 'zod';
import type { loop as loopSchema, run as runSchema, runSummary } from '@rondo/api/schemas/run.ts';
import type { lastRun } from '@rondo/api/schemas/workflow.ts';
import type { failure as failureSchema } from '@rondo/api/schemas/shared.ts';
import type { Failure } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { hasEnded, type DialRecord, type LoopRecord, type RunRecord } from '@rondo/core/ports.ts';
import { SPILL_MARK } from '@rondo/runtime/runner/dataset.ts';
import type { ApiContext } from '../context.ts';
import { LRU } from '../lru.ts';
import { miniScore } from './cells.ts';

export type LoopView = z.input<typeof loopSchema>;
export type SummaryView = z.input<typeof runSummary>;
export type RunView = z.input<typeof runSchema>;
type FailureView = z.input<typeof failureSchema>;

/** Loops of one frame that are shown; nobody draws more nodes side by side. */
const MOST_LOOPS = 500;
/** More in flight are counted no further. */
const MOST_IN_FLIGHT = 2_000;

export async function loopsIn(context: ApiContext, run: string, frame: string): Promise<LoopRecord[]> {
  const loops = await context.store.loopsIn(run, frame, MOST_LOOPS);
  return loops
    .filter((loop) => !loop.path.endsWith(SPILL_MARK))
    .sort((a, b) => a.startedAt - b.startedAt || a.key - b.key);
}

export function failureView(failed: Failure | null): FailureView | null {
  if (failed === null) return null;
  const { code, message, node, path, item, fix, retry, data } = failed;
  return {
    code,
    message,
    ...(node === undefined ? {} : { node }),
    ...(path === undefined ? {} : { path }),
    ...(item === undefined ? {} : { item }),
    ...(fix === undefined ? {} : { fix }),
    ...(retry === undefined ? {} : { retry }),
    ...(data === undefined ? {} : { data: data as Record<string, unknown> }),
  };
}

export interface InFlight {
  inFlight: number[];
  waiting: number[];
}

/** Indices that are begun and not settled; none where nobody drives the loop. */
export async function unsettled(context: ApiContext, run: RunRecord, loop: LoopRecord): Promise<InFlight> {
  if (hasEnded(run.status) || loop.status === 'completed' || loop.status === 'failed')
    return { inFlight: [], waiting: [] };
  const [inFlight, waiting] = await Promise.all(
    (['running', 'waiting'] as const).map((status) =>
      context.store.indices(run.id, loop.key, { status, limit: MOST_IN_FLIGHT }),
    ),
  );
  return { inFlight: inFlight ?? [], waiting: waiting ?? [] };
}

export async function loopView(
  context: ApiContext,
  run: RunRecord,
  loop: LoopRecord,
  dials?: DialRecord,
): Promise<LoopView & { revision: number }> {
  const { inFlight, waiting } = await unsettled(context, run, loop);
  const flying = inFlight.length + waiting.length;
  const { rate, revision } = context.pulse.beat(run.id, loop, flying);
  const settled = loop.completed + loop.failed + loop.skipped;
  const left = rate === null || loop.total === null ? null : Math.round(((loop.total - settled) / rate) * 1000);
  const defined = definedOf(context, run, loop.node);
  const force = dials?.inForce ?? null;
  const asked = dials === undefined || dials.confirmed >= dials.revision ? null : dials.asked;
  const inForce = {
    parallel: force?.parallel ?? defined.parallel,
    perSecond: force?.perSecond ?? defined.perSecond,
  };
  const changed = inForce.parallel !== defined.parallel || inForce.perSecond !== defined.perSecond;
  return {
    path: loop.path,
    node: loop.node,
    title: context.facts.title(run, loop.node),
    status: loop.status,
    total: loop.total,
    completed: loop.completed,
    failed: loop.failed,
    skipped: loop.skipped,
    inFlight: flying,
    rate,
    leftMs: left,
    startedAt: loop.startedAt,
    durationMs: loop.durationMs,
    ...inForce,
    defined: changed ? defined : null,
    ...(asked === null
      ? {}
      : {
          asked: {
            parallel: asked.parallel ?? defined.parallel,
            perSecond: asked.perSecond ?? defined.perSecond,
          },
        }),
    revision,
  };
}

/** What the definition says, with what the run was started with. */
export function definedOf(
  context: ApiContext,
  run: RunRecord,
  node: string,
): { parallel: number; perSecond: number | null } {
  const loop = context.facts.step(run, node)?.loop;
  if (loop === undefined) return { parallel: 1, perSecond: null };
  const parallel = loop.carry === 'previous' ? 1 : loop.parallel;
  const perSecond = loop.rate === null ? null : (loop.rate.count * 1000) / loop.rate.perMs;
  return { parallel: Number.isFinite(parallel) ? parallel : 1_000_000, perSecond };
}

export async function loopViews(
  context: ApiContext,
  run: RunRecord,
  frame: string,
): Promise<(LoopView & { revision: number })[]> {
  const loops = await loopsIn(context, run.id, frame);
  const dials = new Map((await context.store.dials(run.id)).map((one) => [one.path, one]));
  return Promise.all(loops.map((loop) => loopView(context, run, loop, dials.get(loop.path))));
}

const settledOf = (loop: LoopRecord): number => Math.max(loop.total ?? 0, loop.completed + loop.failed + loop.skipped);

export async function biggestLoop(context: ApiContext, run: RunRecord): Promise<LoopRecord | null> {
  const known = endedLoops.peek(run.id);
  if (known !== undefined && hasEnded(run.status)) return known;
  const loops = await loopsIn(context, run.id, '');
  const biggest = loops.reduce<LoopRecord | null>(
    (best, loop) => (best === null || settledOf(loop) > settledOf(best) ? loop : best),
    null,
  );
  if (hasEnded(run.status)) endedLoops.set(run.id, biggest);
  return biggest;
}

/** Of runs that have ended; a redrive opens them again. */
const endedLoops = new LRU<LoopRecord | null>(5_000);
const endedScores = new LRU<string | null>(5_000);

export function forgetEnded(run: string): void {
  endedLoops.delete(run);
  endedScores.delete(run);
}

async function miniOf(context: ApiContext, run: RunRecord, loop: LoopRecord | null): Promise<string | null> {
  if (loop === null) return null;
  const known = hasEnded(run.status) ? endedScores.peek(run.id) : undefined;
  if (known !== undefined) return known;
  const score = miniScore(await context.store.score(run.id, loop.key), loop.total);
  if (hasEnded(run.status)) endedScores.set(run.id, score);
  return score;
}

function durationOf(context: ApiContext, run: RunRecord): number | null {
  if (run.startedAt === null) return null;
  const end = run.finishedAt ?? (run.status === 'running' ? context.clock.now() : (run.heartbeatAt ?? run.startedAt));
  return Math.max(0, end - run.startedAt);
}

export async function lastRunOf(context: ApiContext, run: RunRecord): Promise<z.input<typeof lastRun>> {
  const loop = await biggestLoop(context, run);
  return {
    id: run.id,
    status: run.status,
    startedAt: run.startedAt,
    durationMs: durationOf(context, run),
    completed: loop?.completed ?? 0,
    failed: loop?.failed ?? 0,
    total: loop?.total ?? null,
    score: await miniOf(context, run, loop),
  };
}

export async function summaryOf(context: ApiContext, run: RunRecord): Promise<SummaryView> {
  const { workflowId, version, startedBy, options, input } = context.facts.of(run);
  return {
    ...(await lastRunOf(context, run)),
    workflow: run.workflow,
    workflowId,
    version,
    control: run.control,
    startedBy,
    trigger: options.trigger ?? null,
    createdAt: run.createdAt,
    finishedAt: run.finishedAt,
    input,
    failure: failureView(run.failure),
  };
}

export async function runView(context: ApiContext, run: RunRecord): Promise<RunView> {
  const loops = await loopViews(context, run, '');
  const shown =
    loops.find((loop) => loop.failed > 0) ??
    loops.reduce<LoopView | null>((best, loop) => (best === null || sizeOf(loop) > sizeOf(best) ? loop : best), null);
  return {
    ...(await summaryOf(context, run)),
    definition: (context.facts.definition(run) ?? {}) as Record<string, unknown>,
    output: run.output === null ? null : (JSON.parse(run.output) as Json),
    alive: !hasEnded(run.status) && (await context.store.leaseOwner(run.id)) !== null,
    heartbeatAt: run.heartbeatAt,
    loops,
    shown: shown?.path ?? null,
    usage: run.usage,
    waits: await waitsOf(context, run),
  };
}

const sizeOf = (loop: LoopView): number => Math.max(loop.total ?? 0, loop.completed + loop.failed + loop.skipped);

/** Top-level steps that wait for a time or a signal. */
async function waitsOf(context: ApiContext, run: RunRecord): Promise<RunView['waits']> {
  if (hasEnded(run.status)) return [];
  const waiting = new Map<string, RunView['waits'][number]>();
  for (const event of await context.store.journal(run.id)) {
    if (event.step === null) continue;
    const path = event.frame === '' ? event.step : `${event.frame}/${event.step}`;
    if (event.type !== 'step-waiting') waiting.delete(path);
    else waiting.set(path, { path, name: context.facts.title(run, event.step), url: null });
  }
  return [...waiting.values()].slice(0, MOST_LOOPS);
}
