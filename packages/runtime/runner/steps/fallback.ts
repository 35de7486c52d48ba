/**
 * Owns what a failed iteration gives when its loop says `onError: item` or `port`: one item, made by
 * `loop.fallback` or by default of the message; or `pass`: its own items. Whether it counts as failed is none of its
 * business: it does.
 */
import { failedValue } from '@rondo/core/model/failed.ts';
import type { Failure } from '@rondo/core/errors.ts';
import { decodeItem, encodeItem, joinPorts, type Json } from '@rondo/core/model/item.ts';
import type { Step } from '@rondo/core/model/plan.ts';
import { isObject } from '@rondo/core/model/shape.ts';
import type { Again } from '../attempt.ts';
import type { RunContext } from '../context.ts';
import { evaluateOne } from '../evaluate.ts';
import { pathIn, type Frame } from '../frame.ts';
import { scopeSource } from '../lineage.ts';
import { contextFor } from '../programs.ts';

/** Port that takes the items of failed iterations. */
const ERROR_PORT = 'error';

/** The output of a failed iteration in wire form. `items` are those it was given, `index` its place in the loop. */
export type Fallback = (failure: Failure, items: readonly string[], index: number) => Promise<string>;

/** Null: the loop stops, or a failed iteration gives nothing of its own. */
export function fallbackOf(context: RunContext, frame: Frame, step: Step): Fallback | null {
  const { onError } = step.loop;
  if (onError === 'pass') return passOn(step.loop.size);
  if (onError !== 'item' && onError !== 'port') return null;
  const port = onError === 'port' ? Math.max(0, step.outputs.indexOf(ERROR_PORT)) : 0;
  const make = jsonOfFailure(context, frame, step, onError === 'port');
  return async (failure, items, index) => {
    const json = await make(failure, items, index);
    const text = context.redactor.text(encodeItem({ json }));
    return joinPorts(Array.from({ length: port + 1 }, (_, at) => (at === port ? [text] : [])));
  };
}

/** The iteration's own items, without the lineage of the step before; a single one comes from itself anyway. */
function passOn(size: number): Fallback {
  return async (_, items, index) => {
    const first = Number.isFinite(size) ? index * size : 0;
    const own = items.map((text, at) => {
      const { json, files } = decodeItem(text);
      const from = items.length === 1 ? {} : { from: [first + at] };
      return encodeItem({ json, ...(files === undefined ? {} : { files }), ...from });
    });
    return joinPorts([own]);
  };
}

function jsonOfFailure(
  context: RunContext,
  frame: Frame,
  step: Step,
  besideItem: boolean,
): (failure: Failure, items: readonly string[], index: number) => Promise<Json> {
  const template = step.loopTemplates.fallback;
  if (template === undefined) {
    const { dialect } = frame.owner;
    return async (failure, items) => {
      const own = besideItem && items[0] !== undefined ? decodeItem(items[0]).json : null;
      const failed = failedValue(dialect, { ...failure, node: failure.node ?? step.id });
      return isObject(own) && isObject(failed) ? { ...own, ...failed } : failed;
    };
  }
  const scopes = scopeSource(context, frame, step.references, pathIn(frame, step), step.inputs[0] ?? []);
  return async (failure, items, index) => {
    const scope = await (await scopes)(index, 1, step.loop.size);
    const names = { $error: errorName(failure, step) };
    return evaluateOne(context, frame, `fallback:${step.id}`, template, items, index, { ...scope, names });
  };
}

/** `loop.retry.when` as a question about the failure of an attempt; null where nothing is asked. */
export function againOf(
  context: RunContext,
  frame: Frame,
  step: Step,
): (items: readonly string[], index: number) => Again | null {
  const template = step.loopTemplates.retryWhen;
  if (template === undefined) return () => null;
  const path = pathIn(frame, step);
  return (items, index) => async (failure) => {
    const scope = await contextFor(context, frame, step.references, path);
    const names = { $error: errorName(failure, step) };
    // In a flow of Windmill the failure is the result of the step, and that is the current item.
    const { dialect } = frame.owner;
    const given = dialect === 'openflow' ? [encodeItem({ json: failedValue(dialect, failure) })] : items;
    const value = await evaluateOne(context, frame, `retry:${step.id}`, template, given, index, { ...scope, names });
    return value !== 'false' && Boolean(value);
  };
}

/** What expressions see as `$error`. */
function errorName({ code, message, node, data }: Failure, step: Step): Json {
  return { code, message, node: node ?? step.id, data: (data ?? {}) as Json };
}
