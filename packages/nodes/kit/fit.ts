/**
 * Owns whether a value fits a parameter's spec. Used when a node is defined and before an effect runs;
 * kernels read their parameters with read.ts. Does not know templates beyond seeing that a text is one.
 */
import type { Json } from '@rondo/core/model/item.ts';
import type { ParameterSpec } from '@rondo/core/model/node-type.ts';
import { parseDuration } from '@rondo/core/model/duration.ts';
import { isObject } from './paths.ts';
import { kindOf } from './read.ts';

const EXPECTED: Record<ParameterSpec['type'], string> = {
  string: 'text',
  code: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  list: 'a list',
  duration: 'a duration such as 250ms, 30s or 5m',
  any: 'any value',
};

function hasType(value: Json, type: ParameterSpec['type']): boolean {
  switch (type) {
    case 'string':
    case 'code':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'integer':
      return Number.isInteger(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'object':
      return isObject(value);
    case 'list':
      return Array.isArray(value);
    case 'duration':
      return parseDuration(value) !== null;
    case 'any':
      return true;
  }
}

export interface Misfit {
  name: string;
  expected: string;
  value: Json | undefined;
}

/** What is wrong with `value`, or null. `templates`: texts with {{ }} stand for any value. */
export function misfit(spec: ParameterSpec, value: Json | undefined, name: string, templates: boolean): Misfit | null {
  if (value === undefined || value === null) {
    if (!spec.required || (value === null && spec.type === 'any')) return null;
    return { name, expected: EXPECTED[spec.type], value };
  }
  if (templates && typeof value === 'string' && value.includes('{{')) return null;
  if (!hasType(value, spec.type)) return { name, expected: EXPECTED[spec.type], value };
  if (spec.enum !== undefined && !spec.enum.includes(value as string)) {
    return { name, expected: `one of ${spec.enum.join(', ')}`, value };
  }
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = spec;
  if (typeof value === 'number' && !(value >= min && value <= max)) {
    const range = max === Number.POSITIVE_INFINITY ? `of at least ${min}` : `from ${min} to ${max}`;
    return { name, expected: `a number ${range}`, value };
  }
  return spec.fields === undefined ? null : misfitOfFields(spec, value, name, templates);
}

function misfitOfFields(spec: ParameterSpec, value: Json, name: string, templates: boolean): Misfit | null {
  const objects: [Json, string][] =
    spec.type === 'list' && Array.isArray(value) ? value.map((v, i) => [v, `${name}[${i}]`]) : [[value, name]];
  for (const [object, at] of objects) {
    if (!isObject(object)) {
      if (templates && typeof object === 'string' && object.includes('{{')) continue;
      return { name: at, expected: 'an object', value: object };
    }
    for (const [key, field] of Object.entries(spec.fields ?? {})) {
      const found = misfit(field, Object.hasOwn(object, key) ? object[key] : undefined, `${at}.${key}`, templates);
      if (found !== null) return found;
    }
    const unknown = Object.keys(object).find((key) => !Object.hasOwn(spec.fields ?? {}, key));
    if (unknown !== undefined) {
      const known = Object.keys(spec.fields ?? {}).join(', ');
      return { name: `${at}.${unknown}`, expected: `left out (fields: ${known})`, value: object[unknown] };
    }
  }
  return null;
}

export function describeMisfit(found: Misfit): string {
  return `${found.name} must be ${found.expected}, not ${kindOf(found.value)}.`;
}
