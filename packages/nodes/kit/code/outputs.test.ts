/** Declared outputs of main: what fits which type, in our rules and in Dify's (all of its cases: declared-outputs.test.ts). */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { checkOutputs, readOutputs, type Rules } from './outputs.ts';

const check = (type: string, value: unknown, rules: Rules = 'types'): Json | undefined =>
  checkOutputs({ r: value }, readOutputs({ outputs: { r: type } }, rules), rules).r;

describe('types', () => {
  it.each<[string, Json]>([
    ['string', ''],
    ['number', 1.5],
    ['boolean', false],
    ['object', { a: [1, 'x', { b: null }] }],
    ['any', [1, 'x']],
    ['array[string]', ['a', null]],
    ['array[number]', [1, null, 2.5]],
    ['array[boolean]', [true]],
    ['array[object]', [{}, { a: 1 }]],
    ['array[any]', [1, 'x', [], {}]],
    ['array[number]', []],
    ['array[string]', Array.from({ length: 5000 }, () => 'x')],
  ])('%s takes %j', (type, value) => {
    expect(check(type, value)).toEqual(value);
    expect(check(type, null)).toBeNull();
  });

  it.each<[string, unknown, string]>([
    ['string', 5, 'Output r must be text, not the number 5.'],
    ['number', '5', 'Output r must be a number, not the text "5".'],
    ['number', true, 'Output r must be a number, not true.'],
    ['boolean', 1, 'Output r must be true or false, not the number 1.'],
    ['object', [], 'Output r must be an object, not a list.'],
    ['object', new Map(), 'Output r must be an object, not a Map.'],
    ['array[string]', 'a', 'Output r must be a list, not the text "a".'],
    ['array[string]', ['a', 1], 'Output r[1] must be text, not the number 1.'],
    ['array[object]', [{}, []], 'Output r[1] must be an object, not a list.'],
    ['array[any]', {}, 'Output r must be a list, not an object.'],
    ['any', undefined, 'main did not return r.'],
  ])('%s refuses %j', (type, value, message) => {
    expect(() => check(type, value)).toThrow(message);
  });
});

describe('dify', () => {
  it('counts true as 1, takes NUL out, does not look at booleans', () => {
    expect(check('number', true, 'dify')).toBe(1);
    expect(check('string', 'a\0b', 'dify')).toBe('ab');
    expect(check('boolean', 'anything', 'dify')).toBe('anything');
  });

  it('has its limits', () => {
    const texts = Array.from({ length: 31 }, () => 'x');
    expect(() => check('array[string]', texts, 'dify')).toThrow('must be less than 30');
    expect(() => check('object', { l: [1, 'a'] }, 'dify')).toThrow('of the same type');
  });
});

describe('names', () => {
  it('such as __proto__ are names like any other', () => {
    const result = JSON.parse('{"__proto__":{"x":1}}') as Json;
    const declared = readOutputs({ outputs: JSON.parse('{"__proto__":"object"}') as Json }, 'types');
    expect(JSON.stringify(checkOutputs(result, declared, 'types'))).toBe('{"__proto__":{"x":1}}');
    expect(JSON.stringify(checkOutputs(result, declared, 'dify'))).toBe('{"__proto__":{"x":1}}');
  });
});
