/**
 * Owns what can be done to a definition in the editor, as plain records, and doing it. Pure: a command gives a new
 * definition, or says why it cannot be done. Does not remember (document.ts).
 */
import type { TextEdit } from '@rondo/core/errors.ts';
import type { Definition, LoopSettings, NodeDefinition, NodeId, NodePlace } from '@rondo/core/model/definition.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { checkShape } from '@rondo/core/model/shape.ts';
import { placesOf } from '../scene/layout.ts';
import { moveInto, removeNodes, unwrapNode, wrapNodes, type WrapAs } from './containers.ts';
import { pasteNodes, type Fragment } from './fragment.ts';
import { renamedIn, renamedNode } from './references.ts';
import { freeId, idsOf, placedNode, placedNodes, withFields, withLevel, withNode } from './tree.ts';
import {
  leadsTo,
  resultSources,
  rewired,
  sameWire,
  sourcesIn,
  wiresInto,
  withResult,
  withWiresInto,
  type Wire,
} from './wires.ts';

export interface Point {
  x: number;
  y: number;
}

type NodeFields = Partial<Record<Exclude<keyof NodeDefinition, 'body' | 'loop' | 'with'>, unknown>>;

export type Command =
  | {
      do: 'add';
      id: NodeId;
      node: NodeDefinition;
      container?: NodeId | null;
      at?: Point;
      /** Of its neighbours, where they had none: they stay where they are seen. */
      places?: Readonly<Record<string, Point>>;
      /** It comes after this output. */
      after?: { from: NodeId; fromPort: string | null };
      /** It comes between these. */
      into?: Wire;
    }
  | { do: 'remove'; ids: readonly NodeId[] }
  | { do: 'rename'; id: NodeId; to: string }
  | { do: 'connect'; wire: Wire; inputs?: readonly string[] }
  | { do: 'disconnect'; wire: Wire }
  | { do: 'result'; container: NodeId; from: NodeId; fromPort: string | null; on: boolean }
  /** A parameter by its path below `with`; undefined takes it away. */
  | { do: 'set'; id: NodeId; path: readonly (string | number)[]; value: Json | undefined }
  /** Fields of the loop section; undefined takes one away. */
  | { do: 'loop'; id: NodeId; fields: { [K in keyof LoopSettings]?: LoopSettings[K] | undefined } }
  /** Other fields of a node: title, notes, disabled, executeOnce ... */
  | { do: 'fields'; id: NodeId; fields: NodeFields }
  | { do: 'disable'; ids: readonly NodeId[]; disabled: boolean }
  | { do: 'pin'; id: NodeId; items: Json[] | null }
  | { do: 'place'; places: Readonly<Record<string, Point>>; tidy?: boolean }
  | { do: 'fold'; id: NodeId; collapsed: boolean }
  /** A note on the canvas; null takes it away. */
  | { do: 'note'; id: string; text: string | null; at?: Point }
  | { do: 'keep'; id: NodeId; code: string }
  | { do: 'wrap'; ids: readonly NodeId[]; as: WrapAs; id?: NodeId }
  | { do: 'unwrap'; id: NodeId }
  | { do: 'move'; ids: readonly NodeId[]; container: NodeId | null; places?: Readonly<Record<string, Point>> }
  | { do: 'paste'; fragment: Fragment; container?: NodeId | null; at?: Point; as?: 'duplicate' }
  | { do: 'edits'; edits: readonly TextEdit[]; text: string }
  | { do: 'workflow'; fields: Partial<Omit<Definition, 'rondo' | 'nodes' | 'layout'>> }
  | { do: 'replace'; definition: Definition; text: string };

export type Done =
  | {
      definition: Definition;
      /** What is selected then; absent: it stays. */
      selection?: readonly string[];
      /** What else it did, for people. */
      says?: string;
    }
  | { refused: string };

export function apply(definition: Definition, command: Command): Done {
  switch (command.do) {
    case 'add':
      return add(definition, command);
    case 'remove':
      return removeNodes(definition, command.ids);
    case 'rename':
      return rename(definition, command.id, command.to);
    case 'connect':
      return connect(definition, command.wire, command.inputs);
    case 'disconnect':
      return {
        definition: inLevelOf(definition, command.wire.to, (level) =>
          rewired(level, (wire) => (sameWire(wire, command.wire) ? [] : [wire])),
        ),
      };
    case 'result':
      return result(definition, command);
    case 'set':
      return {
        definition: withNode(definition, command.id, (node) => setParameter(node, command.path, command.value)),
      };
    case 'loop':
      return {
        definition: withNode(definition, command.id, (node) => {
          const next = Object.fromEntries(
            Object.entries({ ...node.loop, ...command.fields }).filter(([, value]) => value !== undefined),
          );
          return withFields(node, { loop: Object.keys(next).length === 0 ? undefined : next });
        }),
      };
    case 'fields':
      return { definition: withNode(definition, command.id, (node) => withFields(node, command.fields)) };
    case 'disable':
      return {
        definition: command.ids.reduce(
          (so, id) => withNode(so, id, (node) => withFields(node, { disabled: command.disabled ? true : undefined })),
          definition,
        ),
      };
    case 'pin':
      return {
        definition: withNode(definition, command.id, (node) => withFields(node, { pin: command.items ?? undefined })),
      };
    case 'place':
      return { definition: placed(definition, command.places) };
    case 'fold':
      return {
        definition: withPlace(definition, command.id, (place) => {
          const { collapsed, ...rest } = place;
          if (command.collapsed === (collapsed === true)) return place;
          return command.collapsed ? { ...rest, collapsed: true } : rest;
        }),
      };
    case 'note':
      return note(definition, command);
    case 'keep':
      return {
        definition: withPlace(definition, command.id, (place) => ({
          ...place,
          keep: [...new Set([...(place.keep ?? []), command.code])],
        })),
      };
    case 'wrap':
      return wrapNodes(definition, command.ids, command.as, command.id);
    case 'unwrap':
      return unwrapNode(definition, command.id);
    case 'move': {
      const done = moveInto(definition, command.ids, command.container);
      if ('refused' in done) return done;
      if (command.places !== undefined) return { ...done, definition: placed(done.definition, command.places) };
      // Its old place means nothing there: it is arranged with its new neighbours.
      const gone = new Set(command.ids);
      const { layout, ...rest } = done.definition;
      if (layout === undefined) return done;
      const left = Object.fromEntries(Object.entries(layout).filter(([id]) => !gone.has(id)));
      return { ...done, definition: { ...rest, layout: left } };
    }
    case 'paste':
      return pasteNodes(definition, command.fragment, command.container ?? null, command.at);
    case 'edits':
      return { definition: edited(definition, command.edits) };
    case 'workflow': {
      const next = Object.fromEntries(
        Object.entries({ ...definition, ...command.fields }).filter(([, value]) => value !== undefined),
      );
      return { definition: next as unknown as Definition };
    }
    case 'replace':
      return { definition: command.definition };
  }
}

function add(definition: Definition, command: Extract<Command, { do: 'add' }>): Done {
  const { node, container = null, at, after, into } = command;
  const id = freeId(idsOf(definition), command.id);
  const from = after ?? into;
  const beside = from === undefined ? null : placedNode(definition, from.from);
  const where = beside === null ? container : beside.container;
  let next = withLevel(definition, where, (level) => {
    const grown = { ...level, [id]: node };
    if (from === undefined) return grown;
    const wired = withWiresInto(grown, id, [{ from: from.from, fromPort: from.fromPort, to: id, toPort: null }]);
    if (into === undefined) return wired;
    return rewired(wired, (wire) => (sameWire(wire, into) ? [{ ...wire, from: id, fromPort: null }] : [wire]));
  });
  if (at !== undefined) next = placed(next, { ...command.places, [id]: at });
  return { definition: next, selection: [id] };
}

function rename(definition: Definition, id: NodeId, wanted: string): Done {
  const to = wanted.trim();
  if (to === id) return { definition };
  if (checkShape({ rondo: 1, nodes: { [to]: { type: 'no-op' } } }).length > 0)
    return { refused: 'A name is 1 to 200 characters of one line.' };
  const taken = idsOf(definition);
  if (taken.has(to)) return { refused: `There is a node ${to} already; names are unique in the workflow.` };
  const at = placedNode(definition, id);
  if (at === null) return { refused: `There is no node ${id}.` };
  const names = new Map([[id, to]]);
  const renamedSource = <T extends { from: NodeId }>(source: T): T =>
    source.from === id ? { ...source, from: to } : source;
  let next = withLevel(definition, at.container, (level) => {
    const wired = rewired(level, (wire) => [renamedSource(wire)]);
    return Object.fromEntries(Object.entries(wired).map(([key, node]) => [key === id ? to : key, node]));
  });
  if (at.container !== null) {
    next = withNode(next, at.container, (container) => {
      const { result } = container;
      if (result === undefined) return container;
      return withResult(container, sourcesIn(result, at.level).map(renamedSource));
    });
  }
  const { output, layout, nodes, ...rest } = next;
  const places = layout === undefined ? {} : { layout: renamedKey(layout, id, to) };
  return {
    definition: {
      ...rest,
      nodes: Object.fromEntries(Object.entries(nodes).map(([key, node]) => [key, renamedNode(node, names)])),
      ...(output === undefined ? {} : { output: renamedIn(output, names) }),
      ...places,
    },
    selection: [to],
  };
}

function renamedKey<T>(map: Record<string, T>, from: string, to: string): Record<string, T> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key === from ? to : key, value]));
}

/** Why two nodes cannot be connected, in words for the pointer; null: they can. */
export function whyNotConnect(definition: Definition, wire: Wire): string | null {
  const from = placedNode(definition, wire.from);
  const to = placedNode(definition, wire.to);
  if (from === null || to === null) return 'There is no such node.';
  if (from.id === to.id) return 'A node cannot come after itself. Wrap it in a loop.';
  if (from.container !== to.container) {
    if (from.container === to.id || to.container === from.id) return null;
    const name = to.container ?? from.container ?? '';
    return `${to.id} is ${to.container === null ? 'outside' : 'inside'} ${name}. Lines do not cross the edge of a loop; connect the loop itself.`;
  }
  return null;
}

function connect(definition: Definition, wire: Wire, inputs?: readonly string[]): Done {
  const why = whyNotConnect(definition, wire);
  if (why !== null) return { refused: why };
  const level = placedNode(definition, wire.to)?.level ?? {};
  const into = wiresInto(level, wire.to);
  if (into.some((one) => sameWire(one, wire))) return { definition };
  const isFeedback = level[wire.to]?.type === 'loop-over-items' && leadsTo(level, wire.to, wire.from);
  if (!isFeedback && leadsTo(level, wire.to, wire.from))
    return { refused: `${wire.to} leads to ${wire.from}: this would be a circle. Make it a loop instead.` };
  return { definition: inLevelOf(definition, wire.to, (one) => withWiresInto(one, wire.to, [...into, wire], inputs)) };
}

function inLevelOf(definition: Definition, id: NodeId, change: Parameters<typeof withLevel>[2]): Definition {
  const at = placedNode(definition, id);
  return at === null ? definition : withLevel(definition, at.container, change);
}

function result(definition: Definition, command: Extract<Command, { do: 'result' }>): Done {
  return {
    definition: withNode(definition, command.container, (container) => {
      const others = resultSources(container).filter(
        (one) => one.from !== command.from || one.fromPort !== command.fromPort,
      );
      const { from, fromPort } = command;
      return withResult(container, command.on ? [...others, { from, fromPort }] : others);
    }),
  };
}

function setParameter(
  node: NodeDefinition,
  path: readonly (string | number)[],
  value: Json | undefined,
): NodeDefinition {
  const next = setIn((node.with ?? {}) as Json, path, value) as Record<string, Json>;
  return withFields(node, { with: Object.keys(next).length === 0 ? undefined : next });
}

/** A copy with one place changed; what lies on the way is made. */
export function setIn(value: Json | undefined, path: readonly (string | number)[], to: unknown): Json | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return to as Json | undefined;
  if (Array.isArray(value)) {
    const next = [...value];
    const at = Number(key);
    const inside = setIn(next[at], rest, to);
    if (inside === undefined) next.splice(at, 1);
    else next[at] = inside;
    return next;
  }
  const isMap = value !== null && typeof value === 'object';
  if (!isMap && typeof key === 'number') return setIn([], path, to);
  const next: Record<string, Json> = isMap ? { ...(value as Record<string, Json>) } : {};
  const inside = setIn(Object.hasOwn(next, key) ? next[String(key)] : undefined, rest, to);
  if (inside === undefined) delete next[String(key)];
  else next[String(key)] = inside;
  return next;
}

/** Fixes of the linter: edits of places in the definition. */
function edited(definition: Definition, edits: readonly TextEdit[]): Definition {
  let next = definition as unknown as Json;
  for (const { path, value } of edits) next = setIn(next, path, value) as Json;
  return next as unknown as Definition;
}

function withPlace(definition: Definition, id: string, change: (place: NodePlace) => NodePlace): Definition {
  const layout = { ...definition.layout };
  if (layout[id] === undefined) {
    // With the first place of a level its other nodes get theirs, too: they stay where they are seen.
    const seen = placesOf(definition);
    for (const one of [id, ...Object.keys(placedNode(definition, id)?.level ?? {})]) {
      const box = seen.get(one);
      if (box !== undefined) layout[one] ??= { x: box.x, y: box.y };
    }
  }
  return { ...definition, layout: { ...layout, [id]: change(layout[id] ?? { x: 0, y: 0 }) } };
}

function placed(definition: Definition, places: Readonly<Record<string, Point>>): Definition {
  const layout = { ...definition.layout };
  for (const [id, { x, y }] of Object.entries(places))
    layout[id] = { ...layout[id], x: Math.round(x), y: Math.round(y) };
  return { ...definition, layout };
}

function note(definition: Definition, { id, text, at }: Extract<Command, { do: 'note' }>): Done {
  const layout = { ...definition.layout };
  if (text === null) {
    delete layout[id];
    return { definition: { ...definition, layout }, selection: [] };
  }
  const known = layout[id] !== undefined;
  const key = known ? id : freeId(new Set([...Object.keys(layout), ...idsOf(definition)]), id);
  layout[key] = { x: 0, y: 0, ...layout[key], ...at, note: text };
  return { definition: { ...definition, layout }, ...(known ? {} : { selection: [key] }) };
}

/** Notes of the canvas: places that are not of a node. */
export function notesOf(definition: Definition): { id: string; text: string; x: number; y: number }[] {
  const nodes = new Set(placedNodes(definition).map((one) => one.id));
  return Object.entries(definition.layout ?? {}).flatMap(([id, { x, y, note: text }]) =>
    text === undefined || nodes.has(id) ? [] : [{ id, text, x, y }],
  );
}
