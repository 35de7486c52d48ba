/**
 * Owns what keys, buttons and gestures of the canvas do: which nodes they mean, where new ones stand, which commands
 * that is. Does not draw.
 */
import type { Definition, NodeDefinition } from '@rondo/core/model/definition.ts';
import { toast } from '../../ui/toast.tsx';
import type { Point } from '../document/commands.ts';
import type { WrapAs } from '../document/containers.ts';
import { fragmentOf } from '../document/fragment.ts';
import { change, documentOf } from '../document/store.ts';
import { levelOf, placedNode, type Nodes } from '../document/tree.ts';
import { wiresInto, wiresOf } from '../document/wires.ts';
import { type Box, freeBelow, headerOf, placesOf } from '../scene/layout.ts';
import { cornerOf, type Scene, type SceneNode } from '../scene/scene.ts';
import { GAP, NODE, SIDE } from '../scene/sizes.ts';
import type { AddMenu } from './view.ts';

const byId = (scene: Scene): Map<string, SceneNode> => new Map(scene.nodes.map((one) => [one.id, one]));

/** Where a point of the canvas lies in the body of a container. */
export function inLevel(scene: Scene, container: string | null, point: Point): Point {
  if (container === null) return point;
  const nodes = byId(scene);
  const corner = cornerOf(nodes, container);
  const width = nodes.get(container)?.width ?? 0;
  return { x: point.x - corner.x - SIDE, y: point.y - corner.y - headerOf(width) };
}

/** Places of a level as they are seen, for those that the file has none of. */
export function seenPlaces(scene: Scene, definition: Definition, container: string | null): Record<string, Point> {
  const level = levelOf(definition, container) ?? {};
  const seen: Record<string, Point> = {};
  for (const id of Object.keys(level)) {
    const box = scene.places.get(id);
    if (box !== undefined && definition.layout?.[id] === undefined) seen[id] = { x: box.x, y: box.y };
  }
  return seen;
}

export interface NewNode {
  id: string;
  node: NodeDefinition;
}

/** Puts a node where the menu was opened, else after what is selected, else where there is room. */
export function addNode(workflow: string, scene: Scene, menu: AddMenu, { id, node }: NewNode): void {
  const { definition, selection } = documentOf(workflow);
  const [only] = selection.length === 1 ? selection : [];
  const chosen = only === undefined ? null : placedNode(definition, only);
  const isEmptyLoop = chosen?.node.body !== undefined && Object.keys(chosen.node.body).length === 0;
  const explicit = menu.after !== null || menu.into !== null || menu.container !== null || menu.flow !== null;
  if (explicit) {
    const beside = menu.after?.from ?? menu.into?.from;
    const container = beside === undefined ? menu.container : (placedNode(definition, beside)?.container ?? null);
    const isEmpty = Object.keys(levelOf(definition, container) ?? {}).length === 0;
    const at =
      menu.flow === null || isEmpty
        ? undefined
        : menu.container === null
          ? inLevel(scene, container, menu.flow)
          : menu.flow;
    change(workflow, {
      do: 'add',
      id,
      node,
      container,
      ...(menu.after === null ? {} : { after: menu.after }),
      ...(menu.into === null ? {} : { into: menu.into }),
      ...(at === undefined ? {} : { at, places: seenPlaces(scene, definition, container) }),
    });
    return;
  }
  if (chosen !== null && isEmptyLoop) {
    change(workflow, { do: 'add', id, node, container: chosen.id });
    return;
  }
  if (chosen !== null) {
    const level = chosen.level;
    const at = besideBox(scene, level, chosen.id, definition);
    change(workflow, {
      do: 'add',
      id,
      node,
      after: { from: chosen.id, fromPort: null },
      ...(at === null ? {} : { at }),
    });
    return;
  }
  // Nothing is chosen: after the only end of the workflow, else by itself.
  const followed = new Set(wiresOf(definition.nodes).map((wire) => wire.from));
  const last = Object.keys(definition.nodes).filter((one) => !followed.has(one));
  const [end] = last;
  change(workflow, {
    do: 'add',
    id,
    node,
    ...(last.length === 1 && end !== undefined ? { after: { from: end, fromPort: null } } : {}),
  });
}

/** Null: the level has no places of its own, it is arranged anew. */
function besideBox(scene: Scene, level: Nodes, id: string, definition: Definition): Point | null {
  if (!Object.keys(level).some((one) => definition.layout?.[one] !== undefined)) return null;
  const box = scene.places.get(id);
  if (box === undefined) return null;
  const wanted: Box = {
    x: box.x + box.width + GAP.x,
    y: box.y + box.port - NODE.height / 2,
    ...NODE,
    port: NODE.height / 2,
  };
  const others = Object.keys(level).flatMap((one) => scene.places.get(one) ?? []);
  freeBelow(wanted, others);
  return { x: wanted.x, y: wanted.y };
}

export function tidy(workflow: string): void {
  const { definition } = documentOf(workflow);
  const places: Record<string, Point> = {};
  for (const [id, { x, y }] of placesOf(definition, true)) places[id] = { x, y };
  change(workflow, { do: 'place', places, tidy: true });
}

export function wrap(workflow: string, as: WrapAs = 'for-each'): void {
  const { selection, definition } = documentOf(workflow);
  const nodes = selection.filter((id) => placedNode(definition, id) !== null);
  if (nodes.length === 0) toast('Select the nodes that are to run in a loop, then press L.');
  else change(workflow, { do: 'wrap', ids: nodes, as });
}

export function unwrap(workflow: string): void {
  const { selection, definition } = documentOf(workflow);
  const [id] = selection;
  const chosen = id === undefined ? null : placedNode(definition, id);
  const container = chosen?.node.body === undefined ? chosen?.container : chosen.id;
  if (container == null) toast('Select a loop, or a node inside one, to unwrap it.');
  else change(workflow, { do: 'unwrap', id: container });
}

export function fold(workflow: string): void {
  const { selection, definition } = documentOf(workflow);
  for (const id of selection) {
    const chosen = placedNode(definition, id);
    const container = chosen?.node.body === undefined ? chosen?.container : id;
    if (container == null) continue;
    change(workflow, { do: 'fold', id: container, collapsed: definition.layout?.[container]?.collapsed !== true });
  }
}

export function disable(workflow: string): void {
  const { selection, definition } = documentOf(workflow);
  const nodes = selection.filter((id) => placedNode(definition, id) !== null);
  if (nodes.length === 0) return;
  const all = nodes.every((id) => placedNode(definition, id)?.node.disabled === true);
  change(workflow, { do: 'disable', ids: nodes, disabled: !all });
}

export function duplicate(workflow: string): void {
  const { selection, definition } = documentOf(workflow);
  const [first] = selection;
  if (first === undefined) return;
  const container = placedNode(definition, first)?.container ?? null;
  change(workflow, { do: 'paste', fragment: fragmentOf(definition, selection), container, as: 'duplicate' });
}

export function remove(workflow: string): void {
  const { selection } = documentOf(workflow);
  if (selection.length > 0) change(workflow, { do: 'remove', ids: selection });
}

/** The node that an arrow key leads to: along a line, else the nearest in that direction. */
export function neighbour(
  scene: Scene,
  definition: Definition,
  id: string | null,
  arrow: 'left' | 'right' | 'up' | 'down',
): string | null {
  const nodes = byId(scene);
  if (id === null || !nodes.has(id)) return scene.nodes[0]?.id ?? null;
  const placed = placedNode(definition, id);
  if (placed !== null && arrow === 'right') {
    const next = wiresOf(placed.level).find((wire) => wire.from === id)?.to;
    if (next !== undefined) return next;
  }
  if (placed !== null && arrow === 'left') {
    const [before] = wiresInto(placed.level, id);
    if (before !== undefined) return before.from;
    if (placed.container !== null) return placed.container;
  }
  const middle = (one: SceneNode): Point => {
    const corner = cornerOf(nodes, one.id);
    return { x: corner.x + one.width / 2, y: corner.y + one.height / 2 };
  };
  const here = middle(nodes.get(id) as SceneNode);
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const one of scene.nodes) {
    if (one.id === id) continue;
    const there = middle(one);
    const dx = there.x - here.x;
    const dy = there.y - here.y;
    const along = { left: -dx, right: dx, up: -dy, down: dy }[arrow];
    const across = arrow === 'left' || arrow === 'right' ? Math.abs(dy) : Math.abs(dx);
    const cost = along + 2 * across;
    if (along > 8 && cost < least) {
      least = cost;
      best = one.id;
    }
  }
  return best;
}
