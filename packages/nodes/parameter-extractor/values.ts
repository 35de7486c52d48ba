/**
 * Owns reading a value that a model gave for a declared parameter: gentle with spelling ("41" is a number), strict
 * about what it means. Does not ask models.
 */
import type { Json } from '@rondo/core/model/item.ts';
import type { Field } from '../kit/ai/json-schema.ts';
import { isObject } from '../kit/paths.ts';
import { kindOf } from '../kit/read.ts';

export interface Declared extends Field {
  /** Value when the text has none. */
  fallback: Json;
}

const NOTHING = Symbol('nothing');
type Found = Json | typeof NOTHING;

function numberOf(value: Json, whole: boolean): Found {
  const number =
    typeof value === 'string' && value.trim() !== '' ? Number(value.replace(/(?<=\d)[,_ ](?=\d{3}\b)/g, '')) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return NOTHING;
  return whole && !Number.isInteger(number) ? NOTHING : number;
}

function booleanOf(value: Json): Found {
  if (typeof value === 'boolean') return value;
  const text = String(value).trim().toLowerCase();
  if (['true', 'yes', '1'].includes(text)) return true;
  return ['false', 'no', '0'].includes(text) ? false : NOTHING;
}

function optionOf(value: Json, options: readonly Json[]): Found {
  const text = String(value).trim().toLowerCase();
  return options.find((option) => String(option).trim().toLowerCase() === text) ?? NOTHING;
}

function single(type: string, value: Json, options: readonly Json[]): Found {
  if (options.length > 0) return optionOf(value, options);
  switch (type) {
    case 'number':
    case 'integer':
      return numberOf(value, type === 'integer');
    case 'boolean':
      return booleanOf(value);
    case 'object':
      return isObject(value) ? value : NOTHING;
    case 'any':
      return value;
    default:
      if (typeof value === 'string') return value;
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : NOTHING;
  }
}

/** The value, or its default with what is wrong. A missing value is a problem only where it is required. */
export function valueOf(declared: Declared, given: Json | undefined): { value: Json; problem: string | null } {
  const { name, type, options, required, fallback } = declared;
  if (given === undefined || given === null || (given === '' && required)) {
    return { value: fallback, problem: required ? `${name} is missing` : null };
  }
  const wrong = { value: fallback, problem: `${name} must be ${type}, not ${kindOf(given)}` };
  const inner = /^array(?:\[(\w+)\])?$/.exec(type);
  if (inner === null) {
    const value = single(type, given, options);
    return value === NOTHING ? wrong : { value, problem: null };
  }
  if (!Array.isArray(given)) return wrong;
  const values = given.map((one) => single(inner[1] ?? 'any', one, options)).filter((one) => one !== NOTHING);
  if (values.length === 0 && required) return { value: fallback, problem: `${name} is empty` };
  return { value: values, problem: null };
}
