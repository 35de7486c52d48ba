/** Owns sorting items by a user's comparison. Does not compile it. Runs inside the isolate. */
import { Defect, failure, FailureError } from '@rondo/core/errors.ts';
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { from } from '../kit/items.ts';

export function run({ inputs, code }: KernelCall): KernelResult {
  if (code === undefined) throw new Defect('A Sort by code node was called without its code.');
  const rows = (inputs[0] ?? []).map((item, position) => ({ item, position }));
  rows.sort((a, b) => answer(code({ a: a.item, b: b.item })));
  return [rows.map(({ item, position }) => from(item, position))];
}

/** As Array.sort takes it: what is no number is 0. */
function answer(given: unknown): number {
  if (given instanceof Promise) {
    given.catch(() => undefined);
    const fix = 'Return a number at once; prepare what has to be waited for in a Code node before it.';
    throw new FailureError(failure('node-failed', 'code answers with a promise, not a number.', { retry: 'no', fix }));
  }
  return Number(given) || 0;
}
