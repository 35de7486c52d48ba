/**
 * Owns code that an effect asks to be run, such as a tool of an agent: Python in its process,
 * JavaScript in the evaluator as a code node would. Keeps nothing between calls.
 */
import { createHash } from 'node:crypto';
import { compile } from '@rondo/core/compile/compile.ts';
import { Defect, failure, FailureError } from '@rondo/core/errors.ts';
import type { CodeRequest } from '@rondo/core/model/effect-ports.ts';
import { decodeItem, encodeItem, type Json } from '@rondo/core/model/item.ts';
import type { RunContext } from '../context.ts';
import type { Frame } from '../frame.ts';
import { kernelProgram } from '../programs.ts';

export async function runCode(
  context: RunContext,
  frame: Frame,
  request: CodeRequest,
): Promise<{ value: Json; logs: string }> {
  if (request.language === 'python') {
    const { runPythonCode } = await import('../../python/code-door.ts');
    return runPythonCode(await context.python(), request, context.limits);
  }
  // The source may be an expression of its own that a user wrote; it runs where user text may run.
  const id = `code-${createHash('sha256').update(request.source).digest('hex').slice(0, 16)}`;
  const nodes = { [id]: { type: 'code', with: { code: `${request.source}\nreturn { value: await main($json) };` } } };
  const { plan } = compile({ rondo: 1, name: id, nodes }, context.registry);
  const step = plan?.root.steps[0];
  if (step === undefined) throw new Defect('a code node by itself does not compile');
  const result = await context.evaluator.run({
    program: kernelProgram(context, frame, step),
    items: [encodeItem({ json: request.inputs })],
    size: 1,
    first: 0,
    units: 1,
    total: null,
    carry: null,
    context: {},
  });
  const unit = result.units[0];
  if (unit !== undefined && unit.logs !== '') request.log?.(unit.logs);
  if (unit === undefined || unit.status !== 'completed')
    throw new FailureError(unit?.failure ?? failure('node-failed', 'The code gave no answer.'));
  const { json } = decodeItem(unit.output);
  return { value: (json as { value?: Json }).value ?? null, logs: unit.logs };
}
