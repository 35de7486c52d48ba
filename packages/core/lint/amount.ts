/**
 * Owns how many items each node gets and gives, as far as a definition tells: at most one, perhaps several, or
 * several for sure. Does not judge and never guesses upwards: what is not known is `some`.
 */
import type { Json } from '../model/item.ts';
import { drawnBody, DONE, parameter, type LintGraph, type LintNode } from './graph.ts';

export type Amount = 'one' | 'some' | 'many';

const ORDER: readonly Amount[] = ['one', 'some', 'many'];
const most = (a: Amount, b: Amount): Amount => (ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b);

/** Give several items by their nature. */
const FAN_OUT = new Set(['split-out', 'rss', 'list-files', 'read-email']);
/** Give one item whatever they get. */
const FAN_IN = new Set(['aggregate', 'make-file', 'knowledge-store']);
/** Give what a database or a server has. */
const ASKING = new Set([
  'http-request',
  'graphql',
  'postgres',
  'mysql',
  'sqlite',
  'redis',
  's3',
  'slack',
  'discord',
  'telegram',
  'read-file',
  'extract-file',
  'sub-workflow',
  'list-operator',
]);

export class Amounts {
  readonly #graph: LintGraph;
  readonly #arrives = new Map<LintNode, Amount>();
  readonly #open = new Set<LintNode>();
  /** Loops whose list is being looked for. */
  readonly #around = new Set<LintNode>();

  constructor(graph: LintGraph) {
    this.#graph = graph;
  }

  /** Items that reach the node each time it runs. */
  arrives(node: LintNode): Amount {
    const known = this.#arrives.get(node);
    if (known !== undefined) return known;
    // A circle of connections: what comes back is what went round.
    if (this.#open.has(node)) return 'one';
    this.#open.add(node);
    let amount: Amount = 'one';
    let wires = 0;
    for (const edge of node.before) {
      const from = node.level.nodes.get(edge.from);
      if (from === undefined) amount = most(amount, 'some');
      else {
        const given = this.gives(from, edge.fromPort);
        amount = most(amount, given);
        wires += 1;
      }
    }
    if (wires === 0) amount = this.#entrance(node);
    this.#open.delete(node);
    this.#arrives.set(node, amount);
    return amount;
  }

  /** What the first nodes of a level get. */
  #entrance(node: LintNode): Amount {
    const { container } = node.level;
    if (container === null) return node.type.group === 'trigger' ? 'one' : 'some';
    const size = container.node.loop?.size ?? 1;
    return size === 1 ? 'one' : 'many';
  }

  gives(node: LintNode, port: number): Amount {
    const { node: written, type } = node;
    if (written.pin !== undefined) return written.pin.length > 1 ? 'many' : 'one';
    if (written.disabled === true) return this.arrives(node);
    if (type.group === 'trigger') return this.#triggered(node);
    if (type.type === 'loop-over-items') return this.#batches(node, port);
    if (type.type === 'loop') return written.loop?.collect === undefined ? 'one' : 'some';
    if (type.type === 'for-each') return this.#collected(node);
    if (type.type === 'limit') return (parameter(node, 'max') ?? 1) === 1 ? 'one' : this.arrives(node);
    if (FAN_IN.has(type.type)) return grouped(parameter(node, 'by') as Json) ? 'some' : 'one';
    if (type.type === 'summarize') return grouped(parameter(node, 'by') as Json) ? 'some' : 'one';
    if (FAN_OUT.has(type.type)) return 'many';
    const arriving = runsOnce(node) ? 'one' : this.arrives(node);
    if (type.type === 'merge') return node.before.length > 1 ? most(arriving, 'some') : arriving;
    if (type.type === 'code' || type.type === 'python')
      return most(parameter(node, 'mode') === 'item' ? arriving : 'some', 'one');
    if (ASKING.has(type.type)) return most(arriving, isPaged(node) ? 'many' : 'some');
    return arriving;
  }

  #triggered(node: LintNode): Amount {
    if (node.type.type === 'manual') return this.#graph.definition.settings?.dialect === 'n8n' ? 'one' : 'some';
    return node.type.type === 'workflow-trigger' ? 'some' : 'one';
  }

  #batches(node: LintNode, port: number): Amount {
    // What its own outputs bring back, straight or by another loop, is what went in.
    if (this.#around.has(node)) return 'one';
    this.#around.add(node);
    const outside = node.before.filter((edge) => !drawnBody(node).some((inner) => inner.id === edge.from));
    let list: Amount = 'one';
    for (const edge of outside) {
      const from = node.level.nodes.get(edge.from);
      list = most(list, from === undefined ? 'some' : this.gives(from, edge.fromPort));
    }
    this.#around.delete(node);
    if (port === DONE) return list;
    return sizeOf(node) === 1 ? 'one' : list;
  }

  #collected(node: LintNode): Amount {
    const over = node.node.loop?.over;
    if (Array.isArray(over)) return over.length > 1 ? 'many' : 'one';
    return over === undefined ? this.arrives(node) : 'many';
  }
}

const grouped = (by: Json | undefined): boolean => Array.isArray(by) && by.length > 0;

const MESSENGERS = new Set(['slack', 'discord', 'telegram', 'send-email']);
const READING = new Set(['history', 'messages', 'channels', 'updates', 'list', 'get']);

/** It sends a message; the same nodes read as well. */
export function sends(node: LintNode): boolean {
  return MESSENGERS.has(node.type.type) && !READING.has(String(parameter(node, 'operation') ?? ''));
}

/** The engine pages it. */
export function isPaged(node: LintNode): boolean {
  const { paged } = node.type;
  if (sends(node)) return false;
  return typeof paged === 'function' ? paged(node.node.with ?? {}) : (paged ?? false);
}

/** Sees all items in one call. */
export function runsOnce(node: LintNode): boolean {
  const { node: written, type } = node;
  if (written.executeOnce === true || written.loop?.size === 'all') return true;
  if (type.work === 'fold') return true;
  if (type.type === 'sub-workflow') return written.with?.['mode'] !== 'each';
  const unit = typeof type.unit === 'function' ? type.unit(written.with ?? {}) : type.unit;
  return unit === 'all';
}

/** Items per batch of a Loop Over Items node; null when an expression says it. */
export function sizeOf(node: LintNode): number | null {
  const size = node.node.loop?.size ?? parameter(node, 'size') ?? 1;
  return typeof size === 'number' ? size : size === 'all' ? Number.POSITIVE_INFINITY : null;
}
