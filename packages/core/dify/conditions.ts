/**
 * Owns conditions that compare as Dify's If/Else and loop breaks do: by the type of the value that is there, with
 * the expected side as text, falsiness as in Python. Operators have the names of Rondo's own conditions
 * (DIFY_OPERATORS). Pure; runs inside the isolate.
 */
import { failure, FailureError } from '../errors.ts';
import { Float } from '../template/value.ts';
import { attributeOf, isData, isFile, isTruthy as truthy, type Data } from './values.ts';

export interface Condition {
  left?: unknown;
  op: string;
  right?: unknown;
  /** string or number: which kind of equality. */
  type?: string;
  /** Of files: what one of them must fulfil, instead of `right`. */
  where?: { combinator?: string; conditions?: readonly FileCondition[] };
}

/** A condition over an attribute of a file. */
interface FileCondition {
  key: string;
  op: string;
  right?: unknown;
  type?: string;
}

type Combinator = 'and' | 'or';

/** Stands for a variable that does not exist, which is an error only when it is looked at. */
const MISSING = '$missing';

export function missing(path: string): { [MISSING]: string } {
  return { [MISSING]: path };
}

/** Dify's name of an operator to ours. `is` and `=` differ in the types that they take. */
export const DIFY_OPERATORS: Readonly<Record<string, { op: string; type?: 'string' | 'number' }>> = {
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
  isFloat = isPointed(condition.left),
): boolean {
  const value = plain(found(condition.left));
  if (condition.where !== undefined) return ofFiles(condition, value, place);
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

const isPointed = (value: unknown): boolean =>
  value instanceof Float || (typeof value === 'number' && !Number.isInteger(value));

/** Comparisons are of numbers; that one has a point is said apart. */
function plain(value: unknown): unknown {
  if (value instanceof Float) return value.value;
  return Array.isArray(value) && value.some((one) => one instanceof Float) ? value.map(plain) : value;
}

/** Throws where the variable does not exist. */
function found(value: unknown): unknown {
  if (isData(value) && Object.hasOwn(value, MISSING) && Object.keys(value).length === 1)
    return refuse('bad-value', notFound(String(value[MISSING])));
  return value ?? null;
}

/** Of a selector, spelled as Dify spells it. */
export function notFound(path: string): string {
  return `Variable [${path
    .split('.')
    .map((part) => `'${part}'`)
    .join(', ')}] not found`;
}

/** Whether files fulfil conditions over their attributes: some do, none does, all do. */
function ofFiles(condition: Condition, value: unknown, place: string): boolean {
  const files = (Array.isArray(value) ? value : value === null ? [] : [value]) as unknown[];
  if (!files.every(isFile)) return unfit(place, 'a file or a list of files', value);
  const { conditions = [], combinator } = condition.where ?? {};
  const fits = (file: Data): boolean =>
    evaluateDifyConditions(
      conditions.map(({ key, ...rest }) => ({ ...rest, left: fileAttribute(file, key) })),
      combinator === 'or' ? 'or' : 'and',
      place,
    );
  switch (condition.op) {
    case 'contains':
      return files.some(fits);
    case 'notContains':
      return !files.some(fits);
    case 'containsAll':
      return files.length > 0 && files.every(fits);
    case 'exists':
    case 'notEmpty':
      return files.length > 0;
    default:
      return files.length === 0;
  }
}

function fileAttribute(file: Data, key: string): unknown {
  return attributeOf(file, key) ?? null;
}

/** A value in words for people. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value !== 'string') return String(value);
  if (value === '') return 'empty text';
  return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value)}`;
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
