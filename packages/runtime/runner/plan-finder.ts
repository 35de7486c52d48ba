/**
 * Owns finding and compiling the workflows that a run calls, each once. Does not run them.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import { compile } from '@rondo/core/compile/compile.ts';
import { parseDefinition } from '@rondo/core/model/format.ts';
import type { Plan } from '@rondo/core/model/plan.ts';
import type { RunnerEnvironment } from '../api.ts';
import { workflowFinder } from './workflows.ts';

/** Plans of sub-workflows, by reference; the workflow itself is known by its id, name and file. */
export function planFinder(
  environment: RunnerEnvironment,
  folder: string,
  definition: string,
  file: string,
  own: Plan,
): (reference: string) => Promise<Plan> {
  const known = new Map<string, Promise<Plan>>();
  const find = environment.findWorkflow ?? workflowFinder(folder);
  const self = parseDefinition(definition, file).definition;
  const load = async (reference: string): Promise<Plan> => {
    if (reference === 'self' || reference === self?.id || reference === self?.name) return own;
    const found = await find(reference);
    if (found === null) {
      throw new FailureError(
        failure('workflow-not-found', `There is no workflow ${reference} in ${folder} (by file, id or name).`, {
          retry: 'no',
          fix: 'Give the folder with --workflows DIR.',
        }),
      );
    }
    await environment.registry.prepare?.(found.text);
    const parsed = parseDefinition(found.text, found.file);
    const compiled =
      parsed.definition === null
        ? { plan: null, diagnostics: parsed.diagnostics }
        : compile(parsed.definition, environment.registry);
    if (compiled.plan === null) {
      const first = compiled.diagnostics.find((d) => d.severity === 'error');
      throw new FailureError(
        failure('workflow-not-found', `Workflow ${reference} is not valid: ${first?.message ?? ''}`, {
          retry: 'no',
          fix: `See all of it with: rondo check ${found.file}`,
        }),
      );
    }
    return compiled.plan;
  };
  return (reference) => {
    let plan = known.get(reference);
    if (plan === undefined) {
      plan = load(reference);
      known.set(reference, plan);
      plan.catch(() => known.delete(reference));
    }
    return plan;
  };
}
