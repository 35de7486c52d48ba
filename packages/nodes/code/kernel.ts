/** Owns calling a user's JavaScript in its three styles. Does not compile it. Runs inside the isolate. */
import { Defect } from '@rondo/core/errors.ts';
import type { Item } from '@rondo/core/model/item.ts';
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { checkOutputs, readOutputs, RULES } from '../kit/code/outputs.ts';
import { itemsOf } from '../kit/code/result.ts';
import { readChoice, readObject } from '../kit/read.ts';

const MODES = ['item', 'all', 'main'] as const;

export function run({ params, code }: KernelCall): KernelResult {
  if (code === undefined) throw new Defect('A Code node was called without its code.');
  if (readChoice(params, 'mode', MODES, 'item') !== 'main') return settled(code({}), itemsOf);
  const rules = readChoice(params, 'check', RULES, 'types');
  const declared = readOutputs(params, rules);
  const inputs = readObject(params, 'inputs', {});
  return settled(code(inputs, 'main'), (value) => [{ json: checkOutputs(value, declared, rules) }]);
}

function settled(value: unknown, items: (value: unknown) => Item[]): KernelResult {
  return value instanceof Promise ? value.then((result) => [items(result)]) : [items(value)];
}
