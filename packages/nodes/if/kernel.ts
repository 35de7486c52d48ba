/** Owns the work of If on one item. Runs inside the isolate. */
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { decides } from '../kit/decide.ts';
import { pass } from '../kit/items.ts';

export function run({ params, item, index }: KernelCall): KernelResult {
  return decides(params, index) ? [[pass(item)]] : [[], [pass(item)]];
}
