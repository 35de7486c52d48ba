/**
 * Owns driving one frame: asks `next` what to do, has steps run, folds the answers with
 * `evolve`, records finished steps where the region is checkpointed. Does not know how a kind
 * of step works (steps/).
 */
import { startFrame, evolve, next, type FrameState } from '@rondo/core/engine/frame.ts';
import { FailureError, type Failure } from '@rondo/core/errors.ts';
import type { Dataset } from '@rondo/core/events.ts';
import type { Dialect } from '@rondo/core/model/definition.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { End, Plan, Region, Source, Step } from '@rondo/core/model/plan.ts';
import { checkStop, type RunContext } from './context.ts';
import { countAll, countsOf, firstOnly, inline, type Feed } from './dataset.ts';
import type { Doors } from './doors.ts';
import { failureOutput, handledFailure, resumeHandling, takes } from './failure-path.ts';
import { segment } from './path.ts';
import type { Remembered } from './recall.ts';
import { runStep } from './steps/run-step.ts';
import { beginTrace, type StepTrace } from './trace.ts';
import { driveWalk, lastFeeds } from './walk/drive.ts';
import type { WalkHistory } from './walk/history.ts';

/** What expressions see of an enclosing loop. JSON values. */
export interface LoopView {
  item: unknown;
  index: number;
  count: number | null;
  previous: unknown;
  vars?: unknown;
  node: string;
}

export interface Frame {
  region: Region;
  /** Step path of this frame; '' for the top one. */
  path: string;
  input: Feed[];
  parent: Frame | null;
  /** The container step this frame is an iteration of, in the parent's region. */
  around: { step: Step; index: number } | null;
  loops: LoopView[];
  outputs: (Dataset | null)[];
  /** Records finished steps in the journal. */
  recorded: boolean;
  /** Depth of sub-workflow calls. */
  depth: number;
  vars: unknown;
  /** Where text of the answer and costs go. */
  doors: Doors;
  /** Plan the region belongs to, for program ids and time zone. */
  owner: FrameOwner;
  /** Where steps run again and again: what has run. */
  walk?: WalkHistory;
  /** Of an iteration: what is noted of its steps, by step. */
  traces?: (StepTrace | undefined)[];
  /** The step that runs now. */
  current?: Step;
  /** Of an iteration whose steps read what they gave before: the one before it. */
  before?: Remembered;
  /** A step of this frame, or of one inside, ended it: which frames end, and whose output is the result. */
  ending?: { end: End; step: number; port: number };
}

export interface FrameOwner {
  timezone: string;
  key: object;
  dialect: Dialect;
  constants: Record<string, Json>;
}

/** `constants`: of the caller, for a workflow that has none of its own. */
export function ownerOf(plan: Plan, constants: Record<string, Json>): FrameOwner {
  return { timezone: plan.timezone, key: plan, dialect: plan.scope, constants: plan.constants ?? constants };
}

export function pathIn(frame: Frame, step: Step): string {
  const name = stepKey(frame, step);
  return frame.path === '' ? name : `${frame.path}/${name}`;
}

/** The last part of the step's path: its id, and its run in a walk (`fetch@2` is the third). */
function stepKey(frame: Frame, step: Step): string {
  const name = segment(step.id);
  const run = frame.walk?.run ?? 0;
  return run === 0 ? name : `${name}@${run}`;
}

/** What the step is called in the journal of the frame. */
export function journalName(frame: Frame, step: Step): string {
  return frame.walk === undefined ? step.id : stepKey(frame, step);
}

export function feedsOf(frame: Frame, sources: readonly Source[]): Feed[] {
  const feeds: Feed[] = [];
  for (const source of sources) {
    if (source.step < 0) feeds.push(...frame.input);
    else {
      const dataset =
        source.run === undefined ? frame.outputs[source.step] : outputOfRun(frame, source.step, source.run);
      if (dataset !== null && dataset !== undefined) feeds.push({ dataset, port: source.port });
    }
  }
  return sources[0]?.first === true ? firstOnly(feeds) : feeds;
}

/** Run -1 is one empty item. */
function outputOfRun(frame: Frame, step: number, run: number): Dataset | undefined {
  return run < 0 ? inline(['{}']) : frame.walk?.runs[step]?.[run]?.output;
}

/** Runs all steps of the frame. Throws FailureError when a step fails, Stopped when asked to stop. */
export async function driveFrame(context: RunContext, frame: Frame): Promise<void> {
  const { region } = frame;
  if (region.walk !== undefined) return driveWalk(context, frame, region.walk);
  const earlier = frame.recorded ? context.earlier.get(frame.path) : undefined;
  const handler = region.handler ?? null;
  let state: FrameState = startFrame(countAll(frame.input));
  let failed: Failure | null = null;
  if (handler !== null) {
    const begun = resumeHandling(frame, earlier);
    if (begun !== null) ({ state, failure: failed } = begun);
  }
  for (;;) {
    const command = next(region.steps, state, handler);
    if (command.do === 'complete') break;
    if (command.do === 'fail') throw await handledFailure(context, frame, failed as Failure);
    const step = region.steps[command.step] as Step;
    if (command.do === 'skip') {
      frame.outputs[step.index] = null;
      state = evolve(state, { type: 'skipped' });
      if (frame.recorded && earlier?.get(step.id)?.type !== 'step-skipped') {
        context.event({ type: 'step-skipped', frame: frame.path, step: step.id });
      }
      continue;
    }
    const before = earlier?.get(step.id);
    let output: Dataset;
    if (before?.type === 'step-completed') {
      output = before.output;
      if (before.ends !== undefined) frame.ending = { end: before.ends, step: step.index, port: 0 };
    } else {
      // An iteration in flight is drained; only where finished steps are kept may it stop half-way.
      if (frame.recorded || context.stop.signal.aborted) checkStop(context.stop);
      try {
        output = await performStep(context, frame, step, step.index === handler ? failed : null);
      } catch (error) {
        if (handler === null || failed !== null || !(error instanceof FailureError)) throw error;
        if (!takes(frame, error.failure)) throw error;
        failed = error.failure;
        delete frame.ending;
        state = evolve(state, { type: 'failed', handled: true }, handler);
        continue;
      }
    }
    if (step.alwaysOutput && countsOf(output).every((n) => n === 0)) output = inline(['{}']);
    frame.outputs[step.index] = output;
    const counts = countsOf(output);
    if (step.ends !== undefined && (counts[1] ?? 0) > 0) {
      frame.ending = { end: step.ends, step: step.index, port: 1 };
    }
    state = evolve(state, { type: 'completed', counts, ends: frame.ending !== undefined });
  }
  if (frame.recorded) context.earlier.delete(frame.path);
}

/** `failed`: what On failure stands for. */
async function performStep(context: RunContext, frame: Frame, step: Step, failed: Failure | null): Promise<Dataset> {
  const started = context.clock.monotonic();
  context.stats.steps += 1;
  frame.current = step;
  const trace = beginTrace(frame, step, started);
  if (frame.recorded) context.event({ type: 'step-started', frame: frame.path, step: step.id });
  try {
    const output = failed === null ? await runStep(context, frame, step) : failureOutput(frame, failed);
    const durationMs = trace === null && !frame.recorded ? 0 : context.clock.monotonic() - started;
    if (trace !== null) trace.ms = durationMs;
    if (frame.recorded) {
      const more = {
        ...(frame.ending === undefined ? {} : { ends: frame.ending.end }),
        ...(failed === null ? {} : { failure: withoutOutput(failed) }),
      };
      context.event({ type: 'step-completed', frame: frame.path, step: step.id, output, durationMs, ...more });
      context.fault('journal-written');
    }
    return output;
  } catch (error) {
    if (error instanceof FailureError) {
      error.failure.node ??= step.id;
      error.failure.path ??= pathIn(frame, step);
      if (trace !== null) {
        trace.ms = context.clock.monotonic() - started;
        trace.failure = error.failure;
      }
      if (frame.recorded)
        context.event({ type: 'step-failed', frame: frame.path, step: step.id, failure: withoutOutput(error.failure) });
    }
    throw error;
  }
}

/** As it is kept: what was given nevertheless is elsewhere. */
function withoutOutput(failure: Failure): Failure {
  const kept = { ...failure };
  delete kept.output;
  return kept;
}

/** Feeds that make the region's result. */
export function resultFeeds(frame: Frame): Feed[] {
  if (frame.walk !== undefined) return lastFeeds(frame, frame.walk);
  const { ending } = frame;
  return feedsOf(frame, ending === undefined ? frame.region.results : [{ step: ending.step, port: ending.port }]);
}
