/**
 * Owns iterations that follow one another because each needs what the one before left:
 * the recording of one such iteration. The loops are state-loop.ts and reset-loop.ts.
 */
import type { Step } from '@rondo/core/model/plan.ts';
import { attempt } from '../attempt.ts';
import { Stopped, type RunContext } from '../context.ts';
import { attemptDoors, doorsOf, Notes, type Doors } from '../doors.ts';
import type { LoopRun } from '../loop-run.ts';
import type { Fallback } from './fallback.ts';
import { completedText, failedText } from '../trace.ts';
import { rateOf, type UnitValue } from './concurrent.ts';
import { leaveLoop } from './settle.ts';

/** Runs and records the next iteration; null when it failed. `carry` is what it leaves for the next, in the same commit. */
export async function sequentialIteration(
  context: RunContext,
  step: Step,
  run: LoopRun,
  input: string,
  around: Doors,
  work: (index: number, doors: Doors) => Promise<UnitValue>,
  carry: (value: UnitValue | null, index: number) => Promise<string>,
  /** What a failed iteration gives. */
  fallback: Fallback | null = null,
): Promise<UnitValue | null> {
  const { clock, writer, stop } = context;
  const { path } = run;
  const index = run.nextIndex();
  run.progress.started += 1;
  context.loops.started(1, path);
  context.stats.iterations += 1;
  const at = clock.now();
  run.begin(index, input, at);
  await writer.recorded();
  context.fault('before-effect');
  const begun = clock.monotonic();
  const notes = new Notes(context.limits['code.logBytes'], `${path}[${index}]`, begun);
  const doorsFor = attemptDoors(doorsOf(notes, around), step.loop.retry.times);
  // A body that holds loops makes progress between one lost runner and the next.
  const progresses = step.container !== undefined && 'body' in step.container && step.container.body.checkpoint;
  const lost = progresses ? null : run.lossFailure(index);
  const tried =
    lost === null
      ? await attempt(
          step.loop,
          clock,
          stop.signal,
          `${path}[${index}]`,
          (n) => work(index, doorsFor(n)),
          rateOf(context, run),
          null,
          context.limits['iteration.attempts'],
        ).catch(async (error: unknown) => {
          if (error instanceof Stopped) {
            run.suspend(index, input, at);
            await leaveLoop(context, run);
          }
          throw error;
        })
      : { value: null, failure: lost, attempts: 0, tries: null };
  context.fault('after-effect');
  const ms = clock.monotonic() - begun;
  const { usage, logs } = notes;
  run.record.carry = await carry(tried.value, index);
  const { value, attempts } = tried;
  if (value?.ends === true) run.progress.ended = true;
  if (value !== null) {
    const steps = completedText(context, step, notes, tried, value.steps);
    run.settle(
      index,
      input,
      { status: 'completed', output: value.output, steps, logs, failure: null, attempts, usage },
      at,
      ms,
    );
  } else {
    const failure =
      tried.failure === null
        ? null
        : { ...tried.failure, item: index, path: tried.failure.path ?? `${path}[${index}]` };
    const output = failure === null ? '' : ((await fallback?.(failure, [input], index)) ?? '');
    const steps = failedText(context, step, notes, tried);
    run.settle(index, input, { status: 'failed', output, steps, logs, failure, attempts, usage }, at, ms);
  }
  writer.forget(`${path}[${index}]`);
  context.fault('cursor-moved');
  if (step.loop.pauseMs > 0 && !run.progress.ended) await clock.sleep(step.loop.pauseMs, stop.signal);
  return value;
}
