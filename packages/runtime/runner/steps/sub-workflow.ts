/**
 * Owns calls of other workflows: once with all items or once per item, itself included. A call
 * is a frame of the same run, so its loops, rows and resume are those of any other frame.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Dataset } from '@rondo/core/events.ts';
import { encodeItem, type Json } from '@rondo/core/model/item.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { Container, Plan, Step } from '@rondo/core/model/plan.ts';
import { describe } from '@rondo/core/model/shape.ts';
import type { RunContext } from '../context.ts';
import { inline } from '../dataset.ts';
import { evaluateOne } from '../evaluate.ts';
import { driveFrame, feedsOf, pathIn, type Frame } from '../frame.ts';
import { checkInput } from '../input.ts';
import { scopeSource } from '../lineage.ts';
import { contextFor, jsonOf } from '../programs.ts';
import { breakCondition } from './effect.ts';
import { concurrentLoop, type UnitValue } from './concurrent.ts';
import { firstOf } from './container.ts';
import { outputTexts } from './output.ts';
import { iterate } from './iteration.ts';

export async function runSubWorkflow(
  context: RunContext,
  frame: Frame,
  step: Step,
  container: Container & { kind: 'sub-workflow' },
): Promise<Dataset> {
  const path = pathIn(frame, step);
  const depth = frame.depth + 1;
  const most = context.limits['workflow.depth'];
  if (depth > most)
    throw new FailureError(limitFailure('workflow.depth', most, path, 'a workflow calls itself without end?'));
  const feeds = feedsOf(frame, step.inputs[0] ?? []);
  const scope = await contextFor(context, frame, step.references, path);
  const reference = await evaluateOne(
    context,
    frame,
    `workflow:${step.id}`,
    container.workflow,
    await firstOf(context, feeds),
    0,
    scope,
  );
  if (typeof reference !== 'string') {
    throw new FailureError(
      failure(
        'workflow-not-found',
        `${path}: parameter workflow must be a name, id or file, not ${describe(reference)}.`,
      ),
    );
  }
  const plan = await context.findPlan(reference);
  const { dataset } = await concurrentLoop(context, step, {
    path,
    feeds,
    ports: 1,
    stopWhen: await breakCondition(context, frame, step),
    progresses: plan.root.checkpoint,
    settled: (index) => context.writer.forget(`${path}[${index}]`),
    work: async (items, index) => {
      const given = container.input === undefined ? items : await mapped(context, frame, step, container, items, index);
      return call(context, plan, `${path}[${index}]`, given, depth);
    },
  });
  return dataset;
}

/** The `input` parameter: a list becomes items, anything else one item. */
async function mapped(
  context: RunContext,
  frame: Frame,
  step: Step,
  container: Container & { kind: 'sub-workflow' },
  items: string[],
  index: number,
): Promise<string[]> {
  if (container.input === undefined) return items;
  const scopes = await scopeSource(context, frame, step.references, pathIn(frame, step), step.inputs[0] ?? []);
  const scope = await scopes(index, 1, step.loop.size);
  const value = await evaluateOne(context, frame, `input:${step.id}`, container.input, items, index, {
    ...scope,
    ...(frame.loops.length > 0 ? { loops: frame.loops } : {}),
  });
  return (Array.isArray(value) ? value : [value]).map((json) => encodeItem({ json }));
}

async function call(context: RunContext, plan: Plan, path: string, items: string[], depth: number): Promise<UnitValue> {
  context.loops.called(path);
  const vars = checkInput(plan, items[0] === undefined ? {} : (jsonOf(items[0]) as Json));
  const frame: Frame = {
    region: plan.root,
    path,
    input: [{ dataset: inline(items), port: 0 }],
    parent: null,
    around: null,
    loops: [],
    outputs: [],
    recorded: plan.root.checkpoint,
    depth,
    vars,
    owner: { timezone: plan.timezone, key: plan },
  };
  if (plan.output === null) return iterate(context, frame, false);
  await driveFrame(context, frame);
  return { output: (await outputTexts(context, frame, plan)).join('\n'), steps: '', logs: '' };
}
