/**
 * Owns where nodes stand: places of the file, and for those without one a layout of their level, inner levels first,
 * as containers are as large as what they hold. Pure. Dagre orders a level; sizes, ports and levels are our own pass.
 */
import { Graph, layout as dagre } from '@dagrejs/dagre';
import { order } from '@rondo/core/compile/graph.ts';
import type { Definition, NodeDefinition, NodeId } from '@rondo/core/model/definition.ts';
import { leadsTo, wiresOf, type Wire } from '../document/wires.ts';
import type { Nodes } from '../document/tree.ts';
import {
  EMPTY_BODY,
  FLOOR,
  FOLDED,
  GAP,
  HEADER,
  NODE,
  RETURN_FLOOR,
  SCORED_HEADER,
  SCORED_WIDTH,
  SIDE,
} from './sizes.ts';
import { returnLabel } from './words.ts';

export interface Box {
  /** From the corner of the level: of the canvas, or of the body of a container. */
  x: number;
  y: number;
  width: number;
  height: number;
  /** Height of its line: where ports are, from its top. */
  port: number;
}

export type Places = Map<NodeId, Box>;

/** Beyond so many nodes of a level, dagre takes seconds; a plain layering is there at once. */
const MANY = 300;
/** Wires of one node follow each other in the file, as a rule. */
const NEAR = 50;

/** Of the levels that were arranged last, by their container: nothing moves while a parameter is typed. */
const arrangements = new Map<NodeId | null, { key: string; corners: readonly { x: number; y: number }[] }>();
const MOST_ARRANGEMENTS = 3_000;
let arranged = 0;

/** How often a level was really arranged: what a test of speed can count. */
export const arrangedSoFar = (): number => arranged;

/** Boxes of all nodes of all levels. `fresh`: places of the file are not asked, except in `keep`. */
export function placesOf(definition: Definition, fresh = false, collapse: 'as placed' | 'none' = 'as placed'): Places {
  const places: Places = new Map();
  const { layout = {} } = definition;
  const folded = (id: NodeId): boolean => collapse === 'as placed' && layout[id]?.collapsed === true;
  const level = (nodes: Nodes, container: NodeId | null): void => {
    for (const [id, node] of Object.entries(nodes)) {
      if (isOpen(node) && !folded(id)) level(node.body as Nodes, id);
      places.set(id, sizeOf(node, places, folded(id)));
    }
    const given = fresh ? {} : layout;
    const ids = Object.keys(nodes);
    const known = ids.filter((id) => given[id] !== undefined);
    for (const id of known) Object.assign(places.get(id) as Box, { x: given[id]?.x ?? 0, y: given[id]?.y ?? 0 });
    if (known.length === 0) arrangeOnce(nodes, places, container);
    else if (known.length < ids.length) fit(nodes, places, new Set(known));
  };
  level(definition.nodes, null);
  return places;
}

/** Where a level stands depends on its sizes and lines only. */
function arrangeOnce(nodes: Nodes, places: Places, container: NodeId | null): void {
  const ids = Object.keys(nodes);
  const key = JSON.stringify(
    ids.map((id) => {
      const { width, height, port } = places.get(id) as Box;
      return [id, width, height, port, nodes[id]?.after, nodes[id]?.type === 'loop-over-items'];
    }),
  );
  const held = arrangements.get(container);
  if (held?.key === key) {
    for (const [at, id] of ids.entries()) Object.assign(places.get(id) as Box, held.corners[at]);
    return;
  }
  arrange(nodes, places);
  arranged += 1;
  if (arrangements.size >= MOST_ARRANGEMENTS) arrangements.clear();
  const corners = ids.map((id) => {
    const { x, y } = places.get(id) as Box;
    return { x, y };
  });
  arrangements.set(container, { key, corners });
}

export const isOpen = (node: NodeDefinition): boolean => node.body !== undefined;

/** Height of the header above the body. */
export function headerOf(width: number): number {
  return width >= SCORED_WIDTH ? SCORED_HEADER : HEADER;
}

function sizeOf(node: NodeDefinition, places: Places, folded: boolean): Box {
  const zero = { x: 0, y: 0 };
  if (!isOpen(node)) return { ...zero, ...NODE, port: NODE.height / 2 };
  if (folded) return { ...zero, ...FOLDED, port: FOLDED.height / 2 };
  const boxes = Object.keys(node.body ?? {}).map((id) => places.get(id) as Box);
  const right = Math.max(EMPTY_BODY.width, ...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(EMPTY_BODY.height, ...boxes.map((box) => box.y + box.height));
  const width = right + 2 * SIDE;
  const header = headerOf(width);
  const firsts = Object.entries(node.body ?? {})
    .filter(([, inner]) => inner.after === undefined)
    .map(([id]) => places.get(id) as Box);
  const [first] = firsts;
  // The line goes straight on into the body where there is one entrance.
  const port = firsts.length === 1 && first !== undefined ? first.y + first.port : bottom / 2;
  return {
    ...zero,
    width,
    height: header + bottom + (returnLabel(node) === null ? FLOOR : RETURN_FLOOR),
    port: header + port,
  };
}

/** A whole level, from left to right; parts that nothing connects one below the other. */
function arrange(nodes: Nodes, places: Places): void {
  const wires = wiresOf(nodes).filter((wire) => Object.hasOwn(nodes, wire.from) && wire.from !== wire.to);
  const isLarge = Object.keys(nodes).length > MANY;
  let top = 0;
  for (const ids of partsOf(Object.keys(nodes), wires)) {
    const own = new Set(ids);
    const height = (isLarge ? layered : arrangePart)(
      nodes,
      ids,
      wires.filter((wire) => own.has(wire.to)),
      places,
    );
    for (const id of ids) (places.get(id) as Box).y += top;
    top += height + GAP.y;
  }
}

/** In the order of the file. */
function partsOf(ids: readonly NodeId[], wires: readonly Wire[]): NodeId[][] {
  const beside = new Map<NodeId, NodeId[]>(ids.map((id) => [id, []]));
  for (const { from, to } of wires) {
    beside.get(from)?.push(to);
    beside.get(to)?.push(from);
  }
  const part = new Map<NodeId, number>();
  const parts: NodeId[][] = [];
  for (const first of ids) {
    if (part.has(first)) continue;
    const open = [first];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (part.has(id)) continue;
      part.set(id, parts.length);
      open.push(...(beside.get(id) ?? []));
    }
    parts.push([]);
  }
  for (const id of ids) parts[part.get(id) ?? 0]?.push(id);
  return parts;
}

/** Answers its height. */
function arrangePart(nodes: Nodes, ids: readonly NodeId[], wires: readonly Wire[], places: Places): number {
  const graph = new Graph();
  graph.setGraph({
    rankdir: 'LR',
    nodesep: GAP.y,
    ranksep: GAP.x,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of ids) {
    const { width, height, port } = places.get(id) as Box;
    // Dagre aligns middles; ours is the height of the ports.
    graph.setNode(id, { width, height: 2 * Math.max(port, height - port) });
  }
  for (const wire of wires) {
    const isReturn = nodes[wire.to]?.type === 'loop-over-items' && leadsTo(nodes, wire.to, wire.from);
    if (!isReturn) graph.setEdge(wire.from, wire.to);
  }
  dagre(graph);
  const columns = new Map<number, number>();
  const middles = new Map<NodeId, { x: number; y: number }>();
  for (const id of ids) {
    const { x, y } = graph.node(id) as { x: number; y: number };
    middles.set(id, { x, y });
    const column = Math.round(x);
    columns.set(
      column,
      Math.min(columns.get(column) ?? Number.POSITIVE_INFINITY, x - (places.get(id) as Box).width / 2),
    );
  }
  const sign = isUpsideDown(wires, middles) ? -1 : 1;
  const boxes = ids.map((id) => {
    const box = places.get(id) as Box;
    const { x, y } = middles.get(id) as { x: number; y: number };
    // Beside a wide loop, small nodes stand at its left: their line is short.
    box.x = Math.round(columns.get(Math.round(x)) ?? x);
    box.y = Math.round(sign * y - box.port);
    return box;
  });
  const left = Math.min(...boxes.map((box) => box.x));
  const top = Math.min(...boxes.map((box) => box.y));
  for (const box of boxes) {
    box.x -= left;
    box.y -= top;
  }
  return Math.max(...boxes.map((box) => box.y + box.height));
}

/** Columns by the longest way from a start; in them, each node beside what it comes after, where there is room. */
function layered(nodes: Nodes, ids: readonly NodeId[], wires: readonly Wire[], places: Places): number {
  const forwards = wires.filter(
    (wire) => !(nodes[wire.to]?.type === 'loop-over-items' && leadsTo(nodes, wire.to, wire.from)),
  );
  const edges = forwards.map(({ from, to }) => ({ from, to, fromPort: 0, toPort: 0 }));
  const { sorted, circle } = order(ids, edges);
  const before = new Map<NodeId, NodeId[]>(ids.map((id) => [id, []]));
  for (const { from, to } of edges) before.get(to)?.push(from);
  const column = new Map<NodeId, number>();
  const widths: number[] = [];
  const rows: number[] = [];
  let bottom = 0;
  for (const id of [...sorted, ...circle]) {
    const box = places.get(id) as Box;
    const sources = (before.get(id) ?? []).filter((one) => column.has(one));
    const at = Math.max(-1, ...sources.map((one) => column.get(one) ?? 0)) + 1;
    column.set(id, at);
    widths[at] = Math.max(widths[at] ?? 0, box.width);
    const [first] = sources;
    const source = first === undefined ? undefined : places.get(first);
    const wanted = source === undefined ? 0 : source.y + source.port - box.port;
    box.y = Math.max(wanted, rows[at] ?? 0);
    rows[at] = box.y + box.height + GAP.y;
    bottom = Math.max(bottom, box.y + box.height);
  }
  const lefts = [0];
  for (const width of widths) lefts.push((lefts.at(-1) ?? 0) + width + GAP.x);
  for (const id of ids) (places.get(id) as Box).x = lefts[column.get(id) ?? 0] ?? 0;
  return bottom;
}

/** Dagre does not know ports: what leaves by the first output belongs above what leaves by the second. */
function isUpsideDown(wires: readonly Wire[], middles: ReadonlyMap<NodeId, { y: number }>): boolean {
  let right = 0;
  let wrong = 0;
  for (const [at, wire] of wires.entries()) {
    for (const other of wires.slice(at + 1, at + 1 + NEAR)) {
      if (other.from !== wire.from || other.to === wire.to) continue;
      const one = middles.get(wire.to)?.y ?? 0;
      const two = middles.get(other.to)?.y ?? 0;
      if (one <= two) right += 1;
      else wrong += 1;
    }
  }
  return wrong > right;
}

/** Nodes without a place beside those that have one: right of what they come after, below what is there. */
function fit(nodes: Nodes, places: Places, known: Set<NodeId>): void {
  const into = Map.groupBy(wiresOf(nodes), (wire) => wire.to);
  const outOf = Map.groupBy(wiresOf(nodes), (wire) => wire.from);
  const others = [...known].map((one) => places.get(one) as Box);
  for (const id of Object.keys(nodes)) {
    if (known.has(id)) continue;
    const box = places.get(id) as Box;
    const before = into.get(id)?.find((wire) => known.has(wire.from));
    const after = outOf.get(id)?.find((wire) => known.has(wire.to));
    const source = before === undefined ? undefined : places.get(before.from);
    const target = after === undefined ? undefined : places.get(after.to);
    if (source !== undefined) {
      box.x = source.x + source.width + GAP.x;
      box.y = source.y + source.port - box.port;
    } else if (target !== undefined) {
      box.x = target.x - box.width - GAP.x;
      box.y = target.y + target.port - box.port;
    }
    freeBelow(box, others);
    others.push(box);
    known.add(id);
  }
}

export function freeBelow(box: Box, others: readonly Box[]): void {
  for (;;) {
    const hit = others.find(
      (other) =>
        box.x < other.x + other.width + 12 &&
        other.x < box.x + box.width + 12 &&
        box.y < other.y + other.height + 12 &&
        other.y < box.y + box.height + 12,
    );
    if (hit === undefined) return;
    box.y = hit.y + hit.height + GAP.y;
  }
}
