/** Owns calling a user's JavaScript in its four styles. Does not compile it. Runs inside the isolate. */
import { Defect } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { checkOutputs, readOutputs, RULES } from '../kit/code/outputs.ts';
import { itemsOfAll, itemsOfEach, itemsOfFunction, itemsOfFunctionItem } from '../kit/code/n8n-result.ts';
import { itemsOf } from '../kit/code/result.ts';
import { readChoice, readObject } from '../kit/read.ts';

/** The function that the runner adds to a script (core/script/callable.ts). */
const CALLER = '$callByName';

const MODES = ['item', 'all', 'main', 'function'] as const;
const SEMANTICS = ['rondo', 'n8n', 'n8n-function'] as const;

export function run(call: KernelCall): KernelResult {
  const { params, code } = call;
  if (code === undefined) throw new Defect('A Code node was called without its code.');
  const mode = readChoice(params, 'mode', MODES, 'item');
  const semantics = readChoice(params, 'semantics', SEMANTICS, 'rondo');
  if (semantics !== 'rondo') return asInN8n(call, code, mode === 'all', semantics === 'n8n-function');
  if (mode === 'function') {
    // Arguments are its own, to change as it likes.
    const given = JSON.parse(JSON.stringify(readObject(params, 'inputs', {}))) as Record<string, Json>;
    return settled(code(given, CALLER), (value) => [{ json: asJson(value) }]);
  }
  if (mode !== 'main') return settled(code({}), itemsOf);
  const rules = readChoice(params, 'check', RULES, 'types');
  const declared = readOutputs(params, rules);
  const inputs = readObject(params, 'inputs', {});
  return settled(code(inputs, 'main'), (value) => [{ json: checkOutputs(value, declared, rules) }]);
}

/** As JSON has it; nothing, and what is left undefined, is null. */
function asJson(value: unknown): Json {
  const text = JSON.stringify(value ?? null, (_, member: unknown) => (member === undefined ? null : member)) ?? 'null';
  return JSON.parse(text) as Json;
}

type Run = NonNullable<KernelCall['code']>;

function asInN8n({ item, index }: KernelCall, code: Run, all: boolean, old: boolean): KernelResult {
  if (all) return settled(code({}), old ? itemsOfFunction : itemsOfAll);
  if (!old) return settled(code({}), (value) => itemsOfEach(value, index));
  // There `item` is its json, and may be changed.
  const json: unknown = JSON.parse(JSON.stringify(item.json));
  return settled(code({ item: json }), (value) => itemsOfFunctionItem(value, item));
}

function settled(value: unknown, items: (value: unknown) => Item[]): KernelResult {
  return value instanceof Promise ? value.then((result) => [items(result)]) : [items(value)];
}
