/**
 * Owns Loop Over Items as a step of a walk: its parameters of one call, and what the call hands out, read from where
 * it was put out. What a call does is core/engine/walk-loop.ts.
 */
import { each } from '@rondo/core/engine/list.ts';
import type { WalkCommand } from '@rondo/core/engine/walk.ts';
import { takeTurn, type LoopMemory } from '@rondo/core/engine/walk-loop.ts';
import type { Dataset } from '@rondo/core/events.ts';
import type { Step } from '@rondo/core/model/plan.ts';
import type { LoopCall, WalkGraph } from '@rondo/core/model/walk.ts';
import type { RunContext } from '../context.ts';
import { BLOCK, inline, readBlocks, Spill } from '../dataset.ts';
import { parameterSource } from '../evaluate.ts';
import { feedsOf, pathIn, type Frame } from '../frame.ts';
import { scopeSource } from '../lineage.ts';
import { firstOf } from '../steps/container.ts';
import { sourceOf, type Stretch, type WalkHistory } from './history.ts';

export interface Turn {
  gives: 'batch' | 'results' | 'nothing';
  origins: readonly Stretch[];
  read: (context: RunContext) => Promise<Dataset>;
}

/** The parameters as they are for this call. */
export async function callOf(context: RunContext, frame: Frame, step: Step): Promise<LoopCall> {
  const [sources = []] = step.inputs;
  const parameters = parameterSource(context, frame, step);
  const scopes = await scopeSource(context, frame, step.references, pathIn(frame, step), sources);
  const items = await firstOf(context, feedsOf(frame, sources));
  const { size, reset } = await parameters(items, 0, await scopes(0, 1, 1));
  return { size: size === undefined ? step.loop.size : Number(size), reset: reset === true };
}

/** Takes the turn: what the node keeps changes. */
export function turnOf(
  frame: Frame,
  graph: WalkGraph,
  step: Step,
  command: WalkCommand & { do: 'run' },
  call: LoopCall,
): Turn {
  const walk = frame.walk as WalkHistory;
  const [arrival = null] = command.inputs;
  const whole = arrival ?? { step: -1, port: 0, run: 0, count: 0 };
  const came = step.inputs[0]?.[0]?.first === true ? { ...whole, count: Math.min(1, whole.count) } : whole;
  const isNew = graph.steps[step.index]?.body?.includes(came.step) !== true;
  const before = walk.loops.get(step.index) ?? null;
  const { memory, batch } = takeTurn(before, came, call, !graph.strict && isNew);
  walk.loops.set(step.index, memory);
  const path = pathIn(frame, step);
  if (batch !== null) {
    const origin: Stretch = { source: sourceOf(memory.list), from: batch.from, count: batch.count };
    return {
      gives: 'batch',
      origins: [origin],
      read: async (context) => inline([], await readBatch(context, frame, step, origin)),
    };
  }
  const version = step.params.version;
  const returns = !(version?.kind === 'literal' && version.value === 1);
  const origins = [...each(memory.back)]
    .toReversed()
    .map((one) => ({ source: sourceOf(one), from: 0, count: one.count }));
  return {
    gives: returns ? 'results' : 'nothing',
    origins,
    read: (context) => readResults(context, frame, path, origins),
  };
}

/** Items of the list that is handed out, a block at a time: it may have to be searched from its start. */
async function readBatch(
  context: RunContext,
  frame: Frame,
  step: Step,
  { source, from, count }: Stretch,
): Promise<string[]> {
  const { windows } = frame.walk as WalkHistory;
  const key = `${source.step} ${source.port} ${source.run ?? 0}`;
  const held = windows.get(step.index);
  if (held !== undefined && held.key === key && from >= held.from && from + count <= held.from + held.items.length) {
    return held.items.slice(from - held.from, from - held.from + count);
  }
  const items = await readStretch(context, frame, { source, from, count: Math.max(count, BLOCK) });
  windows.set(step.index, { key, from, items });
  return items.slice(0, count);
}

async function readStretch(context: RunContext, frame: Frame, { source, from, count }: Stretch): Promise<string[]> {
  for await (const block of readBlocks(context, feedsOf(frame, [source]), from, count)) return block;
  return [];
}

async function readResults(
  context: RunContext,
  frame: Frame,
  path: string,
  origins: readonly Stretch[],
): Promise<Dataset> {
  const spill = new Spill(context, path);
  for (const { source } of origins) {
    for await (const block of readBlocks(context, feedsOf(frame, [source]))) await spill.add(block);
  }
  const results = await spill.end();
  if (results.kind === 'inline') return inline(results.ports[0] ?? [], []);
  return { ...results, counts: [results.counts[0] ?? 0, 0], per: [results.per[0] ?? null, 0] };
}

/** `$('Loop').context`: what n8n keeps there. The lists only when they are asked for. */
export async function loopContext(
  context: RunContext,
  frame: Frame,
  memory: LoopMemory,
  lists: boolean,
): Promise<Record<string, unknown>> {
  const { list, handed, batch, batches, done } = memory;
  const left = { source: sourceOf(list), from: handed, count: list.count - handed };
  const numbers = {
    currentRunIndex: batch,
    maxRunIndex: Number.isFinite(batches) ? batches : null,
    noItemsLeft: left.count <= 0,
    done,
  };
  if (!lists) return numbers;
  const processed: { json: unknown }[] = [];
  for (const arrival of [...each(memory.back)].toReversed()) {
    for await (const block of readBlocks(context, feedsOf(frame, [sourceOf(arrival)])))
      processed.push(...block.map(itemOf));
  }
  const items = left.count > 0 ? (await readStretch(context, frame, left)).map(itemOf) : [];
  return { items, processedItems: processed, ...numbers };
}

const itemOf = (text: string): { json: unknown } => {
  const value = JSON.parse(text) as { $item?: { json: unknown } } | null;
  return { json: value !== null && typeof value === 'object' && value.$item !== undefined ? value.$item.json : value };
};
