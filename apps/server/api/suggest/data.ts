/**
 * Owns what the expression of a loop's list would see at a node: what arrives there and what other nodes gave, in the
 * last run or pinned in the definition. Reads the first rows of a loop only. Evaluates nothing.
 */
import type { z } from 'zod';
import type { previewScope, suggestBody } from '@rondo/api/schemas/node.ts';
import { splitSource } from '@rondo/core/compile/graph.ts';
import type { Dataset } from '@rondo/core/events.ts';
import type { Definition, NodeDefinition } from '@rondo/core/model/definition.ts';
import { splitItems, splitPorts, type Json } from '@rondo/core/model/item.ts';
import type { RunRecord } from '@rondo/core/ports.ts';
import type { Caller } from '../../http/route.ts';
import { loopOf, runOf, type ApiContext } from '../context.ts';
import { framesAround, loopNames, outputsOf } from '../nodes/preview.ts';
import { itemsOf, jsonOf } from '../runs/items.ts';

type Scope = z.output<typeof previewScope>;
type Nodes = Record<string, NodeDefinition>;

/** Items of a node that are looked at. */
const MOST_ITEMS = 50;

export interface Placed {
  node: NodeDefinition;
  level: Nodes;
  /** Nodes that are settled before it, on all levels. */
  leading: Set<string>;
}

export function placedIn(nodes: Nodes, id: string): Placed | null {
  const own = Object.hasOwn(nodes, id) ? nodes[id] : undefined;
  if (own !== undefined) return { node: own, level: nodes, leading: leadingTo(nodes, id) };
  for (const [outer, { body }] of Object.entries(nodes)) {
    const found = body === undefined ? null : placedIn(body, id);
    if (found !== null) return { ...found, leading: leadingTo(nodes, outer).union(found.leading) };
  }
  return null;
}

function leadingTo(level: Nodes, id: string): Set<string> {
  const found = new Set<string>();
  const open = sourcesOf(level, id);
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    // Not itself: where an edge leads back, what it gives is not there yet.
    if (at === id || found.has(at)) continue;
    found.add(at);
    open.push(...sourcesOf(level, at));
  }
  return found;
}

/** Nodes whose items arrive, in the order of the connections. */
function sourcesOf(level: Nodes, id: string): string[] {
  const after = level[id]?.after;
  if (after === undefined) return [];
  const all = (typeof after === 'string' || Array.isArray(after) ? [after] : Object.values(after)).flat();
  return all.map((one) => splitSource(one, level)[0]);
}

/** Null: nothing is known of any data there. */
export async function dataAt(
  context: ApiContext,
  placed: Placed,
  { definition, node, run: asked }: { definition: Definition } & Pick<z.output<typeof suggestBody>, 'node' | 'run'>,
  caller: Caller | null,
): Promise<Scope | null> {
  const nodes: Record<string, Json[]> = {};
  let arrives: Json[] = [];
  let vars: Json = Object.fromEntries(
    Object.entries(definition.inputs ?? {}).map(([name, field]) => [name, field.default ?? null]),
  );
  let loops: Json[] | undefined;
  if (asked !== undefined) {
    const run = await runOf(context, asked.id, { caller });
    Object.assign(nodes, await topOutputs(context, run));
    const { options } = context.facts.of(run);
    if (options.input !== undefined && !Array.isArray(options.input)) vars = options.input;
    if (asked.loop !== undefined) {
      const { id, loop: path, index = 0 } = asked;
      const { loop } = await loopOf(context, { id, path }, { caller });
      const row = await context.store.row(id, loop.key, index);
      const around = await framesAround(context, { id, path }, caller);
      for (const frame of around.toReversed()) Object.assign(nodes, frame.nodes);
      Object.assign(nodes, outputsOf(row));
      arrives = row === null ? [] : itemsOf(row.input);
      loops = [loopNames(arrives, index, loop.total), ...around.map((frame) => frame.names)];
    }
  }
  pins(definition.nodes, nodes);
  const [source] = sourcesOf(placed.level, node);
  const input = source === undefined ? arrives : (nodes[source] ?? []);
  const before = Object.entries(nodes).filter(([id]) => placed.leading.has(id));
  if (input.length === 0 && before.length === 0) return null;
  return {
    input: input.slice(0, MOST_ITEMS),
    index: 0,
    nodes: Object.fromEntries(before.map(([id, items]) => [id, items.slice(0, MOST_ITEMS)])),
    vars,
    ...(loops === undefined ? {} : { loops }),
  };
}

/** What is pinned is what a run will have. */
function pins(nodes: Nodes, into: Record<string, Json[]>): void {
  for (const [id, { pin, body }] of Object.entries(nodes)) {
    if (pin !== undefined) into[id] = pin;
    if (body !== undefined) pins(body, into);
  }
}

async function topOutputs(context: ApiContext, run: RunRecord): Promise<Record<string, Json[]>> {
  const found: Record<string, Json[]> = {};
  for (const event of await context.store.journal(run.id)) {
    if (event.type !== 'step-completed' || event.frame !== '') continue;
    // In the order of n8n a step may run again; the last time counts.
    found[event.step.replace(/@\d+$/, '')] = await itemsIn(context, run, event.output);
  }
  return found;
}

async function itemsIn(context: ApiContext, run: RunRecord, output: Dataset): Promise<Json[]> {
  if (output.kind === 'inline') return output.ports.flat().slice(0, MOST_ITEMS).map(jsonOf);
  const rows = await context.store.outputs(run.id, output.loop, -1, MOST_ITEMS);
  return rows
    .flatMap((row) => splitPorts(row.output).flatMap(splitItems))
    .slice(0, MOST_ITEMS)
    .map(jsonOf);
}
