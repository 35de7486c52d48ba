/** Owns the work of Switch on one item. Runs inside the isolate. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { decides } from '../kit/decide.ts';
import { pass } from '../kit/items.ts';
import { isObject } from '../kit/paths.ts';
import { readFlag, readList, readObject, readText, readTextList, wrongParameter } from '../kit/read.ts';
import { switchOutputs } from '../kit/switch-outputs.ts';

const NO_RULES: Json[] = [];
const NO_NAMES: string[] = [];

export function run({ params, item, index }: KernelCall): KernelResult {
  const rules = readList(params, 'rules', NO_RULES);
  const fallback = readText(params, 'fallback', 'none');
  const all = readFlag(params, 'all', false);
  const hasCases = params.cases !== undefined && params.cases !== null;
  const chooses = params.output !== undefined;
  if (rules.length === 0 && !hasCases && !chooses)
    refuse('Switch has neither rules nor cases.', 'Give rules, value with cases, or outputs with output.');
  const outputs = switchOutputs(params);
  const ports: Item[][] = outputs.map(() => []);
  const send = (output: unknown): void => {
    const list = ports[outputs.indexOf(output as string)];
    // Rules that share an output send an item there once.
    if (list !== undefined && list.length === 0) list.push(pass(item));
  };
  let found = false;
  if (chooses) {
    for (const name of chosen(params, outputs, all)) {
      found = true;
      send(name);
    }
  }
  for (let i = 0; i < rules.length && (all || !found); i += 1) {
    const rule = rules[i] as Json;
    if (!isObject(rule)) wrongParameter(`rules[${i}]`, 'an object', rule);
    if (typeof rule.output !== 'string') wrongParameter(`rules[${i}].output`, 'text', rule.output);
    if (!decides(rule, index, `rules[${i}].`)) continue;
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

/** Outputs that the expression names, by name or by position; null is none. */
function chosen(params: Record<string, Json>, outputs: readonly string[], all: boolean): string[] {
  readTextList(params, 'outputs', NO_NAMES);
  const given = params.output ?? null;
  const wanted = Array.isArray(given) ? given : given === null ? [] : [given];
  const names = wanted.map((one) => {
    if (typeof one !== 'string' && typeof one !== 'number') wrongParameter('output', 'a name or a position', one);
    const name = typeof one === 'number' ? outputs[one] : one;
    if (name === undefined || !outputs.includes(name)) {
      refuse(`output: there is no output ${String(one)}.`, `Outputs: ${outputs.join(', ')} (positions count from 0).`);
    }
    return name;
  });
  return all ? names : names.slice(0, 1);
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
