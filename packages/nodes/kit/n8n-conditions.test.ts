/** Conditions by n8n's rules: its recorded tables where they are at hand, and what the tables leave out. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Condition } from './conditions.ts';
import { evaluateN8nConditions, type N8nRules } from './n8n-conditions.ts';
import { listContains, type ConditionType } from './operators.ts';

const ask = (condition: Condition, rules: N8nRules = 3): boolean => evaluateN8nConditions([condition], 'and', rules, 4);

describe('versions', () => {
  it('say what does not fit in the words of n8n', () => {
    expect(() => ask({ left: '6', op: 'gt', right: 5, type: 'number' })).toThrow(
      "Wrong type: '6' is a string but was expecting a number [condition 0, item 4]",
    );
    expect(() => ask({ left: 'x', op: 'gt', right: 'y', type: 'number' })).toThrow(
      'Comparison type expects a number but both fields are a string',
    );
    expect(() => ask({ left: {}, op: 'gt', right: 1, type: 'number', loose: true })).toThrow(
      "Conversion error: the object '[object Object]' can't be converted to a number [condition 0, item 4]",
    );
  });

  it('read loosely, each in its own way', () => {
    const blank: Condition = { left: '', op: 'equals', right: 0, type: 'number', loose: true };
    expect([ask(blank, 2), ask(blank, 3)]).toEqual([true, false]);
    const word: Condition = { left: 'false', op: 'true', type: 'boolean', loose: true };
    expect([ask(word, 1), ask(word, 2)]).toEqual([true, false]);
  });

  it('know no other operators: what is asked does not hold', () => {
    expect(ask({ left: 'a', op: 'sounds like', right: 'a', type: 'string' })).toBe(false);
  });
});

describe('before there were types', () => {
  const old = (left: unknown, op: string, right: unknown, type?: ConditionType): boolean =>
    ask({ left, op, right, ...(type === undefined ? {} : { type }) }, 0);

  it('nothing is converted, and what is missing counts as 0', () => {
    expect(old('1', 'equals', 1)).toBe(false);
    expect(old('10', 'gt', 9)).toBe(true);
    expect(old(undefined, 'lt', 1)).toBe(true);
    expect(old(null, 'contains', '')).toBe(true);
    expect(old({}, 'empty', undefined)).toBe(true);
    expect(old('Ada', 'regex', '/^a/i')).toBe(true);
  });

  it('dates have to be dates', () => {
    expect(old('2024-02-01', 'after', '2024-01-01', 'dateTime')).toBe(true);
    expect(() => old('soon', 'after', '2024-01-01', 'dateTime')).toThrow('The value "soon" is not a valid DateTime.');
  });
});

interface FilterArgument {
  combinator: 'and' | 'or';
  conditions: { leftValue: unknown; rightValue?: unknown; operator: { type: ConditionType; operation: string } }[];
  options: { caseSensitive: boolean; typeValidation: 'strict' | 'loose'; version: 1 | 2 | 3 };
}

interface FilterCase {
  name: string;
  call: string;
  args: unknown[];
  matcher: string;
  expected: unknown;
}

/** Values that JSON does not have are written as objects with one key. */
function revive(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(revive);
  const special = value as Record<string, unknown>;
  if ('$undefined' in special) return undefined;
  if ('$number' in special) return Number(special.$number);
  if ('$date' in special) return new Date(special.$date as string);
  if ('$dateTime' in special) return { toMillis: () => Date.parse(special.$dateTime as string) };
  return Object.fromEntries(Object.entries(special).map(([key, inner]) => [key, revive(inner)]));
}

function answer(test: FilterCase): unknown {
  if (test.call === 'arrayContainsValue') {
    const [list, value, ignoreCase] = test.args as [unknown[], unknown, boolean];
    return listContains(list, value, ignoreCase);
  }
  const { combinator, conditions, options } = revive(test.args[0]) as FilterArgument;
  const native = conditions.map(
    (condition): Condition => ({
      left: condition.leftValue,
      op: condition.operator.operation,
      right: condition.rightValue,
      type: condition.operator.type,
      caseSensitive: options.caseSensitive,
      loose: options.typeValidation === 'loose',
    }),
  );
  return evaluateN8nConditions(native, combinator, options.version, 0);
}

const table = new URL('../../../../shared/fixtures/n8n/workflow/filter-cases.json', import.meta.url);
const cases = existsSync(table) ? (JSON.parse(readFileSync(table, 'utf8')) as FilterCase[]) : [];

describe.skipIf(cases.length === 0)('recorded filter conditions', () => {
  it(`fit in all ${cases.length} cases`, () => {
    const wrong = cases.filter((test) => {
      if (test.matcher !== 'toThrowError') return answer(test) !== test.expected;
      try {
        answer(test);
        return true;
      } catch (error) {
        return (error as Error).message !== test.expected;
      }
    });
    expect(wrong.map((test) => `${test.name} ${JSON.stringify(test.args)}`)).toEqual([]);
    expect(cases.length).toBeGreaterThan(200);
  });
});
