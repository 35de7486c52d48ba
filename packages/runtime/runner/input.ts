/** Owns the check of a run's input against what the workflow declares. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { Plan, PlanInput } from '@rondo/core/model/plan.ts';
import { describe, isObject } from '@rondo/core/model/shape.ts';

/** Declared inputs with defaults. Throws FailureError input-invalid naming every wrong field. */
export function checkInput(plan: Pick<Plan, 'inputs'>, input: Json): Record<string, Json> {
  const given = isObject(input) ? input : {};
  const values: Record<string, Json> = { ...given };
  const wrong: string[] = [];
  for (const [name, field] of Object.entries(plan.inputs)) {
    // Where null is what stands for nothing, it may be given as well.
    if (!Object.hasOwn(given, name) || (given[name] === null && field.default === null)) {
      if (field.default !== undefined) values[name] = field.default;
      else if (field.required) wrong.push(`${name} is missing (${field.type} expected)`);
      continue;
    }
    const value = given[name] as Json;
    if (!fits(value, field.type)) wrong.push(`${name} must be ${field.type}, not ${describe(value)}`);
    else if (field.maxLength !== undefined && typeof value === 'string' && [...value].length > field.maxLength) {
      wrong.push(`${name} may have at most ${field.maxLength} characters, not ${[...value].length}`);
    } else if (field.enum !== undefined && !field.enum.includes(value)) {
      wrong.push(
        `${name} must be one of ${field.enum.map((v) => JSON.stringify(v)).join(', ')}, not ${describe(value)}`,
      );
    }
  }
  if (wrong.length > 0)
    throw new FailureError(failure('input-invalid', `The input does not fit: ${wrong.join('; ')}.`, { retry: 'no' }));
  return values;
}

function fits(value: Json, type: PlanInput['type']): boolean {
  switch (type) {
    case 'any':
      return true;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}
