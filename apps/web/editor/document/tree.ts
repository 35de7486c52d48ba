/**
 * Owns finding and replacing nodes of a definition at any depth. Pure; what does not change keeps its identity, so
 * that a screen redraws only what did. Does not know connections (wires.ts).
 */
import type { Definition, NodeDefinition, NodeId } from '@rondo/core/model/definition.ts';

export type Nodes = Record<NodeId, NodeDefinition>;

export interface Placed {
  id: NodeId;
  node: NodeDefinition;
  /** The container around it; null: the top. */
  container: NodeId | null;
  /** It and its neighbours. */
  level: Nodes;
  depth: number;
  /** Keys from the top of the definition: ["nodes", "each", "body", "price"]. */
  path: string[];
}

/** Asked for many times by every part of the screen, made once: a definition does not change. */
const listed = new WeakMap<Definition, { all: readonly Placed[]; byId: ReadonlyMap<NodeId, Placed> }>();

function listOf(definition: Definition): { all: readonly Placed[]; byId: ReadonlyMap<NodeId, Placed> } {
  let list = listed.get(definition);
  if (list === undefined) {
    const all = walked(definition);
    // Of two with one name, which is a mistake, the first counts.
    list = { all, byId: new Map(all.toReversed().map((one) => [one.id, one])) };
    listed.set(definition, list);
  }
  return list;
}

function walked(definition: Definition): Placed[] {
  const found: Placed[] = [];
  const visit = (level: Nodes, container: NodeId | null, depth: number, path: string[]): void => {
    for (const [id, node] of Object.entries(level)) {
      const at = [...path, id];
      found.push({ id, node, container, level, depth, path: at });
      if (node.body !== undefined) visit(node.body, id, depth + 1, [...at, 'body']);
    }
  };
  visit(definition.nodes, null, 0, ['nodes']);
  return found;
}

/** All nodes, outer ones before what they hold. */
export function placedNodes(definition: Definition): readonly Placed[] {
  return listOf(definition).all;
}

export function placedNode(definition: Definition, id: NodeId): Placed | null {
  return listOf(definition).byId.get(id) ?? null;
}

export function idsOf(definition: Definition): Set<NodeId> {
  return new Set(listOf(definition).byId.keys());
}

/** The container of a node, the one around that, and so on. */
export function containersAround(definition: Definition, id: NodeId): NodeId[] {
  const { byId } = listOf(definition);
  const around: NodeId[] = [];
  for (let at = byId.get(id)?.container ?? null; at !== null; at = byId.get(at)?.container ?? null) around.push(at);
  return around;
}

export function levelOf(definition: Definition, container: NodeId | null): Nodes | null {
  if (container === null) return definition.nodes;
  return placedNode(definition, container)?.node.body ?? null;
}

/** One node replaced where it stands; null takes it away. */
export function withNode(
  definition: Definition,
  id: NodeId,
  change: (node: NodeDefinition) => NodeDefinition | null,
): Definition {
  const nodes = changed(definition.nodes, id, change);
  return nodes === definition.nodes ? definition : { ...definition, nodes };
}

function changed(level: Nodes, id: NodeId, change: (node: NodeDefinition) => NodeDefinition | null): Nodes {
  const own = Object.hasOwn(level, id) ? level[id] : undefined;
  if (own !== undefined) {
    const next = change(own);
    if (next === own) return level;
    if (next === null) return Object.fromEntries(Object.entries(level).filter(([key]) => key !== id));
    return { ...level, [id]: next };
  }
  for (const [key, node] of Object.entries(level)) {
    if (node.body === undefined) continue;
    const body = changed(node.body, id, change);
    if (body !== node.body) return { ...level, [key]: { ...node, body } };
  }
  return level;
}

export function withLevel(
  definition: Definition,
  container: NodeId | null,
  change: (level: Nodes) => Nodes,
): Definition {
  if (container === null) return { ...definition, nodes: change(definition.nodes) };
  return withNode(definition, container, (node) => ({ ...node, body: change(node.body ?? {}) }));
}

/** An id like the wanted one that nothing has yet: `fetch`, `fetch-2` ... */
export function freeId(taken: ReadonlySet<string>, wanted: string): NodeId {
  const base = wanted.trim() === '' ? 'node' : wanted;
  if (!taken.has(base)) return base;
  const stem = base.replace(/-\d+$/, '');
  for (let number = 2; ; number += 1) if (!taken.has(`${stem}-${number}`)) return `${stem}-${number}`;
}

/** `fields` over a node; undefined takes a field away. */
export function withFields(
  node: NodeDefinition,
  fields: Partial<Record<keyof NodeDefinition, unknown>>,
): NodeDefinition {
  const next: Record<string, unknown> = { ...node };
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) delete next[name];
    else next[name] = value;
  }
  return next as unknown as NodeDefinition;
}
