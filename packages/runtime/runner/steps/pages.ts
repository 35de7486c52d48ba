/**
 * Owns nodes that answer page by page: each page is an iteration, its cursor is the carry.
 * Several input items are paged one after the other in the same loop.
 */
import type { Dataset } from '@rondo/core/events.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { EffectResult } from '@rondo/core/model/node-type.ts';
import type { Step } from '@rondo/core/model/plan.ts';
import { attempt, failedAttempts } from '../attempt.ts';
import { checkStop, sleepOrStop, type RunContext } from '../context.ts';
import { countAll, readBlocks } from '../dataset.ts';
import { attemptDoors, doorsOf, Notes } from '../doors.ts';
import { feedsOf, pathIn, type Frame } from '../frame.ts';
import { completedText, failedText } from '../trace.ts';
import { rateOf } from './concurrent.ts';
import { breakCondition, effectCaller, encodeOutput } from './effect.ts';
import { fallbackOf } from './fallback.ts';
import { endLoop, leaveLoop } from './settle.ts';

/** Where a paged node stands: which input item, and its own cursor there. */
interface Cursor {
  item: number;
  carry?: Json;
}

export async function runPages(context: RunContext, frame: Frame, step: Step): Promise<Dataset> {
  const path = pathIn(frame, step);
  const { loop } = step;
  const state = { ...loop, over: 'state' as const };
  const { run, finished } = await context.loops.open(context, path, step.id, state, step.outputs.length);
  if (finished) return endLoop(context, step, run, { do: 'finish', reason: 'exhausted' });
  const caller = await effectCaller(context, frame, step);
  const stopWhen = await breakCondition(context, frame, step);
  const fallback = fallbackOf(context, frame, step);
  let cursor: Cursor = run.record.carry === null ? { item: 0 } : (JSON.parse(run.record.carry) as Cursor);
  const feeds = feedsOf(frame, step.inputs[0] ?? []);
  // A page does not say which item it is of; expressions of n8n ask for that.
  const tells = frame.owner.dialect === 'n8n' && countAll(feeds) > 1;
  const items = readBlocks(context, feeds, cursor.item, 1);
  let current = await items.next();
  run.progress.ended = current.done === true;
  for (;;) {
    run.progress.available = 1;
    run.progress.cancelled = context.stop.reason !== null;
    const decision = run.decide();
    if (decision.do === 'cancel') {
      await leaveLoop(context, run);
      checkStop(context.stop);
    }
    if (decision.do !== 'start') return endLoop(context, step, run, decision);
    const index = run.nextIndex();
    const input = cursor.carry === undefined ? ((current.value as string[])[0] ?? '') : '';
    run.progress.started += 1;
    context.loops.started(1, path);
    context.stats.iterations += 1;
    const at = context.clock.now();
    run.begin(index, input, at);
    await context.writer.recorded();
    context.fault('before-effect');
    const begun = context.clock.monotonic();
    const notes = new Notes(context.limits['code.logBytes'], `${path}[${index}]`, begun);
    const doorsFor = attemptDoors(doorsOf(notes, frame.doors), loop.retry.times);
    const tried = await attempt(
      loop,
      context.clock,
      context.stop.signal,
      `${path}[${index}]`,
      async (n, signal) => {
        const doors = doorsFor(n);
        const result = await caller({
          items: current.value as string[],
          index,
          attempt: n,
          carry: cursor.carry,
          position: cursor.item,
          signal,
          log: doors.log,
          doors,
        });
        const made = tells ? madeFrom(result, cursor.item) : result;
        return { result, output: encodeOutput(context, made, `${path}[${index}]`) };
      },
      rateOf(context, run),
      null,
      context.limits['iteration.attempts'],
    );
    context.fault('after-effect');
    const ms = context.clock.monotonic() - begun;
    const { usage, logs } = notes;
    const { value, attempts } = tried;
    context.stats.exceptions += failedAttempts(step, tried);
    if (value === null) {
      const failed = tried.failure ?? { code: 'node-failed', message: 'The page could not be read.' };
      const output = (await fallback?.(failed, current.value as string[], cursor.item)) ?? '';
      run.settle(
        index,
        input,
        {
          status: 'failed',
          output,
          steps: failedText(context, step, notes, tried),
          logs,
          failure: { ...failed, node: step.id, item: index },
          attempts,
          usage,
        },
        at,
        ms,
      );
      // Without its cursor there is no next page: this input item is given up.
      cursor = { item: cursor.item + 1 };
    } else if (value.result.done === false) {
      cursor = { item: cursor.item, carry: value.result.carry ?? null };
    } else cursor = { item: cursor.item + 1 };
    run.record.carry = JSON.stringify(cursor);
    if (value !== null) {
      const steps = completedText(context, step, notes, tried, '');
      run.settle(
        index,
        input,
        { status: 'completed', output: value.output, steps, logs, failure: null, attempts, usage },
        at,
        ms,
      );
      if (stopWhen !== null && (await stopWhen(value.output, index))) run.progress.ended = true;
    }
    if (cursor.carry === undefined && !run.progress.ended) {
      current = await items.next();
      if (current.done === true) run.progress.ended = true;
    }
    context.fault('cursor-moved');
    if (value?.result.waitUntil !== undefined)
      await sleepOrStop(context, Math.max(0, value.result.waitUntil - context.clock.now()));
    if (loop.pauseMs > 0 && !run.progress.ended) await context.clock.sleep(loop.pauseMs, context.stop.signal);
  }
}

function madeFrom(result: EffectResult, item: number): EffectResult {
  const stated = (list: readonly Item[]): Item[] => list.map((one) => ({ from: [item], ...one }));
  return {
    ...result,
    ...(result.items === undefined ? {} : { items: stated(result.items) }),
    ...(result.ports === undefined ? {} : { ports: result.ports.map(stated) }),
  };
}
