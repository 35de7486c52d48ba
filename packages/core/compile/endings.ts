/**
 * Owns what leaves the usual order of a level: which frames an End node ends, and which steps stand for the case
 * that another one failed. Does not order the others (graph.ts).
 */
import { diagnostic, type Diagnostic } from '../errors.ts';
import type { NodeDefinition } from '../model/definition.ts';
import type { End } from '../model/plan.ts';
import type { Edge } from './graph.ts';

/** A container around a level. */
export interface Around {
  id: string;
  /** Its iterations are a loop to expressions. */
  loop: boolean;
}

const ENDS = 'end';
const HANDLES = 'on-failure';

/** What an End node ends; undefined for every other node. `around`: from the outside in. */
export function endOf(
  id: string,
  node: NodeDefinition,
  around: readonly Around[],
  path: (string | number)[],
  out: Diagnostic[],
): End | undefined {
  if (node.type !== ENDS) return undefined;
  const { what = 'run', of } = node.with ?? {};
  const outwards = around.toReversed();
  const everything = { regions: [...outwards.map((one) => one.id), ''], breaks: true };
  if (what === 'run') return everything;
  const unnamed = of === undefined || of === '';
  const at = outwards.findIndex((one) => (unnamed ? one.loop : one.id === of));
  if (at >= 0) return { regions: outwards.slice(0, at + 1).map((one) => one.id), breaks: what === 'loop' };
  if (!unnamed) {
    const message = `${id} ends an iteration of ${String(of)}, but no container of that name is around it.`;
    out.push(diagnostic('unknown-node', [...path, 'with', 'of'], message, { node: id }));
  }
  return everything;
}

/**
 * The nodes in order, those that stand for a failure last; `handler` is the position of the first of them, null
 * when there are none.
 */
export function handlersLast(
  sorted: readonly string[],
  edges: readonly Edge[],
  typeOf: (id: string) => string | undefined,
  pathOf: (id: string) => (string | number)[],
  out: Diagnostic[],
): { sorted: string[]; handler: number | null } {
  const [first, second] = sorted.filter((id) => typeOf(id) === HANDLES);
  if (first === undefined) return { sorted: [...sorted], handler: null };
  if (second !== undefined) {
    const message = `${first} and ${second} both stand for a failure of this level; only one node can.`;
    out.push(diagnostic('bad-value', pathOf(second), message, { node: second }));
  }
  const led = new Set([first]);
  for (const id of sorted) if (edges.some((edge) => edge.to === id && led.has(edge.from))) led.add(id);
  const usual = sorted.filter((id) => !led.has(id));
  return { sorted: [...usual, first, ...sorted.filter((id) => led.has(id) && id !== first)], handler: usual.length };
}
