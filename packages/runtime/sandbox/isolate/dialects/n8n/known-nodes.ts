/**
 * Owns where the scope finds what it tells of a node: among the steps of its own program, in what the walk sent, or
 * among the nodes around. Does not word it (nodes.ts).
 */
import { itemFromWire, type Item, type Json } from '@rondo/core/model/item.ts';
import type { NodeOrigin } from '@rondo/core/model/definition.ts';
import type { PairProblem } from '@rondo/core/ports.ts';
import { freezeData } from '../../data.ts';
import { ExpressionError } from '../../functions/error.ts';
import type { KnownNode } from './nodes.ts';

/** WalkNode (core/ports.ts) after parsing: items in wire form. */
interface WireNode {
  count: number;
  output: number;
  runs: (Json[][] | null)[];
  from?: number;
  paired?: { items: Json[]; of: (number | PairProblem)[] | PairProblem; first: number };
  context?: Json;
  origin?: NodeOrigin;
}

export interface WireWalk {
  node: string;
  run: number;
  previous: { node: string; output: number; run: number } | null;
  nodes: Record<string, WireNode>;
}

export const parametersOf = (origin: NodeOrigin | undefined): Json => freezeData(origin?.parameters ?? {});

const unavailable = (id: string): ExpressionError =>
  new ExpressionError(
    `Paired item data for item from node '${id}' is unavailable. Ensure '${id}' is providing the required output.`,
  );

const itemsOf = (wire: readonly Json[]): Item[] => freezeData(wire.map(itemFromWire));

/** Parsed lists by what the walk sent, which all units of a message share. */
const parsed = new WeakMap<object, Item[][]>();

function portsOf(wire: Json[][]): Item[][] {
  let ports = parsed.get(wire);
  if (ports === undefined) {
    ports = wire.map(itemsOf);
    parsed.set(wire, ports);
  }
  return ports;
}

export function nodeOfWalk(id: string, wire: WireNode): KnownNode {
  const { paired } = wire;
  return {
    count: wire.count,
    output: wire.output,
    ports: (run) => {
      const ports = wire.runs[run - (wire.from ?? 0)];
      return ports === undefined || ports === null ? null : portsOf(ports);
    },
    pairedAt(position) {
      if (wire.count === 0 && paired === undefined) throw new ExpressionError(`Node '${id}' hasn't been executed`);
      if (paired === undefined) throw unavailable(id);
      const found = Array.isArray(paired.of) ? paired.of[position - paired.first] : paired.of;
      if (found === undefined) throw new ExpressionError("Can't get data for expression");
      if (typeof found !== 'number') throw new ExpressionError(found.message);
      const item = paired.items[found];
      if (item === undefined) throw unavailable(id);
      return itemFromWire(item);
    },
    context: freezeData(wire.context ?? {}),
    parameters: parametersOf(wire.origin),
  };
}

/** A node of the program itself, or around it, that runs once per frame. Null: it has not run. */
export function nodeOfFrame(
  id: string,
  ports: readonly (readonly Item[])[] | null,
  pairedAt: (position: number) => Item | null,
): KnownNode {
  return {
    count: ports === null ? 0 : 1,
    output: 0,
    ports: () => ports,
    pairedAt(position) {
      if (ports === null) throw new ExpressionError(`Node '${id}' hasn't been executed`);
      const found = pairedAt(position);
      if (found !== null) return found;
      // One item can only be the one that is meant.
      const only = ports.find((items) => items.length > 0);
      if (only?.length === 1) return only[0] as Item;
      throw unavailable(id);
    },
    context: {},
    parameters: {},
  };
}
