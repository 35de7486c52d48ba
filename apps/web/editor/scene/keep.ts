/**
 * Owns what of a picture stays when it is made again: nodes and lines that are drawn as before keep their identity, so
 * that of two thousand only the changed one is drawn again. Pure.
 */
import { sameWire } from '../document/wires.ts';
import type { Scene, SceneEdge, SceneNode, ScenePort } from './scene.ts';

export function kept(before: Scene | null, now: Scene): Scene {
  if (before === null) return now;
  return {
    ...now,
    nodes: keptIn(before.nodes, now.nodes, sameNode),
    edges: keptIn(before.edges, now.edges, sameEdge),
  };
}

/** The old list where all of it is as before. */
function keptIn<T extends { id: string }>(
  before: readonly T[],
  now: readonly T[],
  same: (a: T, b: T) => boolean,
): readonly T[] {
  const byId = new Map(before.map((one) => [one.id, one]));
  const next = now.map((one) => {
    const old = byId.get(one.id);
    return old !== undefined && same(old, one) ? old : one;
  });
  return next.length === before.length && next.every((one, at) => one === before[at]) ? before : next;
}

function sameNode(a: SceneNode, b: SceneNode): boolean {
  return (
    a.node === b.node &&
    a.x === b.x &&
    a.y === b.y &&
    a.width === b.width &&
    a.height === b.height &&
    a.parent === b.parent &&
    a.depth === b.depth &&
    a.kind === b.kind &&
    a.text === b.text &&
    samePorts(a.inputs, b.inputs) &&
    samePorts(a.outputs, b.outputs) &&
    sameLoop(a.loop, b.loop)
  );
}

function samePorts(a: readonly ScenePort[], b: readonly ScenePort[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, at) => {
      const other = b[at] as ScenePort;
      return one.name === other.name && one.label === other.label && one.kind === other.kind && one.y === other.y;
    })
  );
}

function sameLoop(a: SceneNode['loop'], b: SceneNode['loop']): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.folded === b.folded &&
    a.inside === b.inside &&
    a.port === b.port &&
    a.header === b.header &&
    a.returns === b.returns
  );
}

function sameEdge(a: SceneEdge, b: SceneEdge): boolean {
  return (
    a.kind === b.kind &&
    a.source === b.source &&
    a.target === b.target &&
    a.sourceHandle === b.sourceHandle &&
    a.targetHandle === b.targetHandle &&
    a.depth === b.depth &&
    a.label === b.label &&
    a.floor === b.floor &&
    (a.wire === b.wire || (a.wire !== null && b.wire !== null && sameWire(a.wire, b.wire)))
  );
}
