/**
 * Owns numbers with a point that are whole: 3.0 beside 3. JSON text keeps the difference, JavaScript does not, so it
 * is read with Floats of core/template, which write themselves with their point again.
 */
import { Float } from '../template/value.ts';

/** Never false for text that holds such a number; what looks like one inside a text is rare. */
const MAY_HOLD = /(?:^|[[:,])\s*-?\d+(?:\.0|(?:\.\d+)?[eE])/;

type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown;

const pointed: Reviver = (_key, value, context) =>
  typeof value === 'number' && Number.isInteger(value) && /[.eE]/.test(context?.source ?? '') && Math.abs(value) < 1e16
    ? new Float(value)
    : value;

/** JSON text as data in which 3.0 is no 3. */
export function parsePointed(text: string): unknown {
  return MAY_HOLD.test(text) ? (JSON.parse(text, pointed) as unknown) : (JSON.parse(text) as unknown);
}

/** The same value with plain numbers, for those who know no others. */
export function withoutPoints<T>(value: T): T {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Float) return value.value as T;
  if (Array.isArray(value)) return value.map(withoutPoints) as T;
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    Object.defineProperty(copy, key, {
      value: withoutPoints(member),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return copy as T;
}
