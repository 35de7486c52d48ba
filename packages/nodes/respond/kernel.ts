/** Owns the work of Respond on one item; sending the answer is the engine's. Runs inside the isolate. */
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { pass, withJson } from '../kit/items.ts';

export function run({ params, item }: KernelCall): KernelResult {
  return [[Object.hasOwn(params, 'body') ? withJson(item, params.body ?? null) : pass(item)]];
}
