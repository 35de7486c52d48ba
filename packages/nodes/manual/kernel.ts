/** Owns the work of Manual: the input, unchanged. Runs inside the isolate. */
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { pass } from '../kit/items.ts';

export function run(call: KernelCall): KernelResult {
  // A run over a list without elements starts without an item.
  return call.inputs[0]?.length === 0 ? [[]] : [[pass(call.item)]];
}
