/** Owns one call of the Assign node. Where variables are kept is the engine's. */
import type { Json } from '@rondo/core/model/item.ts';
import type { VariablePort, VariableScope } from '@rondo/core/model/effect-ports.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { isObject } from '../kit/paths.ts';
import { kindOf, readChoice, readText, wrongParameter } from '../kit/read.ts';
import { runOperations } from './operations.ts';

function entriesOf(call: EffectCall, parameter: string): [string, Json][] {
  const given = call.params[parameter] ?? null;
  if (given === null) return [];
  return isObject(given) ? Object.entries(given) : wrongParameter(parameter, 'an object of values by name', given);
}

function emptied(value: Json | undefined): Json {
  if (typeof value === 'string') return '';
  if (typeof value === 'number') return 0;
  if (typeof value === 'boolean') return false;
  if (Array.isArray(value)) return [];
  return isObject(value) ? {} : null;
}

export async function run(call: EffectCall): Promise<EffectResult> {
  const scope: VariableScope = readChoice(call.params, 'scope', ['run', 'conversation', 'loop'], 'run');
  const loop = readText(call.params, 'loop', '') || undefined;
  const variables: Pick<VariablePort, 'get' | 'set'> = {
    get: (_scope, name) => call.ports.variables.get(scope, name, loop),
    set: (_scope, name, value) => call.ports.variables.set(scope, name, value, loop),
  };
  for (const [name, value] of entriesOf(call, 'set')) await variables.set(scope, name, value);
  for (const [name, value] of entriesOf(call, 'append')) {
    const list = variables.get(scope, name) ?? [];
    if (!Array.isArray(list))
      return wrongParameter(`append.${name}`, `a list to append to, but ${name} is ${kindOf(list)}`, value);
    await variables.set(scope, name, [...list, value]);
  }
  for (const [name, value] of entriesOf(call, 'add')) {
    const before = variables.get(scope, name) ?? 0;
    if (typeof before !== 'number' || typeof value !== 'number')
      return wrongParameter(
        `add.${name}`,
        'a number, and a number to add it to',
        typeof value === 'number' ? before : value,
      );
    await variables.set(scope, name, before + value);
  }
  const { clear } = call.params;
  if (clear !== undefined && clear !== null) {
    if (!Array.isArray(clear)) return wrongParameter('clear', 'a list of names', clear);
    for (const name of clear) await variables.set(scope, String(name), emptied(variables.get(scope, String(name))));
  }
  const { operations } = call.params;
  if (operations !== undefined && operations !== null) await runOperations(call, operations);
  return { items: call.items };
}
