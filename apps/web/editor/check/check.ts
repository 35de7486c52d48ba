/** Owns asking core what is wrong with a definition and how often each node runs. Runs in a worker (worker.ts). */
import { checkDefinition } from '@rondo/core/lint/check.ts';
import { explain } from '@rondo/core/lint/explain.ts';
import type { Definition } from '@rondo/core/model/definition.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { NodeRegistry } from '@rondo/core/model/node-type.ts';
import { checkShape } from '@rondo/core/model/shape.ts';
import type { Said } from './said.ts';

export function check(definition: Definition, registry: NodeRegistry): Said {
  const shape = checkShape(definition as unknown as Json);
  // What has the wrong form cannot be read any further.
  if (shape.some((one) => one.severity === 'error')) return { diagnostics: shape, explanations: [] };
  return { diagnostics: checkDefinition(definition, registry), explanations: explain(definition, registry) };
}
