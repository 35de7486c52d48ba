/**
 * Owns "run up to here": the definition without what the node does not need. At each level from the top to the node
 * only the nodes stay that lead to it, by connection or by name. Pure.
 */
import type { Definition, NodeDefinition } from '@rondo/core/model/definition.ts';
import { parseDefinition } from '@rondo/core/model/format.ts';
import { writeDefinition } from '@rondo/core/model/write.ts';
import { Problem } from '../../http/problem.ts';

type Nodes = Record<string, NodeDefinition>;

/** Throws Problem 422: there is no such node. Text that cannot be read stays as it is: the runner says why. */
export function cutAt(text: string, file: string, node: string): string {
  const { definition } = parseDefinition(text, file);
  if (definition === null) return text;
  const nodes = cut(definition.nodes, node);
  if (nodes === null) throw new Problem(422, 'unknown-node', `The workflow has no node ${node}.`);
  const { output: _, layout: _layout, ...rest } = definition;
  return writeDefinition({ ...rest, nodes } as Definition);
}

/** Null: the node is not here. */
function cut(nodes: Nodes, wanted: string): Nodes | null {
  if (Object.hasOwn(nodes, wanted)) return leadingTo(nodes, wanted);
  for (const [id, node] of Object.entries(nodes)) {
    const body = node.body === undefined ? null : cut(node.body, wanted);
    if (body === null) continue;
    const { result: _, ...rest } = node;
    return { ...leadingTo(nodes, id), [id]: { ...rest, body } };
  }
  return null;
}

function leadingTo(nodes: Nodes, wanted: string): Nodes {
  const kept = new Set<string>();
  const open = [wanted];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const node = nodes[id];
    if (node === undefined || kept.has(id)) continue;
    kept.add(id);
    open.push(...sourcesOf(node), ...namedIn(node, nodes));
  }
  return Object.fromEntries(Object.entries(nodes).filter(([id]) => kept.has(id)));
}

function sourcesOf({ after }: NodeDefinition): string[] {
  if (after === undefined) return [];
  const all = typeof after === 'string' || Array.isArray(after) ? [after] : Object.values(after);
  // `check.true` is the output of a node.
  return all.flat().flatMap((source) => [source, source.replace(/\.[^.]*$/, '')]);
}

/** Nodes whose id stands in quotes anywhere in the node: `$('fetch')`. */
function namedIn(node: NodeDefinition, nodes: Nodes): string[] {
  const { after: _, ...rest } = node;
  const text = JSON.stringify(rest);
  return Object.keys(nodes).filter((id) => text.includes(`'${id}'`) || text.includes(`\\"${id}\\"`));
}
