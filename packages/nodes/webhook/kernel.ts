/**
 * Owns the work of the Webhook trigger in a run: the request as an item, with the uploaded files as files of
 * the item. Runs inside the isolate.
 */
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { received } from '../kit/received.ts';

export function run({ inputs, item }: KernelCall): KernelResult {
  return inputs[0]?.length === 0 ? [[]] : [[received(item)]];
}
