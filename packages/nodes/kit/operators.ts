/**
 * Owns the operators of typed conditions, one table per type. Both sides arrive converted
 * (conditions.ts); null is a missing value. Runs inside the isolate.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import { isObject } from './paths.ts';

export const TYPES = ['string', 'number', 'dateTime', 'boolean', 'array', 'object'] as const;
export type ConditionType = (typeof TYPES)[number];

interface Operator {
  /** What the right side is; default the type itself. */
  right?: 'none' | 'any' | 'number' | 'array';
  test(left: unknown, right: unknown, caseSensitive: boolean): boolean;
}

type Table = ReadonlyMap<string, Operator>;

const exists = (value: unknown): boolean => value !== null && value !== undefined && !Number.isNaN(value);

/** Operators of every type. */
function presence(isEmpty: (value: unknown) => boolean): [string, Operator][] {
  return [
    ['exists', { right: 'none', test: (left) => exists(left) }],
    ['notExists', { right: 'none', test: (left) => !exists(left) }],
    ['empty', { right: 'none', test: (left) => isEmpty(left) }],
    ['notEmpty', { right: 'none', test: (left) => !isEmpty(left) }],
  ];
}

/** An operator and its opposite. */
function pair(name: string, opposite: string, operator: Operator): [string, Operator][] {
  const { test } = operator;
  return [
    [name, operator],
    [opposite, { ...operator, test: (left, right, cased) => !test(left, right, cased) }],
  ];
}

function text(test: (left: string, right: string) => boolean): Operator {
  return {
    test(left, right, caseSensitive) {
      const a = (left ?? '') as string;
      const b = (right ?? '') as string;
      return caseSensitive ? test(a, b) : test(a.toLowerCase(), b.toLowerCase());
    },
  };
}

const MOST_PATTERNS = 200;
const patterns = new Map<string, RegExp>();

/** A pattern as bare text or /body/flags. Its case is the pattern's own matter: /body/i. */
function pattern(source: string): RegExp {
  let known = patterns.get(source);
  if (known === undefined) {
    const written = /^\/(.*)\/([a-z]*)$/s.exec(source);
    try {
      known = new RegExp(written?.[1] ?? source, written?.[2]);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new FailureError(
        failure('bad-value', `The right side of regex is not a pattern: ${why}.`, { retry: 'no' }),
      );
    }
    if (patterns.size >= MOST_PATTERNS) patterns.clear();
    patterns.set(source, known);
  }
  // A pattern with g or y remembers where it stopped.
  known.lastIndex = 0;
  return known;
}

const regex: Operator = {
  test: (left, right) => pattern((right ?? '') as string).test((left ?? '') as string),
};

/** Missing values compare with nothing. */
function numbers(test: (left: number, right: number) => boolean): Operator {
  return { test: (left, right) => typeof left === 'number' && typeof right === 'number' && test(left, right) };
}

/** Whether the list holds the value itself; texts may differ in case only. */
export function listContains(list: readonly unknown[], value: unknown, ignoreCase: boolean): boolean {
  if (!ignoreCase || typeof value !== 'string') return list.includes(value);
  const wanted = value.toLowerCase();
  return list.some((element) => typeof element === 'string' && element.toLowerCase() === wanted);
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function length(test: (length: number, right: number) => boolean): Operator {
  return {
    right: 'number',
    test: (left, right) => test(listOf(left).length, right === null ? Number.NaN : (right as number)),
  };
}

/** One of a list; a text may also be a part of another text. */
const among: Operator = {
  right: 'any',
  test(left, right, caseSensitive) {
    if (left === null) return false;
    if (Array.isArray(right)) return listContains(right, left, !caseSensitive);
    if (typeof left !== 'string' || typeof right !== 'string') return false;
    return caseSensitive ? right.includes(left) : right.toLowerCase().includes(left.toLowerCase());
  },
};

const same: Operator = { test: (left, right) => (left ?? null) === (right ?? null) };

const STRING: Table = new Map([
  ...presence((value) => value === null || value === undefined || value === ''),
  ...pair(
    'equals',
    'notEquals',
    text((a, b) => a === b),
  ),
  ...pair(
    'contains',
    'notContains',
    text((a, b) => a.includes(b)),
  ),
  ...pair(
    'startsWith',
    'notStartsWith',
    text((a, b) => a.startsWith(b)),
  ),
  ...pair(
    'endsWith',
    'notEndsWith',
    text((a, b) => a.endsWith(b)),
  ),
  ...pair('regex', 'notRegex', regex),
  ...pair('in', 'notIn', among),
  [
    'containsAll',
    {
      right: 'array',
      test: (left, right, caseSensitive) => {
        const whole = caseSensitive ? ((left ?? '') as string) : ((left ?? '') as string).toLowerCase();
        return listOf(right).every((part) => whole.includes(caseSensitive ? String(part) : String(part).toLowerCase()));
      },
    },
  ],
]);

const NUMBER: Table = new Map<string, Operator>([
  ...presence((value) => !exists(value)),
  ...pair('equals', 'notEquals', same),
  ['gt', numbers((a, b) => a > b)],
  ['lt', numbers((a, b) => a < b)],
  ['gte', numbers((a, b) => a >= b)],
  ['lte', numbers((a, b) => a <= b)],
  ...pair('in', 'notIn', among),
]);

const DATE_TIME: Table = new Map<string, Operator>([
  ...presence((value) => !exists(value)),
  ['equals', numbers((a, b) => a === b)],
  ['notEquals', numbers((a, b) => a !== b)],
  ['after', numbers((a, b) => a > b)],
  ['before', numbers((a, b) => a < b)],
  ['afterOrEquals', numbers((a, b) => a >= b)],
  ['beforeOrEquals', numbers((a, b) => a <= b)],
]);

const BOOLEAN: Table = new Map<string, Operator>([
  ...presence((value) => !exists(value)),
  ['true', { right: 'none', test: (left) => left === true }],
  ['false', { right: 'none', test: (left) => left !== true }],
  ...pair('equals', 'notEquals', same),
]);

const ARRAY: Table = new Map<string, Operator>([
  ...presence((value) => listOf(value).length === 0),
  ...pair('contains', 'notContains', {
    right: 'any',
    test: (left, right, caseSensitive) => listContains(listOf(left), right, !caseSensitive),
  }),
  [
    'containsAll',
    {
      right: 'array',
      test: (left, right, caseSensitive) =>
        listOf(right).every((value) => listContains(listOf(left), value, !caseSensitive)),
    },
  ],
  ['lengthEquals', length((a, b) => a === b)],
  ['lengthNotEquals', length((a, b) => a !== b)],
  ['lengthGt', length((a, b) => a > b)],
  ['lengthLt', length((a, b) => a < b)],
  ['lengthGte', length((a, b) => a >= b)],
  ['lengthLte', length((a, b) => a <= b)],
]);

const OBJECT: Table = new Map(presence((value) => !isObject(value) || Object.keys(value).length === 0));

export const OPERATORS: ReadonlyMap<string, Table> = new Map([
  ['string', STRING],
  ['number', NUMBER],
  ['dateTime', DATE_TIME],
  ['boolean', BOOLEAN],
  ['array', ARRAY],
  ['object', OBJECT],
]);

/** Every operator's name, once. */
export const OPERATOR_NAMES: readonly string[] = [
  ...new Set([...OPERATORS.values()].flatMap((table) => [...table.keys()])),
];

const typesByOperator = new Map<string, ConditionType[]>(
  OPERATOR_NAMES.map((op) => [op, TYPES.filter((type) => OPERATORS.get(type)?.has(op))]),
);

export function typesOfOperator(op: string): readonly ConditionType[] {
  return typesByOperator.get(op) ?? [];
}
