/** What runs next in a frame: joins, branches, skipped paths, zero items. */
import { describe, expect, it } from 'vitest';
import { evolve, next, startFrame, type FrameStep } from './frame.ts';

const step = (index: number, ...inputs: [number, number][]): FrameStep => ({
  index,
  inputs: [inputs.map(([from, port]) => ({ step: from, port }))],
  runsOnEmpty: false,
});

/** Runs a frame; `gives` says how many items each output of a step gives. */
function trace(steps: FrameStep[], input: number, gives: Record<number, number[]>): string[] {
  const seen: string[] = [];
  let state = startFrame(input);
  for (;;) {
    const command = next(steps, state);
    if (command.do === 'complete' || command.do === 'fail') return [...seen, command.do];
    seen.push(`${command.do} ${command.step}`);
    state = evolve(
      state,
      command.do === 'run' ? { type: 'completed', counts: gives[command.step] ?? [1] } : { type: 'skipped' },
    );
  }
}

describe('next and evolve', () => {
  it('run steps in order', () => {
    expect(trace([step(0, [-1, 0]), step(1, [0, 0])], 1, {})).toEqual(['run 0', 'run 1', 'complete']);
  });
  it('skip the branch that got nothing, and all that only it leads to', () => {
    const steps = [step(0, [-1, 0]), step(1, [0, 0]), step(2, [0, 1]), step(3, [2, 0])];
    expect(trace(steps, 1, { 0: [1, 0] })).toEqual(['run 0', 'run 1', 'skip 2', 'skip 3', 'complete']);
  });
  it('run a join as soon as one of its connections is taken and none is unknown', () => {
    const steps = [step(0, [-1, 0]), step(1, [0, 0]), step(2, [0, 1]), step(3, [1, 0], [2, 0])];
    expect(trace(steps, 1, { 0: [0, 1] })).toEqual(['run 0', 'skip 1', 'run 2', 'run 3', 'complete']);
  });
  it('skip everything on zero input items', () => {
    expect(trace([step(0, [-1, 0]), step(1, [0, 0])], 0, {})).toEqual(['skip 0', 'skip 1', 'complete']);
  });
  it('run a step that answers for nothing when what comes before it ran, not when it was skipped', () => {
    const total: FrameStep = { ...step(1, [0, 0]), runsOnEmpty: true };
    expect(trace([step(0, [-1, 0]), total], 1, { 0: [0] })).toEqual(['run 0', 'run 1', 'complete']);
    const after: FrameStep = { ...step(2, [1, 0]), runsOnEmpty: true };
    expect(trace([step(0, [-1, 0]), step(1, [0, 1]), after], 1, { 0: [1, 0] })).toEqual([
      'run 0',
      'skip 1',
      'skip 2',
      'complete',
    ]);
  });
  it('stop at a failed step', () => {
    const state = evolve(startFrame(1), { type: 'failed' });
    expect(next([step(0, [-1, 0])], state)).toEqual({ do: 'fail' });
  });
});

describe('a frame that ends early, or deals with a failure', () => {
  const steps = [step(0, [-1, 0]), step(1, [0, 0]), step(2, [-1, 0]), step(3, [2, 0])];
  const done = { type: 'completed', counts: [1] } as const;

  it('is complete after a step that ends it', () => {
    const state = evolve(startFrame(1), { ...done, ends: true });
    expect(next(steps, state)).toEqual({ do: 'complete' });
  });
  it('does not run the steps for a failure when there is none', () => {
    const state = evolve(evolve(startFrame(1), done, 2), done, 2);
    expect(next(steps, state, 2)).toEqual({ do: 'complete' });
  });
  it('goes on with them after a failure, and fails after the last of them', () => {
    let state = evolve(startFrame(1), { type: 'failed', handled: true }, 2);
    expect(state.counts).toEqual([null, null]);
    expect(next(steps, state, 2)).toEqual({ do: 'run', step: 2 });
    state = evolve(state, done, 2);
    expect(next(steps, state, 2)).toEqual({ do: 'run', step: 3 });
    expect(next(steps, evolve(state, done, 2), 2)).toEqual({ do: 'fail' });
  });
  it('is complete when one of them ends it, and fails at once when one of them fails', () => {
    const state = evolve(evolve(startFrame(1), { type: 'failed', handled: true }, 2), done, 2);
    expect(next(steps, evolve(state, { ...done, ends: true }, 2), 2)).toEqual({ do: 'complete' });
    expect(next(steps, evolve(state, { type: 'failed', handled: true }, 2), 2)).toEqual({ do: 'fail' });
  });
});
