/**
 * Owns conditions that compare as Dify's If/Else and loop breaks do, for imported workflows: by the type
 * of the value that is there, with the expected side as text, falsiness as in Python. Operators have
 * our names (DIFY_OPERATORS). Does not know conditions over attributes of files. Runs inside the isolate.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Combinator, Condition } from './conditions.ts';
import type { ConditionType } from './operators.ts';
import { isObject } from './paths.ts';
import { kindOf } from './read.ts';

/** Dify's name of an operator to ours. `is` and `=` differ in the types that they take. */
export const DIFY_OPERATORS: Readonly<Record<string, { op: string; type?: ConditionType }>> = {
  'contains': { op: 'contains' },
  'not contains': { op: 'notContains' },
  'start with': { op: 'startsWith' },
  'end with': { op: 'endsWith' },
  'is': { op: 'equals', type: 'string' },
  'is not': { op: 'notEquals', type: 'string' },
  'empty': { op: 'empty' },
  'not empty': { op: 'notEmpty' },
  'in': { op: 'in' },
  'not in': { op: 'notIn' },
  'all of': { op: 'containsAll' },
  '=': { op: 'equals', type: 'number' },
  '≠': { op: 'notEquals', type: 'number' },
  '>': { op: 'gt' },
  '<': { op: 'lt' },
  '≥': { op: 'gte' },
  '≤': { op: 'lte' },
  'null': { op: 'notExists' },
  'not null': { op: 'exists' },
  'exists': { op: 'exists' },
  'not exists': { op: 'notExists' },
};

/** Left to right, stopping as soon as the answer is known. */
export function evaluateDifyConditions(
  conditions: readonly Condition[],
  combinator: Combinator,
  name = 'conditions',
): boolean {
  const wanted = combinator === 'or';
  for (const [i, condition] of conditions.entries()) {
    if (evaluateDifyCondition(condition, `${name}[${i}]`) === wanted) return wanted;
  }
  return !wanted;
}

/**
 * `isFloat`: the number was written with a decimal point, which JSON does not tell of 5.0; such a number is
 * compared with texts that are no whole numbers, too.
 */
export function evaluateDifyCondition(
  condition: Condition,
  place = 'condition',
  isFloat = typeof condition.left === 'number' && !Number.isInteger(condition.left),
): boolean {
  const value = condition.left ?? null;
  const right = (): unknown => expectedOf(value, condition.right ?? null, place);
  switch (condition.op) {
    case 'exists':
      return value !== null;
    case 'notExists':
      return value === null;
    case 'empty':
      return !truthy(value);
    case 'notEmpty':
      return truthy(value);
    case 'contains':
      return contains(value, right(), place);
    case 'notContains':
      return !contains(value, right(), place);
    case 'startsWith':
      return textOf(value, right(), place, (text, part) => text.startsWith(part));
    case 'endsWith':
      return textOf(value, right(), place, (text, part) => text.endsWith(part));
    case 'in':
      return isIn(value, right(), place);
    case 'notIn':
      return !isIn(value, right(), place);
    case 'containsAll':
      return all(value, right(), place);
    case 'equals':
    case 'notEquals': {
      const numeric = condition.type === 'number' || (condition.type === undefined && typeof value === 'number');
      const answer = numeric ? sameNumber(value, right(), place, isFloat) : same(value, right(), place);
      // A missing value is neither equal nor unequal.
      return answer !== null && answer === (condition.op === 'equals');
    }
    case 'gt':
      return compare(value, right(), place, (a, b) => a > b);
    case 'lt':
      return compare(value, right(), place, (a, b) => a < b);
    case 'gte':
      return compare(value, right(), place, (a, b) => a >= b);
    case 'lte':
      return compare(value, right(), place, (a, b) => a <= b);
    default: {
      const known = [...new Set(Object.values(DIFY_OPERATORS).map(({ op }) => op))].join(', ');
      return refuse('bad-value', `${place}.op: there is no operator ${JSON.stringify(condition.op)}.`, known);
    }
  }
}

function refuse(code: 'bad-value' | 'wrong-type', message: string, known?: string): never {
  const fix = known === undefined ? 'Convert the value first, or use semantics: rondo.' : `Operators: ${known}.`;
  throw new FailureError(failure(code, message, { retry: 'no', fix }));
}

function unfit(place: string, expected: string, value: unknown): never {
  return refuse('wrong-type', `${place}.left must be ${expected}, not ${kindOf(value)}.`);
}

/** As in Python: null, false, 0, empty text, empty list and empty object are false. */
function truthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return isObject(value) ? Object.keys(value).length > 0 : Boolean(value);
}

/** Where the value is of booleans, what is expected of it becomes one. */
function expectedOf(value: unknown, expected: unknown, place: string): unknown {
  const booleans = Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'boolean');
  if (typeof value !== 'boolean' && !booleans) return expected;
  return Array.isArray(expected) ? expected.map((one) => booleanOf(one, place)) : booleanOf(expected, place);
}

function booleanOf(expected: unknown, place: string): boolean {
  if (typeof expected === 'boolean') return expected;
  if (typeof expected === 'string') {
    try {
      const parsed: unknown = JSON.parse(expected);
      if (parsed === null || typeof parsed === 'boolean') return parsed === true;
      if (typeof parsed === 'number' && /^\s*-?\d+\s*$/.test(expected)) return parsed !== 0;
    } catch {
      // Said below.
    }
  }
  return refuse('wrong-type', `${place}.right must be true or false, not ${kindOf(expected)}.`);
}

function contains(value: unknown, expected: unknown, place: string): boolean {
  if (!truthy(value)) return false;
  if (typeof value === 'string') return value.includes(String(expected));
  return Array.isArray(value) ? value.includes(expected) : unfit(place, 'text or a list', value);
}

function textOf(
  value: unknown,
  expected: unknown,
  place: string,
  test: (text: string, part: string) => boolean,
): boolean {
  if (!truthy(value)) return false;
  return typeof value === 'string' ? test(value, String(expected)) : unfit(place, 'text', value);
}

function isIn(value: unknown, expected: unknown, place: string): boolean {
  if (!truthy(value)) return false;
  if (Array.isArray(expected)) return expected.includes(value);
  return refuse('wrong-type', `${place}.right must be a list, not ${kindOf(expected)}.`);
}

function all(value: unknown, expected: unknown, place: string): boolean {
  if (!truthy(value)) return false;
  if (!Array.isArray(expected)) {
    return refuse('wrong-type', `${place}.right must be a list, not ${kindOf(expected)}.`);
  }
  if (typeof value === 'string') return expected.every((one) => value.includes(String(one)));
  return Array.isArray(value) && expected.every((one) => value.includes(one));
}

/** Null where the value is missing. */
function same(value: unknown, expected: unknown, place: string): boolean | null {
  if (value === null) return null;
  if (typeof value === 'boolean') return value === expected;
  return typeof value === 'string' ? value === String(expected) : unfit(place, 'text, true or false', value);
}

function sameNumber(value: unknown, expected: unknown, place: string, isFloat: boolean): boolean | null {
  if (value === null) return null;
  if (typeof value === 'boolean') return value === expected;
  if (typeof value !== 'number') return unfit(place, 'a number, true or false', value);
  return value === numberOf(expected, place, isFloat);
}

function compare(value: unknown, expected: unknown, place: string, test: (a: number, b: number) => boolean): boolean {
  if (value === null) return false;
  if (typeof value === 'boolean') return test(Number(value), Number(expected));
  return typeof value === 'number' ? test(value, numberOf(expected, place, true)) : unfit(place, 'a number', value);
}

function numberOf(expected: unknown, place: string, fraction: boolean): number {
  if (typeof expected === 'number') return fraction ? expected : Math.trunc(expected);
  const text = String(expected).trim();
  const pattern = fraction ? /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i : /^[+-]?\d+$/;
  if (pattern.test(text)) return Number(text);
  return refuse(
    'wrong-type',
    `${place}.right must be ${fraction ? 'a number' : 'a whole number'}, not ${kindOf(expected)}.`,
  );
}
