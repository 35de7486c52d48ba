/**
 * Owns results that lie outside the levels around an expression, as flows of Windmill read them: what a step gave in
 * the iteration before, and what a step inside a loop gave last. Found in the rows of iterations; native
 * expressions do not get there.
 */
import type { Dataset } from '@rondo/core/events.ts';
import { encodeItem, splitItems, splitPorts } from '@rondo/core/model/item.ts';
import { keptSteps } from '@rondo/core/model/kept-step.ts';
import type { Region, Step } from '@rondo/core/model/plan.ts';
import type { RunContext } from './context.ts';
import { inline } from './dataset.ts';
import { pathIn, type Frame } from './frame.ts';
import { segment } from './path.ts';

/** What the row of an iteration says: its result, and the steps before that. */
export interface Remembered {
  output: string;
  steps: string;
}

/** The last result of a step that has not run in these frames; null: it never has, or is not to be found so. */
export async function recalled(context: RunContext, frame: Frame, node: string): Promise<Dataset | null> {
  for (let at: Frame | null = frame; at !== null; at = at.parent) {
    if (at.region.steps.some((step) => step.id === node)) {
      return at.before === undefined ? null : resultIn(at.region, at.before, node);
    }
    for (const step of at.region.steps) {
      const found = await lastInside(context, pathIn(at, step), step, node);
      if (found !== null) return found;
    }
  }
  return null;
}

function resultIn(region: Region, { output, steps }: Remembered, node: string): Dataset | null {
  const [only] = region.results;
  if (region.results.length === 1 && region.steps[only?.step ?? -1]?.id === node) {
    return inline(...splitPorts(output).map(splitItems));
  }
  const found = keptSteps(steps).find((one) => one.id === node && one.status === 'completed');
  return found?.output === undefined
    ? null
    : inline(...found.output.map((list) => list.map((json) => encodeItem({ json }))));
}

const holds = (region: Region, node: string): boolean =>
  region.steps.some((step) => step.id === node || (bodyOf(step) !== null && holds(bodyOf(step) as Region, node)));

const bodyOf = ({ container }: Step): Region | null =>
  container !== undefined && 'body' in container ? container.body : null;

/** Iterations that run side by side have no last one. */
const isParallel = ({ container, loop }: Step): boolean =>
  loop.parallel > 1 && !(container?.kind === 'for-each' && container.branches === true);

async function lastInside(context: RunContext, path: string, step: Step, node: string): Promise<Dataset | null> {
  const body = bodyOf(step);
  if (body === null || !holds(body, node) || isParallel(step)) return null;
  await context.writer.recorded();
  const loop = await context.store.loop(context.runId, path);
  if (loop === null) return null;
  for (let index = loop.cursor - 1; index >= 0; index -= 1) {
    const row = await context.store.row(context.runId, loop.key, index);
    if (row?.status !== 'completed') continue;
    const own = body.steps.some((one) => one.id === node);
    if (own) {
      const found = resultIn(body, row, node);
      if (found !== null) return found;
    }
    for (const inner of body.steps) {
      const found = await lastInside(context, `${path}[${index}]/${segment(inner.id)}`, inner, node);
      if (found !== null) return found;
    }
  }
  return null;
}

/** What a frame of this loop remembers, after a runner that is gone had run the iteration before. */
export async function rememberedOf(context: RunContext, path: string, index: number): Promise<Remembered | null> {
  if (index < 0) return null;
  await context.writer.recorded();
  const loop = await context.store.loop(context.runId, path);
  const row = loop === null ? null : await context.store.row(context.runId, loop.key, index);
  return row?.status === 'completed' ? { output: row.output, steps: row.steps } : null;
}
