/** Owns what is said of a definition, as the editor holds it: by node, and the same object where the same is said again. */
import type { Diagnostic } from '@rondo/core/errors.ts';
import type { Explanation } from '@rondo/core/lint/explain.ts';

export interface Said {
  diagnostics: readonly Diagnostic[];
  explanations: readonly Explanation[];
}

export interface Filed {
  diagnostics: ReadonlyMap<string, readonly Diagnostic[]>;
  /** Of the whole workflow. */
  general: readonly Diagnostic[];
  explanations: ReadonlyMap<string, Explanation>;
}

/** Nodes are drawn again when something else is said of them, not whenever something is said. */
export function filed(said: Said, before: Filed): Filed {
  const named = said.diagnostics.map(withNode);
  const byNode = new Map<string, readonly Diagnostic[]>();
  for (const [node, all] of Map.groupBy(named, (one) => one.node)) if (node !== null) byNode.set(node, all);
  for (const [node, all] of byNode) byNode.set(node, sameAs(before.diagnostics.get(node), all));
  const explanations = new Map(
    said.explanations.map((one) => [one.node, sameAs(before.explanations.get(one.node), one)]),
  );
  return { diagnostics: byNode, general: named.filter((one) => one.node === null), explanations };
}

function sameAs<T>(before: T | undefined, now: T): T {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(now) ? before : now;
}

/** Some diagnostics tell their node by the place only. */
function withNode(one: Diagnostic): Diagnostic {
  if (one.node !== null) return one;
  const { path } = one;
  let node: string | null = null;
  for (let at = 0; at + 1 < path.length && ['nodes', 'body'].includes(String(path[at])); at += 2)
    node = String(path[at + 1]);
  return node === null ? one : { ...one, node };
}
