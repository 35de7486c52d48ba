/**
 * Owns what happens next inside one frame: `next` and `evolve`, both pure. A frame is one pass
 * through a region. Sees how many items each output gave, never the items.
 *
 * A connection is taken when its output gave items, skipped otherwise. Steps are in topological
 * order and run one after another, so everything before `at` is settled. From `handler` on they
 * run only after a failure of a step before it.
 */

export interface FrameStep {
  index: number;
  inputs: readonly (readonly { step: number; port: number }[])[];
  /** Runs on zero items as long as something before it ran. */
  runsOnEmpty: boolean;
}

export interface FrameState {
  /** Index of the first step that is not settled. */
  at: number;
  /** Items per output port of each settled step; null for a skipped one. */
  counts: readonly (readonly number[] | null)[];
  /** Items the frame was given. */
  input: number;
  /** `handling`: a step failed, and those that stand for that case run. */
  failed: boolean | 'handling';
  /** A step ended the frame before its last step. */
  ended: boolean;
}

export type FrameEvent =
  | { type: 'completed'; counts: readonly number[]; ends?: boolean }
  | { type: 'skipped' }
  | { type: 'failed' /** There are steps for this case; the failure is theirs. */; handled?: boolean };

export type Next = { do: 'run'; step: number } | { do: 'skip'; step: number } | { do: 'complete' } | { do: 'fail' };

export function startFrame(input: number): FrameState {
  return { at: 0, counts: [], input, failed: false, ended: false };
}

/** `handler`: first of the steps that run after a failure only; null when there are none. */
export function next(steps: readonly FrameStep[], state: FrameState, handler: number | null = null): Next {
  if (state.failed === true) return { do: 'fail' };
  // To end the frame on purpose is success, after a failure too.
  if (state.ended) return { do: 'complete' };
  if (handler !== null && state.at === handler) {
    return state.failed === 'handling' ? { do: 'run', step: handler } : { do: 'complete' };
  }
  const step = steps[state.at];
  if (step === undefined) return state.failed === 'handling' ? { do: 'fail' } : { do: 'complete' };
  let reached = false;
  for (const sources of step.inputs) {
    for (const source of sources) {
      const counts = source.step < 0 ? [state.input] : state.counts[source.step];
      if (counts === null || counts === undefined) continue;
      if ((counts[source.port] ?? 0) > 0) return { do: 'run', step: step.index };
      reached = true;
    }
  }
  return reached && step.runsOnEmpty ? { do: 'run', step: step.index } : { do: 'skip', step: step.index };
}

/** The state after the step at `at` was settled. */
export function evolve(state: FrameState, event: FrameEvent, handler: number | null = null): FrameState {
  switch (event.type) {
    case 'completed':
      return {
        ...state,
        at: state.at + 1,
        counts: [...state.counts, event.counts],
        ended: event.ends === true,
      };
    case 'skipped':
      return { ...state, at: state.at + 1, counts: [...state.counts, null] };
    case 'failed': {
      if (handler === null || event.handled !== true || state.failed !== false) return { ...state, failed: true };
      const passedOver = Array.from({ length: handler - state.at }, () => null);
      return { ...state, at: handler, counts: [...state.counts, ...passedOver], failed: 'handling' };
    }
  }
}
