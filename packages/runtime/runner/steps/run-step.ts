/** Owns the choice of how a step is performed. Each way has its own file. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Dataset } from '@rondo/core/events.ts';
import { splitItems, splitPorts, type Json } from '@rondo/core/model/item.ts';
import type { Step, Template } from '@rondo/core/model/plan.ts';
import { isObject } from '@rondo/core/model/shape.ts';
import type { RunContext } from '../context.ts';
import { inline, readBlocks, Spill } from '../dataset.ts';
import { evaluateOne } from '../evaluate.ts';
import { feedsOf, pathIn, type Frame } from '../frame.ts';
import { contextFor } from '../programs.ts';
import { firstOf, runContainer } from './container.ts';
import { runBlocks } from './block-writer.ts';
import { runEffect, runEffectful } from './effect.ts';
import { fallbackOf } from './fallback.ts';
import { runFold } from './fold.ts';
import { runKernel } from './kernel.ts';
import { runPages } from './pages.ts';

export async function runStep(context: RunContext, frame: Frame, step: Step): Promise<Dataset> {
  const pinned = frame.depth === 0 ? context.options.pins.get(step.id) : undefined;
  if (pinned !== undefined) {
    const failed = failureIn(pinned);
    return failed === null ? inline(pinned) : runEffectful(context, frame, step, () => Promise.reject(failed));
  }
  if (frame.depth === 0 && isOtherTrigger(context, step)) return inline(...step.outputs.map(() => []));
  if (step.disabled || passesThrough(step)) return copy(context, frame, step);
  if (step.skipWhen !== undefined && (await isSkipped(context, frame, step, step.skipWhen))) {
    return copy(context, frame, step);
  }
  switch (step.work) {
    case 'kernel':
      return runKernel(context, frame, step);
    case 'fold':
      return instead(context, frame, step, () => runFold(context, frame, step));
    case 'container':
      return runContainer(context, frame, step);
    case 'effect':
      if (step.paged) return runPages(context, frame, step);
      return step.block ? runBlocks(context, frame, step) : runEffect(context, frame, step);
  }
}

/** A node may be given a failure instead of items: `{ $error: { message, type, code } }`. */
function failureIn(pinned: readonly string[]): FailureError | null {
  const [only] = pinned;
  if (pinned.length !== 1 || only === undefined || !only.startsWith('{"$error":')) return null;
  const { $error: told } = JSON.parse(only) as { $error: Json };
  const { message, type, code } = isObject(told) ? told : { message: told };
  return new FailureError({
    ...failure('node-failed', typeof message === 'string' ? message : 'The outputs that were given are a failure.', {
      retry: 'no',
      ...(typeof type === 'string' ? { data: { type } } : {}),
    }),
    ...(typeof code === 'string' ? { code } : {}),
  });
}

async function isSkipped(context: RunContext, frame: Frame, step: Step, when: Template): Promise<boolean> {
  const scope = await contextFor(context, frame, step.references, pathIn(frame, step));
  const items = await firstOf(context, feedsOf(frame, step.inputs[0] ?? []));
  const value = await evaluateOne(context, frame, `skipWhen:${step.id}`, when, items, 0, scope);
  return value !== 'false' && Boolean(value);
}

/** A step that is no loop of its own fails as a whole; its policy says what it gives then. */
async function instead(context: RunContext, frame: Frame, step: Step, work: () => Promise<Dataset>): Promise<Dataset> {
  const fallback = fallbackOf(context, frame, step);
  if (fallback === null) return work();
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    if (step.loop.onError === 'pass') return copy(context, frame, step);
    const ports = splitPorts(await fallback(error.failure, [], 0)).map(splitItems);
    return inline(...step.outputs.map((_, port) => ports[port] ?? []));
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

/** Hands the items of the first input on. */
export async function copy(context: RunContext, frame: Frame, step: Step): Promise<Dataset> {
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
