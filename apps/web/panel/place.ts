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
  const leading = levels.flatMap(({ nodes, at }) => leadingTo(nodes, at));
  const all = levels.flatMap(({ nodes, at }) => [
    ...leadingTo(nodes, at),
    ...Object.keys(nodes).filter((one) => one !== at && !leading.includes(one)),
  ]);
  return { visible: [...new Set(all)], leading };
}

/** The nearest first. */
function leadingTo(level: Nodes, id: NodeId): NodeId[] {
  const wires = wiresOf(level);
  const found: NodeId[] = [];
  let front = [id];
  while (front.length > 0) {
    const sources = wires.filter((wire) => front.includes(wire.to)).map((wire) => wire.from);
    front = [...new Set(sources)].filter((one) => one !== id && !found.includes(one) && Object.hasOwn(level, one));
    found.push(...front);
  }
  return found;
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

/** Along the connections, else as written. */
export function inOrder(level: Nodes): NodeId[] {
  const wires = wiresOf(level).filter((wire) => Object.hasOwn(level, wire.from));
  const left = new Set(Object.keys(level));
  const order: NodeId[] = [];
  while (left.size > 0) {
    const ready = [...left].find((id) => !wires.some((wire) => wire.to === id && left.has(wire.from)));
    const next = ready ?? ([...left][0] as NodeId);
    left.delete(next);
    order.push(next);
  }
  return order;
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
