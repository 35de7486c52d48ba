/** Owns the work of End on one item: which way it goes. Runs inside the isolate. */
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { pass } from '../kit/items.ts';

export function run({ params, item }: KernelCall): KernelResult {
  const { when = true } = params;
  return when !== 'false' && Boolean(when) ? [[], [pass(item)]] : [[pass(item)]];
}
