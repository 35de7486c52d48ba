/**
 * Owns parts of workflows as text: copying nodes out, reading what the clipboard holds (native text here; other
 * products by core/convert, loaded when needed), pasting with free names. Does not touch the clipboard itself.
 */
import type { Definition, NodeDefinition, NodeId, NodePlace } from '@rondo/core/model/definition.ts';
import type { Done, Point } from './commands.ts';
import { renamedNode } from './references.ts';
import { freeId, idsOf, placedNode, placedNodes, withLevel, type Nodes } from './tree.ts';
import { rewired } from './wires.ts';

export interface Fragment {
  nodes: Nodes;
  layout: Record<string, NodePlace>;
}

/** The chosen nodes with the connections between them. Nodes inside a chosen container come with it. */
export function fragmentOf(definition: Definition, ids: readonly string[]): Fragment {
  const chosen = new Set(ids);
  const inside = new Set<NodeId>();
  const nodes: Nodes = {};
  for (const one of placedNodes(definition)) {
    if (one.container !== null && (chosen.has(one.container) || inside.has(one.container))) inside.add(one.id);
    else if (chosen.has(one.id)) nodes[one.id] = one.node;
  }
  const kept = rewired(nodes, (wire) => (Object.hasOwn(nodes, wire.from) ? [wire] : []));
  const layout = Object.fromEntries(
    Object.entries(definition.layout ?? {}).filter(([id]) => chosen.has(id) || inside.has(id)),
  );
  return { nodes: kept, layout };
}

export const definitionOf = (fragment: Fragment, name: string): Definition => ({
  rondo: 1,
  name,
  nodes: fragment.nodes,
  ...(Object.keys(fragment.layout).length > 0 ? { layout: fragment.layout } : {}),
});

export function pasteNodes(definition: Definition, fragment: Fragment, container: NodeId | null, at?: Point): Done {
  const taken = idsOf(definition);
  const names = new Map<NodeId, NodeId>();
  const collect = (nodes: Nodes): void => {
    for (const [id, node] of Object.entries(nodes)) {
      const free = freeId(taken, id);
      taken.add(free);
      names.set(id, free);
      if (node.body !== undefined) collect(node.body);
    }
  };
  collect(fragment.nodes);
  if (names.size === 0) return { refused: 'There is nothing to paste.' };
  if (container !== null && placedNode(definition, container)?.node.body === undefined)
    return { refused: `${container} has no nodes inside.` };
  const renamed = new Map([...names].filter(([from, to]) => from !== to));
  const pasted = withNames(fragment.nodes, names, renamed);
  const next = withLevel(definition, container, (level) => ({ ...level, ...pasted }));
  const roots = new Set(Object.keys(fragment.nodes));
  const corner = cornerOf(fragment.layout, roots);
  const layout: Record<string, NodePlace> = { ...definition.layout };
  for (const [id, place] of Object.entries(fragment.layout)) {
    const key = names.get(id) ?? freeId(new Set([...taken, ...Object.keys(layout)]), id);
    const isRoot = roots.has(id) || !names.has(id);
    const moved =
      isRoot && at !== undefined
        ? { x: place.x - corner.x + at.x, y: place.y - corner.y + at.y }
        : isRoot
          ? { x: place.x + 24, y: place.y + 24 }
          : {};
    layout[key] = { ...place, ...moved };
  }
  return {
    definition: Object.keys(layout).length === 0 ? next : { ...next, layout },
    selection: Object.keys(pasted),
  };
}

function withNames(nodes: Nodes, names: ReadonlyMap<NodeId, NodeId>, renamed: ReadonlyMap<NodeId, NodeId>): Nodes {
  const wired = rewired(nodes, (wire) => [{ ...wire, from: names.get(wire.from) ?? wire.from }]);
  return Object.fromEntries(
    Object.entries(wired).map(([id, node]) => {
      const own: NodeDefinition = renamedNode({ ...node, ...(node.body === undefined ? {} : { body: {} }) }, renamed);
      if (node.body !== undefined) {
        own.body = withNames(node.body, names, renamed);
        if (node.result !== undefined) own.result = resultWith(node.result, names);
      }
      return [names.get(id) ?? id, own];
    }),
  );
}

function resultWith(result: string | string[], names: ReadonlyMap<NodeId, NodeId>): string | string[] {
  const one = (text: string): string => {
    const known = names.get(text);
    if (known !== undefined) return known;
    const dot = text.lastIndexOf('.');
    return dot < 0 ? text : `${names.get(text.slice(0, dot)) ?? text.slice(0, dot)}${text.slice(dot)}`;
  };
  return Array.isArray(result) ? result.map(one) : one(result);
}

function cornerOf(layout: Fragment['layout'], roots: ReadonlySet<string>): Point {
  const places = Object.entries(layout).filter(([id]) => roots.has(id));
  if (places.length === 0) return { x: 0, y: 0 };
  return { x: Math.min(...places.map(([, { x }]) => x)), y: Math.min(...places.map(([, { y }]) => y)) };
}
