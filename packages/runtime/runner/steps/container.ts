/**
 * Owns containers: what they go through, and which way their body is run. A pure body is
 * pushed down to the evaluator a block at a time; any other is a frame per iteration.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import { notIterable } from '@rondo/core/model/failed.ts';
import type { Dataset } from '@rondo/core/events.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { encodeItem } from '@rondo/core/model/item.ts';
import type { Container, Step, Template } from '@rondo/core/model/plan.ts';
import { describe, isObject } from '@rondo/core/model/shape.ts';
import type { RunContext } from '../context.ts';
import { countAll, countsOf, inline, readAll, readBlocks, Spill, type Feed } from '../dataset.ts';
import { evaluateOne, isLiteral } from '../evaluate.ts';
import { feedsOf, pathIn, type Frame } from '../frame.ts';
import { scopeSource } from '../lineage.ts';
import { contextFor, jsonOf, regionProgram } from '../programs.ts';
import { blockLoop } from './block-loop.ts';
import { fallbackOf } from './fallback.ts';
import { frameLoop } from './frames.ts';
import { resetLoop } from './reset-loop.ts';
import { stateLoop } from './state-loop.ts';
import { runSubWorkflow } from './sub-workflow.ts';

export async function runContainer(context: RunContext, frame: Frame, step: Step): Promise<Dataset> {
  const dataset = await perform(context, frame, step);
  const { give } = step.loopTemplates;
  return give === undefined ? dataset : giveInstead(context, frame, step, give, dataset);
}

/** `loop.give`: one item instead of the results. What failed keeps its own output. */
async function giveInstead(
  context: RunContext,
  frame: Frame,
  step: Step,
  give: Template,
  dataset: Dataset,
): Promise<Dataset> {
  const path = pathIn(frame, step);
  const [items = [], ...others] = await Promise.all(
    countsOf(dataset).map((_, port) => readAll(context, [{ dataset, port }], path)),
  );
  const scope = await contextFor(context, frame, step.references, path);
  const none = items.length === 0 ? { input: [] } : {};
  const json = await evaluateOne(context, frame, `give:${step.id}`, give, items, 0, { ...scope, ...none });
  return inline([encodeItem({ json })], ...others);
}

async function perform(context: RunContext, frame: Frame, step: Step): Promise<Dataset> {
  const container = step.container as Container;
  const overridden = frame.path === '' && frame.depth === 0 ? withOverrides(context, step) : step;
  switch (container.kind) {
    case 'sub-workflow':
      return runSubWorkflow(context, frame, overridden, container);
    case 'loop':
      return runLoop(context, frame, step, container);
    case 'loop-over-items':
      if (container.reset !== null) return resetLoop(context, frame, await sized(context, frame, step), container);
      return done(await runItems(context, frame, await sized(context, frame, overridden), container));
    case 'for-each':
      return runItems(context, frame, overridden, container);
  }
}

/** Loop Over Items whose parameter says how many items a batch has. */
async function sized(context: RunContext, frame: Frame, step: Step): Promise<Step> {
  const template = step.params.size;
  if (template === undefined || isLiteral(template)) return step;
  const [sources = []] = step.inputs;
  const path = pathIn(frame, step);
  const scopes = await scopeSource(context, frame, step.references, path, sources);
  const first = await firstOf(context, feedsOf(frame, sources));
  const size = await evaluateOne(context, frame, `size:${step.id}`, template, first, 0, {
    ...(await scopes(0, 1, 1)),
    ...(frame.loops.length > 0 ? { loops: frame.loops } : {}),
  });
  if (typeof size === 'number' && size >= 1) return { ...step, loop: { ...step.loop, size: Math.floor(size) } };
  const message = `${path}: the size of a batch must be a whole number of at least 1, not ${describe(size)}.`;
  throw new FailureError(failure('input-invalid', message, { node: step.id, path }));
}

/** Loop Over Items: output done, and the loop output, which is inside. */
function done(dataset: Dataset): Dataset {
  if (dataset.kind === 'inline') return inline(dataset.ports[0] ?? [], []);
  return { ...dataset, counts: [dataset.counts[0] ?? 0, 0], per: [dataset.per[0] ?? null, 0] };
}

function withOverrides(context: RunContext, step: Step): Step {
  const { parallel } = context.options;
  if (parallel === null || step.loop.carry === 'previous') return step;
  return { ...step, loop: { ...step.loop, parallel } };
}

/** The list to go through: the items that arrive, or what `over` yields. */
async function listOf(context: RunContext, frame: Frame, step: Step): Promise<Feed[]> {
  const feeds = feedsOf(frame, step.inputs[0] ?? []);
  const template = step.loopTemplates.over;
  if (template === undefined) return limited(context, frame, feeds);
  const path = pathIn(frame, step);
  const scope = await contextFor(context, frame, step.references, path);
  const value = await evaluateOne(context, frame, `over:${step.id}`, template, await firstOf(context, feeds), 0, {
    ...scope,
    ...(frame.loops.length > 0 ? { loops: frame.loops } : {}),
  });
  if (!Array.isArray(value)) {
    const source = isLiteral(template) ? '' : ' (loop.over)';
    const said = `${path} goes through a list, but it was given ${describe(value)}${source}.`;
    throw new FailureError(
      failure('not-a-list', frame.owner.dialect === 'openflow' ? notIterable(value) : said, {
        node: step.id,
        path,
        fix: isObject(value)
          ? 'Use Object.values(...) or Object.entries(...) to go through an object.'
          : 'Let loop.over yield a list.',
      }),
    );
  }
  const spill = new Spill(context, `${path}.over`);
  const list = value as Json[];
  for (let at = 0; at < list.length; at += 1000)
    await spill.add(list.slice(at, at + 1000).map((json) => encodeItem({ json })));
  return limited(context, frame, [{ dataset: await spill.end(), port: 0 }]);
}

/** `--limit`: the outermost loops see the first items only. */
function limited(context: RunContext, frame: Frame, feeds: Feed[]): Feed[] {
  const { limit } = context.options;
  if (limit === null || frame.path !== '' || frame.depth > 0) return feeds;
  let left = limit;
  return feeds.map(({ dataset, port }) => {
    const cut = Math.min(left, countAll([{ dataset, port }]));
    left -= cut;
    if (dataset.kind === 'inline') return { dataset: inline((dataset.ports[port] ?? []).slice(0, cut)), port: 0 };
    return { dataset: { ...dataset, counts: dataset.counts.map((n, p) => (p === port ? cut : n)) }, port };
  });
}

export async function firstOf(context: RunContext, feeds: Feed[]): Promise<string[]> {
  for await (const block of readBlocks(context, feeds, 0, 1)) return block;
  return [];
}

async function runItems(
  context: RunContext,
  frame: Frame,
  step: Step,
  container: { body: import('@rondo/core/model/plan.ts').Region },
): Promise<Dataset> {
  const { body } = container;
  const path = pathIn(frame, step);
  const feeds = await listOf(context, frame, step);
  const { loop } = step;
  const alone = loop.rate === null && loop.pauseMs === 0 && loop.timeoutMs === null && loop.retry.times === 0;
  if (body.pure && alone && (loop.size <= 1000 || countAll(feeds) <= 1000)) {
    const program = regionProgram(context, frame, step, body);
    const listed = step.loopTemplates.over !== undefined;
    const scope = await scopeSource(
      context,
      frame,
      [...body.outer, ...step.references],
      path,
      step.inputs[0] ?? [],
      listed,
    );
    const fallback = fallbackOf(context, frame, step);
    const work = { path, program, feeds, scope, state: null, ports: portsOf(step), fallback };
    return (await blockLoop(context, step, work)).dataset;
  }
  return frameLoop(context, frame, step, body, feeds);
}

/** A container gives the results of its body; what failed may leave through a port of its own. */
export function portsOf(step: Step): number {
  return step.loop.onError === 'port' ? step.outputs.length : 1;
}

/** While, until, times: variables handed from iteration to iteration. */
async function runLoop(
  context: RunContext,
  frame: Frame,
  step: Step,
  container: Container & { kind: 'loop' },
): Promise<Dataset> {
  const path = pathIn(frame, step);
  const feeds = feedsOf(frame, step.inputs[0] ?? []);
  const scope = await contextFor(context, frame, [...step.references, ...container.body.outer], path);
  const first = await firstOf(context, feeds);
  const { times, state } = step.loopTemplates;
  const within = { ...scope, ...(frame.loops.length > 0 ? { loops: frame.loops } : {}) };
  let { loop } = step;
  if (times !== undefined) {
    const n = await evaluateOne(context, frame, `times:${step.id}`, times, first, 0, within);
    if (typeof n !== 'number' || !Number.isInteger(n) || n < 0) {
      throw new FailureError(
        failure('input-invalid', `${path}: loop.times must be a whole number of at least 0, not ${describe(n)}.`, {
          node: step.id,
        }),
      );
    }
    loop = { ...loop, limit: Math.min(n, loop.limit), atLimit: n <= loop.limit ? 'end' : 'fail' };
  }
  const vars: Record<string, Json> = {};
  for (const [name, template] of state ?? [])
    vars[name] = await evaluateOne(context, frame, `state:${step.id}:${name}`, template, first, 0, within);
  const given = first[0] === undefined ? {} : (jsonOf(first[0]) as Json);
  const initial = JSON.stringify(state === undefined && isObject(given) ? given : vars);
  const bound: Step = { ...step, loop };
  const input = { ...scope, input: first };
  const plain = loop.rate === null && loop.pauseMs === 0 && loop.timeoutMs === null && loop.retry.times === 0;
  const result =
    container.body.pure && plain
      ? await blockLoop(context, bound, {
          path,
          program: regionProgram(context, frame, step, container.body),
          feeds: [],
          scope: async () => input,
          state: initial,
          ports: 1,
          fallback: fallbackOf(context, frame, bound),
        })
      : await stateLoop(context, frame, bound, container.body, initial, input);
  if (container.gives === 'results') return result.dataset;
  return inline([encodeItem({ json: jsonOf(result.carry ?? initial, frame.owner.dialect) as Json })]);
}
