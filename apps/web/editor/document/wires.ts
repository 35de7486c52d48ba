/**
 * Owns connections as the canvas handles them: `after` and `result` texts to wires and back, in the shortest form.
 * Pure. Whether ports exist is the compiler's to say.
 */
import { splitSource } from '@rondo/core/compile/graph.ts';
import type { After, NodeDefinition, NodeId } from '@rondo/core/model/definition.ts';
import type { Nodes } from './tree.ts';

export interface Wire {
  from: NodeId;
  /** Null: the first output. */
  fromPort: string | null;
  to: NodeId;
  /** Null: the first input. */
  toPort: string | null;
}

export interface Source {
  from: NodeId;
  fromPort: string | null;
}

const listOf = (value: string | string[]): string[] => (Array.isArray(value) ? value : [value]);

export function sourcesIn(after: string | string[] | undefined, level: Nodes): Source[] {
  return listOf(after ?? []).map((text) => {
    const [from, fromPort] = splitSource(text, level);
    return { from, fromPort };
  });
}

/** Wires into one node. */
export function wiresInto(level: Nodes, to: NodeId): Wire[] {
  const after = level[to]?.after;
  if (after === undefined) return [];
  if (typeof after === 'string' || Array.isArray(after))
    return sourcesIn(after, level).map((source) => ({ ...source, to, toPort: null }));
  return Object.entries(after).flatMap(([toPort, texts]) =>
    sourcesIn(texts, level).map((source) => ({ ...source, to, toPort })),
  );
}

const wired = new WeakMap<Nodes, readonly Wire[]>();
/** All of a level, found once: a level does not change. */
export function wiresOf(level: Nodes): readonly Wire[] {
  let wires = wired.get(level);
  if (wires === undefined) wired.set(level, (wires = Object.keys(level).flatMap((id) => wiresInto(level, id))));
  return wires;
}

const textOf = ({ from, fromPort }: Source): string => (fromPort === null ? from : `${from}.${fromPort}`);
const shortest = (texts: string[]): string | string[] => (texts.length === 1 ? (texts[0] as string) : texts);

/** Wires as they are written; undefined when there are none. `inputs`: ports of the node, for a map. */
export function afterOf(wires: readonly Wire[], inputs: readonly string[] = []): After | undefined {
  if (wires.length === 0) return undefined;
  const unique = [...new Map(wires.map((wire) => [`${textOf(wire)} ${wire.toPort}`, wire])).values()];
  if (unique.every((wire) => wire.toPort === null)) return shortest(unique.map(textOf));
  const ports = new Map<string, string[]>();
  for (const wire of unique) {
    const port = wire.toPort ?? inputs[0] ?? 'main';
    ports.set(port, [...(ports.get(port) ?? []), textOf(wire)]);
  }
  return Object.fromEntries([...ports].map(([port, texts]) => [port, shortest(texts)]));
}

/** The level with these wires into one node, instead of those it had. */
export function withWiresInto(level: Nodes, to: NodeId, wires: readonly Wire[], inputs?: readonly string[]): Nodes {
  const node = level[to];
  if (node === undefined) return level;
  const after = afterOf(wires, inputs);
  const { after: _, ...rest } = node;
  return { ...level, [to]: after === undefined ? rest : { ...rest, after } };
}

/** Every wire of the level through `change`: other ones, or none. */
export function rewired(level: Nodes, change: (wire: Wire) => readonly Wire[]): Nodes {
  let next = level;
  for (const id of Object.keys(level)) {
    const wires = wiresInto(level, id);
    const changed = wires.flatMap((wire) => change(wire));
    const same = changed.length === wires.length && changed.every((wire, at) => wire === wires[at]);
    if (!same) next = withWiresInto(next, id, changed);
  }
  return next;
}

export const sameWire = (a: Wire, b: Wire): boolean =>
  a.from === b.from && a.fromPort === b.fromPort && a.to === b.to && a.toPort === b.toPort;

/** Where the output of a body comes from: `result`, else its last nodes. */
export function resultSources(container: NodeDefinition): Source[] {
  const body = container.body ?? {};
  if (container.result !== undefined) return sourcesIn(container.result, body);
  const followed = new Set(wiresOf(body).map((wire) => wire.from));
  return Object.keys(body)
    .filter((id) => !followed.has(id))
    .map((from) => ({ from, fromPort: null }));
}

export function withResult(container: NodeDefinition, sources: readonly Source[]): NodeDefinition {
  const { result: _, ...rest } = container;
  if (sources.length === 0) return rest;
  const texts = [...new Set(sources.map(textOf))];
  const given = { ...rest, result: shortest(texts) };
  const last = new Set(resultSources(rest).map(textOf));
  // What would be the result anyway is not written.
  return last.size === texts.length && texts.every((text) => last.has(text)) ? rest : given;
}

/** Whether `from` is reached from `to`: a wire between them would close a circle. */
export function leadsTo(level: Nodes, start: NodeId, target: NodeId): boolean {
  const next = Map.groupBy(wiresOf(level), (wire) => wire.from);
  const seen = new Set<NodeId>();
  const open = [start];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === target) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    for (const { to } of next.get(id) ?? []) open.push(to);
  }
  return false;
}
