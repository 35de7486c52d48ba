/** Conditions as Dify compares: what surprises, and the recorded truth table where it is at hand. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DIFY_OPERATORS, evaluateDifyCondition, evaluateDifyConditions } from './conditions.ts';

describe('conditions of Dify', () => {
  it('take the expected side as text, and a missing value for neither equal nor unequal', () => {
    expect(evaluateDifyCondition({ left: 5, op: 'equals', right: '5' })).toBe(true);
    expect(evaluateDifyCondition({ left: null, op: 'notEquals', right: 'a', type: 'string' })).toBe(false);
    expect(evaluateDifyCondition({ left: true, op: 'equals', right: '1' })).toBe(true);
    expect(evaluateDifyCondition({ left: {}, op: 'empty' })).toBe(true);
  });

  it('stop as soon as the answer is known', () => {
    const broken = { left: 5, op: 'startsWith', right: 'a' };
    expect(evaluateDifyConditions([{ left: 'a', op: 'exists' }, broken], 'or')).toBe(true);
    expect(() => evaluateDifyConditions([{ left: 'a', op: 'exists' }, broken], 'and')).toThrow(
      'conditions[1].left must be text, not the number 5.',
    );
    expect(() => evaluateDifyCondition({ left: 1, op: 'like' })).toThrow('there is no operator "like"');
  });
});

interface Row {
  value: unknown;
  op: string;
  expected: unknown;
  result?: boolean;
  error?: string;
}

const table = new URL('../../../../shared/fixtures/dify/tables/conditions.jsonl', import.meta.url);
const lines = existsSync(table) ? readFileSync(table, 'utf8').trim().split('\n') : [];

describe.skipIf(lines.length === 0)('recorded conditions of Dify (skipped without their table)', () => {
  it(`fit in all ${lines.length} cases`, () => {
    const wrong = lines.filter((line) => {
      const row = JSON.parse(line) as Row;
      const condition = { left: row.value, right: row.expected, ...(DIFY_OPERATORS[row.op] ?? { op: row.op }) };
      // JSON does not keep the point of 5.0.
      const isFloat = /"value": -?\d+\.\d+[,}]/.test(line);
      try {
        return evaluateDifyCondition(condition, 'condition', isFloat) !== row.result;
      } catch {
        return row.error === undefined;
      }
    });
    expect(wrong).toEqual([]);
    expect(lines.length).toBeGreaterThan(700);
  });
});
