/**
 * Owns finding, converting and compiling the workflows that a run calls, each once. Does not run them.
 */
import { type Diagnostic, failure, FailureError } from '@rondo/core/errors.ts';
import { compile } from '@rondo/core/compile/compile.ts';
import type { Definition } from '@rondo/core/model/definition.ts';
import { parseDefinition } from '@rondo/core/model/format.ts';
import type { Plan } from '@rondo/core/model/plan.ts';
import { isScriptFile } from '@rondo/core/model/script-files.ts';
import type { RunnerEnvironment } from '../api.ts';
import { readBeside } from './beside.ts';
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
    const read = await readAny(found.text, found.file, self?.settings?.strict ?? false);
    if (read.definition !== null) {
      await environment.registry.prepare?.(read.foreign ? JSON.stringify(read.definition) : found.text);
    }
    const compiled =
      read.definition === null
        ? { plan: null, diagnostics: read.diagnostics }
        : compile(read.definition, environment.registry);
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

/** A native file, or one of another product, converted. */
async function readAny(
  text: string,
  file: string,
  strict: boolean,
): Promise<{ definition: Definition | null; foreign: boolean; diagnostics: Diagnostic[] }> {
  if (isScriptFile(file)) {
    const { convertScript } = await import('@rondo/core/convert/openflow/script-file.ts');
    return { ...convertScript(text, file), foreign: true };
  }
  const parsed = parseDefinition(text, file);
  if (parsed.definition !== null) return { ...parsed, foreign: false };
  const { convert, detectFormat } = await import('@rondo/core/convert/convert.ts');
  const format = detectFormat(text, file);
  if (format === null) return { ...parsed, foreign: false };
  return { ...convert(text, format, { strict, file, read: readBeside(file) }), foreign: true };
}
