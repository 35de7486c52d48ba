import { describe, expect, it } from 'vitest';
import { compileParameter, type Compiled } from '../compile.ts';
import { rulesOf } from '../dialect.ts';

const nodes = new Set(['a', 'b']);
const compile = (value: string): Compiled =>
  compileParameter(value, { path: ['x'], dialect: 'openflow', names: rulesOf('openflow').names.always, nodes });

describe('expressions of flows', () => {
  it.each([
    ['results.a.x', 'results.a.x'],
    ['{ ...results.a, b: 1 }', '{ ...results.a, b: 1 }'],
    ['[1, 2].first()', '[1, 2].first()'],
  ])('%s', (source, code) => {
    expect(compile(`{{ ${source} }}`)).toMatchObject({ template: { kind: 'expression', code }, diagnostics: [] });
  });

  it.each([
    'const { a, ...rest } = results.a; return rest',
    '\n  let x = "}}";\n  if (x) { return { y: { z: 1 }}}\n  return null\n',
    'return results.a // }}',
  ])('statements: %s', (source) => {
    const { template, diagnostics } = compile(`{{${source}}}`);
    expect(diagnostics).toEqual([]);
    expect(template).toMatchObject({ kind: 'expression', source: source.trim() });
  });

  it('reads the results that it names, or all', () => {
    const uses = (source: string): string[] => compile(`{{ ${source} }}`).references.map(({ node }) => node);
    expect(uses('results.a.x + results["b"]')).toEqual(['a', 'b']);
    expect(uses('results?.a')).toEqual(['a']);
    expect(uses('Object.keys(results)')).toEqual(['a', 'b']);
    expect(uses('results.nowhere')).toEqual([]);
  });

  it.each([
    ['results.a +', 'expression-syntax'],
    ['return (1', 'expression-syntax'],
    ['return 1 }); (() => {', 'expression-syntax'],
    ['nothing.x', 'unknown-name'],
  ])('%s is a mistake that fails when it is evaluated', (source, code) => {
    expect(compile(`{{ ${source} }}`).diagnostics).toMatchObject([{ severity: 'warning', code }]);
  });

  it.each(["variable('u/a/b')", "resource('u/a/b').host"])('%s is told before anything runs', (source) => {
    expect(compile(`{{ ${source} }}`).diagnostics).toMatchObject([{ severity: 'error', code: 'not-supported' }]);
  });
});
