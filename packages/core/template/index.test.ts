/** What templates do, judged by a table rendered by real Jinja2 3.1; and that they stay in their bounds. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FailureError } from '../errors.ts';
import { checkTemplate, renderTemplate } from './index.ts';

interface Case {
  template: string;
  context: Record<string, unknown>;
  /** null: Jinja2 raises an error. */
  output: string | null;
}

const cases = JSON.parse(readFileSync(new URL('./cases.json', import.meta.url), 'utf8')) as Case[];

/** The text, or the failure that came instead; anything else that is thrown fails the test. */
function attempt(template: string, context: unknown = {}): string | FailureError {
  try {
    return renderTemplate(template, context);
  } catch (error) {
    if (error instanceof FailureError) return error;
    throw error;
  }
}

function messageOf(template: string, context: unknown = {}): string {
  const outcome = attempt(template, context);
  expect(outcome).toBeInstanceOf(FailureError);
  return (outcome as FailureError).message;
}

describe('the table of real Jinja2', () => {
  it('has a wide range of cases', () => expect(cases.length).toBeGreaterThan(250));

  it.each(cases.map((c, i) => [i, c.template.slice(0, 60), c] as const))('%i %s', (_, _template, c) => {
    const outcome = attempt(c.template, c.context);
    expect(outcome instanceof FailureError ? null : outcome).toBe(c.output);
  });
});

describe('errors', () => {
  it('name the line and what is undefined', () => {
    expect(messageOf('a\n{{ user.name }}')).toBe('Template, line 2: user is undefined');
    expect(messageOf('{% for x in [1] %}\n\n{{ x.y.z }}{% endfor %}')).toBe(
      'Template, line 3: a number has no field y',
    );
  });

  it('have the code expression-failed', () => {
    expect((attempt('{{ 1 / 0 }}') as FailureError).failure).toMatchObject({
      code: 'expression-failed',
      data: { line: 1 },
    });
  });

  it('are found by the check without rendering', () => {
    expect(checkTemplate('{{ a.b|upper }}')).toBeNull();
    expect(checkTemplate('x\n{{ a|nope }}')).toEqual({ message: 'There is no filter nope', line: 2 });
    expect(checkTemplate('x\n{% if a %}\n')).toEqual({ message: 'endif is missing', line: 2 });
    expect(checkTemplate('{{ a\n +\n * }}')).toEqual({ message: 'Unexpected *', line: 3 });
    expect(checkTemplate('{% include "x" %}')?.message).toContain('other templates');
    expect(checkTemplate(`{{ ${'('.repeat(5000)}x${')'.repeat(5000)} }}`)?.message).toContain('nested too deep');
    expect(checkTemplate(`{{ ${'not '.repeat(50_000)} x }}`)?.message).toContain('nested too deep');
    expect(checkTemplate('{% if x %}'.repeat(500))?.message).toContain('nested too deep');
  });

  it('do not hang on the template after: each rendering has its own budget', () => {
    expect(messageOf('{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}')).toContain(
      'steps',
    );
    expect(renderTemplate('{{ 1 }}', {})).toBe('1');
  });
});

describe('bounds', () => {
  it.each([
    ['{{ range(100001) }}', 'elements'],
    ["{{ 'x' * 99999999 }}", 'characters'],
    ["{{ '%999999999d' % 1 }}", 'too large'],
    ["{{ '{:999999999}'.format(1) }}", 'too large'],
    ["{{ 'x'.center(99999999) }}", 'characters'],
    ['{{ 9 ** (9 ** (9 ** 9)) }}', 'too large'],
    ["{% set ns = namespace(s='x') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}", 'characters'],
    [
      "{% set ns = namespace(s='x') %}{% for i in range(60) %}{% set ns.s = ns.s|replace('x', 'xxxxxxxx') %}{% endfor %}",
      'steps',
    ],
    [
      '{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}',
      'steps',
    ],
    ['{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = ns.l + ns.l %}{% endfor %}', 'elements'],
    [
      '{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l|tojson }}',
      'steps',
    ],
    ["{% set s = 'x' * 9999999 %}{% for i in range(99999) %}{% set _ = s.upper() %}{% endfor %}", 'steps'],
    [
      "{% set s = 'x' * 9999999 %}{% set t = s ~ '' %}{% for i in range(99999) %}{% set _ = s == t %}{% endfor %}",
      'steps',
    ],
    ["{% set s = 'x' * 999999 %}{% for i in range(9999) %}{% set _ = s|replace('x', 'y') %}{% endfor %}", 'steps'],
    ["{% set s = 'x-' * 99999 %}{% for i in range(9999) %}{% set _ = s|wordwrap(5) %}{% endfor %}", 'steps'],
    ['{% set l = [] %}{% set _ = l.append(l) %}{{ l }}', 'nested too deep'],
    ['{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}', 'deep'],
    ['{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}', 'deep'],
  ])('%s', (template, part) => expect(messageOf(template)).toContain(part));

  it('holds many items and long texts that are within them', () => {
    const users = Array.from({ length: 20_000 }, (_, i) => ({ name: `user ${i}`, age: i % 90 }));
    const template =
      '{% for u in users if u.age > 17 %}{{ loop.index }}. {{ u.name|title }} ({{ u.age + 1 }})\n{% endfor %}';
    expect(renderTemplate(template, { users }).split('\n').length).toBeGreaterThan(15_000);
    expect(renderTemplate('{{ x|striptags|length }}', { x: '<'.repeat(1_000_000) })).toBe('1000000');
    expect(renderTemplate('{{ x|trim|length }}', { x: `a${' '.repeat(500_000)}b` })).toBe('500002');
    expect(renderTemplate('{{ x|urlize|length }}', { x: `www.${'a.'.repeat(20_000)}` }).length).toBeGreaterThan(0);
  });
});

describe('data of the item', () => {
  it('cannot be changed by a template, copies can', () => {
    const context = { l: [1], d: { a: 1 } };
    expect(messageOf('{% set _ = l.append(2) %}', context)).toContain('copy it first');
    expect(messageOf('{% set _ = d.update(b=2) %}', context)).toContain('copy it first');
    expect(messageOf('{% set x = [l] | first %}{% set _ = x.append(2) %}', context)).toContain('copy it first');
    expect(renderTemplate('{% set x = l|list %}{% set _ = x.append(2) %}{{ x }}{{ l }}', context)).toBe('[1, 2][1]');
    expect(renderTemplate('{% set x = dict(d) %}{% set _ = x.update(b=2) %}{{ x }}', context)).toBe("{'a': 1, 'b': 2}");
    expect(renderTemplate('{{ l|sort }}{{ l|reverse }}{{ l|unique }}{{ l|batch(3, 0) }}', context)).toBe(
      '[1][1][1][[1, 0, 0]]',
    );
    expect(context).toEqual({ l: [1], d: { a: 1 } });
  });

  it('may have keys that JavaScript gives a meaning', () => {
    const context = JSON.parse(
      '{"__proto__": {"x": 1}, "constructor": "c", "o": {"__proto__": 2, "toString": 3}}',
    ) as unknown;
    expect(
      renderTemplate('{{ __proto__.x }} {{ constructor }} {{ o.__proto__ }} {{ o.toString }} {{ o }}', context),
    ).toBe("1 c 2 3 {'__proto__': 2, 'toString': 3}");
    expect(renderTemplate("{% set d = {'__proto__': {'a': 1}} %}{{ d.__proto__ }}{{ d.a }}", {})).toBe("{'a': 1}");
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });
});

describe('escape', () => {
  const VALUES = [
    "'x'",
    '1',
    '1.5',
    'true',
    'none',
    '[1]',
    '(1,)',
    '{}',
    'o',
    'l',
    's',
    'range',
    'range(2)',
    'cycler(1)',
    'joiner()',
    'namespace()',
    'dict',
    "('x'|e)",
    'loop',
    'm',
    'caller',
    'missing',
    "'x'.upper",
    'l.append',
    'o.items()',
    'namespace',
    '(2**99)',
  ];
  const NAMES = [
    'constructor',
    '__proto__',
    'prototype',
    'toString',
    'valueOf',
    'hasOwnProperty',
    '__defineGetter__',
    'call',
    'apply',
    'bind',
    'caller_',
    '__class__',
    '__globals__',
    '__init__',
    '__mro__',
    '__subclasses__',
    'mro',
    'fields',
    'push',
    'map',
    'at',
    'charAt',
    'label',
    'attribute',
    'then',
    'size',
  ];
  const open = '{% macro m() %}{% endmacro %}{% for i in [1] %}';

  it('reaches no member of JavaScript or Python internals', () => {
    for (const value of VALUES) {
      for (const name of NAMES) {
        const context = { o: { k: 1 }, l: [1], s: 's' };
        for (const access of [`${value}.${name}`, `${value}['${name}']`, `${value}|attr('${name}')`]) {
          const outcome = attempt(`${open}{{ (${access}) is defined }}{% endfor %}`, context);
          if (outcome instanceof FailureError) expect(outcome.message).toMatch(/is undefined|There is no caller/);
          else expect(`${access} ${outcome}`).toBe(`${access} False`);
        }
        for (const through of [
          `[${value}]|map(attribute='${name}')|list`,
          `'{0.${name}}'.format(${value})`,
          `'{0[${name}]}'.format(${value})`,
        ]) {
          const outcome = attempt(`${open}{{ ${through} }}{% endfor %}`, context);
          if (!(outcome instanceof FailureError)) expect(['', '[Undefined]']).toContain(outcome);
        }
      }
    }
    expect(messageOf("{{ ''.constructor.constructor('return process')() }}")).toContain('no field constructor');
    expect(messageOf("{{ range.constructor('return 1')() }}")).toContain('no field constructor');
    expect(messageOf("{{ [1]|map('constructor')|list }}")).toContain('no filter');
    expect(messageOf("{{ [1]|select('__proto__')|list }}")).toContain('no test');
    expect(renderTemplate('{{ toString }}{{ constructor }}{{ globalThis }}{{ process }}', {})).toBe('');
  });
});

describe('random templates', () => {
  const FRAGMENTS = [
    '{{',
    '}}',
    '{%',
    '%}',
    '{#',
    '#}',
    '-',
    ' ',
    '\n',
    'x',
    'l',
    'o',
    'o.a',
    "'s'",
    '"',
    '1',
    '2.5',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '.',
    '|',
    '=',
    '==',
    '<',
    '+',
    '*',
    '**',
    '//',
    '%',
    '~',
    ' in ',
    ' is ',
    ' not ',
    ' and ',
    ' if ',
    ' else ',
    'for i in l',
    'endfor',
    'endif',
    'set x = 1',
    'set y',
    'endset',
    'macro m(a)',
    'endmacro',
    'call m(1)',
    'endcall',
    'raw',
    'endraw',
    'with',
    'endwith',
    'm(2)',
    'loop.index',
    'upper',
    'join',
    'map',
    'sort',
    'tojson',
    'batch(2)',
    'range(3)',
    '.append(1)',
    '.format(1)',
    ".split(',')",
    '%s',
    '{{ x }}',
    '{% for i in l %}',
    '{% endfor %}',
    '{% if x %}',
    '{% else %}',
    '{% endif %}',
    '\\',
    '\u00e9',
    '😀',
  ];
  const CONTEXT = { x: 'text', l: [3, 1, 2], o: { a: { b: [null, true, 1.5] } } };

  it('end with a text or a failure, and the check agrees about the syntax', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 30 }), (parts) => {
        const template = parts.join('');
        const outcome = attempt(template, CONTEXT);
        if (!(outcome instanceof FailureError)) expect(checkTemplate(template)).toBeNull();
      }),
      { numRuns: 3000 },
    );
  });

  it('of filters with any arguments end likewise', () => {
    const names =
      'abs attr batch capitalize center count d default dictsort e escape filesizeformat first float forceescape format groupby indent int items join last length list lower map max min pprint reject rejectattr replace reverse round safe select selectattr slice sort string striptags sum title tojson trim truncate unique upper urlencode urlize wordcount wordwrap xmlattr'.split(
        ' ',
      );
    const value = fc.constantFrom(
      "'a b'",
      "''",
      '1',
      '-3',
      '2.5',
      '99999999',
      'none',
      'true',
      '[]',
      'l',
      'o',
      'missing',
      "'name'",
      '(1, 2)',
      "'%s'",
      '{1: 2}',
      '10**40',
    );
    fc.assert(
      fc.property(
        value,
        fc.array(fc.tuple(fc.constantFrom(...names), fc.array(value, { maxLength: 3 })), {
          minLength: 1,
          maxLength: 3,
        }),
        (v, filters) => {
          const template = `{{ ${v}${filters.map(([name, args]) => `|${name}(${args.join(', ')})`).join('')} }}`;
          expect(checkTemplate(template)).toBeNull();
          attempt(template, CONTEXT);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('show text without marks as it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((s) => !/\{[{%#]|[\r\n]/.test(s)),
        (s) => {
          expect(renderTemplate(s, {})).toBe(s);
          expect(renderTemplate('{{ s }}', { s })).toBe(s);
          expect(JSON.parse(renderTemplate('{{ s|tojson }}', { s }))).toBe(s);
        },
      ),
    );
  });
});
