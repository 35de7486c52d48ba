/** Owns loops over items whose body has effects or holds loops: each iteration is a frame. */
import type { Dataset } from '@rondo/core/events.ts';
import { splitItems } from '@rondo/core/model/item.ts';
import type { Region, Step } from '@rondo/core/model/plan.ts';
import type { RunContext } from '../context.ts';
import { countAll, type Feed } from '../dataset.ts';
import { pathIn, type Frame } from '../frame.ts';
import { rememberedOf, type Remembered } from '../recall.ts';
import { concurrentLoop } from './concurrent.ts';
import { breakCondition } from './effect.ts';
import { againOf, fallbackOf } from './fallback.ts';
import { bodyFrame, iterate, viewOf } from './iteration.ts';

export async function frameLoop(
  context: RunContext,
  frame: Frame,
  step: Step,
  body: Region,
  feeds: Feed[],
): Promise<Dataset> {
  const path = pathIn(frame, step);
  const { loop, container } = step;
  const branches = container?.kind === 'for-each' && container.branches === true;
  const total = Math.ceil(countAll(feeds) / Math.min(loop.size, Math.max(countAll(feeds), 1)));
  const stopWhen = await breakCondition(context, frame, step);
  // Steps that read what they gave before.
  const inOrder = body.recalls === true && loop.parallel === 1;
  let last: { index: number; row: Remembered | null } | null = null;
  let previous: { index: number; value: unknown } = { index: -1, value: null };
  const { dataset } = await concurrentLoop(context, step, {
    path,
    feeds,
    ports: step.loop.onError === 'port' ? step.outputs.length : 1,
    stopWhen,
    progresses: body.checkpoint,
    settled: (index) => {
      if (body.checkpoint) context.writer.forget(`${path}[${index}]`);
    },
    doors: frame.doors,
    fallback: fallbackOf(context, frame, step),
    again: againOf(context, frame, step),
    work: async (items, index, _attempt, _signal, doors) => {
      if (loop.carry === 'previous' && previous.index !== index - 1)
        previous = { index: index - 1, value: await earlierResult(context, path, index - 1, loop.size) };
      const view = {
        item: viewOf(items, loop.size, frame.owner.dialect),
        index,
        count: total,
        previous: previous.value,
        node: step.id,
      };
      const inner = bodyFrame(frame, step, index, body, `${path}[${index}]`, items, view, doors);
      // Branches are no loop to expressions.
      if (branches) inner.loops = frame.loops;
      if (inOrder && last?.index !== index - 1)
        last = { index: index - 1, row: await rememberedOf(context, path, index - 1) };
      if (inOrder && last?.row) inner.before = last.row;
      const value = await iterate(context, inner, loop.flatten);
      if (inOrder) last = { index, row: value };
      if (loop.carry === 'previous') previous = { index, value: viewOf(splitItems(value.output), loop.size) };
      return value;
    },
  });
  return dataset;
}

/** The result of an iteration that an earlier runner completed. */
async function earlierResult(context: RunContext, path: string, index: number, size: number): Promise<unknown> {
  if (index < 0) return null;
  await context.writer.recorded();
  const loop = await context.store.loop(context.runId, path);
  const row = loop === null ? null : await context.store.row(context.runId, loop.key, index);
  return row === null ? null : viewOf(splitItems(row.output), size);
}
