/**
 * Owns the view of a definition that lint rules look at: nodes with their types, connections, drawn loops, what
 * lies before and after what. Does not judge. Nodes of unknown types are left out; the compiler speaks of them.
 */
import { readEdges, reach, type Edge, type Ports } from '../compile/graph.ts';
import { bodyOf, DONE, LOOP } from '../compile/lower.ts';
import type { Definition, NodeDefinition } from '../model/definition.ts';
import type { NodeRegistry, NodeType } from '../model/node-type.ts';

export { DONE, LOOP };

type Path = (string | number)[];

export interface LintNode {
  id: string;
  node: NodeDefinition;
  type: NodeType;
  /** Place of the node in the definition. */
  path: Path;
  level: Level;
  /** Connections into it and out of it, on its level. */
  before: Edge[];
  after: Edge[];
  outputs: string[];
}

/** The top of the workflow, or the body of one container. */
export interface Level {
  /** The container around it; null at the top. */
  container: LintNode | null;
  nodes: Map<string, LintNode>;
  edges: Edge[];
}

export interface LintGraph {
  definition: Definition;
  top: Level;
  /** All nodes of all levels, outer ones first. */
  nodes: LintNode[];
}

const portNames = (spec: NodeType['inputs'], node: NodeDefinition): string[] =>
  (typeof spec === 'function' ? spec(node.with ?? {}) : spec).map((port) => port.name);

export function lintGraph(definition: Definition, registry: NodeRegistry): LintGraph {
  const nodes: LintNode[] = [];
  const build = (given: Record<string, NodeDefinition>, path: Path, container: LintNode | null): Level => {
    const level: Level = { container, nodes: new Map(), edges: [] };
    const ports = new Map<string, Ports>();
    for (const [id, node] of Object.entries(given)) {
      const type = registry.get(node.type);
      if (type === undefined) continue;
      const outputs = portNames(type.outputs, node);
      if (node.loop?.onError === 'port' && !outputs.includes('error')) outputs.push('error');
      ports.set(id, { inputs: portNames(type.inputs, node), outputs });
      const one: LintNode = { id, node, type, path: [...path, id], level, before: [], after: [], outputs };
      level.nodes.set(id, one);
      nodes.push(one);
    }
    level.edges = readEdges(given, ports, path, []);
    for (const edge of level.edges) {
      level.nodes.get(edge.to)?.before.push(edge);
      level.nodes.get(edge.from)?.after.push(edge);
    }
    for (const one of level.nodes.values()) {
      if (one.node.body !== undefined) build(one.node.body, [...one.path, 'body'], one);
    }
    return level;
  };
  const top = build(definition.nodes, ['nodes'], null);
  return { definition, top, nodes };
}

/** Nodes between the loop output of a Loop Over Items node and its return; empty for other nodes. */
export function drawnBody({ id, type, level }: LintNode): LintNode[] {
  if (type.type !== 'loop-over-items') return [];
  return [...bodyOf(id, level.edges)].flatMap((one) => level.nodes.get(one) ?? []);
}

/** Drawn loops around a node, on its level, innermost last. */
export function drawnAround(node: LintNode): LintNode[] {
  return [...node.level.nodes.values()]
    .filter((other) => other !== node && drawnBody(other).includes(node))
    .sort((a, b) => drawnBody(b).length - drawnBody(a).length);
}

/** Nodes of the level that lie behind an output (default: any) of a node. */
export function behind(node: LintNode, port?: number): Set<LintNode> {
  const starts = node.after.filter((edge) => port === undefined || edge.fromPort === port).map((edge) => edge.to);
  const found = reach(starts, node.level.edges, node.id, true);
  return new Set([...found].flatMap((id) => node.level.nodes.get(id) ?? []));
}

/** Nodes of the level that lead to a node. */
export function ahead(node: LintNode): Set<LintNode> {
  const starts = node.before.map((edge) => edge.from);
  const found = reach(starts, node.level.edges, node.id, false);
  return new Set([...found].flatMap((id) => node.level.nodes.get(id) ?? []));
}

/** Whether a step may end the way of an item: something behind it is reached only sometimes. */
export function decides({ node, type }: LintNode): boolean {
  if (node.disabled === true) return false;
  return [
    'if',
    'switch',
    'filter',
    'question-classifier',
    'stop-and-error',
    'end',
    'limit',
    'remove-duplicates',
    'remove-seen',
  ].includes(type.type);
}

/** The native parameter as written; null when it is absent. */
export function parameter({ node }: LintNode, name: string): unknown {
  const given = node.with ?? {};
  return Object.hasOwn(given, name) ? given[name] : null;
}
