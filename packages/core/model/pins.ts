/**
 * Owns which nodes of a definition have their items given instead of being run. Pure.
 */
import type { NodeDefinition } from './definition.ts';
import type { Json } from './item.ts';

/** Items by node id, in containers too. A node that is disabled passes its items on all the same. */
export function pinsIn(nodes: Record<string, NodeDefinition>): Map<string, Json[]> {
  const pins = new Map<string, Json[]>();
  for (const [id, node] of Object.entries(nodes)) {
    if (node.pin !== undefined && node.disabled !== true) pins.set(id, node.pin);
    if (node.body !== undefined) for (const [inner, pin] of pinsIn(node.body)) pins.set(inner, pin);
  }
  return pins;
}
