/** Owns what drawing a line means: between which ports, over which edge of a loop, and why it cannot be. Pure. */
import type { Definition } from '@rondo/core/model/definition.ts';
import { whyNotConnect, type Command } from '../document/commands.ts';
import { levelOf, placedNode } from '../document/tree.ts';
import { leadsTo, wiresInto, type Wire } from '../document/wires.ts';
import { END, START } from '../scene/scene.ts';

interface End {
  node: string;
  handle: string;
  type: 'source' | 'target';
}

/** Ports by the ids of their handles; START and END are kept as they are. */
export interface Drawn extends Wire {
  start: boolean;
  end: boolean;
}

const portOf = (handle: string): string | null => {
  const name = handle.slice(handle.indexOf(':') + 1);
  return handle === START || handle === END || name === '' ? null : name;
};

/** Null: both ends are of the same kind. */
export function wireBetween(a: End, b: End): Drawn | null {
  if (a.type === b.type) return null;
  const [from, to] = a.type === 'source' ? [a, b] : [b, a];
  return {
    from: from.node,
    fromPort: portOf(from.handle),
    to: to.node,
    toPort: portOf(to.handle),
    start: from.handle === START,
    end: to.handle === END,
  };
}

/** In words for the pointer; null: it can be. A line backwards can be: it asks for a loop. */
export function whyNot(definition: Definition, wire: Drawn): string | null {
  const from = placedNode(definition, wire.from);
  const to = placedNode(definition, wire.to);
  if (from === null || to === null) return 'There is no such node.';
  if (wire.start && wire.end) return 'Nothing would happen inside.';
  if (wire.start) {
    if (to.container !== from.id) return `${to.id} is not inside ${from.id}.`;
    const before = wiresInto(to.level, to.id);
    if (before.length > 0)
      return `${to.id} gets its items from ${before.map((one) => one.from).join(', ')}. Remove that line first; then it begins here.`;
    return null;
  }
  if (wire.end) return from.container === to.id ? null : `${from.id} is not inside ${to.id}.`;
  if (from.container === to.id) return `The result of ${to.id} leaves at its right edge.`;
  if (to.container === from.id) return `The items of ${from.id} come in at its left edge.`;
  return whyNotConnect(definition, wire);
}

/** Whether it closes a circle that no Loop Over Items closes. */
export function isBackwards(definition: Definition, wire: Drawn): boolean {
  if (wire.start || wire.end) return false;
  const at = placedNode(definition, wire.to);
  if (at === null) return false;
  return at.node.type !== 'loop-over-items' && leadsTo(at.level, wire.to, wire.from);
}

/** Of several outputs, the first one is written by its name: one reads which way it is. */
export function commandFor(wire: Drawn, inputs: readonly string[], outputs: readonly string[]): Command | null {
  if (wire.start) return null;
  const fromPort = wire.fromPort ?? (outputs.length > 1 ? (outputs[0] ?? null) : null);
  const { from, to, toPort } = wire;
  if (wire.end) return { do: 'result', container: to, from, fromPort, on: true };
  return { do: 'connect', wire: { from, fromPort, to, toPort }, inputs };
}

/** Everything on the way between two nodes of a level, both included: what a loop around them holds. */
export function nodesBetween(definition: Definition, first: string, last: string): string[] {
  const at = placedNode(definition, first);
  const level = at === null ? null : levelOf(definition, at.container);
  if (level === null) return [];
  return Object.keys(level).filter(
    (id) => id === first || id === last || (leadsTo(level, first, id) && leadsTo(level, id, last)),
  );
}
