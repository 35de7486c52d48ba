/** Owns the work of On failure: the engine gives it the item that it hands on. Runs inside the isolate. */
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { pass } from '../kit/items.ts';

export function run({ inputs, item }: KernelCall): KernelResult {
  return inputs[0]?.length === 0 ? [[]] : [[pass(item)]];
}
