/**
 * Owns loops whose iterations act on the world or hold loops themselves: up to `parallel` in
 * flight, each recorded as started before it begins and as settled before its slot is used
 * again. So a crash repeats at most the iterations in flight.
 */
import type { Dataset } from '@rondo/core/events.ts';
import { ITEM_SEPARATOR, itemsOfPort } from '@rondo/core/model/item.ts';
import type { Step } from '@rondo/core/model/plan.ts';
import type { Decision } from '@rondo/core/engine/loop.ts';
import { attempt, failedAttempts, type Again } from '../attempt.ts';
import { checkStop, Stopped, type RunContext } from '../context.ts';
import { readBlocks, countAll, type Feed } from '../dataset.ts';
import { rateKey } from '../dials.ts';
import { attemptDoors, doorsOf, Notes, OrderedAnswers, type Doors } from '../doors.ts';
import type { LoopRun } from '../loop-run.ts';
import type { Fallback } from './fallback.ts';
import { RateGate } from '../rate.ts';
import { completedText, failedText } from '../trace.ts';
import { endLoop, leaveLoop, tooMany } from './settle.ts';

export interface UnitValue {
  output: string;
  steps: string;
  /** A step inside ended the loop. */
  ends?: boolean;
}

export type UnitWork = (
  items: string[],
  index: number,
  attempt: number,
  signal: AbortSignal,
  doors: Doors,
) => Promise<UnitValue>;

export interface Concurrent {
  path: string;
  feeds: Feed[];
  ports: number;
  work: UnitWork;
  /** Of the frame around. */
  doors: Doors;
  /** Break: true after an iteration ends the loop. */
  stopWhen: ((output: string, index: number) => Promise<boolean>) | null;
  /**
   * An iteration that holds loops of its own makes progress between one lost runner and the next; its inner
   * iterations are the ones to blame.
   */
  progresses?: boolean;
  /** What a failed iteration gives; null: nothing, or null by its place. */
  fallback: Fallback | null;
  /** Whether a failed attempt is followed by another; null: as the retry of the loop says. */
  again?: (items: readonly string[], index: number) => Again | null;
  /** Called when an iteration is settled: nested records of it may go. */
  settled?: (index: number) => void;
}

export async function concurrentLoop(
  context: RunContext,
  step: Step,
  job: Concurrent,
): Promise<{ dataset: Dataset; run: LoopRun }> {
  const { loop } = step;
  const { run, finished } = await context.loops.open(context, job.path, step.id, loop, job.ports);
  if (finished) return { dataset: await endLoop(context, step, run, { do: 'finish', reason: 'exhausted' }), run };
  const count = countAll(job.feeds);
  const size = Math.min(loop.size, Math.max(count, 1));
  const total = Math.ceil(count / size);
  run.setTotal(total);
  if (total > loop.limit && loop.atLimit === 'fail') {
    run.finish('failed');
    context.loops.close(run);
    throw tooMany(context, step, job.path, total);
  }
  const most = context.limits['step.bytes'];
  const answers = new OrderedAnswers(job.doors.answer, run.record.cursor, most, job.path);
  const units = unitsOf(context, job, run, size, answers);
  let wake = (): void => {};
  let broken: unknown = null;
  const forget = context.stop.onChange(() => wake());
  run.onTurn = () => wake();
  const settle = (): void => wake();
  try {
    for (;;) {
      run.progress.available = total - run.progress.started;
      run.progress.cancelled = context.stop.reason !== null || broken !== null;
      const decision: Decision = run.decide();
      if (decision.do === 'start') {
        for (let n = 0; n < decision.count; n += 1) {
          const unit = await units.next();
          if (unit.done) {
            run.progress.total = run.progress.started;
            break;
          }
          run.progress.started += 1;
          one(context, step, job, run, unit.value, answers).then(settle, (error: unknown) => {
            broken ??= error;
            run.progress.skipped += 1;
            wake();
          });
        }
        continue;
      }
      if (decision.do === 'wait') {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      if (broken !== null || context.stop.reason !== null) {
        await leaveLoop(context, run);
        if (broken !== null) throw broken;
        checkStop(context.stop);
      }
      return { dataset: await endLoop(context, step, run, decision), run };
    }
  } finally {
    forget();
  }
}

interface Unit {
  index: number;
  items: string[];
}

async function* unitsOf(
  context: RunContext,
  job: Concurrent,
  run: LoopRun,
  size: number,
  answers: OrderedAnswers,
): AsyncGenerator<Unit> {
  let index = run.record.cursor;
  const perBlock = Math.max(1, Math.floor(1000 / size)) * size;
  for await (const block of readBlocks(context, job.feeds, index * size, perBlock)) {
    for (let at = 0; at < block.length; at += size) {
      if (run.isSettled(index)) answers.settle(index);
      else yield { index, items: block.slice(at, at + size) };
      index += 1;
    }
  }
}

/** The rate of the loop; loops with the same key share one. */
export function rateOf(context: RunContext, { loop, path }: LoopRun): RateGate | null {
  const { rate } = loop;
  if (rate === null) return null;
  const key = rateKey(loop, path);
  let gate = context.rates.get(key);
  if (gate === undefined) {
    gate = new RateGate(rate.count, rate.perMs, context.clock);
    context.rates.set(key, gate);
  }
  return gate;
}

async function one(
  context: RunContext,
  step: Step,
  job: Concurrent,
  run: LoopRun,
  unit: Unit,
  answers: OrderedAnswers,
): Promise<void> {
  const { index, items } = unit;
  const { loop } = step;
  const { clock, writer, stop } = context;
  const input = items.join(ITEM_SEPARATOR);
  const where = `${job.path}[${index}]`;
  context.loops.started(1, job.path);
  context.stats.iterations += 1;
  const at = clock.now();
  const lost = job.progresses === true ? null : run.lossFailure(index);
  if (lost !== null) {
    const output = (await job.fallback?.(lost, items, index)) ?? '';
    run.settle(index, input, { status: 'failed', output, steps: '', logs: '', failure: lost, attempts: 0 }, at, 0);
    answers.settle(index);
    return;
  }
  run.begin(index, input, at);
  await writer.recorded();
  context.fault('before-effect');
  const begun = clock.monotonic();
  const notes = new Notes(context.limits['code.logBytes'], where, begun);
  const doors = doorsOf(notes, job.doors, (text) => answers.write(index, text));
  const doorsFor = attemptDoors(doors, loop.retry.times);
  const tried = await attempt(
    loop,
    clock,
    stop.signal,
    where,
    (n, signal) => job.work(items, index, n, signal, doorsFor(n)),
    rateOf(context, run),
    job.again?.(items, index) ?? null,
    context.limits['iteration.attempts'],
  ).catch((error: unknown) => {
    if (error instanceof Stopped) run.suspend(index, input, at);
    throw error;
  });
  context.fault('after-effect');
  const ms = clock.monotonic() - begun;
  const { value, attempts } = tried;
  context.stats.exceptions += failedAttempts(step, tried);
  const { usage, logs } = notes;
  if (value !== null) {
    const { output } = value;
    const steps = completedText(context, step, notes, tried, value.steps);
    run.settle(index, input, { status: 'completed', output, steps, logs, failure: null, attempts, usage }, at, ms);
    if (value.ends === true) run.progress.ended = true;
    if (job.stopWhen !== null && (await job.stopWhen(value.output, index))) run.progress.ended = true;
  } else {
    const failed =
      tried.failure === null
        ? null
        : { ...tried.failure, item: index, path: tried.failure.path ?? where, node: tried.failure.node ?? step.id };
    const output = failed === null ? '' : ((await job.fallback?.(failed, items, index)) ?? '');
    const steps = failedText(context, step, notes, tried);
    run.settle(index, input, { status: 'failed', output, steps, logs, failure: failed, attempts, usage }, at, ms);
  }
  answers.settle(index);
  job.settled?.(index);
  context.fault('cursor-moved');
  if (loop.pauseMs > 0 && run.progress.started < (run.progress.total ?? Number.POSITIVE_INFINITY)) {
    await clock.sleep(loop.pauseMs, stop.signal);
  }
}

/** The first item of an output, for conditions. */
export function firstItem(output: string): string {
  return itemsOfPort(output, 0)[0] ?? 'null';
}
