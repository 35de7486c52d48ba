/** Owns where nodes are left that were moved: in their level, or in another one; containers grow to both sides. */
import type { Definition } from '@rondo/core/model/definition.ts';
import { change, documentOf } from '../document/store.ts';
import { levelOf, placedNode } from '../document/tree.ts';
import { freeBelow, headerOf } from '../scene/layout.ts';
import type { Scene } from '../scene/scene.ts';
import { SIDE } from '../scene/sizes.ts';
import { inLevel, seenPlaces } from './actions.ts';
import type { FlowNode } from './flow.ts';

/** Where what was moved is left: in its level, or in another one. */
export function drop(
  workflow: string,
  scene: Scene,
  moved: readonly FlowNode[],
  targetOf: (ids: readonly string[]) => string | null,
): void {
  const { definition } = documentOf(workflow);
  const steps = moved.filter((one) => one.type !== 'note');
  const ids = steps.map((one) => one.id);
  const first = ids[0] === undefined ? null : placedNode(definition, ids[0]);
  const from = first?.container ?? null;
  const target = ids.length === 0 ? from : targetOf(ids);
  const byId = new Map(scene.nodes.map((one) => [one.id, one]));
  // A node and what is inside it move as one.
  const alone = moved.filter((one) => !moved.some((other) => other.id === one.parentId));
  const places: Record<string, { x: number; y: number }> = {};
  for (const one of alone) {
    const parent = one.parentId === undefined ? undefined : byId.get(one.parentId);
    places[one.id] =
      parent === undefined ? one.position : { x: one.position.x - SIDE, y: one.position.y - headerOf(parent.width) };
  }
  if (target === from || ids.length === 0) {
    const level = { ...seenPlaces(scene, definition, from), ...places };
    const same = Object.entries(places).every(([id, { x, y }]) => {
      const box = scene.places.get(id) ?? definition.layout?.[id];
      return box !== undefined && Math.abs(box.x - x) < 1 && Math.abs(box.y - y) < 1;
    });
    if (!same) change(workflow, { do: 'place', places: from === null ? level : grown(level, scene, definition, from) });
    return;
  }
  const neighbours = Object.keys(levelOf(definition, target) ?? {});
  const isArranged = !neighbours.some((id) => definition.layout?.[id] !== undefined);
  const moving = alone.map((one) => one.id);
  if (isArranged && target !== null) {
    change(workflow, { do: 'move', ids: moving, container: target });
    return;
  }
  const there: Record<string, { x: number; y: number }> = {};
  const taken = neighbours.flatMap((id) => scene.places.get(id) ?? []);
  for (const one of alone) {
    const { x, y } = inLevel(scene, target, absolute(byId, one));
    const box = {
      x: target === null ? x : Math.max(0, x),
      y: target === null ? y : Math.max(0, y),
      width: one.width ?? 0,
      height: one.height ?? 0,
      port: 0,
    };
    freeBelow(box, taken);
    taken.push(box);
    there[one.id] = { x: box.x, y: box.y };
  }
  change(workflow, {
    do: 'move',
    ids: moving,
    container: target,
    places: { ...seenPlaces(scene, definition, target), ...there },
  });
}

function absolute(
  byId: ReadonlyMap<string, { x: number; y: number; parent: string | null }>,
  one: FlowNode,
): { x: number; y: number } {
  let { x, y } = one.position;
  for (
    let at = one.parentId === undefined ? undefined : byId.get(one.parentId);
    at !== undefined;
    at = at.parent === null ? undefined : byId.get(at.parent)
  ) {
    x += at.x;
    y += at.y;
  }
  return { x, y };
}

/** What was moved over the left or upper edge moves the others: a body begins at its corner. */
function grown(
  places: Record<string, { x: number; y: number }>,
  scene: Scene,
  definition: Definition,
  container: string,
): Record<string, { x: number; y: number }> {
  const left = Math.min(0, ...Object.values(places).map(({ x }) => x));
  const top = Math.min(0, ...Object.values(places).map(({ y }) => y));
  if (left === 0 && top === 0) return places;
  const body = placedNode(definition, container)?.node.body ?? {};
  const all: Record<string, { x: number; y: number }> = {};
  for (const id of Object.keys(body)) {
    const { x, y } = places[id] ?? scene.places.get(id) ?? { x: 0, y: 0 };
    all[id] = { x: x - left, y: y - top };
  }
  return all;
}
