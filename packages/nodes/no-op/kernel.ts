/** Owns the work of No operation. Runs inside the isolate. */
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { pass } from '../kit/items.ts';

export function run(call: KernelCall): KernelResult {
  return [[pass(call.item)]];
}
