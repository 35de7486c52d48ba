/**
 * Owns driving one frame: asks `next` what to do, has steps run, folds the answers with
 * `evolve`, records finished steps where the region is checkpointed. Does not know how a kind
 * of step works (steps/).
 */
import { startFrame, evolve, next, type FrameState } from '@rondo/core/engine/frame.ts';
import { FailureError } from '@rondo/core/errors.ts';
import type { Dataset } from '@rondo/core/events.ts';
import type { Region, Source, Step } from '@rondo/core/model/plan.ts';
import { checkStop, type RunContext } from './context.ts';
import { countAll, countsOf, inline, type Feed } from './dataset.ts';
import type { Doors } from './doors.ts';
import { runStep } from './steps/run-step.ts';

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
  owner: { timezone: string; key: object };
}

export function pathIn(frame: Frame, step: Step): string {
  return frame.path === '' ? step.id : `${frame.path}/${step.id}`;
}

export function feedsOf(frame: Frame, sources: readonly Source[]): Feed[] {
  return sources.flatMap((source) => {
    if (source.step < 0) return frame.input;
    const dataset = frame.outputs[source.step];
    return dataset === null || dataset === undefined ? [] : [{ dataset, port: source.port }];
  });
}

/** Runs all steps of the frame. Throws FailureError when a step fails, Stopped when asked to stop. */
export async function driveFrame(context: RunContext, frame: Frame): Promise<void> {
  const { region } = frame;
  const earlier = frame.recorded ? context.earlier.get(frame.path) : undefined;
  let state: FrameState = startFrame(countAll(frame.input));
  for (;;) {
    const command = next(region.steps, state);
    if (command.do === 'complete') break;
    if (command.do === 'fail') return;
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
    if (before?.type === 'step-completed') output = before.output;
    else {
      // An iteration in flight is drained; only where finished steps are kept may it stop half-way.
      if (frame.recorded || context.stop.signal.aborted) checkStop(context.stop);
      output = await performStep(context, frame, step);
    }
    if (step.alwaysOutput && countsOf(output).every((n) => n === 0)) output = inline(['{}']);
    frame.outputs[step.index] = output;
    state = evolve(state, { type: 'completed', counts: countsOf(output) });
  }
  if (frame.recorded) context.earlier.delete(frame.path);
}

async function performStep(context: RunContext, frame: Frame, step: Step): Promise<Dataset> {
  const started = context.clock.monotonic();
  context.stats.steps += 1;
  if (frame.recorded) context.event({ type: 'step-started', frame: frame.path, step: step.id });
  try {
    const output = await runStep(context, frame, step);
    if (frame.recorded) {
      const durationMs = context.clock.monotonic() - started;
      context.event({ type: 'step-completed', frame: frame.path, step: step.id, output, durationMs });
      context.fault('journal-written');
    }
    return output;
  } catch (error) {
    if (error instanceof FailureError) {
      error.failure.node ??= step.id;
      error.failure.path ??= pathIn(frame, step);
      if (frame.recorded)
        context.event({ type: 'step-failed', frame: frame.path, step: step.id, failure: error.failure });
    }
    throw error;
  }
}

/** Feeds that make the region's result. */
export function resultFeeds(frame: Frame): Feed[] {
  return feedsOf(frame, frame.region.results);
}
