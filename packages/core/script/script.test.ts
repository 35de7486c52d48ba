/** Scripts of other products: what they need, enums, modules that become callable bodies. */
import { stripTypeScriptTypes } from 'node:module';
import { runInThisContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { blank } from './blank.ts';
import { callable, CALLER } from './callable.ts';
import { withoutEnums } from './enums.ts';
import { needsOf } from './needs.ts';
import { withoutParameterProperties } from './parameter-properties.ts';

describe('blank', () => {
  it.each([
    ["a = 'fetch'; // fetch", 'fetch'],
    ['a = `x ${fetch} y`', 'x'],
    ['/* fetch */ a = /fetch\\/[/]/g.test(b)', 'fetch'],
  ])('%s', (source, gone) => {
    const { code } = blank(source);
    expect(code).toHaveLength(source.length);
    expect(code).not.toContain(gone);
  });
  it('keeps code between templates', () => {
    expect(blank('`a ${b + `${c}`} d`; e').code).toBe('`  ${b + `${c}`}  `; e');
  });
  it('ends on text that is never closed', () => {
    for (const text of ["'", '`', '`${', '/*', '/', '"\\']) expect(blank(text).code).toHaveLength(text.length);
  });
});

describe('needs', () => {
  it.each<[string, string[]]>([
    ['import axios from "axios"; axios()', ['axios']],
    ['import { a, type B } from "x@1.2.3"\na()', ['x@1.2.3']],
    ['import type { A } from "x"', []],
    ['import { type A, type B } from "x"', []],
    ['import { A } from "x"\nexport function main(a: number) {}', []],
    ['import "side-effect";', ['side-effect']],
    ['const fs = require("fs")', ['fs']],
    ['await import("node:fs")', ['node:fs']],
    ['// import a from "b"\nconst s = "import c from \'d\'"', []],
    ['import * as wmill from "windmill-client"\nwmill.x()', ['windmill-client']],
    ['export { x } from "y"; x', ['y']],
  ])('%s', (source, modules) => {
    expect(needsOf(source, []).modules).toEqual(modules);
  });
  it('names of the platform, but not members and own declarations', () => {
    const names = ['fetch', 'URL', 'process'];
    expect(needsOf('await fetch(a.URL); const process = 1; process', names).names).toEqual(['fetch']);
    expect(needsOf('const o = { fetch: 1 }; o.fetch; "URL"', names).names).toEqual([]);
  });
});

describe('enums', () => {
  const run = (source: string, value: string): unknown =>
    runInThisContext(`(() => { ${withoutEnums(source).replace('export ', '')}; return ${value}; })()`);
  it.each<[string, string, unknown]>([
    ['enum A { X, Y = 5, Z }', '[A.X, A.Y, A.Z, A[6]]', [0, 5, 6, 'Z']],
    ["export enum A { X = 'x', Y = 'y' }", '[A.X, Object.keys(A)]', ['x', ['X', 'Y']]],
    ["const enum A { X = 1 << 2, Y = X | 1, 'a b' = 9 }", '[A.X, A.Y, A["a b"]]', [4, 5, 9]],
  ])('%s', (source, value, expected) => {
    expect(run(source, value)).toEqual(expected);
  });
  it('lines stay where they are', () => {
    expect(withoutEnums('enum A {\n  X,\n  Y\n}\nlast').split('\n')[4]).toBe('last');
  });
});

describe('parameters that are properties', () => {
  const run = (source: string, value: string): unknown =>
    runInThisContext(`(() => { ${stripTypeScriptTypes(withoutParameterProperties(source))}; return ${value}; })()`);
  it.each<[string, string, unknown]>([
    ['class A { constructor(private a: number, readonly b = 2, c?: string) {} }', '{ ...new A(1) }', { a: 1, b: 2 }],
    [
      'class A { constructor(public readonly m: Map<string, number>, protected n: () => void) { this.n = null } }',
      'new A(1, 2).m',
      1,
    ],
    [
      'class B { x = 1 } class A extends B { constructor(public y: number) { super(); this.x += this.y } }',
      'new A(4).x',
      5,
    ],
    ['class A { constructor(a: number) { this.b = a } b: number }', 'new A(3).b', 3],
    ["class A { constructor(private s: string = 'a, private b') {} }", 'new A().s', 'a, private b'],
    ['const text = "constructor(private a)"', 'text', 'constructor(private a)'],
  ])('%s', (source, value, expected) => expect(run(source, `(${value})`)).toEqual(expected));
  it('lines stay where they are', () => {
    const source = 'class A {\n  constructor(\n    private a: number,\n    public\n b: string,\n  ) {\n  }\n}\nlast';
    expect(withoutParameterProperties(source).split('\n')[8]).toBe('last');
  });
});

describe('callable', () => {
  const call = (source: string, args: Record<string, unknown>, entry = 'main'): unknown => {
    const made = callable(source, entry);
    if (!made.ok) throw new Error(made.message);
    return runInThisContext(`(() => { ${made.text}; return ${CALLER}; })()`)(args);
  };
  it.each<[string, Record<string, unknown>, unknown]>([
    ['export function main(a, b = 2) { return a + b }', { a: 1 }, 3],
    ['export const main = (b, a) => [a, b]', { a: 1, b: 2 }, [1, 2]],
    ['export default function main(x) { return x }', { x: 7 }, 7],
    ['export default (x) => x', { x: 7 }, 7],
    ['function go(x) { return x }\nexport { go as main }', { x: 7 }, 7],
    ['export function main(a) { return a === undefined }', {}, true],
    ['export function main(__proto__) { return __proto__ }', {}, undefined],
    ['const wrap = (f) => f; export const main = wrap((a, b) => a - b)', { a: 5, b: 3 }, 2],
  ])('%s', (source, args, expected) => {
    expect(call(source, args)).toEqual(expected);
  });
  it('another entry', () => {
    expect(call('export function preprocessor() { return 1 }', {}, 'preprocessor')).toBe(1);
  });
  it('imports of modules that are there become declarations', () => {
    const made = callable('import c, { createHash as h } from "node:crypto"; import * as u from "url"\nh()', 'main');
    expect(made.ok ? made.text.split('\n')[0] : made).toBe(
      'const c = require("node:crypto"); const h = require("node:crypto")["createHash"]; const u = require("url");',
    );
    expect(callable('export { URL } from "url"', 'main')).toMatchObject({ ok: false, line: 1 });
  });
  it('says what is missing or wrong, and where', () => {
    expect(() => call('export function other() {}', {})).toThrow('exports no function main');
    expect(callable('let x = ;', 'main')).toMatchObject({ ok: false, line: 1 });
    expect(callable('\nimport a from "b"', 'main')).toMatchObject({ ok: false, line: 2 });
    expect(callable('('.repeat(20_000), 'main')).toMatchObject({ ok: false });
  });
});
