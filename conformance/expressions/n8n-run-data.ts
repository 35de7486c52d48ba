/**
 * Owns turning the run data of an n8n fixture into what the walk would tell expressions of one node: its input, the
 * runs of other nodes, and which of their items its own were made from. Does not evaluate.
 */
import { encodeItem, type Json } from '@rondo/core/model/item.ts';
import type { PairProblem, ProgramContext, WalkNode, WalkPairs } from '@rondo/core/ports.ts';

type Paired = number | { item: number; input?: number };

interface RunItem {
  json: Json;
  pairedItem?: Paired | Paired[];
}

interface Source {
  previousNode: string;
  previousNodeOutput?: number;
  previousNodeRun?: number;
}

interface Task {
  source?: (Source | null)[];
  data?: { main?: (RunItem[] | null)[] };
}

export interface RunData {
  [node: string]: Task[];
}

interface WorkflowNode {
  name: string;
  type: string;
  typeVersion: number;
  id?: string;
  parameters?: { [key: string]: Json };
}

export interface Workflow {
  name?: string;
  nodes: WorkflowNode[];
  connections: Record<string, { main?: ({ node: string; index?: number }[] | null)[] }>;
}

interface Situation {
  items: Json[];
  nodes: string[];
  context: ProgramContext;
}

const listOf = (paired: Paired | Paired[] | undefined): Paired[] =>
  paired === undefined ? [] : Array.isArray(paired) ? paired : [paired];
const positionOf = (paired: Paired): number => (typeof paired === 'number' ? paired : paired.item);
const outputOf = (source: Source): number => source.previousNodeOutput ?? 0;

/** What the expressions of `node` see in its last run. */
export function situationOf(workflow: Workflow, runData: RunData, node: string): Situation {
  const task = runData[node]?.at(-1);
  const sources = task?.source ?? [];
  const source = sources.find((one): one is Source => one !== null && itemsOf(runData, one).length > 0) ?? null;
  const input = source === null ? [] : itemsOf(runData, source);
  const before = ancestors(workflow, node);
  const nodes: Record<string, WalkNode> = {};
  for (const { name, id, type, typeVersion, parameters } of workflow.nodes) {
    const tasks = (runData[name] ?? []).filter((one) => one.data?.main !== undefined);
    nodes[name] = {
      count: tasks.length,
      output: outputTo(workflow, name, node),
      runs: tasks.map((one) => (one.data?.main ?? []).map((items) => (items ?? []).map(textOf))),
      paired: pairsOf(runData, before, source, input, name),
      origin: { ...(id === undefined ? {} : { id }), type, version: typeVersion, parameters: parameters ?? {} },
    };
  }
  return {
    items: input.map((item) => item.json),
    nodes: workflow.nodes.map((one) => one.name),
    context: {
      run: { id: '1', workflow: workflow.name ?? '' },
      walk: {
        node,
        run: Math.max(0, (runData[node]?.length ?? 1) - 1),
        previous:
          source === null
            ? null
            : { node: source.previousNode, output: outputOf(source), run: source.previousNodeRun ?? 0 },
        nodes,
      },
    },
  };
}

const textOf = ({ json, pairedItem }: RunItem): string => {
  const from = listOf(pairedItem).map(positionOf);
  return encodeItem(from.length === 0 ? { json } : { json, from });
};

function itemsOf(runData: RunData, source: Source): RunItem[] {
  return runData[source.previousNode]?.[source.previousNodeRun ?? 0]?.data?.main?.[outputOf(source)] ?? [];
}

/** Nodes from which a path leads to this one. */
function ancestors(workflow: Workflow, node: string): Set<string> {
  const found = new Set<string>();
  const open = [node];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const [name, { main = [] }] of Object.entries(workflow.connections)) {
      if (found.has(name) || !main.some((targets) => targets?.some((one) => one.node === at))) continue;
      found.add(name);
      open.push(name);
    }
  }
  return found;
}

/** The output of `from` by which a path leads to `to`; 0 when there is none. */
function outputTo({ connections }: Workflow, from: string, to: string): number {
  const reach = (at: string, seen: Set<string>): boolean => {
    if (at === to) return true;
    if (seen.has(at)) return false;
    seen.add(at);
    return (connections[at]?.main ?? []).some((targets) => targets?.some((one) => reach(one.node, seen)));
  };
  const found = (connections[from]?.main ?? []).findIndex((targets) =>
    targets?.some((one) => reach(one.node, new Set())),
  );
  return Math.max(0, found);
}

class Problem extends Error {}

function pairsOf(
  runData: RunData,
  before: ReadonlySet<string>,
  source: Source | null,
  input: readonly RunItem[],
  target: string,
): WalkPairs {
  if (!before.has(target)) return { items: [], of: { message: 'Invalid expression' } };
  if (runData[target] === undefined) return { items: [], of: { message: `Node '${target}' hasn't been executed` } };
  const items: string[] = [];
  const of = input.map((_, at): number | PairProblem => {
    try {
      if (source === null) throw new Problem("Can't get data for expression");
      const text = textOf(trace(runData, source, at, target));
      const known = items.indexOf(text);
      return known >= 0 ? known : items.push(text) - 1;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { message: error.message };
    }
  });
  return { items, of };
}

function trace(runData: RunData, source: Source, at: number, target: string): RunItem {
  const task = runData[source.previousNode]?.[source.previousNodeRun ?? 0];
  const item = itemsOf(runData, source)[at];
  if (item === undefined) throw new Problem("Can't get data for expression");
  if (source.previousNode === target) return item;
  const paired = listOf(item.pairedItem);
  if (paired.length === 0) {
    const name = source.previousNode;
    throw new Problem(
      `Paired item data for item from node '${name}' is unavailable. Ensure '${name}' is providing the required output.`,
    );
  }
  const found = new Set<RunItem>();
  let first: Problem | null = null;
  for (const one of paired) {
    const next = task?.source?.[typeof one === 'number' ? 0 : (one.input ?? 0)];
    if (next === undefined || next === null) continue;
    try {
      found.add(trace(runData, next, positionOf(one), target));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      first ??= error;
    }
  }
  if (found.size > 1) throw new Problem('Multiple matches found');
  const [only] = found;
  if (only === undefined) throw first ?? new Problem('Invalid expression');
  return only;
}
