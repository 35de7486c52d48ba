/** Owns nodes that see every item once and then answer: items stream in, the answer streams out. */
import { FailureError } from '@rondo/core/errors.ts';
import type { Dataset } from '@rondo/core/events.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import { splitItems, splitPorts } from '@rondo/core/model/item.ts';
import type { Step } from '@rondo/core/model/plan.ts';
import type { BlockResult } from '@rondo/core/ports.ts';
import { checkStop, type RunContext } from '../context.ts';
import { inline, readBlocks, Spill } from '../dataset.ts';
import { feedsOf, pathIn, type Frame } from '../frame.ts';
import { contextFor, foldProgram } from '../programs.ts';

export async function runFold(context: RunContext, frame: Frame, step: Step): Promise<Dataset> {
  const path = pathIn(frame, step);
  const program = foldProgram(context, frame, step);
  const scope = { ...(await contextFor(context, frame, step.references, path)) };
  // Tells this fold from others of the same step that run at the same time in other frames.
  context.stats.folds += 1;
  const key = String(context.stats.folds);
  let part = 0;
  const send = async (items: string[], port: number, end: boolean): Promise<BlockResult> => {
    checkStop(context.stop);
    const result = await context.evaluator.run({
      program,
      items,
      size: Math.max(items.length, 1),
      first: 0,
      units: 1,
      total: null,
      carry: null,
      context: scope,
      port,
      end,
      key,
      part: part++,
    });
    const failed = result.units.find((unit) => unit.status === 'failed');
    if (failed?.failure) throw new FailureError(failed.failure);
    return result;
  };
  for (const [port, sources] of step.inputs.entries()) {
    for await (const items of readBlocks(context, feedsOf(frame, sources))) await send(items, port, false);
  }
  const { units } = await send([], 0, true);
  const spills = step.outputs.map((_, port) => new Spill(context, port === 0 ? path : `${path}.${port}`));
  for (const unit of units) {
    for (const [port, text] of splitPorts(unit.output).entries()) await spills[port]?.add(splitItems(text));
  }
  const ports = await Promise.all(spills.map((spill) => spill.end()));
  if (ports.length === 1) return ports[0] as Dataset;
  return inline(
    ...ports.map((dataset) => {
      if (dataset.kind === 'inline') return dataset.ports[0] ?? [];
      throw new FailureError(
        limitFailure('step.bytes', context.limits['step.bytes'], path, 'several long outputs of one step'),
      );
    }),
  );
}
