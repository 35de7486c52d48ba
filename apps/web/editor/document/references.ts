/**
 * Owns names of nodes inside expressions and code: renaming them, wherever a text asks for a node by its id.
 * Works on texts, so that an expression with a mistake in it is renamed, too.
 */
import type { NodeDefinition, NodeId } from '@rondo/core/model/definition.ts';

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** `$('id')`, `$items('id')`, `$node['id']`, `$node.id`. */
function renamedText(text: string, names: ReadonlyMap<NodeId, NodeId>): string {
  if (!text.includes('$')) return text;
  let next = text;
  for (const [from, to] of names) {
    if (!next.includes(from)) continue;
    const id = escaped(from);
    const quoted = new RegExp(`(\\$(?:items)?\\(\\s*|\\$node\\s*\\[\\s*)(['"\`])${id}\\2`, 'g');
    next = next.replace(quoted, (_, before: string, quote: string) => `${before}${quote}${to}${quote}`);
    if (/^[A-Za-z_]\w*$/.test(from))
      next = next.replace(new RegExp(`\\$node\\.${id}(?![\\w$])`, 'g'), () => `$node[${JSON.stringify(to)}]`);
  }
  return next;
}

export function renamedIn<T>(value: T, names: ReadonlyMap<NodeId, NodeId>): T {
  if (typeof value === 'string') return renamedText(value, names) as T;
  if (Array.isArray(value)) {
    const next = value.map((one) => renamedIn(one, names));
    return (next.every((one, at) => one === value[at]) ? value : next) as T;
  }
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).map(([key, one]) => [key, renamedIn(one, names)] as const);
    return (
      entries.every(([key, one]) => one === (value as Record<string, unknown>)[key])
        ? value
        : Object.fromEntries(entries)
    ) as T;
  }
  return value;
}

/** Parameters, loop section and everything inside; not its connections. */
export function renamedNode(node: NodeDefinition, names: ReadonlyMap<NodeId, NodeId>): NodeDefinition {
  const { with: parameters, loop, skipWhen, body } = node;
  const next: NodeDefinition = { ...node };
  if (parameters !== undefined) next.with = renamedIn(parameters, names);
  if (loop !== undefined) next.loop = renamedIn(loop, names);
  if (skipWhen !== undefined) next.skipWhen = renamedIn(skipWhen, names);
  if (body !== undefined)
    next.body = Object.fromEntries(Object.entries(body).map(([id, one]) => [id, renamedNode(one, names)]));
  return next;
}
