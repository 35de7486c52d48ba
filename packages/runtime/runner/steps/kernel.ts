/**
 * Owns a pure node outside a pushed-down region: at the top its items are a loop in the
 * ledger; inside an iteration they are part of that iteration's row.
 */
import { FailureError } from '@rondo/core/errors.ts';
import { keptSteps } from '@rondo/core/model/kept-step.ts';
import type { Dataset } from '@rondo/core/events.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { Step } from '@rondo/core/model/plan.ts';
import type { UnitResult } from '@rondo/core/ports.ts';
import type { RunContext } from '../context.ts';
import type { Doors } from '../doors.ts';
import { BLOCK, countAll, inlineOf, readAll } from '../dataset.ts';
import { feedsOf, pathIn, type Frame } from '../frame.ts';
import { readsInput, scopeSource } from '../lineage.ts';
import { kernelProgram } from '../programs.ts';
import { blockLoop } from './block-loop.ts';
import { runEffectful } from './effect.ts';
import { fallbackOf } from './fallback.ts';

export async function runKernel(context: RunContext, frame: Frame, step: Step): Promise<Dataset> {
  const { loop } = step;
  // Rates, pauses and tolerances are the business of the loop that goes one by one.
  if (!step.pure) return runEffectful(context, frame, step, kernelUnit(context, frame, step));
  const feeds = feedsOf(frame, step.inputs[0] ?? []);
  const path = pathIn(frame, step);
  const program = kernelProgram(context, frame, step);
  const scope = await scopeSource(context, frame, step.references, path, step.inputs[0] ?? [], false, readsInput(step));
  const fallback = fallbackOf(context, frame, step);
  if (frame.path === '' || countAll(feeds) > BLOCK) {
    const work = { path, program, feeds, scope, state: null, ports: step.outputs.length, fallback };
    return (await blockLoop(context, step, work)).dataset;
  }
  const items = await readAll(context, feeds, path);
  const size = Math.min(loop.size, Math.max(items.length, 1));
  const units = Math.ceil(items.length / size);
  const { units: answers } = await context.evaluator.run({
    program,
    items,
    size,
    first: 0,
    units,
    total: units,
    carry: null,
    context: await scope(0, units, size),
  });
  const outputs: string[] = [];
  for (const [index, answer] of answers.entries()) {
    let { output } = answer;
    if (answer.logs !== '') frame.doors.log(answer.logs);
    if (answer.status === 'failed') {
      context.stats.exceptions += 1;
      const trace = frame.traces?.[step.index];
      if (trace !== undefined) {
        trace.given = argumentsIn(answer);
        trace.items = items;
      }
      if (loop.onError === 'stop')
        throw new FailureError({ ...answer.failure, item: answer.failure?.item ?? index } as never);
      output = loop.onError === 'null' ? 'null' : '';
      if (fallback !== null && answer.failure !== null) {
        output = await fallback(answer.failure, items.slice(index * size, (index + 1) * size), index);
      }
    }
    outputs.push(output);
  }
  return inlineOf(outputs, step.outputs.length, size);
}

/** What the isolate says that a failed unit was given. */
function argumentsIn({ steps }: Pick<UnitResult, 'steps'>): Record<string, Json> | null {
  return keptSteps(steps).find(({ status }) => status === 'failed')?.arguments ?? null;
}

/** One unit at a time, for the concurrent loop. */
function kernelUnit(context: RunContext, frame: Frame, step: Step) {
  const program = kernelProgram(context, frame, step);
  const scope = scopeSource(
    context,
    frame,
    step.references,
    pathIn(frame, step),
    step.inputs[0] ?? [],
    false,
    readsInput(step),
  );
  return async (items: string[], index: number, _attempt: number, _signal: AbortSignal, doors: Doors) => {
    const { units } = await context.evaluator.run({
      program,
      items,
      size: Math.max(items.length, 1),
      first: index,
      units: 1,
      total: null,
      carry: null,
      context: await (await scope)(index, 1, step.loop.size),
    });
    const unit = units[0];
    if (unit !== undefined && unit.logs !== '') doors.log(unit.logs);
    if (unit === undefined || unit.status === 'failed') {
      const given = unit === undefined ? null : argumentsIn(unit);
      if (given !== null) doors.given(given);
      throw new FailureError(unit?.failure ?? { code: 'node-failed', message: 'The evaluator gave no answer.' });
    }
    return { output: unit.output, steps: unit.steps };
  };
}
