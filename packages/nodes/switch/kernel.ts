/** Owns the work of Switch on one item. Runs inside the isolate. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { decides } from '../kit/decide.ts';
import { pass } from '../kit/items.ts';
import { isObject } from '../kit/paths.ts';
import { readFlag, readList, readObject, readText, wrongParameter } from '../kit/read.ts';
import { switchOutputs } from '../kit/switch-outputs.ts';

const NO_RULES: Json[] = [];

export function run({ params, item }: KernelCall): KernelResult {
  const rules = readList(params, 'rules', NO_RULES);
  const fallback = readText(params, 'fallback', 'none');
  const all = readFlag(params, 'all', false);
  const hasCases = params.cases !== undefined && params.cases !== null;
  if (rules.length === 0 && !hasCases)
    refuse('Switch has neither rules nor cases.', 'Give rules, or value with cases.');
  const outputs = switchOutputs(params);
  const ports: Item[][] = outputs.map(() => []);
  const send = (output: unknown): void => {
    const list = ports[outputs.indexOf(output as string)];
    // Rules that share an output send an item there once.
    if (list !== undefined && list.length === 0) list.push(pass(item));
  };
  let found = false;
  for (let i = 0; i < rules.length; i += 1) {
    const rule = rules[i] as Json;
    if (!isObject(rule)) wrongParameter(`rules[${i}]`, 'an object', rule);
    if (typeof rule.output !== 'string') wrongParameter(`rules[${i}].output`, 'text', rule.output);
    if (!decides(rule, `rules[${i}].`)) continue;
    found = true;
    send(rule.output);
    if (!all) break;
  }
  if (hasCases && (all || !found)) {
    const cases = readObject(params, 'cases');
    const key = caseOf(params.value);
    if (Object.hasOwn(cases, key)) {
      if (typeof cases[key] !== 'string') wrongParameter(`cases.${key}`, 'text', cases[key]);
      found = true;
      send(cases[key]);
    }
  }
  if (!found && fallback !== 'none') {
    if (!outputs.includes(fallback)) {
      refuse(`fallback: there is no output ${fallback}.`, `Use none, extra, or one of ${outputs.join(', ')}.`);
    }
    send(fallback);
  }
  return ports;
}

/** Cases are keys, so values compare as text; a missing value is the case null. */
function caseOf(value: Json | undefined): string {
  if (value !== null && typeof value === 'object') {
    return wrongParameter('value', 'text, a number, true, false or null', value);
  }
  return String(value ?? null);
}

function refuse(message: string, fix: string): never {
  throw new FailureError(failure('bad-value', message, { retry: 'no', fix }));
}
