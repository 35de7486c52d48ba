/**
 * Owns reading the nodes and edges of a Dify graph into levels: the top, and one per container. A level is what can
 * be reached from its start, in the order in which Dify's queue would come to it. Old files are repaired on the way.
 * Does not know what nodes do.
 */
import { jsonText } from '../json-text.ts';
import { diagnostic, type Diagnostic } from '../../errors.ts';
import type { Json } from '../../model/item.ts';
import { describe, isObject } from '../../model/shape.ts';
import { textIn, type DifyDocument, type Members } from './document.ts';

export interface DifyNode {
  id: string;
  type: string;
  title: string;
  data: Members;
  /** Place of `data` in the file. */
  path: (string | number)[];
  position: { x: number; y: number } | null;
}

export interface DifyEdge {
  source: string;
  /** `source` where a node has only one way out. */
  handle: string;
  target: string;
}

export interface Level {
  /** Null: the top. */
  container: DifyNode | null;
  parent: Level | null;
  /** The node that all begins at; null in old files, and in containers that hold nothing. */
  start: DifyNode | null;
  /** Without the start node of a container. */
  nodes: DifyNode[];
  /** Between nodes of the level, the start node among them. */
  edges: DifyEdge[];
  /** Levels of the containers on it, by their id. */
  inner: Map<string, Level>;
}

const ROOTS = new Set(['start', 'trigger-webhook', 'trigger-schedule', 'trigger-plugin', 'datasource']);
const CONTAINERS = new Set(['iteration', 'loop']);
const INNER_STARTS = new Set(['iteration-start', 'loop-start']);
/** What old files call a type. */
const RENAMED: Readonly<Record<string, string>> = { 'variable-assigner': 'variable-aggregator' };

export const isContainer = (node: DifyNode): boolean => CONTAINERS.has(node.type);

/** Null, with errors, where the graph cannot be read. */
export function readLevels(document: DifyDocument, out: Diagnostic[]): Level | null {
  const nodes = readNodes(document, out);
  const edges = readEdges(document, nodes);
  const roots = [...nodes.values()].filter((node) => ROOTS.has(node.type));
  const root = roots.find((node) => node.type === 'start') ?? roots[0];
  if (root === undefined) {
    const message = 'The graph has no start node.';
    out.push(diagnostic('file-format', [...document.path, 'nodes'], message));
    return null;
  }
  for (const other of roots) {
    if (other === root) continue;
    const message = `The run starts at ${nameOf(root)}; what hangs on ${nameOf(other)} is left out.`;
    out.push(diagnostic('differs', other.path, message, { severity: 'warning', node: other.id }));
  }
  const used = new Set<string>();
  const top = level(null, null, root, { nodes, edges, used, out });
  for (const node of nodes.values()) {
    if (used.has(node.id) || roots.includes(node) || INNER_STARTS.has(node.type)) continue;
    const message = `Nothing leads to ${nameOf(node)}: it is left out, as Dify never runs it.`;
    out.push(diagnostic('converted', node.path, message, { severity: 'hint', node: node.id }));
  }
  return top;
}

export const nameOf = (node: DifyNode): string =>
  node.title === '' || node.title === node.id ? node.id : `${node.title} (${node.id})`;

function readNodes({ graph, path }: DifyDocument, out: Diagnostic[]): Map<string, DifyNode> {
  const nodes = new Map<string, DifyNode>();
  const list = Array.isArray(graph.nodes) ? graph.nodes : [];
  list.forEach((raw, i) => {
    const at = [...path, 'nodes', i];
    if (!isObject(raw) || !isObject(raw.data)) {
      out.push(diagnostic('file-format', at, `A node must be an object with data, not ${describe(raw)}.`));
      return;
    }
    const id = wordIn(raw.id);
    const type = textIn(raw.data.type);
    // Notes of people.
    if (raw.type === 'custom-note' || type === '') return;
    if (id === '' || id === '__proto__') {
      out.push(diagnostic('file-format', [...at, 'id'], `A node needs an id, not ${describe(raw.id ?? null)}.`));
      return;
    }
    if (nodes.has(id)) {
      const message = `Two nodes have the id ${describe(id)}; edges and selectors could mean either.`;
      out.push(diagnostic('bad-value', [...at, 'id'], message, { node: id }));
      return;
    }
    const { data } = raw;
    if (Object.hasOwn(RENAMED, type)) {
      const message = `${id}: the old type ${type} is read as ${RENAMED[type]}.`;
      out.push(diagnostic('converted', [...at, 'data', 'type'], message, { severity: 'hint', node: id }));
    }
    nodes.set(id, {
      id,
      type: Object.hasOwn(RENAMED, type) ? (RENAMED[type] as string) : type,
      title: textIn(data.title),
      data,
      path: [...at, 'data'],
      position: positionOf(raw.positionAbsolute) ?? positionOf(raw.position),
    });
  });
  return nodes;
}

function positionOf(value: Json | undefined): { x: number; y: number } | null {
  if (!isObject(value) || typeof value.x !== 'number' || typeof value.y !== 'number') return null;
  return { x: Math.round(value.x), y: Math.round(value.y) };
}

function readEdges({ graph }: DifyDocument, nodes: ReadonlyMap<string, DifyNode>): DifyEdge[] {
  const list = Array.isArray(graph.edges) ? graph.edges : [];
  return list.filter(isObject).flatMap((raw): DifyEdge[] => {
    const source = jsonText(raw.source ?? '');
    const target = jsonText(raw.target ?? '');
    // Editors leave edges of deleted nodes behind.
    if (!nodes.has(source) || !nodes.has(target)) return [];
    return [{ source, handle: wordIn(raw.sourceHandle) || 'source', target }];
  });
}

/** YAML reads `true` and `1` as what they look like. */
export const wordIn = (value: Json | undefined): string =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : textIn(value);

interface Reading {
  nodes: ReadonlyMap<string, DifyNode>;
  edges: readonly DifyEdge[];
  used: Set<string>;
  out: Diagnostic[];
}

function level(container: DifyNode | null, parent: Level | null, first: DifyNode | null, reading: Reading): Level {
  const { nodes, used, out } = reading;
  const made: Level = { container, parent, start: null, nodes: [], edges: [], inner: new Map() };
  if (first === null) return made;
  const reached = reachable(first, reading);
  made.edges = reading.edges.filter((edge) => reached.has(edge.source) && reached.has(edge.target));
  const ordered = queued(first, reached, made.edges).map((id) => nodes.get(id) as DifyNode);
  if (container === null || INNER_STARTS.has(first.type)) made.start = first;
  else {
    const message = `${nameOf(container)} has no start node of its own, as old files: it begins at ${nameOf(first)}.`;
    out.push(diagnostic('converted', container.path, message, { severity: 'hint', node: container.id }));
  }
  made.nodes = ordered.filter((node) => container === null || node !== made.start);
  for (const node of made.nodes) used.add(node.id);
  for (const node of made.nodes) {
    if (!isContainer(node)) continue;
    made.inner.set(node.id, level(node, made, innerStart(node, reading), reading));
  }
  return made;
}

/** Where a container begins: its start node, or in old files the first node itself. */
function innerStart(container: DifyNode, { nodes }: Reading): DifyNode | null {
  const named = nodes.get(textIn(container.data.start_node_id));
  if (named !== undefined && named !== container) return named;
  const mine = [...nodes.values()].filter(
    ({ data }) => data.iteration_id === container.id || data.loop_id === container.id,
  );
  return (
    mine.find((node) => INNER_STARTS.has(node.type)) ?? mine.find((node) => node.data.isIterationStart === true) ?? null
  );
}

function reachable(first: DifyNode, { edges, used }: Reading): Set<string> {
  const reached = new Set([first.id]);
  const stack = [first.id];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    for (const edge of edges) {
      // A node is part of one level only.
      if (edge.source !== id || reached.has(edge.target) || used.has(edge.target)) continue;
      reached.add(edge.target);
      stack.push(edge.target);
    }
  }
  return reached;
}

/** As a queue comes to the nodes: first those that are ready first. Circles come last; the compiler names them. */
function queued(first: DifyNode, reached: ReadonlySet<string>, edges: readonly DifyEdge[]): string[] {
  const open = new Map([...reached].map((id) => [id, 0]));
  const from = new Map<string, DifyEdge[]>();
  for (const edge of edges) {
    open.set(edge.target, (open.get(edge.target) ?? 0) + 1);
    const list = from.get(edge.source);
    if (list === undefined) from.set(edge.source, [edge]);
    else list.push(edge);
  }
  const queue = [first.id];
  const seen = new Set(queue);
  for (let at = 0; at < queue.length; at += 1) {
    for (const edge of from.get(queue[at] as string) ?? []) {
      const left = (open.get(edge.target) ?? 0) - 1;
      open.set(edge.target, left);
      if (left <= 0 && !seen.has(edge.target)) {
        seen.add(edge.target);
        queue.push(edge.target);
      }
    }
  }
  return [...queue, ...[...reached].filter((id) => !seen.has(id))];
}
