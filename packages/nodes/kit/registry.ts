/** Owns making a registry of node types. Does not know which ones there are (registry.ts). */
import { Defect } from '@rondo/core/errors.ts';
import type { NodeRegistry, NodeType } from '@rondo/core/model/node-type.ts';

/** Throws a Defect when two nodes have the same type name. */
export function createRegistry(nodes: readonly NodeType[]): NodeRegistry {
  const byType = new Map<string, NodeType>();
  for (const node of nodes) {
    if (byType.has(node.type)) throw new Defect(`Two node types have the name ${node.type}.`);
    byType.set(node.type, node);
  }
  return { get: (type) => byType.get(type), list: () => nodes };
}
