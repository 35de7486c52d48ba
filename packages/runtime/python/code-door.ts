/**
 * Owns the door of effects to Python: a request of a node becomes a call, a failure is thrown. Does not know
 * JavaScript or nodes.
 */
import { FailureError } from '@rondo/core/errors.ts';
import type { CodeRequest } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { Limits } from '@rondo/core/model/limits.ts';
import type { Python } from './python.ts';

type Allowed = Pick<Limits, 'code.logBytes' | 'step.bytes'>;

export async function runPythonCode(
  python: Python,
  request: CodeRequest,
  limits: Allowed,
): Promise<{ value: Json; logs: string }> {
  const { source, inputs, style = 'main', timeoutMs, signal, points = false, log } = request;
  const [result] = await python.run([
    {
      source,
      inputs,
      style,
      timeoutMs,
      signal,
      points,
      logBytes: limits['code.logBytes'],
      resultBytes: limits['step.bytes'],
    },
  ]);
  if (result === undefined) throw new Error('Python gave no result');
  const { value, failure, logs } = result;
  if (logs !== '') log?.(logs);
  if (failure !== null) throw new FailureError(failure);
  return { value: value ?? null, logs };
}
