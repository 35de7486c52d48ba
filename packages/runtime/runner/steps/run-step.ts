/** Owns the choice of how a step is performed. Each way has its own file. */
import type { Dataset } from '@rondo/core/events.ts';
import type { Step } from '@rondo/core/model/plan.ts';
import type { RunContext } from '../context.ts';
import { inline, readBlocks, Spill } from '../dataset.ts';
import { feedsOf, pathIn, type Frame } from '../frame.ts';
import { runContainer } from './container.ts';
import { runBlocks } from './block-writer.ts';
import { runEffect } from './effect.ts';
import { runFold } from './fold.ts';
import { runKernel } from './kernel.ts';
import { runPages } from './pages.ts';

export async function runStep(context: RunContext, frame: Frame, step: Step): Promise<Dataset> {
  const pinned = frame.depth === 0 ? context.options.pins.get(step.id) : undefined;
  if (pinned !== undefined) return inline(pinned);
  if (step.disabled) return copy(context, frame, step);
  switch (step.work) {
    case 'kernel':
      return runKernel(context, frame, step);
    case 'fold':
      return runFold(context, frame, step);
    case 'container':
      return runContainer(context, frame, step);
    case 'effect':
      if (step.paged) return runPages(context, frame, step);
      return step.block ? runBlocks(context, frame, step) : runEffect(context, frame, step);
  }
}

async function copy(context: RunContext, frame: Frame, step: Step): Promise<Dataset> {
  const spill = new Spill(context, pathIn(frame, step));
  for await (const items of readBlocks(context, feedsOf(frame, step.inputs[0] ?? []))) await spill.add(items);
  return spill.end();
}
