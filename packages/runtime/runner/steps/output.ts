/** Owns the declared output of a workflow: its template over the nodes that ran. */
import { withoutPoints } from '@rondo/core/dify/numbers.ts';
import { encodeItem, type Json } from '@rondo/core/model/item.ts';
import type { Plan } from '@rondo/core/model/plan.ts';
import type { RunContext } from '../context.ts';
import { evaluateOne } from '../evaluate.ts';
import { resultFeeds, type Frame } from '../frame.ts';
import { contextFor } from '../programs.ts';
import { firstOf } from './container.ts';

/** Value of the output template; the current item is the first of the result. */
export async function outputValue(context: RunContext, frame: Frame, plan: Plan): Promise<Json> {
  if (plan.output === null) return null;
  const scope = await contextFor(context, frame, plan.outputReferences, 'output');
  const first = await firstOf(context, resultFeeds(frame));
  const value = await evaluateOne(context, frame, 'output', plan.output, first, 0, scope);
  return frame.owner.dialect === 'dify' ? withoutPoints(value) : value;
}

/** The output as items: a list becomes one item per element. What a flow of Windmill gives is one value. */
export async function outputTexts(context: RunContext, frame: Frame, plan: Plan): Promise<string[]> {
  const value = await outputValue(context, frame, plan);
  return (Array.isArray(value) && plan.scope !== 'openflow' ? value : [value]).map((json) => encodeItem({ json }));
}
