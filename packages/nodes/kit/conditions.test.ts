/** Typed conditions by our own rules. */
import { describe, expect, it } from 'vitest';
import { evaluateCondition, evaluateConditions, type Condition } from './conditions.ts';
import type { ConditionType } from './operators.ts';

const ask = (condition: Condition): boolean => evaluateCondition(condition);

describe('conditions', () => {
  it('take the type from the operator, else from the values', () => {
    expect(ask({ left: 5, op: 'equals', right: 5 })).toBe(true);
    expect(ask({ left: 'a', op: 'contains', right: 'b' })).toBe(false);
    expect(ask({ left: ['a'], op: 'contains', right: 'a' })).toBe(true);
    expect(ask({ left: null, op: 'contains', right: 'a' })).toBe(false);
    expect(ask({ left: '2024-01-31', op: 'after', right: '2024-01-30T23:59:59Z' })).toBe(true);
    expect(ask({ left: [1, 2], op: 'lengthGt', right: 1 })).toBe(true);
    expect(ask({ left: undefined, op: 'notExists' })).toBe(true);
    expect(ask({ left: {}, op: 'empty' })).toBe(true);
    expect(ask({ left: 'a', op: 'in', right: ['a', 'b'] })).toBe(true);
  });

  it('know in and containsAll of lists and texts', () => {
    expect(ask({ left: 2, op: 'notIn', right: [1, 2] })).toBe(false);
    expect(ask({ left: 'AP', op: 'in', right: 'apple', caseSensitive: false })).toBe(true);
    expect(ask({ left: 'AP', op: 'in', right: ['ap'] })).toBe(false);
    expect(ask({ left: null, op: 'in', right: ['ap', null] })).toBe(false);
    expect(ask({ left: 'one two', op: 'containsAll', right: ['one', 'two'] })).toBe(true);
    expect(ask({ left: ['a', 'B'], op: 'containsAll', right: ['b'], caseSensitive: false })).toBe(true);
    expect(ask({ left: ['a'], op: 'containsAll', right: ['a', 'b'] })).toBe(false);
    expect(() => ask({ left: ['a'], op: 'containsAll', right: 'a' })).toThrow('right must be a list');
  });

  it('fail on a value of another type, and say which and what helps', () => {
    expect(() => ask({ left: '15', op: 'gt', right: 10 })).toThrow(
      /conditions\[0\]\.left must be a number, not the text "15"/,
    );
    expect(() => ask({ left: 1, op: 'gt', right: '10' })).toThrow(/right must be a number/);
    expect(() => ask({ left: 'x', op: 'gt', right: 1, loose: true })).toThrow(/left must be a number/);
    expect(() => ask({ left: 'soon', op: 'after', right: '2024-01-01' })).toThrow(/a date and time/);
    expect(() => ask({ left: 1, op: 'gte ', right: 1 })).toThrow(/no operator "gte "/);
    expect(() => ask({ left: 1, op: 'gt', right: 1, type: 'text' as ConditionType })).toThrow(/type must be one of/);
    expect(() => ask({ left: 'a', op: 'regex', right: '(' })).toThrow(/not a pattern/);
  });

  it('convert when they are loose', () => {
    expect(ask({ left: '15', op: 'gt', right: '10', loose: true })).toBe(true);
    expect(ask({ left: '[1]', op: 'lengthEquals', right: '1', loose: true })).toBe(true);
    expect(ask({ left: 7, op: 'startsWith', right: '7', type: 'string', loose: true })).toBe(true);
    expect(ask({ left: 'TRUE', op: 'true', loose: true })).toBe(true);
  });

  it('treat missing numbers and dates as fitting no comparison', () => {
    for (const op of ['gt', 'lt', 'gte', 'lte']) expect(ask({ left: null, op, right: -1 })).toBe(false);
    for (const op of ['before', 'after', 'equals', 'notEquals']) {
      expect(ask({ left: null, op, right: '2024-01-01', type: 'dateTime' })).toBe(false);
    }
  });

  it('read dates without a zone as UTC, on every machine', () => {
    const same = (left: unknown, right: unknown): boolean => ask({ left, op: 'equals', right, type: 'dateTime' });
    expect(same('2024-02-01 10:30:00', '2024-02-01T10:30:00Z')).toBe(true);
    expect(same('2024-02-01T12:30+02:00', '2024-02-01T10:30:00.000Z')).toBe(true);
    expect(same('1-Feb-2024', '2024-02-01')).toBe(true);
    expect(same('Thu, 01 Feb 2024 10:30:00 GMT', '2024-02-01T10:30Z')).toBe(true);
    expect(same(new Date(0), 0)).toBe(true);
    expect(() => same('01/02/2024', '2024-02-01')).toThrow(/a date and time/);
    expect(() => same('2024-02-31T25:00', '2024-02-01')).toThrow(/a date and time/);
  });

  it('stop as soon as the answer is known', () => {
    const broken: Condition = { left: 'x', op: 'gt', right: 1 };
    expect(evaluateConditions([{ left: 1, op: 'gt', right: 2 }, broken], 'and')).toBe(false);
    expect(evaluateConditions([{ left: 3, op: 'gt', right: 2 }, broken], 'or')).toBe(true);
    expect(evaluateConditions([], 'and')).toBe(true);
    expect(evaluateConditions([], 'or')).toBe(false);
  });

  it('do not remember where a pattern with flag g stopped', () => {
    const condition: Condition = { left: 'foo', op: 'regex', right: '/o/g' };
    expect([1, 2, 3].map(() => ask(condition))).toEqual([true, true, true]);
  });
});
