import { describe, expect, it } from 'vitest';
import { diagnostic } from '../errors.ts';
import { readText } from './text.ts';

const told = (text: string, file = 'w.json'): string[] =>
  readText(text, file).diagnostics.map((one) => `${one.severity} ${one.line}:${one.column} ${one.message}`);

/** Far more than it takes here, far less than what a quadratic reading takes. */
const SOON_MS = 3_000;

function inTime<T>(work: () => T): T {
  const from = performance.now();
  const value = work();
  expect(performance.now() - from).toBeLessThan(SOON_MS);
  return value;
}

describe('reading a text', () => {
  it('gives the same for JSON and YAML', () => {
    expect(readText('{"a": [1, {"b": "x"}]}', 'w').value).toEqual({ a: [1, { b: 'x' }] });
    expect(readText('a:\n  - 1\n  - b: x\n', 'w').value).toEqual({ a: [1, { b: 'x' }] });
  });

  it.each([
    ['', 'error 1:1 w.json is empty.'],
    [' \n\t ', 'error 1:1 w.json is empty.'],
    ['\u0000\u0001{}', 'error 1:1 w.json is not UTF-8 text. Save it as UTF-8.'],
    ['{"a": "\ufffd"}', 'error 1:1 w.json is not UTF-8 text. Save it as UTF-8.'],
    ['{"nodes": [\n  {"name": ', 'error 2:12 This is not valid JSON: it ends where a value is expected.'],
    [
      '{"a": [1, 2',
      'error 1:12 This is not valid JSON: it ends where a comma or the end of the list or object is expected.',
    ],
    ['{"a": "x\ny"}', 'error 1:9 This is not valid JSON: a text in quotes does not end in its line.'],
    ['{"a": "\\x"}', 'error 1:8 This is not valid JSON: \\x means nothing in a text.'],
    ['{"a": [], "b": {}, "c": "x', 'error 1:25 This is not valid JSON: a text in quotes has no end.'],
    ["{'a': 1}", 'error 1:2 This is not valid JSON: expected a key in double quotes, or }, found "\'".'],
    ['{"a": 01}', 'error 1:8 This is not valid JSON: expected a comma or the end of the list or object, found "1".'],
    ['{} x', 'error 1:4 This is not valid JSON: expected the end of the file, found "x".'],
    ['{"a": 1,\n "b": }', 'error 2:7 This is not valid JSON: expected a value, found "}".'],
    ['{"a": 1, "b": {"c": 1,\n "c": 2}}', 'error 2:2 The key text "c" occurs twice here.'],
    ['[1]', 'error 1:1 w.json holds a list of 1, not a workflow.'],
    ['{"a": 1e999}', 'error 1:7 The number 1e999 is too large.'],
    [
      '{"a": 12345678901234567890}',
      'warning 1:7 The number 12345678901234567890 has more digits than a number can hold; it becomes 12345678901234567000. Write it as text.',
    ],
  ])('%j: %s', (text, line) => expect(told(text)).toEqual([line]));

  it.each([
    ['a: 1\nb: 2\na: 3', 'error 3:1 The key text "a" occurs twice here.'],
    ['a: .inf', 'error 1:4 The number .inf is too large.'],
    ['a: !!js/function "x"', 'error 1:4 Unresolved tag: tag:yaml.org,2002:js/function'],
    ['a: *nothing', 'error 1:1 w.yaml: Unresolved alias (the anchor must be set before the alias): nothing.'],
    ['a: 1\n---\nb: 2', 'error 2:1 w.yaml holds several YAML documents; a workflow file has one'],
    ['just words', 'error 1:1 w.yaml holds text "just words", not a workflow.'],
  ])('%j: %s', (text, line) => expect(told(text, 'w.yaml')).toEqual([line]));

  it('keeps a key __proto__ as data', () => {
    const { value } = readText('{"__proto__": {"polluted": 1}, "a": 1}', 'w.json');
    expect(Object.keys(value ?? {})).toEqual(['__proto__', 'a']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('finds places in JSON and in YAML alike', () => {
    const json = '{\n  "a": {"b\\n": [1,\n    {"c": "}]\\"" , "d": null}]},\n  "e": 1}';
    const yaml = 'a:\n  "b\\n":\n    - 1\n    - { c: "x", d: null }\ne: 1\n';
    const paths = [['e'], ['a', 'b\n', 1, 'd'], ['a', 'b\n', 0], ['a', 'nowhere'], ['a', 'b\n', 7], []];
    const places = (text: string): string[] => {
      const found = paths.map((path) => diagnostic('bad-value', path, ''));
      readText(text, 'w').locate(found);
      return found.map((one) => `${one.line}:${one.column}`);
    };
    expect(places(json)).toEqual(['4:3', '3:20', '2:17', '2:3', '2:9', '1:1']);
    expect(places(yaml)).toEqual(['5:1', '4:17', '3:7', '1:1', '2:3', '1:1']);
  });
});

describe('hostile texts end soon, with a diagnostic', () => {
  it.each([
    ['brackets', '['.repeat(200_000)],
    ['objects', '{"a":'.repeat(200_000)],
    ['YAML blocks', Array.from({ length: 3_000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['YAML lists', `${'- '.repeat(20_000)}a`],
    [
      'an alias bomb',
      `a: &a [x, x, x, x, x, x, x, x, x]\n${[...'bcdefghijk'].map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefghijk'[i]}`).join(',')}]`).join('\n')}`,
    ],
    ['merges', `a: &a {x: 1}\n${Array.from({ length: 5_000 }, (_, i) => `k${i}: {<<: *a}`).join('\n')}`],
    ['the size', ' '.repeat(70_000_000)],
    ['a long scalar', `"${'\\"'.repeat(1_000_000)}`],
  ])('%s', (_, text) => {
    const { value, diagnostics } = inTime(() => readText(text, 'w.yaml'));
    expect(value).toBeNull();
    expect(diagnostics[0]).toMatchObject({ severity: 'error', line: expect.any(Number) });
    expect(diagnostics[0]?.message).not.toContain('call stack');
  });

  it('many keys', () => {
    const keys = Array.from({ length: 20_000 }, (_, i) => `"k${i}": 1`);
    expect(Object.keys(inTime(() => readText(`{${keys.join(',')}}`, 'w.json')).value ?? {})).toHaveLength(20_000);
    expect(Object.keys(inTime(() => readText(keys.join('\n'), 'w.yaml')).value ?? {})).toHaveLength(20_000);
  });
});
