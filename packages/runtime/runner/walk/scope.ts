/**
 * Owns what the names of n8n's expressions see of the nodes around: their runs, what their loops keep, which of their
 * items the current ones were made from. Gathers only what the expressions of the step ask for. Frames of bodies see
 * the runs of the walk around them.
 */
import { FailureError } from '@rondo/core/errors.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { Reference, Region, Source, Step } from '@rondo/core/model/plan.ts';
import type { ProgramContext, WalkContext, WalkNode } from '@rondo/core/ports.ts';
import type { RunContext } from '../context.ts';
import { countAll, readAll } from '../dataset.ts';
import { feedsOf, type Frame } from '../frame.ts';
import type { ScopeSource } from '../lineage.ts';
import type { RunRecord } from './history.ts';
import { loopContext } from './loop-node.ts';
import { noPath, Pairing } from './pairs.ts';

/** Output of Loop Over Items that leads into its body. */
const LOOP_PORT = 1;

/** The part of the context that does not change from unit to unit. */
export async function walkContext(
  context: RunContext,
  frame: Frame,
  references: readonly Reference[],
  where: string,
): Promise<WalkContext> {
  const step = frame.current;
  const nodes: Record<string, WalkNode> = {};
  const put = (id: string, node: WalkNode | null): void => {
    // `__proto__` is no id (model/shape.ts).
    if (node !== null) nodes[id] = node;
  };
  const room = { chars: context.limits['step.bytes'], where };
  for (const reference of references) put(reference.node, await nodeFor(context, frame, step, reference, room));
  const previous = previousOf(frame, step);
  const bare = [...(step === undefined ? [] : [step.id]), ...(previous === null ? [] : [previous.node])];
  for (const node of bare) {
    if (!Object.hasOwn(nodes, node))
      put(node, await nodeFor(context, frame, step, { node, uses: ['state'] }, room, true));
  }
  return { node: step?.id ?? '', run: frame.walk?.run ?? 0, previous, nodes };
}

/** With the items that the current ones were made from. */
export function pairedScope(
  context: RunContext,
  frame: Frame,
  references: readonly Reference[],
  sources: readonly Source[],
  shared: ProgramContext,
): ScopeSource {
  const asking = references.filter(({ uses }) => uses.includes('item') || uses.includes('other'));
  const { walk } = shared;
  if (asking.length === 0 || walk === null || walk === undefined) return async () => shared;
  const pairing = new Pairing(context);
  const total = countAll(sources.flatMap((source) => feedsOf(frame, [source])));
  return async (first, units, size) => {
    const nodes = { ...walk.nodes };
    for (const { node, uses } of asking) {
      const known = nodes[node];
      if (known === undefined || known.count === 0) continue;
      const whole = uses.includes('other') || !Number.isFinite(size);
      const from = whole ? 0 : first * size;
      const count = Math.max(0, Math.min(whole ? total : units * size, total - from));
      const paired = leadsTo(frame, node)
        ? await pairing.pairs(frame, sources, from, count, node, asks(frame.current).lineage)
        : { items: [], of: noPath(node), first: 0 };
      nodes[node] = { ...known, paired };
    }
    return { ...shared, walk: { ...walk, nodes } };
  };
}

interface Found {
  frame: Frame;
  /** The walk's runs, or the only one of a frame that runs its steps once. */
  runs: readonly Pick<RunRecord, 'output'>[];
  /** How often it ran. */
  count: number;
  step: Step;
}

async function nodeFor(
  context: RunContext,
  frame: Frame,
  current: Step | undefined,
  reference: Reference,
  room: { chars: number; where: string },
  bare = false,
): Promise<WalkNode | null> {
  const found = find(frame, reference.node);
  if (found === null) return null;
  const { step, runs, count } = found;
  const { uses } = reference;
  const own = found.frame.around?.step === step || (runs.length === 0 && count > 0);
  const node: WalkNode = {
    count,
    output: own ? LOOP_PORT : outputTo(frame, reference.node),
    runs: [],
    ...(step.origin === undefined ? {} : { origin: step.origin }),
  };
  const memory = found.frame.walk?.loops.get(step.index);
  if (memory !== undefined && !bare && (uses.includes('state') || uses.includes('other'))) {
    node.context = await loopContext(context, found.frame, memory, asks(current).lists);
  }
  if (own) {
    if (uses.some(readsRuns)) {
      const items = await readAll(context, found.frame.input, room.where);
      node.runs = [step.outputs.map((_, port) => (port === LOOP_PORT ? items : []))];
      node.from = count - 1;
    }
    return node;
  }
  if (!uses.some(readsRuns) || count === 0) return node;
  const all = uses.includes('runs');
  const wanted = all ? runs : runs.slice(-1);
  node.from = count - wanted.length;
  for (const { output } of wanted) {
    const ports: string[][] = [];
    for (const port of portsOf(step, output)) {
      const items = await readAll(
        context,
        [{ dataset: output, port }],
        `${room.where}, reading $('${reference.node}')`,
      );
      for (const text of items) room.chars -= text.length;
      ports.push(items);
    }
    if (room.chars < 0) {
      const most = context.limits['step.bytes'];
      throw new FailureError(limitFailure('step.bytes', most, room.where, `$('...') reads more than that`));
    }
    node.runs.push(ports);
  }
  return node;
}

const readsRuns = (use: Reference['uses'][number]): boolean => use !== 'state' && use !== 'item';

function portsOf(step: Step, output: RunRecord['output']): number[] {
  const count = output.kind === 'inline' ? Math.max(output.ports.length, 1) : output.counts.length;
  return Array.from({ length: Math.max(count, step.outputs.length) }, (_, port) => port);
}

/** What few expressions look at, and costs something to tell. */
interface Asks {
  /** The lists that a loop keeps, not only its numbers. */
  lists: boolean;
  /** Which items an item was made from. */
  lineage: boolean;
}

const asked = new WeakMap<Step, Asks>();

function asks(step: Step | undefined): Asks {
  if (step === undefined) return { lists: false, lineage: false };
  let known = asked.get(step);
  if (known === undefined) {
    const text = JSON.stringify([step.params, step.itemParams, step.rawParams, step.loopTemplates]);
    const byName = /\b(?:processedItems|items)\b/.test(text);
    // A name that is computed, or the whole of it.
    const other = /context\s*\[\s*[^"'\\\s]/.test(text) || /context\b(?!\s*(?:\?\.|\.|\[))/.test(text);
    known = { lists: byName || other, lineage: text.includes('pairedItem') };
    asked.set(step, known);
  }
  return known;
}

/** The nearest node of that name, from inside out; the container around a frame is the list that it was given. */
function find(frame: Frame, id: string): Found | null {
  for (let at: Frame | null = frame; at !== null; at = at.parent) {
    const step = stepsOf(at.region).get(id);
    if (step !== undefined) {
      const runs = at.walk?.runs[step.index] ?? onceIn(at, step);
      return { frame: at, runs, count: runs.length, step };
    }
    if (at.around?.step.id === id) return { frame: at, runs: [], count: at.around.index + 1, step: at.around.step };
  }
  return null;
}

function onceIn(frame: Frame, step: Step): { output: RunRecord['output'] }[] {
  const output = frame.outputs[step.index];
  return output === null || output === undefined ? [] : [{ output }];
}

const steps = new WeakMap<Region, ReadonlyMap<string, Step>>();

function stepsOf(region: Region): ReadonlyMap<string, Step> {
  let known = steps.get(region);
  if (known === undefined) {
    known = new Map(region.steps.map((step) => [step.id, step]));
    steps.set(region, known);
  }
  return known;
}

function previousOf(frame: Frame, step: Step | undefined): WalkContext['previous'] {
  const { walk, region, around } = frame;
  if (walk !== undefined) {
    const { driving } = walk;
    if (driving === null || driving.step < 0) return null;
    return { node: region.steps[driving.step]?.id ?? '', output: driving.port, run: driving.run };
  }
  const source = step?.inputs.flat()[0];
  if (source === undefined) return null;
  if (source.step >= 0) return { node: region.steps[source.step]?.id ?? '', output: source.port, run: 0 };
  return around === null ? null : { node: around.step.id, output: LOOP_PORT, run: around.index };
}

/** By region, step and name: the output of the named node that leads to the step on the shortest way; -1: none. */
const leading = new WeakMap<Region, Map<string, number>>();

function outputTo(frame: Frame, id: string): number {
  return Math.max(0, leadingOutput(frame, id));
}

function leadsTo(frame: Frame, id: string): boolean {
  return leadingOutput(frame, id) >= 0;
}

function leadingOutput(frame: Frame, id: string): number {
  const { region, current } = frame;
  const known = leading.get(region) ?? new Map<string, number>();
  leading.set(region, known);
  const key = `${current?.index ?? -1} ${id}`;
  let output = known.get(key);
  if (output === undefined) {
    output = search(frame, current?.index, id);
    known.set(key, output);
  }
  return output;
}

function search(frame: Frame, start: number | undefined, id: string): number {
  if (start === undefined) return 0;
  const { steps: own, walk } = frame.region;
  const queue = [start];
  const seen = new Set(queue);
  let leaves = false;
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    const sources = walk?.steps[at]?.sources.flat() ?? own[at]?.inputs.flat() ?? [];
    for (const { step, port } of sources) {
      if (step < 0) leaves = true;
      else if (own[step]?.id === id) return port;
      else if (!seen.has(step)) {
        seen.add(step);
        queue.push(step);
      }
    }
  }
  const { parent, around } = frame;
  if (!leaves || parent === null || around === null) return -1;
  return around.step.id === id ? LOOP_PORT : search(parent, around.step.index, id);
}
