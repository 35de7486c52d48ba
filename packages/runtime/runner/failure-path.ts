/**
 * Owns the case that a step of a frame failed and other steps stand for that (On failure): what they start with,
 * what a resume finds of them, what the frame fails with after them. Does not run steps.
 */
import { evolve, startFrame, type FrameState } from '@rondo/core/engine/frame.ts';
import { failureItem } from '@rondo/core/model/failed.ts';
import { FailureError, type Failure } from '@rondo/core/errors.ts';
import type { Dataset, JournalEvent } from '@rondo/core/events.ts';
import { encodeItem } from '@rondo/core/model/item.ts';
import type { RunContext } from './context.ts';
import { countAll, countsOf, inline, readBlocks } from './dataset.ts';
import type { Frame } from './frame.ts';
import { jsonOf } from './programs.ts';

/** Whether the steps for the case of a failure take this one. */
export function takes(frame: Frame, failure: Failure): boolean {
  const { steps, handler } = frame.region;
  if (handler === undefined) return false;
  return failure.handled !== true || steps[handler]?.rawParams.once !== true;
}

/** What On failure hands on. */
export function failureOutput(frame: Frame, failure: Failure): Dataset {
  return inline([encodeItem({ json: failureItem(frame.owner.dialect, failure) })]);
}

/** The frame as it was when an earlier runner had begun to deal with a failure; null when none had. */
export function resumeHandling(
  frame: Frame,
  earlier: ReadonlyMap<string, JournalEvent> | undefined,
): { state: FrameState; failure: Failure } | null {
  const { steps, handler } = frame.region;
  const begun = handler === undefined ? undefined : earlier?.get(steps[handler]?.id ?? '');
  if (handler === undefined || begun?.type !== 'step-completed' || begun.failure === undefined) return null;
  let state = startFrame(countAll(frame.input));
  for (const step of steps.slice(0, handler)) {
    const before = earlier?.get(step.id);
    if (before?.type !== 'step-completed') continue;
    frame.outputs[step.index] = before.output;
    // What ran before the failed step lies before it in order.
    while (state.at < step.index) state = evolve(state, { type: 'skipped' });
    state = evolve(state, { type: 'completed', counts: countsOf(before.output) });
  }
  return { state: evolve(state, { type: 'failed', handled: true }, handler), failure: begun.failure };
}

/** What the frame fails with: the failure, and what the last of the steps for it gave. */
export async function handledFailure(context: RunContext, frame: Frame, failed: Failure): Promise<FailureError> {
  const { steps, handler = 0 } = frame.region;
  for (const step of steps.slice(handler).toReversed()) {
    const dataset = frame.outputs[step.index];
    if (dataset === null || dataset === undefined) continue;
    for await (const [text] of readBlocks(context, [{ dataset, port: 0 }], 0, 1)) {
      if (text !== undefined) return new FailureError({ ...failed, output: jsonOf(text), handled: true });
    }
  }
  return new FailureError({ ...failed, handled: true });
}
