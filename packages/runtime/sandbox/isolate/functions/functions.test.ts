/** Data functions one by one, and by their properties. */
import * as fc from 'fast-check';
import * as luxon from 'luxon';
import { beforeAll, describe, expect, it } from 'vitest';
import { FUNCTIONS_BY_TYPE } from '@rondo/core/expression/function-names.ts';
import { callFunction, ExpressionError, FUNCTION_NAMES, library, withDates } from './index.ts';

const { DateTime } = luxon;
const at = (iso: string) => DateTime.fromISO(iso, { zone: 'UTC' });
let loads = 0;

/** The result, or the error that was thrown instead. */
function outcome(value: unknown, name: string, args: unknown[]): unknown {
  try {
    return callFunction(value, name, args);
  } catch (error) {
    return error;
  }
}

const wrongUse: unknown = expect.any(ExpressionError);
const expectDate = (iso: string): unknown => expect.objectContaining({ ts: at(iso).toMillis() });

beforeAll(() => {
  luxon.Settings.defaultZone = 'UTC';
  withDates(() => {
    loads += 1;
    return luxon;
  });
});

describe('dispatch', () => {
  it('loads the date library at first use only, and once', () => {
    callFunction('2024-01-31T00:00:00.000Z', 'isEmpty', []);
    callFunction(new Date(), 'toInt', []);
    callFunction({ isLuxonDateTime: true }, 'keys', []);
    expect(loads).toBe(0);
    callFunction('2024-01-31', 'toDateTime', []);
    expect(library.DateTime).toBe(DateTime);
    expect(loads).toBe(1);
  });

  it('knows every name it lists, for each type', () => {
    const samples = { string: 'x', number: 1, boolean: true, array: [1], object: { a: 1 }, date: new Date(0) };
    for (const [type, names] of Object.entries(FUNCTIONS_BY_TYPE)) {
      for (const name of names) {
        const result = outcome(samples[type as keyof typeof samples], name, []);
        expect(String(result), `${type} ${name}`).not.toMatch(/ works on |cannot be called on/);
      }
    }
    expect(FUNCTION_NAMES.has('toTitleCase')).toBe(true);
  });

  it.each<[unknown, string, unknown[], unknown]>([
    // An instant in text is a date, except for reading it as one.
    ['2024-03-31T01:30:00.000Z', 'isWeekend', [], true],
    ['2024-03-31T01:30:00.000Z', 'toInt', [], 1711848600000],
    ['2024-03-31T01:30:00.000Z', 'format', ['yyyy'], '2024'],
    ['2024-13-31T01:30:00.000Z', 'length', [], 24],
    // A function of text that dates do not have.
    ['2024-03-31T01:30:00.000Z', 'quote', ["'"], "'2024-03-31T01:30:00.000Z'"],
    // Own methods of values for which the name is not a data function.
    [new Map([['a', 1]]), 'keys', [], expect.anything()],
    [
      luxon.Duration.fromObject({ hours: 1 }),
      'plus',
      [{ hours: 1 }],
      expect.objectContaining({ isLuxonDuration: true }),
    ],
    [{ round: () => 'mine' }, 'round', [], 'mine'],
    [null, 'isEmpty', [], true],
    [undefined, 'isNotEmpty', [], false],
    [0, 'isEmpty', [], true],
    [true, 'isNotEmpty', [], true],
    [10n, 'isEmpty', [], false],
  ])('%o.%s(%o)', (value, name, args, expected) => {
    expect(callFunction(value, name, args)).toEqual(expected);
  });

  it('keeps the iterator of a Map', () => {
    expect([...(callFunction(new Map([['a', 1]]), 'keys', []) as Iterable<string>)]).toEqual(['a']);
  });

  it.each<[unknown, string, RegExp]>([
    [undefined, 'toTitleCase', /toTitleCase\(\) cannot be called on undefined/],
    [5, 'toTitleCase', /works on text, not on a number/],
    ['x', 'pluck', /works on lists, not on text/],
    [{}, 'constructor2', /nothing known/],
  ])('%o.%s() says what is wrong', (value, name, message) => {
    expect(() => callFunction(value, name, [])).toThrow(message);
    expect(() => callFunction(value, name, [])).toThrow(ExpressionError);
  });
});

describe('text', () => {
  it.each<[string, string, unknown[], unknown]>([
    ['the lord of THE rings', 'toTitleCase', [], 'The Lord of THE Rings'],
    ['élan-vital', 'toTitleCase', [], 'Élan-Vital'],
    ['  Hello-World, again!', 'toSnakeCase', [], 'hello_world_again'],
    ['Žluťoučký KŮŇ, Straße “x” – Москва', 'replaceSpecialChars', [], 'Zlutoucky KUN, Strasse "x" - Moskva'],
    ['$1,200.50', 'toNumber', [], wrongUse],
    ['€ 12.5', 'toNumber', [], 12.5],
    ['£12.5 each', 'toFloat', [], 12.5],
    ['1,5', 'toFloat', [], wrongUse],
    ['', 'toNumber', [], wrongUse],
    ['ff', 'toInt', [16], 255],
    ['abc', 'toInt', [], wrongUse],
    ["it's", 'quote', ["'"], "'it\\'s'"],
    ['$& $1', 'quote', ['$'], '$\\$& \\$1$'],
    ['%zz', 'urlDecode', [], wrongUse],
    ['https://a.b/ü?x=1', 'urlEncode', [true], 'https://a.b/%C3%BC?x=1'],
    ['a@b.co', 'isEmail', [], true],
    [' a@b.co', 'isEmail', [], false],
    ['http://user:pw@host.example:80/p', 'extractDomain', [], 'host.example'],
    ['see https://a.example/x.', 'extractUrl', [], 'https://a.example/x'],
    ['https://a.example?x=1', 'extractUrlPath', [], '/'],
    [
      '# Title\n\n- **bold** and _it_ [link](http://x) `code`\n> quote snake_name',
      'removeMarkdown',
      [],
      'Title\n\nbold and it link code\nquote snake_name',
    ],
    ['añ😀', 'base64Encode', [], Buffer.from('añ😀').toString('base64')],
    ['YcOx8J-YgA', 'base64Decode', [], 'añ😀'],
    ['  ', 'isBlank', [], true],
    ['31.01.2024', 'toDateTime', ['dd.MM.yyyy'], expectDate('2024-01-31')],
    ['31.01.2024', 'toDateTime', ['yyyy'], wrongUse],
    ['1711848600', 'toDateTime', ['s'], expectDate('2024-03-31T01:30')],
  ])('%j.%s(%j)', (text, name, args, expected) => {
    expect(outcome(text, name, args)).toEqual(expected);
  });

  it('keeps the zone that the text names', () => {
    const date = callFunction('2024-01-01T10:00:00+02:00', 'toDateTime', []) as luxon.DateTime;
    expect(date.toISO()).toBe('2024-01-01T10:00:00.000+02:00');
  });

  it('finds addresses in long hostile text in time', () => {
    const started = performance.now();
    for (const text of [
      'a'.repeat(100_000),
      'a.'.repeat(50_000),
      'http://'.repeat(20_000),
      '@'.repeat(100_000),
      'a@'.repeat(50_000),
    ]) {
      for (const name of [
        'extractEmail',
        'extractUrl',
        'extractDomain',
        'extractUrlPath',
        'isUrl',
        'isDomain',
        'isEmail',
        'removeTags',
        'removeMarkdown',
      ]) {
        callFunction(text, name, []);
      }
    }
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('lists and objects', () => {
  it.each<[unknown, string, unknown[], unknown]>([
    [
      [{ a: 1, b: undefined }, { a: 1 }, { b: 2, a: 1 }, { a: 1, b: 2 }],
      'unique',
      [],
      [{ a: 1, b: undefined }, { a: 1 }, { b: 2, a: 1 }],
    ],
    [[1, '1', NaN, NaN, 0, -0, null, undefined], 'unique', [], [1, '1', NaN, 0, null, undefined]],
    [
      [
        { a: 1, b: 1 },
        { a: 1, b: 2 },
        { a: 1, b: 1, c: 3 },
      ],
      'unique',
      ['a', 'b'],
      [
        { a: 1, b: 1 },
        { a: 1, b: 2 },
      ],
    ],
    [[new Date(1), new Date(1), new Date(2)], 'unique', [], [new Date(1), new Date(2)]],
    [[{ a: 1 }, { b: 2 }, null, 3], 'pluck', ['a'], [1]],
    [[{ a: null }], 'pluck', ['a'], [null]],
    [[], 'average', [], 0],
    [[], 'first', [], undefined],
    [[1, 2, 3], 'chunk', [0], wrongUse],
    [[1], 'union', ['x'], wrongUse],
    [[{ k: '__proto__', v: 1 }], 'smartJoin', ['k', 'v'], JSON.parse('{"__proto__":1}')],
    [{ p: 1, q: '', r: null, s: { t: [] }, u: ['', 1] }, 'compact', [], { p: 1, s: {}, u: ['', 1] }],
    [JSON.parse('{"__proto__":{"a":null,"b":1}}'), 'compact', [], JSON.parse('{"__proto__":{"b":1}}')],
    [{ a: 1 }, 'hasField', ['toString'], false],
    [{ a: 1, b: 2 }, 'merge', [{ b: 3, c: 4 }], { a: 1, b: 2, c: 4 }],
    [{ 'a b': "it's*", c: '~' }, 'urlEncode', [], new URLSearchParams({ 'a b': "it's*", c: '~' }).toString()],
    [{ a: 1 }, 'toInt', [], undefined],
  ])('%j.%s(%j)', (value, name, args, expected) => {
    expect(outcome(value, name, args)).toEqual(expected);
  });

  it('takes lists of a million elements', () => {
    const list = library.range(1_000_000);
    expect(callFunction(list, 'max', [])).toBe(999_999);
    expect(callFunction(list, 'unique', [])).toHaveLength(1_000_000);
  });

  it('never changes what it is called on', () => {
    const names = [...FUNCTION_NAMES].filter((name) => name !== 'randomItem');
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom(...names),
        fc.array(fc.jsonValue(), { maxLength: 3 }),
        (value, name, args) => {
          const before = JSON.stringify([value, args]);
          const result = outcome(value, name, args);
          expect(typeof result).not.toBe('function');
          expect(JSON.stringify([value, args])).toBe(before);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

describe('dates', () => {
  it.each<[string, unknown[], string]>([
    ['plus', [1, 'month'], '2024-04-30T01:30:00.000Z'],
    ['plus', [2, 'hrs'], '2024-03-31T03:30:00.000Z'],
    ['minus', [1000], '2024-03-31T01:29:59.000Z'],
    ['minus', [{ days: 1 }], '2024-03-30T01:30:00.000Z'],
    ['beginningOf', ['month'], '2024-03-01T00:00:00.000Z'],
    ['beginningOf', [], '2024-03-25T00:00:00.000Z'],
    ['endOfMonth', [], '2024-03-31T23:59:59.999Z'],
  ])('%s(%j) keeps the kind of date', (name, args, expected) => {
    const date = at('2024-03-31T01:30:00');
    expect((callFunction(date, name, args) as luxon.DateTime).toISO()).toBe(expected);
    expect(callFunction(date.toJSDate(), name, args)).toEqual(new Date(expected));
  });

  it.each<[string, unknown[], unknown]>([
    ['extract', [], 13],
    ['extract', ['days'], 31],
    ['isBetween', ['2024-04-01', '2024-03-01'], true],
    ['isBetween', ['2024-03-31T01:30:00Z', '2024-04-01'], false],
    ['isBetween', ['never', '2024-04-01'], undefined],
    ['diffTo', ['2024-03-30T01:30:00Z'], 1],
    ['diffTo', [new Date('2024-03-30T00:30:00Z'), ['days', 'hours']], { days: 1, hours: 1 }],
    ['toInt', [], 1711848600000],
  ])('%s(%j)', (name, args, expected) => {
    expect(callFunction(at('2024-03-31T01:30:00'), name, args)).toEqual(expected);
  });

  it('measures from the present', () => {
    const past = DateTime.now().minus({ hours: 2 });
    expect(callFunction(past, 'diffToNow', ['hours'])).toBeCloseTo(2, 2);
    expect(callFunction(past, 'isInLast', [3, 'hours'])).toBe(true);
    expect(callFunction(past, 'isInLast', [1, 'hour'])).toBe(false);
  });

  it.each([
    ['plus', ['1', 'eon']],
    ['diffTo', ['never']],
    ['format', []],
    ['isBetween', ['2024-01-01']],
  ])('%s(%j) is an error', (name, args) => {
    expect(() => callFunction(at('2024-03-31'), name, args)).toThrow(ExpressionError);
  });

  it.each([
    [1, '1899-12-31'],
    [59, '1900-02-27'],
    [61, '1900-03-01'],
    [45382.5, '2024-03-31'],
  ])('sheet day %d', (value, day) => {
    const date = callFunction(value, 'toDateTime', ['excel']) as luxon.DateTime;
    expect(date.toISODate()).toBe(value === 1 ? '1900-01-01' : value === 59 ? '1900-02-28' : day);
  });
});

describe('library', () => {
  it.each<[unknown, unknown]>([
    [library.range(3), [0, 1, 2]],
    [library.range(2, 5), [2, 3, 4]],
    [library.range(5, 0, -2), [5, 3, 1]],
    [library.range(3, 1), []],
    [library.numberList(3, 1), [3, 2, 1]],
    [library.zip(['a', '__proto__'], [1, 2]), JSON.parse('{"a":1,"__proto__":2}')],
    [library.$if(0, 1), false],
    [library.$if(0, 1, undefined), undefined],
    [library.$ifEmpty({}, 1), 1],
    [library.$jmespath({ rows: [{ v: 1 }, { v: 2 }] }, 'rows[?v > `1`].v'), [2]],
  ])('%j', (actual, expected) => {
    expect(actual).toEqual(expected);
  });

  it.each([
    () => library.range(1e9),
    () => library.range(1, 2, 0),
    () => library.zip([1], []),
    () => library.$ifEmpty(1),
    () => library.$jmespath({}, '[['),
    () => library.$jmespath('text', 'a'),
  ])('refuses %s', (run) => {
    expect(run).toThrow(ExpressionError);
  });
});
