import { describe, expect, it } from 'vitest';
import { compileParameter, usesDates } from './compile.ts';
import { compile, where } from './compiled.testing.ts';
import { GLOBALS, PAGINATION_NAMES, SCOPE_NAMES } from './names.ts';

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
      path: ['a'],
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
    ['{{ jsn.a }}', 'unknown-name', 'Did you mean $json?', '{{ $json.a }}'],
    ['{{ Mth.max(1) }}', 'unknown-name', 'Did you mean Math?', '{{ Math.max(1) }}'],
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
    expect(first?.fix?.edits?.[0]?.value ?? null).toBe(fixed);
    expect(first?.fix?.edits?.[0]?.path ?? where.path).toEqual(where.path);
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
