/** Properties of expressions: any text compiles or is refused, and what is rewritten keeps its meaning. */
import { compileFunction } from 'node:vm';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf, compile } from './compiled.testing.ts';
import { FUNCTION_NAMES } from './function-names.ts';
import { isTemplate } from './split.ts';

/** The code runs as the isolate runs it. */
function load(code: string, names: string[]): (...values: unknown[]) => unknown {
  return compileFunction(`"use strict"; return (${code}\n);`, names) as (...values: unknown[]) => unknown;
}

function call(code: string, scope: Record<string, unknown>): unknown {
  return load(code, Object.keys(scope))(...Object.values(scope));
}

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
          for (const { code } of codes) load(code, []);
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
        const isLazier = source.includes('$if') && before === 'TypeError';
        expect(isLazier ? before : after).toBe(before);
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
