/**
 * Owns converting a value to a type that somebody asked for: text to a number, JSON text to a list. Never
 * guesses: empty text is no number, and what cannot be read is said. Runs inside the isolate.
 */
import type { Json } from '@rondo/core/model/item.ts';
import { millisOf } from './dates.ts';
import { isObject } from './paths.ts';

export const CONVERT_TYPES = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'dateTime'] as const;
export type ConvertType = (typeof CONVERT_TYPES)[number];

/** undefined when it cannot be done. null stays null: it is no value of any type. */
export function convertTo(value: Json, type: ConvertType): Json | undefined {
  if (value === null) return null;
  switch (type) {
    case 'string':
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
    case 'number':
      return numberOf(value);
    case 'integer': {
      const number = numberOf(value);
      return Number.isInteger(number) ? number : undefined;
    }
    case 'boolean':
      return booleanOf(value);
    case 'array':
      return parsed(value, Array.isArray);
    case 'object':
      return parsed(value, isObject);
    case 'dateTime': {
      const ms = millisOf(value);
      return ms === null || Math.abs(ms) > 8.64e15 ? undefined : new Date(ms).toISOString();
    }
  }
}

function numberOf(value: Json): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function booleanOf(value: Json): boolean | undefined {
  const word = typeof value === 'object' ? '' : String(value).trim().toLowerCase();
  if (word === 'true' || word === '1') return true;
  return word === 'false' || word === '0' ? false : undefined;
}

function parsed(value: Json, fits: (value: unknown) => boolean): Json | undefined {
  if (fits(value)) return value;
  if (typeof value !== 'string') return undefined;
  try {
    const read = JSON.parse(value) as Json;
    return fits(read) ? read : undefined;
  } catch {
    return undefined;
  }
}
