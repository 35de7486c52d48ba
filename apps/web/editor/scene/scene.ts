/**
 * Owns the picture of a definition: boxes inside boxes, ports, lines, return lines, notes. Pure; knows nothing of
 * React Flow (canvas/) and nothing that changes while a run goes on (view.ts).
 */
import type { Definition, NodeDefinition, NodeId } from '@rondo/core/model/definition.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { notesOf } from '../document/commands.ts';
import type { Nodes } from '../document/tree.ts';
import { leadsTo, resultSources, wiresOf, type Wire } from '../document/wires.ts';
import { headerOf, isOpen, placesOf, type Places } from './layout.ts';
import { NOTE, SIDE } from './sizes.ts';
import { returnLabel } from './words.ts';

/** Filled: all items at once. Hollow: one at a time. Square: what failed. */
export type PortKind = 'list' | 'item' | 'error';

export interface ScenePort {
  /** Null: the first one. */
  name: string | null;
  label: string | null;
  kind: PortKind;
  /** From the top of its box. */
  y: number;
}

export interface SceneNode {
  id: string;
  kind: 'step' | 'loop' | 'note';
  parent: NodeId | null;
  depth: number;
  x: number;
  y: number;
  width: number;
  height: number;
  node: NodeDefinition;
  inputs: readonly ScenePort[];
  outputs: readonly ScenePort[];
  /** Containers. */
  loop: { folded: boolean; inside: number; port: number; header: number; returns: string | null } | null;
  /** Notes. */
  text: string;
}

export interface SceneEdge {
  id: string;
  kind: 'wire' | 'return' | 'entry' | 'exit';
  source: string;
  target: string;
  /** Ids of handles. */
  sourceHandle: string;
  targetHandle: string;
  depth: number;
  label: string | null;
  wire: Wire | null;
  /** Return lines: how far down they go, from the top of their level. */
  floor: number | null;
}

export interface Scene {
  nodes: readonly SceneNode[];
  edges: readonly SceneEdge[];
  places: Places;
}

export const inputHandle = (name: string | null): string => `in:${name ?? ''}`;
export const outputHandle = (name: string | null): string => `out:${name ?? ''}`;
/** Inside of a container: where its items come in, and where its results go. */
export const START = 'start';
export const END = 'end';

export function sceneOf(definition: Definition, catalog: Catalog | null): Scene {
  const places = placesOf(definition);
  const nodes: SceneNode[] = [];
  const edges: SceneEdge[] = [];
  level({ definition, catalog, places, nodes, edges }, definition.nodes, null, 0);
  for (const { id, text, x, y } of notesOf(definition)) {
    nodes.push({ ...BLANK, id, kind: 'note', x, y, ...NOTE, text });
  }
  return { nodes, edges, places };
}

const BLANK: Omit<SceneNode, 'id' | 'kind' | 'x' | 'y' | 'width' | 'height'> = {
  parent: null,
  depth: 0,
  node: { type: '' },
  inputs: [],
  outputs: [],
  loop: null,
  text: '',
};

interface Drawing {
  definition: Definition;
  catalog: Catalog | null;
  places: Places;
  nodes: SceneNode[];
  edges: SceneEdge[];
}

function level(drawing: Drawing, own: Nodes, parent: NodeId | null, depth: number): void {
  const { definition, catalog, places, nodes, edges } = drawing;
  const wires = wiresOf(own).filter((wire) => Object.hasOwn(own, wire.from));
  const container = parent === null ? null : places.get(parent);
  const offset = container == null ? { x: 0, y: 0 } : { x: SIDE, y: headerOf(container.width) };
  const many = new Map<string, boolean>();
  const touching = new Map<string, Wire[]>();
  for (const wire of wires) {
    for (const id of new Set([wire.from, wire.to])) {
      const beside = touching.get(id);
      if (beside === undefined) touching.set(id, [wire]);
      else beside.push(wire);
    }
  }
  for (const [id, node] of Object.entries(own)) {
    const box = places.get(id);
    if (box === undefined) continue;
    const open = isOpen(node);
    const folded = open && definition.layout?.[id]?.collapsed === true;
    const ports = portsOf(catalog, node, id, touching.get(id) ?? [], box.port, box.height);
    many.set(id, ports.outputs.length > 1);
    nodes.push({
      ...BLANK,
      id,
      kind: open ? 'loop' : 'step',
      parent,
      depth,
      x: box.x + offset.x,
      y: box.y + offset.y,
      width: box.width,
      height: box.height,
      node,
      ...ports,
      loop: open
        ? {
            folded,
            inside: Object.keys(node.body ?? {}).length,
            port: box.port,
            header: headerOf(box.width),
            returns: returnLabel(node),
          }
        : null,
    });
    if (open && !folded) {
      level(drawing, node.body as Nodes, id, depth + 1);
      ends(drawing, node, id, depth + 1);
    }
  }
  for (const wire of wires) {
    const back = own[wire.to]?.type === 'loop-over-items' && leadsTo(own, wire.to, wire.from);
    const from = catalog?.portsOf(own[wire.from] as NodeDefinition)?.outputs[0] ?? 'main';
    const to = catalog?.portsOf(own[wire.to] as NodeDefinition)?.inputs[0] ?? 'main';
    const label = many.get(wire.from) === true ? (wire.fromPort ?? from) : null;
    edges.push({
      id: `${wire.from}.${wire.fromPort ?? ''}>${wire.to}.${wire.toPort ?? ''}`,
      kind: back ? 'return' : 'wire',
      source: wire.from,
      target: wire.to,
      // The first port may be written with its name, or without.
      sourceHandle: outputHandle(wire.fromPort === from ? null : wire.fromPort),
      targetHandle: inputHandle(wire.toPort === to ? null : wire.toPort),
      depth,
      label: back ? batches(own[wire.to] as NodeDefinition) : label,
      wire,
      floor: back ? floorOf(own, places, wire) : null,
    });
  }
}

const batches = (node: NodeDefinition): string => {
  const size = node.loop?.size ?? node.with?.['size'] ?? 1;
  return typeof size === 'number' ? (size === 1 ? 'next item' : `next ${size} items`) : 'next batch';
};

/** Below everything between both ends. */
function floorOf(own: Nodes, places: Places, wire: Wire): number {
  const from = places.get(wire.from);
  const to = places.get(wire.to);
  if (from === undefined || to === undefined) return 0;
  let floor = Math.max(from.y + from.height, to.y + to.height);
  for (const id of Object.keys(own)) {
    const box = places.get(id);
    if (box === undefined || box.x + box.width < to.x || box.x > from.x + from.width) continue;
    if (leadsTo(own, wire.to, id) && leadsTo(own, id, wire.from)) floor = Math.max(floor, box.y + box.height);
  }
  return floor + 30;
}

/** From the opening bar to the first nodes, from the last ones to the closing bar. */
function ends({ edges, catalog }: Drawing, node: NodeDefinition, id: NodeId, depth: number): void {
  const body = node.body ?? {};
  for (const [inner, one] of Object.entries(body)) {
    if (one.after !== undefined || one.type === 'on-failure') continue;
    edges.push({
      ...LINE,
      id: `${id}>${inner}`,
      kind: 'entry',
      source: id,
      target: inner,
      sourceHandle: START,
      targetHandle: inputHandle(null),
      depth,
    });
  }
  for (const { from, fromPort } of resultSources(node)) {
    if (!Object.hasOwn(body, from)) continue;
    edges.push({
      ...LINE,
      id: `${from}.${fromPort ?? ''}>${id}`,
      kind: 'exit',
      source: from,
      target: id,
      sourceHandle: outputHandle(
        fromPort === (catalog?.portsOf(body[from] as NodeDefinition)?.outputs[0] ?? 'main') ? null : fromPort,
      ),
      targetHandle: END,
      depth,
    });
  }
}

const LINE = { label: null, wire: null, floor: null } as const;

function portsOf(
  catalog: Catalog | null,
  node: NodeDefinition,
  id: NodeId,
  wires: readonly Wire[],
  port: number,
  height: number,
): Pick<SceneNode, 'inputs' | 'outputs'> {
  const known = catalog?.portsOf(node) ?? null;
  const named = (names: (string | null)[]): string[] => names.filter((name) => name !== null);
  // Ports that only a line tells of are drawn as well: a line is never without an end.
  const more = (list: readonly string[], used: (string | null)[]): string[] => [...new Set([...list, ...named(used)])];
  const inputs = more(
    known?.inputs ?? ['main'],
    wires.filter((wire) => wire.to === id).map((wire) => wire.toPort),
  );
  const outputs = more(
    known?.outputs ?? ['main'],
    wires.filter((wire) => wire.from === id).map((wire) => wire.fromPort),
  );
  const takesAll = isWhole(catalog, node);
  const trigger = catalog?.get(node.type)?.group === 'trigger';
  const kind: PortKind = takesAll ? 'list' : 'item';
  const at = (index: number, count: number): number =>
    count === 1 ? port : Math.round(((index + 1) * height) / (count + 1));
  return {
    inputs: inputs.map((name, index) => ({
      name: index === 0 ? null : name,
      label: inputs.length > 1 ? name : null,
      kind,
      y: at(index, inputs.length),
    })),
    outputs: outputs.map((name, index) => ({
      name: index === 0 ? null : name,
      label: outputs.length > 1 ? name : null,
      kind: name === 'error' && node.loop?.onError === 'port' ? 'error' : trigger ? 'list' : kind,
      y: at(index, outputs.length),
    })),
  };
}

function isWhole(catalog: Catalog | null, node: NodeDefinition): boolean {
  if (node.executeOnce === true || node.loop?.size === 'all') return true;
  const type = catalog?.get(node.type);
  if (type === undefined) return false;
  if (type.work === 'fold' || type.group === 'trigger') return true;
  if (node.body !== undefined || type.work === 'container') return false;
  const unit = typeof type.unit === 'function' ? type.unit(node.with ?? {}) : type.unit;
  return unit === 'all';
}

/** Corner of a box on the canvas, through all its containers. */
export function cornerOf(nodes: ReadonlyMap<string, SceneNode>, id: string): { x: number; y: number } {
  let x = 0;
  let y = 0;
  for (let at = nodes.get(id); at !== undefined; at = at.parent === null ? undefined : nodes.get(at.parent)) {
    x += at.x;
    y += at.y;
  }
  return { x, y };
}

/** The innermost open container at a point of the canvas; `without`: nodes that are being moved. */
export function containerAt(
  scene: Scene,
  point: { x: number; y: number },
  without: ReadonlySet<string>,
): NodeId | null {
  const byId = new Map(scene.nodes.map((one) => [one.id, one]));
  const isMoved = (one: SceneNode): boolean =>
    without.has(one.id) || (one.parent !== null && byId.has(one.parent) && isMoved(byId.get(one.parent) as SceneNode));
  let found: SceneNode | null = null;
  for (const one of scene.nodes) {
    if (one.loop === null || one.loop.folded || isMoved(one)) continue;
    const { x, y } = cornerOf(byId, one.id);
    const inside = point.x >= x && point.x <= x + one.width && point.y >= y && point.y <= y + one.height;
    if (inside && (found === null || one.depth > found.depth)) found = one;
  }
  return found?.id ?? null;
}
