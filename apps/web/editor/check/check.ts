/** Owns asking core what is wrong with a definition and how often each node runs. Its own chunk: the canvas is there first. */
import type { Diagnostic } from '@rondo/core/errors.ts';
import { checkDefinition } from '@rondo/core/lint/check.ts';
import { type Explanation, explain } from '@rondo/core/lint/explain.ts';
import type { Definition } from '@rondo/core/model/definition.ts';
import type { NodeRegistry } from '@rondo/core/model/node-type.ts';
import { checkShape } from '@rondo/core/model/shape.ts';
import type { Json } from '@rondo/core/model/item.ts';

export interface Said {
  diagnostics: Diagnostic[];
  explanations: Explanation[];
}

export function check(definition: Definition, registry: NodeRegistry): Said {
  const shape = checkShape(definition as unknown as Json);
  // What has the wrong form cannot be read any further.
  if (shape.some((one) => one.severity === 'error')) return { diagnostics: shape.map(named), explanations: [] };
  return { diagnostics: checkDefinition(definition, registry).map(named), explanations: explain(definition, registry) };
}

/** Some diagnostics tell their node by the place only. */
function named(one: Diagnostic): Diagnostic {
  if (one.node !== null) return one;
  const { path } = one;
  let node: string | null = null;
  for (let at = 0; at + 1 < path.length && ['nodes', 'body'].includes(String(path[at])); at += 2)
    node = String(path[at + 1]);
  return node === null ? one : { ...one, node };
}
