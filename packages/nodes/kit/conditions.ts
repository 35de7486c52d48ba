/**
 * Owns typed conditions: { left, op, right, type?, caseSensitive?, loose? }, joined by and / or.
 * Strict by default: a value of another type than the condition's is a Failure, not false. `loose`
 * converts both sides first. Operators are in operators.ts, dates in dates.ts, n8n's rules in
 * n8n-conditions.ts, Dify's in core/dify. Runs inside the isolate.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import { millisOf } from './dates.ts';
import { OPERATORS, TYPES, typesOfOperator, type ConditionType } from './operators.ts';
import { isObject } from './paths.ts';
import { kindOf, wrongParameter } from './read.ts';

export interface Condition {
  left?: unknown;
  op: string;
  right?: unknown;
  /** Default: what the operator needs, else what the left value is. */
  type?: ConditionType;
  /** Of texts; default true. */
  caseSensitive?: boolean;
  /** Convert both sides to the type first. Default false. */
  loose?: boolean;
}

export type Combinator = 'and' | 'or';

/** Left to right, stopping as soon as the answer is known. No conditions: `and` holds, `or` does not. */
export function evaluateConditions(
  conditions: readonly Condition[],
  combinator: Combinator = 'and',
  name = 'conditions',
): boolean {
  const wanted = combinator === 'or';
  for (let i = 0; i < conditions.length; i += 1) {
    if (evaluateCondition(conditions[i] as Condition, name, i) === wanted) return wanted;
  }
  return !wanted;
}

export function evaluateCondition(condition: Condition, name = 'conditions', index = 0): boolean {
  const place = (): string => `${name}[${index}]`;
  if (!isObject(condition)) wrongParameter(place(), 'an object with left, op and right', condition);
  const { op } = condition;
  const type = condition.type ?? typeOf(op, condition.left, condition.right);
  const operators = OPERATORS.get(type);
  if (operators === undefined) {
    return wrongParameter(`${place()}.type`, `one of ${TYPES.join(', ')}`, condition.type);
  }
  const operator = operators.get(op);
  if (operator === undefined) return unknownOperator(place(), op, type, [...operators.keys()]);
  const loose = condition.loose ?? false;
  const left = convert(condition.left, type, loose, place, 'left');
  const right =
    operator.right === 'none' ? null : convert(condition.right, operator.right ?? type, loose, place, 'right');
  return operator.test(left, right, condition.caseSensitive ?? true);
}

function unknownOperator(place: string, op: unknown, type: string, known: string[]): never {
  throw new FailureError(
    failure('bad-value', `${place}.op: there is no operator ${JSON.stringify(op) ?? 'undefined'} for ${type}.`, {
      retry: 'no',
      fix: `Operators for ${type}: ${known.join(', ')}.`,
    }),
  );
}

/** The type that a condition without one means. */
function typeOf(op: string, left: unknown, right: unknown): ConditionType {
  const possible = typesOfOperator(op);
  if (possible.length === 1) return possible[0] as ConditionType;
  const seen = kindFor(left) ?? kindFor(right) ?? possible[0] ?? 'string';
  return possible.length === 0 || possible.includes(seen) ? seen : (possible[0] as ConditionType);
}

function kindFor(value: unknown): ConditionType | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    default:
      return millisOf(value) !== null ? 'dateTime' : 'object';
  }
}

type Target = ConditionType | 'any';

const EXPECTED: Record<ConditionType, string> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  dateTime: 'a date and time',
  array: 'a list',
  object: 'an object',
};

function convert(value: unknown, type: Target, loose: boolean, place: () => string, side: 'left' | 'right'): unknown {
  if (value === undefined || value === null || type === 'any') return value ?? null;
  if (type === 'dateTime') {
    const ms = millisOf(value);
    if (ms !== null) return ms;
    if (loose && value === '') return null;
  } else if (kindFor(value) === type) return value;
  else if (loose) {
    const converted = convertLoosely(value, type);
    if (converted !== undefined) return converted;
  }
  const fix = loose
    ? `${kindOf(value)} cannot be read as ${EXPECTED[type]}.`
    : `Convert it in the expression, choose another type, or set loose: true.`;
  return wrongParameter(`${place()}.${side}`, EXPECTED[type], value, fix);
}

/** undefined when it cannot be done. */
function convertLoosely(value: unknown, type: Exclude<ConditionType, 'dateTime'>): unknown {
  switch (type) {
    case 'string':
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
    case 'number': {
      const blank = (typeof value === 'string' && value.trim() === '') || (Array.isArray(value) && value.length === 0);
      if (blank) return null;
      const number = Number(value);
      return Number.isNaN(number) ? undefined : number;
    }
    case 'boolean': {
      const word = String(value).trim().toLowerCase();
      if (word === 'true' || word === '1') return true;
      if (word === 'false' || word === '0') return false;
      return Boolean(value);
    }
    case 'array':
    case 'object': {
      if (typeof value !== 'string') return undefined;
      try {
        const parsed: unknown = JSON.parse(value);
        return kindFor(parsed) === type ? parsed : undefined;
      } catch {
        return undefined;
      }
    }
  }
}
