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
  if (frame.depth === 0 && isOtherTrigger(context, step)) return inline(...step.outputs.map(() => []));
  if (step.disabled || passesThrough(step)) return copy(context, frame, step);
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

/** Of several triggers only the one that fired gives items; what hangs on the others is skipped. */
function isOtherTrigger(context: RunContext, step: Step): boolean {
  const { trigger } = context.options;
  return trigger !== null && step.id !== trigger && context.registry.get(step.type)?.group === 'trigger';
}

/** Nodes that give their items on as they are; there is nothing to record about each. */
function passesThrough(step: Step): boolean {
  return step.pure && step.loop.size === 1 && (step.type === 'manual' || step.type === 'no-op');
}

async function copy(context: RunContext, frame: Frame, step: Step): Promise<Dataset> {
  const feeds = feedsOf(frame, step.inputs[0] ?? []);
  const [only] = feeds;
  if (feeds.length === 1 && only?.port === 0) return onlyFirst(only.dataset);
  const spill = new Spill(context, pathIn(frame, step));
  for await (const items of readBlocks(context, feeds)) await spill.add(items);
  return spill.end();
}

function onlyFirst(dataset: Dataset): Dataset {
  if (dataset.kind === 'inline') return inline(dataset.ports[0] ?? []);
  return { ...dataset, counts: dataset.counts.slice(0, 1), per: dataset.per.slice(0, 1) };
}
