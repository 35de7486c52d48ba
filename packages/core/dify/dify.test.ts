/** Values as Dify has them: spelling, numbers with a point, assignments, what nodes ask of them. */
import { describe, expect, it } from 'vitest';
import { Float } from '../template/value.ts';
import { changed } from './assign.ts';
import { DIFY_FUNCTIONS } from './functions.ts';
import { keeps } from './list-filter.ts';
import { parsePointed, withoutPoints } from './numbers.ts';
import { markdownOf, textOf } from './text.ts';
import { kindOf, lookUp } from './values.ts';

const file = {
  dify_model_identity: '__dify__file__',
  filename: 'a.png',
  type: 'image',
  url: 'https://x.test/a.png',
  size: 3,
};
const call = (name: string, ...args: unknown[]): unknown =>
  (DIFY_FUNCTIONS[name] as (...given: unknown[]) => unknown)(...args);

describe('spelling', () => {
  it.each<[unknown, string, string]>([
    ['a', 'a', 'a'],
    [null, '', ''],
    [true, 'True', 'True'],
    [3, '3', '3'],
    [new Float(3), '3.0', '3.0'],
    [2.5, '2.5', '2.5'],
    [1e-7, '1e-07', '1e-07'],
    [{ a: 1, é: [new Float(2)] }, '{"a": 1, "é": [2.0]}', '{\n  "a": 1,\n  "é": [\n    2.0\n  ]\n}'],
    [{}, '{}', '{}'],
    [['x', 'y'], '["x", "y"]', '- x\n- y'],
    [[1, "it's"], '[1, "it\'s"]', "- 1\n- it's"],
    [[{ k: null }], "[{'k': None}]", "- {'k': None}"],
    [[], '', ''],
    [file, '', '![a.png](https://x.test/a.png)'],
    [[{ ...file, type: 'document' }], '', '[a.png](https://x.test/a.png)'],
  ])('of %j', (value, text, markdown) => {
    expect(textOf(value)).toBe(text);
    expect(markdownOf(value)).toBe(markdown);
  });
});

it('numbers keep their point on the way through JSON', () => {
  const text = '{"a":3.0,"b":3,"c":[-2.0,1.5,"4.0"],"__proto__":1e3}';
  const value = parsePointed(text);
  expect(JSON.stringify(value)).toBe('{"a":3.0,"b":3,"c":[-2.0,1.5,"4.0"],"__proto__":1000.0}');
  expect(JSON.stringify(withoutPoints(value))).toBe('{"a":3,"b":3,"c":[-2,1.5,"4.0"],"__proto__":1000}');
});

it('selectors find members and attributes, and nothing of JavaScript', () => {
  expect(lookUp({ a: { b: null } }, ['a', 'b'])).toBeNull();
  for (const path of [['a', 'c'], ['constructor'], ['list', '0'], ['list', 'length'], ['text', 'length']]) {
    expect(lookUp({ a: {}, list: [1], text: 'x' }, path)).toBeUndefined();
  }
  expect(lookUp({ f: file }, ['f', 'name'])).toBe('a.png');
  expect(lookUp({ f: file }, ['f', 'filename'])).toBeUndefined();
  expect([kindOf([1, new Float(2)]), kindOf([1, 'a']), kindOf([]), kindOf([null])]).toEqual([
    'array[number]',
    'array[any]',
    'array[any]',
    'array[any]',
  ]);
});

describe('assignments', () => {
  const change = (type: string, current: unknown, operation: string, value: unknown, input: 'constant' | 'variable') =>
    JSON.stringify(changed({ type, current, operation, value, input }));

  it('compute as Python does, and leave alone what null would change', () => {
    expect(change('number', 6, '/=', 2, 'constant')).toBe('3.0');
    expect(change('number', new Float(1), '+=', 2, 'constant')).toBe('3.0');
    expect(change('number', 5, '+=', false, 'constant')).toBe('5');
    expect(change('array[string]', ['a'], 'append', null, 'variable')).toBe('["a"]');
    expect(change('object', {}, 'set', '{"a":1}', 'constant')).toBe('{"a":1}');
    expect(change('array[any]', [1], 'extend', ['x'], 'variable')).toBe('[1,"x"]');
  });

  it.each<[string, unknown, string, unknown, 'constant' | 'variable', string]>([
    ['string', 'a', '+=', 1, 'constant', 'Operation += is not supported for type string'],
    ['number', 1, 'append', 1, 'variable', 'Operation append is not supported for type integer'],
    ['number', 1.5, 'append', 1, 'variable', 'Operation append is not supported for type float'],
    ['array[string]', [], 'append', 'a', 'constant', 'Input type constant is not supported for operation append'],
    ['number', 1, '/=', 0, 'constant', 'Invalid input value 0'],
    ['array[string]', [], 'append', { a: null }, 'variable', "Invalid input value {'a': None}"],
    ['string', '', 'like', 'a', 'constant', 'There is no operation like'],
  ])('%s %j %s %j (%s) are refused', (type, current, operation, value, input, message) => {
    expect(() => change(type, current, operation, value, input)).toThrow(message);
  });
});

describe('functions', () => {
  it('put outputs together in their order', () => {
    expect(call('$merged', { answer: 'a', files: [1] }, undefined, { answer: 'b', x: null })).toEqual({
      answer: 'ab',
      files: [1],
      x: null,
    });
  });

  it('make the output of an iteration from its rounds', () => {
    const rounds = (values: unknown[], spread = true): unknown =>
      call(
        '$rounds',
        values.map((value) => ({ json: value === undefined ? null : { value } })),
        spread,
      );
    expect(rounds([[1, 1], undefined, [3]])).toEqual([1, 1, 3]);
    expect(rounds([[1], undefined], false)).toEqual([[1], null]);
    expect(rounds([[1], 2])).toEqual([[1], 2]);
    expect(rounds([undefined])).toEqual([null]);
  });

  it('say what cannot be gone through in the words of Dify', () => {
    expect(call('$iterable', null, [])).toEqual([]);
    expect(() => call('$iterable', undefined, ['a', 'b'])).toThrow("iterator variable ['a', 'b'] not found");
    expect(() => call('$iterable', 'abc', ['a', 'b'])).toThrow(
      "invalid iterator value: value_type=<SegmentType.STRING: 'string'> value='abc', please provide a list.",
    );
  });

  it('read forms and lines', () => {
    expect(JSON.stringify([call('$number', '2', 'n'), call('$number', '2.0', 'n'), call('$number', null, 'n')])).toBe(
      '[2,2.0,null]',
    );
    expect(() => call('$number', 'two', 'n')).toThrow('n in input form must be a valid number');
    expect(call('$pairs', 'a: b:c\n\n x :\ny')).toEqual([
      { name: 'a', value: 'b:c' },
      { name: 'x', value: '' },
      { name: 'y', value: '' },
    ]);
    expect(call('$authorization', 'basic', 'ü:k', '')).toEqual([{ name: 'Authorization', value: 'Basic w7w6aw==' }]);
    expect(() => call('$authorization', 'bearer', '', '')).toThrow('API key');
    expect([call('$jsonBody', '{"a": 1,}'), call('$jsonBody', "{a: 'x'}"), call('$jsonBody', 'no')]).toEqual([
      '{"a":1}',
      '{"a":"x"}',
      'no',
    ]);
    expect(call('$file', { type: 'image', url: 'https://x.test/p/a.png?q=1' })).toMatchObject({
      filename: 'a.png',
      extension: '.png',
    });
  });
});

it('lists are filtered by text, number or attribute', () => {
  const fits = (element: unknown, operator: string, value: unknown, key = ''): boolean =>
    keeps(element, { key, operator, value });
  expect([
    fits('', 'in', 'apple'),
    fits(new Float(2), '=', '2'),
    fits(file, '>', '2', 'size'),
    fits(true, 'is', 'true'),
  ]).toEqual([true, true, true, true]);
  expect(() => fits(1, 'contains', '1')).toThrow('Invalid condition: contains');
});
