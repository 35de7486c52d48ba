/**
 * Owns the connections of one level of nodes: `after` texts to edges, reachability, order.
 * Knows node ids and ports only; no parameters, no expressions.
 */
import { diagnostic, type Diagnostic } from '../errors.ts';
import type { NodeDefinition } from '../model/definition.ts';
import { nearest } from '../model/shape.ts';

type Path = (string | number)[];

export interface Edge {
  from: string;
  fromPort: number;
  to: string;
  toPort: number;
}

export interface Ports {
  inputs: string[];
  outputs: string[];
}

/**
 * Node and port (null: the first) of one text of `after`. Ids may hold dots, so a node of the whole name comes
 * first, then the longest id before a dot.
 */
export function splitSource(
  text: string,
  nodes: Record<string, NodeDefinition>,
  ports?: ReadonlyMap<string, Ports>,
): [node: string, port: string | null] {
  const known = (id: string): boolean => Object.hasOwn(nodes, id) || ports?.has(id) === true;
  if (known(text)) return [text, null];
  for (let dot = text.lastIndexOf('.'); dot > 0; dot = text.lastIndexOf('.', dot - 1)) {
    const id = text.slice(0, dot);
    if (known(id)) return [id, text.slice(dot + 1)];
  }
  const dot = text.indexOf('.');
  return dot < 0 ? [text, null] : [text.slice(0, dot), text.slice(dot + 1)];
}

/** Edges of one level. `ports` knows the ports of each node id of the level. */
export function readEdges(
  nodes: Record<string, NodeDefinition>,
  ports: ReadonlyMap<string, Ports>,
  path: Path,
  out: Diagnostic[],
): Edge[] {
  const edges: Edge[] = [];
  const add = (to: string, toPort: number, text: string, at: Path): void => {
    const [from, portName] = splitSource(text, nodes, ports);
    const source = ports.get(from);
    // A node of an unknown type has its own diagnostic.
    if (source === undefined && Object.hasOwn(nodes, from)) return;
    if (source === undefined) {
      const near = nearest(from, Object.keys(nodes));
      out.push(
        diagnostic(
          'unknown-node',
          at,
          `Node ${to} comes after ${from}, but there is no such node here.${near ? ` Did you mean ${near}?` : ''}`,
          { node: to },
        ),
      );
      return;
    }
    const fromPort = portName === null ? 0 : source.outputs.indexOf(portName);
    if (fromPort < 0) {
      out.push(
        diagnostic('unknown-port', at, `Node ${from} has no output ${portName}; it has ${source.outputs.join(', ')}.`, {
          node: to,
        }),
      );
      return;
    }
    edges.push({ from, fromPort, to, toPort });
  };
  for (const [to, node] of Object.entries(nodes)) {
    const { after } = node;
    const at = [...path, to, 'after'];
    if (after === undefined || !ports.has(to)) continue;
    if (typeof after === 'string') add(to, 0, after, at);
    else if (Array.isArray(after)) after.forEach((text, i) => add(to, 0, text, [...at, i]));
    else {
      for (const [name, value] of Object.entries(after)) {
        const inputs = ports.get(to)?.inputs ?? [];
        const toPort = inputs.indexOf(name);
        if (toPort < 0) {
          out.push(
            diagnostic(
              'unknown-port',
              [...at, name],
              `Node ${to} has no input ${name}; it has ${inputs.join(', ') || 'none'}.`,
              { node: to },
            ),
          );
          continue;
        }
        for (const text of Array.isArray(value) ? value : [value]) add(to, toPort, text, [...at, name]);
      }
    }
  }
  return edges;
}

/** Nodes that can be reached from `starts`, never passing through `without`. */
export function reach(
  starts: readonly string[],
  edges: readonly Edge[],
  without: string,
  forward: boolean,
): Set<string> {
  const next = new Map<string, string[]>();
  for (const edge of edges) {
    const [a, b] = forward ? [edge.from, edge.to] : [edge.to, edge.from];
    const list = next.get(a);
    if (list === undefined) next.set(a, [b]);
    else list.push(b);
  }
  const seen = new Set<string>();
  const stack = starts.filter((id) => id !== without);
  while (stack.length > 0) {
    const id = stack.pop() as string;
    if (seen.has(id)) continue;
    seen.add(id);
    for (const other of next.get(id) ?? []) if (other !== without && !seen.has(other)) stack.push(other);
  }
  return seen;
}

/**
 * Topological order, depth first: after a node its own followers come before its siblings'. `breadthFirst`: as a
 * queue comes to them. Ties follow the file. Null with the ids of a circle when there is one.
 */
export function order(
  ids: readonly string[],
  edges: readonly Edge[],
  breadthFirst = false,
): { sorted: string[]; circle: string[] } {
  const missing = new Map<string, number>(ids.map((id) => [id, 0]));
  const followers = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const edge of edges) {
    missing.set(edge.to, (missing.get(edge.to) ?? 0) + 1);
    followers.get(edge.from)?.push(edge.to);
  }
  const place = new Map(ids.map((id, i) => [id, i]));
  const byPlace = (a: string, b: string): number => (place.get(b) ?? 0) - (place.get(a) ?? 0);
  const stack = ids.filter((id) => missing.get(id) === 0).sort(byPlace);
  const sorted: string[] = [];
  while (stack.length > 0) {
    const id = stack.pop() as string;
    sorted.push(id);
    const ready: string[] = [];
    for (const to of followers.get(id) ?? []) {
      const left = (missing.get(to) ?? 0) - 1;
      missing.set(to, left);
      if (left === 0) ready.push(to);
    }
    if (breadthFirst) stack.unshift(...ready.sort(byPlace));
    else stack.push(...ready.sort(byPlace));
  }
  const done = new Set(sorted);
  return { sorted, circle: ids.filter((id) => !done.has(id)) };
}
