import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Template } from '../model/plan.ts';
import { compileParameter, usesDates } from './compile.ts';
import { FUNCTION_NAMES } from './function-names.ts';
import { GLOBALS, NATIVE_NAMES, PAGINATION_NAMES, SCOPE_NAMES } from './names.ts';
import { isTemplate, split } from './split.ts';

const where = { path: ['nodes', 'a', 'with', 'x'], node: 'a', names: NATIVE_NAMES, nodes: new Set(['start', 'fetch']) };
const compile = (value: Parameters<typeof compileParameter>[0]) => compileParameter(value, where);

function codeOf(template: Template): string {
  if (template.kind !== 'expression') throw new Error(`not an expression: ${template.kind}`);
  return template.code;
}

/** The code runs as the isolate runs it. */
function call(code: string, scope: Record<string, unknown>): unknown {
  const names = Object.keys(scope);
  return new Function(...names, `"use strict"; return (${code}\n);`)(...Object.values(scope));
}

/** Stand-in for the dispatcher that shows what was called on what. */
const $fn = (value: unknown, name: string, args: unknown[]): unknown => ({ value, name, args });

describe('split', () => {
  const code = (text: string, offset: number, closed = true) => ({ kind: 'code', code: text, offset, closed });
  const text = (value: string) => ({ kind: 'text', text: value });
  it.each([
    ['', []],
    ['plain } text', [text('plain } text')]],
    ['{{ 1 }}', [code(' 1 ', 2)]],
    [' {{1}} ', [text(' '), code('1', 3), text(' ')]],
    ['{{a}}{{b}}', [code('a', 2), code('b', 7)]],
    ['{{ "}}" }}', [code(' "}}" ', 2)]],
    ['{{ {a:{b:1}}}} x', [code(' {a:{b:1}}', 2), text(' x')]],
    ['{{ `${{a:1}.a}}}` }}', [code(' `${{a:1}.a}}}` ', 2)]],
    ['{{ /}}/.test(a) }}', [code(' /}}/.test(a) ', 2)]],
    ['{{ a /* }} */ }}', [code(' a /* }} */ ', 2)]],
    ['{{ f({}); }}', [code(' f({}); ', 2)]],
    ['{{ ' + "'" + ' }} rest', [code(" ' ", 2), text(' rest')]],
    ['a {{ 1', [text('a '), code(' 1', 4, false)]],
    ['\\{{ 1 }}', [text('{{ 1 }}')]],
    ['\\\\{{1}}', [text('\\'), code('1', 4)]],
    ['\\\\\\{{1}}', [text('\\{{1}}')]],
    ['C:\\dir\\ {{1}}', [text('C:\\dir\\ '), code('1', 10)]],
  ])('%j', (input, expected) => {
    expect(split(input)).toEqual(expected);
  });

  it('keeps every character of text without backslashes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('{{', '}}', '{', '}', '"', '`', '$', 'a', ' ', ';', '/', '(', ')', '\n')),
        (bits) => {
          const input = bits.join('');
          const back = split(input).map((part) =>
            part.kind === 'text' ? part.text : `{{${part.code}${part.closed ? '}}' : ''}`,
          );
          expect(back.join('')).toBe(input);
        },
      ),
    );
  });

  it('takes linear time on text made to confuse it', () => {
    const started = performance.now();
    split('{{`}} '.repeat(50_000));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('templates', () => {
  it('leaves values without expressions as one literal', () => {
    const value = { a: [1, 'x', null], b: { c: true } };
    expect(compile(value).template).toEqual({ kind: 'literal', value });
  });

  it('keeps the type of a lone expression and makes text of a mixture', () => {
    expect(compile('{{ $json.a }}').template).toEqual({
      kind: 'expression',
      code: '$json.a',
      source: '$json.a',
      names: ['$json'],
    });
    expect(compile(' {{ $json.a }}').template).toMatchObject({ kind: 'text', parts: [' ', { code: '$json.a' }] });
    expect(compile('\\{{ x }}').template).toEqual({ kind: 'literal', value: '{{ x }}' });
  });

  it('goes through objects and lists, and never treats keys as templates', () => {
    const { template } = compile({ '{{k}}': 1, list: ['a', '{{ 1 }}'], plain: { x: ['\\{{'] } });
    expect(template).toMatchObject({
      kind: 'object',
      entries: [
        ['{{k}}', { kind: 'literal', value: 1 }],
        ['list', { kind: 'list', items: [{ kind: 'literal' }, { kind: 'expression', code: '1' }] }],
        ['plain', { kind: 'literal', value: { x: ['{{'] } }],
      ],
    });
  });

  it('keeps a __proto__ key', () => {
    const { template } = compile(JSON.parse('{"__proto__":{"a":"x"}}'));
    expect(JSON.stringify(template.kind === 'literal' && template.value)).toBe('{"__proto__":{"a":"x"}}');
  });

  it('knows which templates need the date library', () => {
    expect(usesDates(compile('{{ $json.a.toDateTime() }}').template)).toBe(true);
    expect(usesDates(compile({ a: ['x {{ $now }}'] }).template)).toBe(true);
    expect(usesDates(compile('{{ $json.a.toTitleCase() }}').template)).toBe(false);
  });
});

describe('data functions', () => {
  it.each([
    ['$json.a.toTitleCase()', '$fn($json.a, "toTitleCase", [])'],
    ['$json.a.first().b.last()', '$fn($fn($json.a, "first", []).b, "last", [])'],
    ['$json.a.union($json.b.unique("k"), 2)', '$fn($json.a, "union", [$fn($json.b, "unique", ["k"]), 2])'],
    ['$json.l.map(x => x.first())', '$json.l.map(x => $fn(x, "first", []))'],
    ['`${$json.a.sum()}!`', '`${$fn($json.a, "sum", [])}!`'],
    ['({ a: $json.b.sum(...$json.c), d })'.replace(', d', ''), '({ a: $fn($json.b, "sum", [...$json.c]) })'],
    ['[1,2].sum?.()', '$fn(([1,2]), "sum", [])'],
    ['Math.round(1.5)', 'Math.round(1.5)'],
    ['(undefined).isEmpty()', '$fn((undefined), "isEmpty", [])'],
    ['Object.keys($json)', 'Object.keys($json)'],
    ['$input.first().json', '$input.first().json'],
    ["$('start').first().json.a", "$('start').first().json.a"],
    ["$('start').all().first()", '$fn($(\'start\').all(), "first", [])'],
    ['$json["first"]()', '$json["first"]()'],
    ['$if($json.a, 1)', '(($json.a) ? (1) : (false))'],
    [
      '$if($json.a.isEmpty(), $if(1, 2, 3), x => x)'.replace('x => x', '4'),
      '(($fn($json.a, "isEmpty", [])) ? (((1) ? (2) : (3))) : (4))',
    ],
    ['(Math => Math.round(2))(1)', '(Math => $fn(Math, "round", [2]))(1)'],
  ])('%s', (source, code) => {
    const compiled = compile(`{{ ${source} }}`);
    expect(compiled.diagnostics).toEqual([]);
    expect(codeOf(compiled.template)).toBe(code);
  });

  it.each<[string, unknown, unknown]>([
    ['$json?.first()', null, undefined],
    ['$json?.first()', [1], { value: [1], name: 'first', args: [] }],
    ['$json?.a.b.c.first().value.x', undefined, undefined],
    ['$json?.a.first().value', { a: 7 }, 7],
    ['$json?.a?.first().value', { a: null }, undefined],
    ['$json?.a.isEmpty().value', {}, undefined],
    ['$json.a?.first().value.b?.last().value', { a: { b: 3 } }, 3],
    ['$json.a?.first().value.b?.last().value.deep', { a: {} }, undefined],
    [
      '$json.f?.(2).first().value',
      {
        k: 5,
        f(this: { k: number }, n: number) {
          return this.k * n;
        },
      },
      10,
    ],
    ['$json.f?.(2).first().value', {}, undefined],
    ['$json?.f?.(2).first().value', null, undefined],
    ['$json?.["a"].first().args[0]?.b', { a: 1 }, undefined],
    ['($json?.a).first().value', null, undefined],
    ['$json?.first($json.a.b).args', undefined, undefined],
    ['$json.length?.toFixed(1)', [1], '1.0'],
    ['delete $json?.first().value.a', { a: 1 }, true],
    ['delete $json?.first().value.a', null, true],
  ])('optional chain %s of %j', (source, $json, expected) => {
    const code = codeOf(compile(`{{ ${source} }}`).template);
    expect(call(code, { $json, $fn })).toEqual(expected);
  });

  it('deletes through a chain with a data function in it', () => {
    const $json = { a: 1 };
    call(codeOf(compile('{{ delete $json?.first().value.a }}').template), { $json, $fn });
    expect($json).toEqual({});
  });

  it('evaluates only the chosen branch of $if', () => {
    const code = codeOf(compile('{{ $if($json.ok, 1, $json.no.such.thing) }}').template);
    expect(call(code, { $json: { ok: true } })).toBe(1);
  });

  it('does not let its own names meet those of the author', () => {
    const code = codeOf(compile('{{ (($v0) => $json?.a.first().value + $v0)(1) }}').template);
    expect(call(code, { $json: { a: 2 }, $fn })).toBe(3);
  });

  it('evaluates each part once and in order', () => {
    const code = codeOf(compile('{{ $json.f(1)?.a.first($json.f(2)).value?.last($json.f(3)).args }}').template);
    const order: number[] = [];
    call(code, { $json: { f: (n: number) => (order.push(n), { a: n }) }, $fn });
    expect(order).toEqual([1, 2, 3]);
  });
});

describe('names', () => {
  it.each([
    ['$json.a + $itemIndex', ['$json', '$itemIndex']],
    ['[1].map(($json) => $json + 1)', []],
    ['(() => { const { a, ...$vars } = $json; let b = $vars; return a + b; })()', ['$json']],
    ['(() => { { let $json = 1; } return $json; })()', ['$json']],
    ['(function f(n = $run) { return n ? f(n - 1) : arguments.length })(3)', ['$run']],
    ['(() => { for (const x of $json) { try { x() } catch ({ message }) { return message } } })()', ['$json']],
    ['({ $json: 1, [$vars.k]: 2, m() { return this.$run } })', ['$vars']],
    ['({ $json })', ['$json']],
    ['Math.max(...$json.l, undefined)', ['$json']],
    ['$if($json, 1, 2)', ['$json']],
    ['$max(1, 2) + range(3).length', ['$max', 'range']],
    ['(() => { if (1) { var q = 2 } return q })()', []],
    ['(class A { static #x = 1; y = A; get z() { return this.#x } }).name', []],
    ['typeof nothing', []],
  ])('%s', (source, names) => {
    const compiled = compile(`{{ ${source} }}`);
    expect(compiled.diagnostics).toEqual([]);
    expect(compiled.names).toEqual(names);
  });

  it.each([
    ['{{ jsn.a }}', 'unknown-name', 'Did you mean', null],
    ['{{ $jsn.a }}', 'unknown-name', 'Did you mean $json?', '{{ $json.a }}'],
    ['{{ $node["x"].json }}', 'unknown-name', "use $('node')", null],
    ['{{ process.env }}', 'unknown-name', 'no name process', null],
    ['{{ globalThis }}', 'unknown-name', 'globalThis', null],
    ['{{ $response.body }}', 'unknown-name', '$response', null],
    ["{{ $('strat').first() }}", 'unknown-node', 'Did you mean start?', "{{ $('start').first() }}"],
    ["{{ $('zzzzzzzzz').first() }}", 'unknown-node', 'Nodes here: start, fetch.', null],
    ['{{ $($json.n).first() }}', 'expression-syntax', 'cannot be checked', null],
    ['{{ [1].map($) }}', 'expression-syntax', 'must be called', null],
    ['{{ $if(1) }}', 'expression-syntax', 'condition and a value', null],
    ['{{ import("fs") }}', 'expression-syntax', 'import()', null],
    ['{{ }}', 'expression-syntax', 'no expression', null],
    ['{{ 1; 2 }}', 'expression-syntax', 'second statement', null],
    ['{{ const a = 1; a }}', 'expression-syntax', 'not a statement', null],
    ['{{ 1); (2 }}', 'expression-syntax', '', null],
    ['{{ 1) + (2 }}', 'expression-syntax', 'Brackets', null],
    ['{{ a) => (1 }}', 'expression-syntax', 'Brackets', null],
    ['{{ $json. }}', 'expression-syntax', 'too early', null],
    ['{{ 010 }}', 'expression-syntax', 'Invalid number', null],
    ['{{ $json', 'expression-syntax', 'never closed', null],
    ['{{ await 1 }}', 'expression-syntax', '', null],
  ])('%s is %s', (text, code, message, fixed) => {
    const [first] = compile(text).diagnostics;
    expect(first).toMatchObject({ code, node: 'a', path: where.path, severity: 'error' });
    expect(first?.message).toContain(message);
    if (fixed !== null) expect(first?.fix?.edits).toEqual([{ path: where.path, value: fixed }]);
  });

  it('says where in the text, and where in the parameter', () => {
    const [first] = compile({ body: ['ok', 'line\n  {{ $json.a + $jso }}'] }).diagnostics;
    expect(first?.path).toEqual([...where.path, 'body', 1]);
    expect(first?.message).toContain('line 2, column 16');
  });

  it('finds several mistakes at once', () => {
    expect(compile('{{ foo1 + bar2 }} {{ ( }}').diagnostics).toHaveLength(3);
  });

  it('knows the names about pages only where they are given', () => {
    const text = '{{ $response.body.next }}';
    expect(compileParameter(text, { ...where, names: PAGINATION_NAMES }).diagnostics).toEqual([]);
  });

  it('documents every name once', () => {
    expect(new Set(SCOPE_NAMES.map((entry) => entry.name)).size).toBe(SCOPE_NAMES.length);
    expect(SCOPE_NAMES.filter((entry) => GLOBALS.has(entry.name) || entry.doc.length < 10)).toEqual([]);
  });
});

describe('references', () => {
  it.each([
    ["$('start').item.json.a", [{ node: 'start', uses: ['item'] }]],
    ["$('start').first().json + $('start').all().length", [{ node: 'start', uses: ['first', 'all'] }]],
    ["$('start')?.last()?.json", [{ node: 'start', uses: ['last'] }]],
    ["$(`fetch`)['item']", [{ node: 'fetch', uses: ['item'] }]],
    ["$('start').first(1)", [{ node: 'start', uses: ['other'] }]],
    ["$('start').isExecuted", [{ node: 'start', uses: ['other'] }]],
    ["[$('start')]", [{ node: 'start', uses: ['other'] }]],
    ["(($) => $('nobody'))(1)", []],
  ])('%s', (source, references) => {
    const compiled = compile(`{{ ${source} }}`);
    expect(compiled.diagnostics).toEqual([]);
    expect(compiled.references).toEqual(references);
  });
});

describe('volatile', () => {
  it.each([
    'Math.random()',
    'Math["random"]()',
    'Date.now()',
    'new Date()',
    'new Date',
    '$now',
    '$today.year',
    'DateTime.now()',
    'DateTime.local()',
    '((m) => m.random())(Math)',
    'Date()',
    '[1].randomItem()',
    '$json.d.diffToNow()',
    'Math[$json.k]()',
  ])('%s is', (source) => {
    expect(compile(`x {{ ${source} }}`).volatile).toBe(true);
  });
  it.each([
    'Math.round(1)',
    'new Date($json.d)',
    'Date.parse($json.d)',
    "DateTime.fromISO('2020-01-01')",
    '$json.d instanceof Date',
    '((Math) => Math.random())($json)',
    '$json.now',
    'DateTime.utc(2020)',
  ])('%s is not', (source) => {
    expect(compile(`x {{ ${source} }}`).volatile).toBe(false);
  });
});

describe('on any input', () => {
  const token = fc.constantFrom(
    '{{',
    '}}',
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    '$json',
    '$',
    "'start'",
    '.',
    '?.',
    'first',
    '()',
    '=>',
    'x',
    ' ',
    '1',
    '"',
    '`',
    '/',
    ';',
    ',',
    '...',
    'new ',
    'delete ',
    '?',
    ':',
    '\\',
    '\n',
    '//',
    '/*',
    '<!--',
    'class ',
    'function',
    'async ',
    'await ',
    'yield',
    '=',
    '${',
    '$if(',
    '#a',
    'in ',
    'let ',
    'import(',
    '-->',
    '010',
  );

  it('never throws, and what it accepts the engine accepts', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(token, { maxLength: 30 }).map((bits) => `{{${bits.join('')}}}`),
        ),
        (text) => {
          const { template, diagnostics } = compile(text);
          expect(isTemplate(text) || template.kind === 'literal').toBe(true);
          if (diagnostics.length > 0) return;
          const codes =
            template.kind === 'expression'
              ? [template]
              : template.kind === 'text'
                ? template.parts.filter((part) => typeof part !== 'string')
                : [];
          for (const { code } of codes) new Function(`"use strict"; return (${code}\n);`);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('survives expressions nested beyond any stack', () => {
    for (const text of [
      `{{ ${'('.repeat(50_000)}1${')'.repeat(50_000)} }}`,
      `{{ 1${'+1'.repeat(50_000)} }}`,
      `{{ a${'.first()'.repeat(30_000)} }}`,
    ]) {
      expect(() => compile(text)).not.toThrow();
    }
  });

  /** Expressions that parse and give a value or throw, over $json; without data functions. */
  const { tree: expression } = fc.letrec<{ tree: string; leaf: string }>((tie) => ({
    leaf: fc.constantFrom(
      '$json',
      '1',
      '"s"',
      'null',
      'undefined',
      '[1, 2]',
      '({ a: { b: 2 } })',
      '$json.a',
      '$json.list',
    ),
    tree: fc.oneof(
      { maxDepth: 4 },
      tie('leaf'),
      fc
        .tuple(tie('tree'), fc.constantFrom('.a', '?.a', '?.["b"]', '[0]', '.list', '?.list?.at(0)'))
        .map(([a, b]) => `(${a})${b}`),
      fc
        .tuple(tie('tree'), fc.constantFrom(' + ', ' ?? ', ' && ', ' === ', ', '), tie('tree'))
        .map(([a, op, b]) => `((${a})${op}(${b}))`),
      tie('tree').map((a) => `[...[${a}]].map((x, i) => [x, i, ({ x }).x])`),
      tie('tree').map((a) => '`<${' + a + '}>`'),
      tie('tree').map((a) => `(({ a = 1, ...rest } = {}) => [a, rest])(${a} ?? {})`),
      fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => `$if(${a}, ${b}, "no")`),
      tie('tree').map((a) => `(${a})?.toString?.().slice(0, 5) // ${'$'}{comment}\n`),
    ),
  }));

  it('keeps the meaning of expressions without data functions', () => {
    const $json = { a: { a: null, b: [3], list: [{ a: 1 }] }, list: [{ a: 4 }, null], b: 0 };
    const eager = (test: unknown, yes: unknown, no: unknown): unknown => (test ? yes : no);
    const outcome = (code: string): string => {
      try {
        return JSON.stringify([call(code, { $json: structuredClone($json), $if: eager })]);
      } catch (error) {
        return (error as Error).name;
      }
    };
    fc.assert(
      fc.property(expression, (source) => {
        const { template, diagnostics } = compile(`{{ ${source} }}`);
        expect(diagnostics).toEqual([]);
        // $if is lazy when compiled: only where the eager form throws may the two differ.
        const before = outcome(source);
        const after = outcome(codeOf(template));
        if (!(source.includes('$if') && before === 'TypeError')) expect(after).toBe(before);
      }),
      { numRuns: 1_000 },
    );
  });

  it('keeps the meaning of optional chains when functions are rewritten', () => {
    const link = fc.constantFrom(
      '.a',
      '?.a',
      '?.["b"]',
      '.first()',
      '?.first()',
      '.self()',
      '?.self()',
      '.self?.()',
      '?.self?.()',
      '.last?.()',
      '.no?.()',
    );
    const make = (depth: number): unknown => {
      if (depth === 0) return null;
      return {
        a: make(depth - 1),
        b: depth % 2 ? null : make(depth - 1),
        depth,
        first(this: { b: unknown }) {
          return this.b;
        },
        last(this: { a: unknown }) {
          return this.a;
        },
        self(this: unknown) {
          return this;
        },
      };
    };
    const native = (value: unknown, name: string, args: unknown[]): unknown =>
      (value as Record<string, (...args: unknown[]) => unknown>)[name]?.(...args);
    const outcome = (code: string): unknown => {
      try {
        return JSON.stringify(call(code, { $json: make(4), $fn: native })) ?? 'undefined';
      } catch (error) {
        return (error as Error).name;
      }
    };
    fc.assert(
      fc.property(fc.array(link, { minLength: 1, maxLength: 7 }), (links) => {
        const source = `$json${links.join('')}`;
        expect(outcome(codeOf(compile(`{{ ${source} }}`).template))).toBe(outcome(source));
      }),
      { numRuns: 2_000 },
    );
  });

  it('lists names that are all methods, not words of the language', () => {
    expect([...FUNCTION_NAMES].filter((name) => !/^[a-z][A-Za-z0-9]*$/.test(name))).toEqual([]);
    expect(FUNCTION_NAMES.size).toBeGreaterThan(70);
  });
});
