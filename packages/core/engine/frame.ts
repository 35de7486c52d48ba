/**
 * Owns what happens next inside one frame: `next` and `evolve`, both pure. A frame is one pass
 * through a region. Sees how many items each output gave, never the items.
 *
 * A connection is taken when its output gave items, skipped otherwise. Steps are in topological
 * order and run one after another, so everything before `at` is settled.
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
  failed: boolean;
}

export type FrameEvent = { type: 'completed'; counts: readonly number[] } | { type: 'skipped' } | { type: 'failed' };

export type Next = { do: 'run'; step: number } | { do: 'skip'; step: number } | { do: 'complete' } | { do: 'fail' };

export function startFrame(input: number): FrameState {
  return { at: 0, counts: [], input, failed: false };
}

export function next(steps: readonly FrameStep[], state: FrameState): Next {
  if (state.failed) return { do: 'fail' };
  const step = steps[state.at];
  if (step === undefined) return { do: 'complete' };
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
export function evolve(state: FrameState, event: FrameEvent): FrameState {
  switch (event.type) {
    case 'completed':
      return { ...state, at: state.at + 1, counts: [...state.counts, event.counts] };
    case 'skipped':
      return { ...state, at: state.at + 1, counts: [...state.counts, null] };
    case 'failed':
      return { ...state, failed: true };
  }
}
