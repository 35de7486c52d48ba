/**
 * Owns putting nodes into containers and taking them out: wrap, unwrap, move, remove. Connections that would cross
 * the edge of a container are repaired, and what was done is said. Pure.
 */
import type { Definition, LoopSettings, NodeDefinition, NodeId } from '@rondo/core/model/definition.ts';
import type { Done } from './commands.ts';
import { containersAround, freeId, idsOf, placedNode, withLevel, withNode, type Nodes } from './tree.ts';
import {
  resultSources,
  rewired,
  wiresInto,
  wiresOf,
  withResult,
  withWiresInto,
  type Source,
  type Wire,
} from './wires.ts';

export type WrapAs = 'for-each' | 'batches' | 'until' | 'branches';

const KINDS: Record<WrapAs, { type: string; id: string; loop?: LoopSettings }> = {
  'for-each': { type: 'for-each', id: 'each' },
  'batches': { type: 'for-each', id: 'batches', loop: { size: 10 } },
  'until': { type: 'loop', id: 'until', loop: { until: '{{ true }}', limit: 10, collect: 'last' } },
  'branches': { type: 'branches', id: 'together' },
};

/** Wires whose one end is among `ids`, as their other end sees them. */
function boundary(level: Nodes, ids: ReadonlySet<NodeId>): { into: Wire[]; out: Wire[] } {
  const wires = wiresOf(level);
  return {
    into: wires.filter((wire) => ids.has(wire.to) && !ids.has(wire.from)),
    out: wires.filter((wire) => ids.has(wire.from) && !ids.has(wire.to)),
  };
}

function uniqueSources(wires: readonly Wire[]): Source[] {
  return [...new Map(wires.map(({ from, fromPort }) => [`${from} ${fromPort}`, { from, fromPort }])).values()];
}

const pick = (level: Nodes, ids: ReadonlySet<NodeId>): Nodes =>
  Object.fromEntries(Object.entries(level).filter(([id]) => ids.has(id)));

/** Sources in their order, without the wires from elsewhere. */
const closed = (level: Nodes): Nodes => rewired(level, (wire) => (Object.hasOwn(level, wire.from) ? [wire] : []));

export function wrapNodes(definition: Definition, ids: readonly NodeId[], as: WrapAs, wanted?: NodeId): Done {
  const first = ids[0] === undefined ? null : placedNode(definition, ids[0]);
  if (first === null) return { refused: 'Select the nodes that are to run in a loop.' };
  const chosen = new Set(ids.filter((id) => Object.hasOwn(first.level, id)));
  if (chosen.size < new Set(ids).size) return { refused: 'Nodes of different loops cannot be wrapped together.' };
  const between = betweenThem(first.level, chosen);
  if (between.length > 0)
    return { refused: `${between.join(' and ')} runs between the selected nodes; select it, too.` };
  const kind = KINDS[as];
  const id = freeId(idsOf(definition), wanted ?? kind.id);
  const { into, out } = boundary(first.level, chosen);
  const body = rewired(pick(first.level, chosen), (wire) => (chosen.has(wire.from) ? [wire] : []));
  let container: NodeDefinition = { type: kind.type, ...(kind.loop === undefined ? {} : { loop: kind.loop }), body };
  if (out.length > 0) container = withResult(container, uniqueSources(out));
  const next = withLevel(definition, first.container, (level) => {
    const entries = Object.entries(level);
    const at = entries.findIndex(([key]) => chosen.has(key));
    const rest = entries.filter(([key]) => !chosen.has(key));
    rest.splice(at, 0, [id, container]);
    const outside = rewired(Object.fromEntries(rest), (wire) =>
      chosen.has(wire.from) ? [{ ...wire, from: id, fromPort: null }] : [wire],
    );
    return withWiresInto(
      outside,
      id,
      uniqueSources(into).map((source) => ({ ...source, to: id, toPort: null })),
    );
  });
  const ports = new Set(out.map((wire) => wire.fromPort));
  const says =
    ports.size > 1 ? 'A loop has one output: lines from different outputs leave it together now.' : undefined;
  return { definition: movedPlaces(next, definition, chosen, id), selection: [id], ...(says && { says }) };
}

/** Nodes that lie between chosen ones without being chosen: a loop around the chosen would be a circle. */
function betweenThem(level: Nodes, chosen: ReadonlySet<NodeId>): NodeId[] {
  const wires = wiresOf(level);
  const reach = (forward: boolean): Set<NodeId> => {
    const seen = new Set<NodeId>();
    const open = [...chosen];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      for (const wire of wires) {
        const [here, there] = forward ? [wire.from, wire.to] : [wire.to, wire.from];
        if (here !== id || seen.has(there) || chosen.has(there)) continue;
        seen.add(there);
        open.push(there);
      }
    }
    return seen;
  };
  const after = reach(true);
  return [...reach(false)].filter((id) => after.has(id));
}

/** Where the nodes were becomes the place of the container; inside they keep their places to each other. */
function movedPlaces(next: Definition, before: Definition, ids: ReadonlySet<NodeId>, container: NodeId): Definition {
  const layout = before.layout ?? {};
  const known = [...ids].filter((id) => layout[id] !== undefined);
  if (known.length === 0) return next;
  const x = Math.min(...known.map((id) => layout[id]?.x ?? 0));
  const y = Math.min(...known.map((id) => layout[id]?.y ?? 0));
  const places = { ...layout, [container]: { x, y } };
  for (const id of known) {
    const place = layout[id];
    if (place !== undefined) places[id] = { ...place, x: place.x - x, y: place.y - y };
  }
  return { ...next, layout: places };
}

export function unwrapNode(definition: Definition, id: NodeId): Done {
  const at = placedNode(definition, id);
  const body = at?.node.body;
  if (at === null || body === undefined) return { refused: 'Only a loop with nodes inside can be unwrapped.' };
  if (Object.keys(body).length === 0) return { refused: `${id} is empty; remove it instead.` };
  const sources = wiresInto(at.level, id);
  const results = resultSources(at.node);
  const firsts = new Set(Object.keys(body).filter((key) => body[key]?.after === undefined));
  let next = withLevel(definition, at.container, (level) => {
    const entries = Object.entries(level).flatMap(([key, node]) =>
      key === id ? Object.entries(body) : [[key, node] as const],
    );
    let flat: Nodes = Object.fromEntries(entries);
    for (const first of firsts)
      flat = withWiresInto(
        flat,
        first,
        sources.map(({ from, fromPort }) => ({ from, fromPort, to: first, toPort: null })),
      );
    return rewired(flat, (wire) => (wire.from === id ? results.map((source) => ({ ...wire, ...source })) : [wire]));
  });
  const { layout } = definition;
  const corner = layout?.[id];
  if (layout !== undefined && corner !== undefined) {
    const { [id]: _, ...rest } = layout;
    for (const key of Object.keys(body)) {
      const place = rest[key];
      if (place !== undefined) rest[key] = { ...place, x: place.x + corner.x, y: place.y + corner.y };
    }
    next = { ...next, layout: rest };
  }
  return {
    definition: fixedResult(next, at.container, id, results),
    selection: Object.keys(body),
    says: `Nodes that were in ${id} run once for each item by themselves.`,
  };
}

/** The result of a container that named a node which is gone. */
function fixedResult(
  definition: Definition,
  container: NodeId | null,
  gone: NodeId,
  instead: readonly Source[],
): Definition {
  if (container === null) return definition;
  return withNode(definition, container, (node) => {
    if (node.result === undefined) return node;
    const texts = Array.isArray(node.result) ? node.result : [node.result];
    if (!texts.some((text) => text === gone || text.startsWith(`${gone}.`))) return node;
    const { result: _, ...plain } = node;
    const kept = resultSources({
      ...plain,
      result: texts.filter((text) => text !== gone && !text.startsWith(`${gone}.`)),
    });
    return withResult(node, [...kept, ...instead]);
  });
}

/** Nodes to another level. Lines that would cross an edge are led around it. */
export function moveInto(definition: Definition, ids: readonly NodeId[], target: NodeId | null): Done {
  let next = definition;
  const moved: NodeId[] = [];
  for (const id of ids) {
    const at = placedNode(next, id);
    if (at === null || at.container === target) continue;
    if (target !== null && (id === target || containersAround(next, target).includes(id)))
      return { refused: `${id} cannot go into itself.` };
    if (target !== null && placedNode(next, target)?.node.body === undefined)
      return { refused: `${target} has no nodes inside.` };
    next = moveOne(next, id, target, at.container);
    moved.push(id);
  }
  if (moved.length === 0) return { definition };
  const what = moved.length === 1 ? moved[0] : `${moved.length} nodes`;
  const says = target === null ? `${what} runs outside the loop now.` : `${what} runs inside ${target} now.`;
  return { definition: next, selection: moved, says };
}

function moveOne(definition: Definition, id: NodeId, target: NodeId | null, from: NodeId | null): Definition {
  const at = placedNode(definition, id);
  if (at === null) return definition;
  const inwards = target !== null && Object.hasOwn(at.level, target);
  const outwards = from !== null && Object.hasOwn(levelAt(definition, target), from);
  const sources = wiresInto(at.level, id).map(({ from: source, fromPort }) => ({ from: source, fromPort }));
  const { after: _, ...bare } = at.node;
  const wasLast = from !== null && resultSources(containerAt(definition, from)).some((one) => one.from === id);
  const wasFirst = at.node.after === undefined;

  // Its neighbours are connected to each other, or to the container that it goes into.
  let next = withLevel(definition, from, (level) => {
    const { [id]: __, ...rest } = level;
    return rewired(rest, (wire) => {
      if (wire.from !== id) return [wire];
      if (inwards) return wire.to === target ? [] : [{ ...wire, from: target as NodeId, fromPort: null }];
      return sources.map((source) => ({ ...wire, ...source }));
    });
  });
  next = fixedResult(next, from, id, sources);
  if (inwards && target !== null) {
    const comesAfter = sources.some((source) => source.from === target);
    const wasBefore = wiresInto(at.level, target).some((wire) => wire.from === id);
    const container = containerAt(next, target);
    const results = resultSources(container);
    const body: Nodes = { ...container.body };
    const firsts = Object.keys(body).filter((key) => body[key]?.after === undefined);
    let grown: Nodes = { ...body, [id]: bare };
    if (comesAfter)
      grown = withWiresInto(
        grown,
        id,
        results.map((source) => ({ ...source, to: id, toPort: null })),
      );
    else if (wasBefore)
      for (const first of firsts)
        grown = withWiresInto(grown, first, [{ from: id, fromPort: null, to: first, toPort: null }]);
    next = withNode(next, target, ({ result: ___, ...node }) => ({ ...node, body: grown }));
    return withLevel(next, from, (level) => {
      const kept = wiresInto(level, target).filter((wire) => wire.from !== id);
      const more = sources.filter((source) => source.from !== target);
      return withWiresInto(level, target, [
        ...kept,
        ...more.map((source) => ({ ...source, to: target, toPort: null })),
      ]);
    });
  }
  if (outwards && from !== null) {
    return withLevel(next, target, (level) => {
      const before = wasFirst && !wasLast;
      const containerSources = wiresInto(level, from).map(({ from: source, fromPort }) => ({ from: source, fromPort }));
      let grown: Nodes = { ...level, [id]: bare };
      if (before) {
        grown = withWiresInto(
          grown,
          id,
          containerSources.map((source) => ({ ...source, to: id, toPort: null })),
        );
        return withWiresInto(grown, from, [{ from: id, fromPort: null, to: from, toPort: null }]);
      }
      // It takes the place behind the container.
      if (wasLast) {
        grown = rewired(grown, (wire) =>
          wire.from === from && wire.to !== id ? [{ ...wire, from: id, fromPort: null }] : [wire],
        );
      }
      return withWiresInto(grown, id, [{ from, fromPort: null, to: id, toPort: null }]);
    });
  }
  // Between levels that do not touch: it stands alone there.
  return withLevel(next, target, (level) => closed({ ...level, [id]: bare }));
}

const levelAt = (definition: Definition, container: NodeId | null): Nodes =>
  container === null ? definition.nodes : (placedNode(definition, container)?.node.body ?? {});

function containerAt(definition: Definition, id: NodeId): NodeDefinition {
  return placedNode(definition, id)?.node ?? { type: 'for-each', body: {} };
}

/** Nodes (and notes) taken away; what came before them leads to what came after. */
export function removeNodes(definition: Definition, ids: readonly string[]): Done {
  let next = definition;
  let healed = 0;
  for (const id of ids) {
    const at = placedNode(next, id);
    if (at === null) continue;
    const sources = wiresInto(at.level, id);
    const followers = wiresOf(at.level).filter((wire) => wire.from === id);
    // With several outputs there is no telling which way the items would go.
    const heal = followers.every((wire) => wire.fromPort === null) && sources.length > 0;
    if (heal && followers.length > 0) healed += 1;
    const instead = heal ? sources.map(({ from, fromPort }) => ({ from, fromPort })) : [];
    next = withLevel(next, at.container, (level) => {
      const { [id]: _, ...rest } = level;
      return rewired(rest, (wire) =>
        wire.from === id
          ? instead.filter((source) => source.from !== wire.to).map((source) => ({ ...wire, ...source }))
          : [wire],
      );
    });
    next = fixedResult(next, at.container, id, instead);
  }
  if (next.layout !== undefined) {
    const gone = new Set(ids);
    next = { ...next, layout: Object.fromEntries(Object.entries(next.layout).filter(([id]) => !gone.has(id))) };
  }
  return { definition: next, selection: [], ...(healed > 0 && { says: 'What came before leads to what came after.' }) };
}
