/** Owns the check of what a calling workflow hands over, item by item. Runs inside the isolate. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { keptFields, pass, withJson } from '../kit/items.ts';
import { isObject, put, type JsonObject } from '../kit/paths.ts';
import { kindOf, readChoice, readList, wrongParameter } from '../kit/read.ts';

export function run({ params, inputs, item }: KernelCall): KernelResult {
  if (inputs[0]?.length === 0) return [[]];
  const fields = readList(params, 'fields', []);
  if (fields.length === 0) return [[pass(item)]];
  const extra = readChoice(params, 'extra', ['keep', 'drop'], 'keep');
  const given: JsonObject = isObject(item.json) ? item.json : {};
  const out = keptFields(given, extra === 'keep' ? 'all' : 'none', []);
  const wrong: string[] = [];
  for (const [i, field] of fields.entries()) {
    if (!isObject(field) || typeof field.name !== 'string' || field.name === '') {
      return wrongParameter(`fields[${i}]`, 'an object with a name', field);
    }
    const { name, type = 'any', required = true } = field;
    // As expressions do, null counts as not given.
    const value = Object.hasOwn(given, name) ? (given[name] ?? null) : null;
    if (value !== null) {
      if (fits(value, type)) put(out, name, value);
      else wrong.push(`${name} must be ${String(type)}, not ${kindOf(value)}`);
    } else if (Object.hasOwn(field, 'default')) put(out, name, field.default ?? null);
    else if (required === true) wrong.push(`${name} is missing`);
    else put(out, name, null);
  }
  if (wrong.length > 0) {
    throw new FailureError(
      failure('input-invalid', `What was handed over does not fit: ${wrong.join('; ')}.`, {
        retry: 'no',
        fix: 'Correct the input of the calling node, or the fields of this trigger.',
      }),
    );
  }
  return [[withJson(item, out)]];
}

function fits(value: Json, type: Json): boolean {
  switch (type) {
    case 'list':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
    default:
      return true;
  }
}
