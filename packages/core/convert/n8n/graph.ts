/**
 * Owns where a n8n workflow starts, which of its nodes that reaches, and the order in which the nodes of the
 * definition stand. Names and wires only.
 */
import type { Wire } from './connections.ts';
import type { Entry } from './read-nodes.ts';

/** Native types that start a run. */
const TRIGGERS: ReadonlySet<string> = new Set([
  'manual',
  'schedule',
  'webhook',
  'form',
  'error-trigger',
  'workflow-trigger',
]);

export const isTrigger = (type: string): boolean => TRIGGERS.has(type);

/** A type of n8n that starts runs, by its name; whether it is known does not matter. */
export const looksLikeTrigger = (type: string): boolean => /trigger$/i.test(type);

/** Names of the nodes that wires lead to from `starts`, with those themselves. */
export function reached(starts: Iterable<string>, wires: readonly Wire[]): Set<string> {
  const next = new Map<string, string[]>();
  for (const { from, to } of wires) {
    const list = next.get(from);
    if (list === undefined) next.set(from, [to]);
    else list.push(to);
  }
  const seen = new Set(starts);
  const stack = [...seen];
  for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
    for (const to of next.get(name) ?? []) {
      if (seen.has(to)) continue;
      seen.add(to);
      stack.push(to);
    }
  }
  return seen;
}

/**
 * The order of the nodes in the definition. The wires of a definition are written at their targets, so this order
 * is what is left of the order in which a source names its targets. It decides where n8n goes by that order: always
 * in the old one, and between nodes at the same place in the other. Elsewhere the order of the file stays; so it
 * does where two sources name the same targets in different orders.
 */
export function inWireOrder(entries: readonly Entry[], wires: readonly Wire[], always: boolean): Entry[] {
  const byName = new Map(entries.map((entry) => [entry.node.name, entry]));
  const group = (name: string): string => {
    const at = byName.get(name)?.position ?? { x: 0, y: 0 };
    return always ? '' : `${at.x} ${at.y}`;
  };
  // The target before it at the same output, and group.
  const before = new Map<string, string[]>();
  const last = new Map<string, string>();
  for (const { from, output, to } of wires) {
    const key = JSON.stringify([from, output, group(to)]);
    const earlier = last.get(key);
    last.set(key, to);
    if (earlier === undefined || earlier === to) continue;
    const list = before.get(to);
    if (list === undefined) before.set(to, [earlier]);
    else list.push(earlier);
  }
  const sorted: Entry[] = [];
  const met = new Set<string>();
  for (const { node } of entries) {
    const stack = [node.name];
    while (stack.length > 0) {
      const name = stack.at(-1) as string;
      const first = met.has(name) ? undefined : before.get(name)?.filter((one) => !met.has(one));
      if (!met.has(name) && first !== undefined && first.length > 0) {
        met.add(name);
        stack.push(...first);
        continue;
      }
      stack.pop();
      met.add(name);
      const entry = byName.get(name);
      if (entry !== undefined && byName.delete(name)) sorted.push(entry);
    }
  }
  return sorted;
}
