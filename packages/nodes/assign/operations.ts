/** Owns operations of the Assign node: a list of changes, all or none. What they make of a value is core/dify's. */
import { changed } from '@rondo/core/dify/assign.ts';
import { notFound } from '@rondo/core/dify/conditions.ts';
import { lookUp } from '@rondo/core/dify/values.ts';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { VariableScope } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import { isObject } from '../kit/paths.ts';
import { readChoice, readText, wrongParameter } from '../kit/read.ts';

const SCOPES = ['run', 'conversation', 'loop', 'none'] as const;

interface Variable {
  scope: VariableScope;
  name: string;
  loop: string | undefined;
}

function variableOf(raw: Record<string, Json>): Variable {
  const scope = readChoice(raw, 'scope', SCOPES, 'run');
  const name = readText(raw, 'name');
  if (scope === 'none') {
    const fix = 'Declare the variable, or assign to another one.';
    throw new FailureError(failure('bad-value', notFound(name), { retry: 'no', fix }));
  }
  return { scope, name, loop: readText(raw, 'loop', '') || undefined };
}

const keyOf = ({ scope, name, loop }: Variable): string => JSON.stringify([scope, loop ?? null, name]);

export async function runOperations(call: EffectCall, operations: Json): Promise<void> {
  if (!Array.isArray(operations)) return wrongParameter('operations', 'a list of changes', operations);
  const working = new Map<string, { variable: Variable; value: unknown }>();
  const read = (variable: Variable): unknown => {
    const known = working.get(keyOf(variable));
    return known === undefined ? call.ports.variables.get(variable.scope, variable.name, variable.loop) : known.value;
  };
  for (const [i, raw] of operations.entries()) {
    if (!isObject(raw)) return wrongParameter(`operations[${i}]`, 'an object with name and operation', raw);
    const variable = variableOf(raw);
    const value = changed({
      type: readText(raw, 'type', 'any'),
      current: read(variable),
      operation: readText(raw, 'operation'),
      input: readChoice(raw, 'input', ['variable', 'constant'], 'variable'),
      value: valueOf(raw, read),
    });
    working.set(keyOf(variable), { variable, value });
  }
  for (const { variable, value } of working.values()) {
    await call.ports.variables.set(variable.scope, variable.name, (value ?? null) as Json, variable.loop);
  }
}

function valueOf(raw: Record<string, Json>, read: (variable: Variable) => unknown): unknown {
  const { from } = raw;
  if (!isObject(from)) return raw['value'] ?? null;
  const path = Array.isArray(from['path']) ? from['path'].map(String) : [];
  return lookUp(read(variableOf(from)), path) ?? null;
}
