/**
 * Owns scripts of Code nodes that are not yet what the evaluator runs: TypeScript loses its types, a module becomes
 * a body whose function is called by name. Runs nothing of them.
 */
import { stripTypeScriptTypes } from 'node:module';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Step } from '@rondo/core/model/plan.ts';
import { callable } from '@rondo/core/script/callable.ts';
import { withoutEnums } from '@rondo/core/script/enums.ts';
import { withoutParameterProperties } from '@rondo/core/script/parameter-properties.ts';

const done = new WeakMap<Step, Step>();

/** The step with code that the evaluator can run. Throws FailureError when the script cannot be read. */
export function runnable(step: Step): Step {
  const { code } = step.params;
  if (step.type !== 'code' || code?.kind !== 'literal' || typeof code.value !== 'string') return step;
  const typed = step.rawParams.language === 'typescript';
  const calls = step.params.mode?.kind === 'literal' && step.params.mode.value === 'function';
  if (!typed && !calls) return step;
  let ready = done.get(step);
  if (ready === undefined) {
    const text = typed ? withoutTypes(code.value, step.id) : code.value;
    const value = calls ? body(text, step) : text;
    ready = { ...step, params: { ...step.params, code: { kind: 'literal', value } } };
    done.set(step, ready);
  }
  return ready;
}

function withoutTypes(source: string, node: string): string {
  try {
    return stripTypeScriptTypes(withoutParameterProperties(withoutEnums(source)), { mode: 'strip' });
  } catch (error) {
    const [message = ''] = (error instanceof Error ? error.message : String(error)).trim().split('\n');
    throw broken(node, `its TypeScript cannot be read: ${message.trim()}`);
  }
}

function body(source: string, step: Step): string {
  const { entry } = step.rawParams;
  const made = callable(source, typeof entry === 'string' ? entry : 'main');
  if (made.ok) return made.text;
  throw broken(
    step.id,
    `its script cannot be read: ${made.message}${made.line === null ? '' : ` (line ${made.line})`}`,
  );
}

const broken = (node: string, what: string): FailureError =>
  new FailureError(failure('node-failed', `${node}: ${what}`, { node, retry: 'no' }));
