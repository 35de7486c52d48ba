/**
 * Owns what a called workflow is given - the items, some of their fields, fields that are set on the way, or something
 * else - and what becomes of its result. Does not call it (sub-workflow.ts).
 */
import { FailureError } from '@rondo/core/errors.ts';
import { decodeItem, encodeItem, type Json } from '@rondo/core/model/item.ts';
import type { Handing, Step, Template } from '@rondo/core/model/plan.ts';
import { isObject } from '@rondo/core/model/shape.ts';
import type { RunContext } from '../context.ts';
import { evaluateOne } from '../evaluate.ts';
import { pathIn, type Frame } from '../frame.ts';
import { scopeSource } from '../lineage.ts';
import type { UnitValue } from './concurrent.ts';

/** Items of one call. `index` is its place among the calls. */
export async function handed(
  context: RunContext,
  frame: Frame,
  step: Step,
  handing: Handing,
  items: string[],
  index: number,
): Promise<string[]> {
  const { input, fields, only } = handing;
  if (input !== undefined) {
    const value = await evaluated(context, frame, step, 'input', input, items, index);
    return (Array.isArray(value) ? value : [value]).map((json) => encodeItem({ json }));
  }
  if (fields === undefined && only === null) return items;
  const out: string[] = [];
  for (const [at, text] of items.entries()) {
    const { json, files } = decodeItem(text);
    const place = Number.isFinite(step.loop.size) ? index : at;
    const set = fields === undefined ? {} : await evaluated(context, frame, step, 'fields', fields, [text], place);
    const all = { ...(isObject(json) ? json : {}), ...(isObject(set) ? set : {}) };
    const kept = only === null ? all : Object.fromEntries(only.flatMap((name) => memberOf(all, name)));
    out.push(encodeItem({ json: kept, ...(files === undefined ? {} : { files }) }));
  }
  return out;
}

const memberOf = (json: { [key: string]: Json }, name: string): [string, Json][] =>
  Object.hasOwn(json, name) ? [[name, json[name] as Json]] : [];

interface Called {
  items: string[];
  index: number;
  call(): Promise<UnitValue>;
}

/** What the call gives, or what its failure becomes. */
export async function outcome(
  context: RunContext,
  frame: Frame,
  step: Step,
  { waits, message }: Handing,
  { items, index, call }: Called,
): Promise<UnitValue> {
  try {
    const value = await call();
    return waits ? value : passedOn(items, index, step.loop.size);
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    if (!waits) return passedOn(items, index, step.loop.size);
    if (message === undefined) throw error;
    const said = await evaluated(context, frame, step, 'message', message, items, index);
    const { failure } = error;
    throw new FailureError({ ...failure, node: step.id, message: String(said), cause: failure.message });
  }
}

/** The caller's items, without the lineage of the step before. */
function passedOn(items: readonly string[], index: number, size: number): UnitValue {
  const first = Number.isFinite(size) ? index * size : 0;
  const output = items.map((text, at) => {
    const { json, files } = decodeItem(text);
    return encodeItem({
      json,
      ...(files === undefined ? {} : { files }),
      ...(items.length > 1 ? { from: [first + at] } : {}),
    });
  });
  return { output: output.join('\n'), steps: '' };
}

async function evaluated(
  context: RunContext,
  frame: Frame,
  step: Step,
  name: string,
  template: Template,
  items: readonly string[],
  index: number,
): Promise<Json> {
  const scopes = await scopeSource(context, frame, step.references, pathIn(frame, step), step.inputs[0] ?? []);
  const scope = await scopes(index, 1, step.loop.size);
  return evaluateOne(context, frame, `${name}:${step.id}`, template, items, index, {
    ...scope,
    ...(frame.loops.length > 0 ? { loops: frame.loops } : {}),
  });
}
