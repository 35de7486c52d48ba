import { compileFunction } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { codeOf, compile } from './compiled.testing.ts';

/** The code runs as the isolate runs it. */
function call(code: string, scope: Record<string, unknown>): unknown {
  const run = compileFunction(`"use strict"; return (${code}\n);`, Object.keys(scope)) as (
    ...values: unknown[]
  ) => unknown;
  return run(...Object.values(scope));
}

/** Stand-in for the dispatcher that shows what was called on what. */
const $fn = (value: unknown, name: string, args: unknown[]): unknown => ({ value, name, args });

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
