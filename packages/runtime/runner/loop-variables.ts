/**
 * Owns variables of loops that nodes inside set while an iteration runs. They are those of `$loop.vars`, and are
 * journalled where the frame of the iteration is, so that a resumed one goes on with them.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { VariablePort } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { isObject } from '@rondo/core/model/shape.ts';
import type { RunContext } from './context.ts';
import type { Frame } from './frame.ts';
import { put } from './ports.ts';

/** The variables that a node of the frame reads and sets. */
export function variablesOf(context: RunContext, frame: Frame): VariablePort {
  const { variables } = context;
  return {
    get(scope, name, loop) {
      if (scope !== 'loop') return variables.get(scope, name);
      const { vars } = iterationOf(frame, loop);
      return Object.hasOwn(vars, name) ? vars[name] : undefined;
    },
    async set(scope, name, value, loop) {
      if (scope !== 'loop') return variables.set(scope, name, value);
      const { vars, body } = iterationOf(frame, loop);
      put(vars, name, value);
      if (body.recorded) context.event({ type: 'variables-set', frame: body.path, step: null, values: { ...vars } });
    },
  };
}

/** The frame that is an iteration of the loop, and the variables of the loop in it. */
function iterationOf(frame: Frame, loop: string | undefined): { vars: Record<string, Json>; body: Frame } {
  for (let body: Frame | null = frame; body !== null; body = body.parent) {
    const view = body.around === null ? undefined : body.loops[0];
    if (view === undefined || !isObject(view.vars) || (loop !== undefined && view.node !== loop)) continue;
    return { vars: view.vars, body };
  }
  throw noLoop(loop);
}

function noLoop(loop: string | undefined): FailureError {
  const which = loop === undefined ? 'no loop with variables' : `no loop ${loop} with variables`;
  return new FailureError(failure('node-failed', `There is ${which} around this node.`, { retry: 'no' }));
}
