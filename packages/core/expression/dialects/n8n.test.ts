import { describe, expect, it } from 'vitest';
import type { Json } from '../../model/item.ts';
import { codeReads } from '../code.ts';
import { compileParameter, type Compiled } from '../compile.ts';
import { rulesOf } from '../dialect.ts';

const nodes = new Set(['Start', 'Loop One', 'IF']);
const { always, page } = rulesOf('n8n').names;
const compile = (value: Json, names = always): Compiled =>
  compileParameter(value, { path: ['x'], dialect: 'n8n', names, nodes });

describe('parts', () => {
  it.each([
    ['{{ 1 ', 'expression', '1'],
    ['{{ 1; 2 }}', 'expression', '1'],
    ['{{ {x: 1} }}', 'expression', '( {x: 1} )'],
    ['{{ [1].first(); }}', 'expression', '$fn([1], "first", [])'],
    ['{{ "a\\}}b" }}', 'expression', '"a}}b"'],
  ])('%s', (text, kind, code) => {
    expect(compile(text).template).toMatchObject({ kind, code });
    expect(compile(text).diagnostics).toEqual([]);
  });

  it.each([
    ['{{ "}}" }}', 'Unterminated string'],
    ['{{ const a = 1; a }}', 'not a statement'],
    ['{{ }}', 'no expression'],
    ['{{ $json.constructor.name }}', 'invalid constructor function call'],
    ['{{ $json.a.__proto__ }}', 'Cannot access "__proto__"'],
    ['{{ $if(1) }}', '$if needs'],
  ])('%s is a warning, and fails where it is evaluated', (text, message) => {
    const { template, diagnostics } = compile(text);
    expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'expression-syntax' }]);
    const codes = template.kind === 'text' ? template.parts : [template];
    expect(codes.some((part) => typeof part === 'object' && 'broken' in part && part.broken?.includes(message))).toBe(
      true,
    );
  });

  it('keeps the escape of the file', () => {
    expect(compile('\\{{ 1 }}').template).toEqual({ kind: 'literal', value: '{{ 1 }}' });
  });
});

describe('names', () => {
  it('takes names that nobody knows for undefined', () => {
    const { diagnostics, names } = compile('{{ nothing ?? fetch ?? $json.a }}');
    expect(diagnostics).toEqual([]);
    expect(names).toEqual(['nothing', 'fetch', '$json']);
  });

  it('knows the names of pages where they are', () => {
    expect(compile('{{ $response.body.next }}', page).diagnostics).toEqual([]);
  });

  it.each(['$evaluateExpression("1")', '$secrets.x', 'eval("1")'])('%s is not supported, which is told', (source) => {
    expect(compile(`{{ ${source} }}`).diagnostics).toMatchObject([{ severity: 'error', code: 'not-supported' }]);
  });
});

describe('nodes that are read', () => {
  it.each<[string, [string, string[]][]]>([
    ["$('Start').item.json.a", [['Start', ['item']]]],
    ["$('Start').itemMatching(2)", [['Start', ['item']]]],
    ["$('Start').first().json", [['Start', ['first']]]],
    ["$('IF').all(1).length", [['IF', ['all']]]],
    ["$('Loop One').all(0, 3)", [['Loop One', ['runs']]]],
    ["$('Loop One').context.done", [['Loop One', ['state']]]],
    ["$('Start').isExecuted ? 1 : 2", [['Start', ['state']]]],
    ['$node["Start"].json.a', [['Start', ['all']]]],
    ['$node.Start.json["a"]', [['Start', ['all']]]],
    ['$node["Loop One"].context["done"]', [['Loop One', ['state']]]],
    ['$items("IF", 1)', [['IF', ['all']]]],
    ['$items("IF", 1, 0)', [['IF', ['runs']]]],
    ['$item(0).$node["Start"].json', [['Start', ['runs']]]],
    ['$items().length', []],
    [
      '$($json.name).first()',
      [
        ['Start', ['first']],
        ['Loop One', ['first']],
        ['IF', ['first']],
      ],
    ],
  ])('%s', (source, expected) => {
    const { references, diagnostics } = compile(`{{ ${source} }}`);
    expect(references.map(({ node, uses }) => [node, uses])).toEqual(expected);
    expect(diagnostics).toEqual([]);
  });

  it('asks for the whole input where the position in it matters', () => {
    expect(compile('{{ $items()[0].json }}').names).toContain('$input');
    expect(compile("{{ $('Start').item.json }}").names).toContain('$input');
    expect(compile("{{ $('Start').first().json }}").names).not.toContain('$input');
  });

  it('warns of a node that does not exist: the part may never be evaluated', () => {
    const { diagnostics } = compile("{{ $('Strat').first() }}");
    expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'unknown-node' }]);
    expect(diagnostics[0]?.fix?.edits?.[0]?.value).toBe("{{ $('Start').first() }}");
  });

  it('finds them in code', () => {
    const code = 'const all = $("IF").all(0, $runIndex);\nreturn items.map((it) => ({ json: $node["Start"].json }));';
    const reads = codeReads(code, 'n8n', nodes);
    expect(reads?.uses).toEqual([
      ['IF', 'runs'],
      ['Start', 'all'],
    ]);
    expect(codeReads('return (', 'n8n', nodes)).toBeNull();
  });
});
