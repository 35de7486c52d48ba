/**
 * Owns an end for work of libraries that cannot be interrupted otherwise: parsers and patterns over texts
 * that somebody else wrote. The runner waits while it works, at most for limit expression.ms.
 * It is a clock, not a sandbox.
 */
import { createContext, Script } from 'node:vm';
import { failure, FailureError } from '@rondo/core/errors.ts';
import { LIMITS, limitFailure } from '@rondo/core/model/limits.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';

const script = new Script('work()', { filename: 'within-time' });
const context: { work?: () => unknown } = createContext({});

/** What `work` gives. Throws a FailureError when it takes too long or recurses too deep; `what` says at what. */
export function withinTime<T>(call: EffectCall, what: string, work: () => T): T {
  call.signal.throwIfAborted();
  const ms = Math.min(call.ports.limit('expression.ms'), LIMITS['expression.ms'].cap);
  const before = context.work;
  context.work = work;
  try {
    return script.runInContext(context, { timeout: ms }) as T;
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
      const detail = 'the text may be made to take long; a shorter or simpler one helps';
      throw new FailureError({
        ...limitFailure('expression.ms', ms, what, detail),
        code: 'expression-timeout',
        retry: 'no',
      });
    }
    if (error instanceof RangeError && error.message.includes('call stack')) {
      const fix = 'Take a smaller part of it.';
      throw new FailureError(failure('bad-value', `${what}: it is nested too deep.`, { retry: 'no', fix }));
    }
    throw error;
  } finally {
    if (before === undefined) delete context.work;
    else context.work = before;
  }
}
