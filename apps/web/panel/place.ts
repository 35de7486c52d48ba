/**
 * Owns where a node stands: its loops, what leads to it, what its expressions may name. Pure; reads the definition
 * alone, no run.
 */
import type { Definition, NodeDefinition, NodeId } from '@rondo/core/model/definition.ts';
import type { NodeType } from '@rondo/core/model/node-type.ts';
import type { NodeTypeView } from '@rondo/api/schemas/node.ts';
import { containersAround, levelOf, placedNode, type Nodes } from '../editor/document/tree.ts';
import { type Wire, wiresInto, wiresOf } from '../editor/document/wires.ts';

export interface NodeTypes {
  view(type: string): NodeTypeView | undefined;
  get(type: string): NodeType | undefined;
}

export interface NodePlace {
  id: NodeId;
  node: NodeDefinition;
  /** Undefined: there is no such type on this server. */
  type: NodeTypeView | undefined;
  shape: NodeShape;
  /** Keys from the top of the definition. */
  path: string[];
  level: Nodes;
  /** Containers, the outermost first. */
  around: NodeId[];
  /** Nodes that expressions may name: those that lead to it first, then others beside it, then those around. */
  visible: NodeId[];
  /** Of these, nodes that are settled before it runs. */
  leading: NodeId[];
  wires: Wire[];
}

/** How a node works with these parameters. */
export interface NodeShape {
  /** It goes on in parts, in order: pages, chunks of a file. */
  paged: boolean;
  /** One call takes many items, one after the other: a file that is written. */
  block: boolean;
  /** It sees all items at once. */
  all: boolean;
}

export function shapeOf(node: NodeDefinition, type: NodeType | undefined): NodeShape {
  const raw = node.with ?? {};
  const { paged = false, unit = 'item' } = type ?? {};
  return {
    paged: typeof paged === 'function' ? paged(raw) : paged,
    block: type?.block === true,
    all: (typeof unit === 'function' ? unit(raw) : unit) === 'all',
  };
}

export function placeOfNode(definition: Definition, id: NodeId, types: NodeTypes): NodePlace | null {
  const placed = placedNode(definition, id);
  if (placed === null) return null;
  const around = containersAround(definition, id).toReversed();
  const { visible, leading } = visibleFrom(definition, id, placed.level, around);
  return {
    id,
    node: placed.node,
    type: types.view(placed.node.type),
    shape: shapeOf(placed.node, types.get(placed.node.type)),
    path: placed.path,
    level: placed.level,
    around,
    visible,
    leading,
    wires: wiresInto(placed.level, id),
  };
}

function visibleFrom(
  definition: Definition,
  id: NodeId,
  level: Nodes,
  around: readonly NodeId[],
): { visible: NodeId[]; leading: NodeId[] } {
  const inward = around.toReversed();
  const levels = [
    { nodes: level, at: id },
    ...inward.map((container, at) => ({ nodes: levelOf(definition, inward[at + 1] ?? null) ?? {}, at: container })),
  ];
  const byLevel = levels.map(({ nodes, at }) => leadingTo(nodes, at));
  const leading = byLevel.flat();
  const led = new Set(leading);
  const all = levels.flatMap(({ nodes, at }, index) => [
    ...(byLevel[index] ?? []),
    ...Object.keys(nodes).filter((one) => one !== at && !led.has(one)),
  ]);
  return { visible: [...new Set(all)], leading };
}

/** The nearest first. */
function leadingTo(level: Nodes, id: NodeId): NodeId[] {
  const into = Map.groupBy(
    wiresOf(level).map(({ from, to }, at) => ({ from, to, at })),
    ({ to }) => to,
  );
  const found = new Set<NodeId>();
  let front = [id];
  while (front.length > 0) {
    const wires = front.flatMap((one) => into.get(one) ?? []).sort((a, b) => a.at - b.at);
    front = [...new Set(wires.map((wire) => wire.from))].filter(
      (one) => one !== id && !found.has(one) && Object.hasOwn(level, one),
    );
    for (const one of front) found.add(one);
  }
  return [...found];
}

export const titleOf = (id: NodeId, node: NodeDefinition | undefined): string => node?.title ?? id;

/** All nodes in the order of the outline. */
export function outlineOf(definition: Definition): { id: NodeId; node: NodeDefinition; depth: number }[] {
  const rows: { id: NodeId; node: NodeDefinition; depth: number }[] = [];
  const visit = (level: Nodes, depth: number): void => {
    for (const id of inOrder(level)) {
      const node = level[id] as NodeDefinition;
      rows.push({ id, node, depth });
      if (node.body !== undefined) visit(node.body, depth + 1);
    }
  };
  visit(definition.nodes, 0);
  return rows;
}

/** Along the connections, else as written: always the first one that nothing before it is missing for. */
export function inOrder(level: Nodes): NodeId[] {
  const ids = Object.keys(level);
  const missing = new Map(ids.map((id) => [id, 0]));
  const after = new Map<NodeId, NodeId[]>(ids.map((id) => [id, []]));
  for (const { from, to } of wiresOf(level)) {
    const next = after.get(from);
    if (next === undefined) continue;
    next.push(to);
    missing.set(to, (missing.get(to) ?? 0) + 1);
  }
  const written = new Map(ids.map((id, at) => [id, at]));
  const ready = ids.map((id, at) => (missing.get(id) === 0 ? at : -1)).filter((at) => at >= 0);
  const order = new Set<NodeId>();
  let first = 0;
  while (order.size < ids.length) {
    let at = ready.shift();
    if (at === undefined) {
      // A circle: it begins where it was written first.
      while (order.has(ids[first] as NodeId)) first += 1;
      at = first;
    }
    const id = ids[at] as NodeId;
    if (order.has(id)) continue;
    order.add(id);
    for (const next of after.get(id) ?? []) {
      const left = (missing.get(next) ?? 1) - 1;
      missing.set(next, left);
      if (left === 0 && !order.has(next)) insert(ready, written.get(next) ?? 0);
    }
  }
  return [...order];
}

/** Into an ascending list. */
function insert(sorted: number[], value: number): void {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, value);
}

/** Only the innermost text of a body counts: nested loops have a `$loop` of their own. */
export function readsPrevious(node: NodeDefinition): boolean {
  const inside = (value: unknown): boolean => {
    if (typeof value === 'string') return value.includes('$loop.previous');
    return value !== null && typeof value === 'object' && Object.values(value).some(inside);
  };
  if (node.body === undefined) return inside(node.with);
  return Object.values(node.body).some((one) => inside(one.with) || inside(one.loop));
}
