/**
 * Owns calls of other workflows: once with all items or once per item, itself included. A call
 * is a frame of the same run, so its loops, rows and resume are those of any other frame.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Dataset } from '@rondo/core/events.ts';
import { encodeItem, splitItems, type Json } from '@rondo/core/model/item.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { Container, Plan, Step } from '@rondo/core/model/plan.ts';
import { describe } from '@rondo/core/model/shape.ts';
import type { RunContext } from '../context.ts';
import { inline } from '../dataset.ts';
import type { Doors } from '../doors.ts';
import { evaluateOne } from '../evaluate.ts';
import { driveFrame, feedsOf, ownerOf, pathIn, type Frame } from '../frame.ts';
import { checkInput } from '../input.ts';
import { contextFor, jsonOf } from '../programs.ts';
import { breakCondition } from './effect.ts';
import { concurrentLoop, type UnitValue } from './concurrent.ts';
import { firstOf, portsOf } from './container.ts';
import { againOf, fallbackOf } from './fallback.ts';
import { handed, outcome } from './handing.ts';
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
  checkDepth(context, path, depth);
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
    ports: portsOf(step),
    stopWhen: await breakCondition(context, frame, step),
    progresses: plan.root.checkpoint,
    settled: (index) => context.writer.forget(`${path}[${index}]`),
    doors: frame.doors,
    fallback: fallbackOf(context, frame, step),
    again: againOf(context, frame, step),
    work: async (items, index, _attempt, _signal, doors) => {
      const given = await handed(context, frame, step, container.handing, items, index);
      const call = (): Promise<UnitValue> =>
        callWorkflow(context, plan, `${path}[${index}]`, given, depth, doors, frame.owner.constants);
      return outcome(context, frame, step, container.handing, { items, index, call });
    },
  });
  return dataset;
}

/** Runs a workflow as a frame of this run. `path` is its step path, unique in the run. */
export async function callWorkflow(
  context: RunContext,
  plan: Plan,
  path: string,
  items: string[],
  depth: number,
  doors: Doors,
  /** Of the caller. */
  constants: Record<string, Json>,
): Promise<UnitValue> {
  context.loops.called(path);
  const vars = checkInput(callable(plan), items[0] === undefined ? {} : (jsonOf(items[0]) as Json));
  const frame: Frame = {
    region: plan.root,
    path,
    input: [{ dataset: inline(items), port: 0 }],
    parent: null,
    around: null,
    loops: [],
    outputs: [],
    traces: [],
    recorded: plan.root.checkpoint,
    depth,
    vars,
    doors,
    owner: ownerOf(plan, constants),
  };
  if (plan.output === null) return iterate(context, frame, false);
  doors.runsIn(frame);
  await driveFrame(context, frame);
  return { output: (await outputTexts(context, frame, plan)).join('\n'), steps: '' };
}

/** A workflow that a node calls, such as an agent's tool: its output, or the items' json, or that of its only item. */
export async function runWorkflow(
  context: RunContext,
  path: string,
  depth: number,
  reference: string,
  input: Json,
  doors: Doors,
  constants: Record<string, Json>,
): Promise<Json> {
  checkDepth(context, path, depth);
  const plan = await context.findPlan(reference);
  const items = (Array.isArray(input) ? input : [input]).map((json) => encodeItem({ json }));
  const { output } = await callWorkflow(context, plan, path, items, depth, doors, constants);
  context.writer.forget(path);
  const results = splitItems(output).map((text) => jsonOf(text) as Json);
  return results.length === 1 ? (results[0] as Json) : results;
}

/** Flows of Windmill are called without a look at their schema. */
function callable(plan: Plan): Pick<Plan, 'inputs'> {
  if (plan.scope !== 'openflow') return plan;
  return {
    inputs: Object.fromEntries(
      Object.entries(plan.inputs).map(([name, field]) => [name, { ...field, required: false }]),
    ),
  };
}

function checkDepth(context: RunContext, path: string, depth: number): void {
  const most = context.limits['workflow.depth'];
  if (depth > most)
    throw new FailureError(limitFailure('workflow.depth', most, path, 'a workflow calls itself without end?'));
}
