/**
 * Owns Loop Over Items with `reset`: when it is true after an iteration, what came back is the
 * new list and what was collected is dropped. The list is small (a job that is polled); it is
 * the carry of the loop.
 */
import type { Dataset } from '@rondo/core/events.ts';
import { FailureError } from '@rondo/core/errors.ts';
import { ITEM_SEPARATOR, splitItems } from '@rondo/core/model/item.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { Container, Step } from '@rondo/core/model/plan.ts';
import { checkStop, type RunContext } from '../context.ts';
import { inline, readAll } from '../dataset.ts';
import { evaluate, isLiteral } from '../evaluate.ts';
import { feedsOf, pathIn, type Frame } from '../frame.ts';
import { contextFor, templateProgram } from '../programs.ts';
import { bodyFrame, iterate, viewOf } from './iteration.ts';
import { sequentialIteration } from './sequence.ts';
import { endLoop, leaveLoop } from './settle.ts';

interface Held {
  list: string[];
  collected: string[];
}

export async function resetLoop(
  context: RunContext,
  frame: Frame,
  step: Step,
  container: Container & { kind: 'loop-over-items' },
): Promise<Dataset> {
  const path = pathIn(frame, step);
  // How often the list is renewed is not known beforehand, so the ceiling of such loops applies.
  const limit = Math.min(step.loop.limit, context.limits['loop.ceiling']);
  const loop = { ...step.loop, over: 'state' as const, carry: 'previous' as const, limit, collect: 'concat' as const };
  const bound = { ...step, loop };
  const { run, finished } = await context.loops.open(context, path, step.id, loop, 1);
  const reset = container.reset;
  const scope = await contextFor(context, frame, step.references, path);
  const program =
    reset === null || isLiteral(reset) ? null : templateProgram(context, frame, `reset:${step.id}`, [['value', reset]]);
  if (run.record.carry === null) {
    const list = await readAll(context, feedsOf(frame, step.inputs[0] ?? []), path);
    run.record.carry = JSON.stringify({ list, collected: [] } satisfies Held);
  }
  for (;;) {
    const held = JSON.parse(run.record.carry as string) as Held;
    run.progress.ended = finished || held.list.length === 0;
    run.progress.available = 1;
    run.progress.cancelled = context.stop.reason !== null;
    const decision = run.decide();
    if (decision.do === 'cancel') {
      await leaveLoop(context, run);
      checkStop(context.stop);
    }
    if (decision.do !== 'start') {
      await endLoop(context, bound, run, decision);
      return inline(held.collected, []);
    }
    const batch = held.list.slice(0, loop.size);
    const view = {
      item: viewOf(batch, loop.size),
      index: run.record.cursor,
      count: null,
      previous: null,
      node: step.id,
    };
    await sequentialIteration(
      context,
      bound,
      run,
      batch.join(ITEM_SEPARATOR),
      frame.doors,
      (index, doors) =>
        iterate(
          context,
          bodyFrame(frame, step, index, container.body, `${path}[${index}]`, batch, view, doors),
          loop.flatten,
        ),
      async (value) => {
        const back = value === null ? [] : splitItems(value.output);
        const again =
          program === null
            ? reset !== null
            : Boolean(
                (await evaluate(context, program, back, view.index, { ...scope, loops: [view, ...frame.loops] })).value,
              );
        const next: Held =
          again && value !== null
            ? { list: back, collected: [] }
            : {
                list: value?.ends === true ? [] : held.list.slice(batch.length),
                collected: [...held.collected, ...back],
              };
        const text = JSON.stringify(next);
        const most = context.limits['step.bytes'];
        if (text.length > most)
          throw new FailureError(limitFailure('step.bytes', most, path, 'the list of a loop with reset'));
        return text;
      },
    );
  }
}
