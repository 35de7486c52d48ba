/** Tests of templates that the runner reads by itself. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../model/item.ts';
import { compileParameter } from './compile.ts';
import { itemPath, readTemplate } from './item-path.ts';
import { NATIVE_NAMES } from './names.ts';

const read = (text: string, json: Json): Json | undefined =>
  readTemplate(compileParameter(text, { path: [], nodes: new Set(), names: NATIVE_NAMES }).template, json);

describe('a path of the item', () => {
  it.each([
    ['$json.a', ['a']],
    [' $json.a.b_1.$c ', ['a', 'b_1', '$c']],
    ["$json['a b'].c[\"d'e\"]", ['a b', 'c', "d'e"]],
  ])('%s', (source, path) => expect(itemPath(source)).toEqual(path));

  it.each([
    '$json',
    '$json.a()',
    '$json.a + 1',
    '$json?.a',
    '$json[0]',
    '$json[name]',
    "$json['a\\n']",
    '$json.a; $json.b',
    '$json.__proto__',
    "$json['__proto__']",
    '$input.item.json.a',
    'x.$json.a',
    '$json.a /* c */',
    '($json.a)',
  ])('%s is for the evaluator', (source) => expect(itemPath(source)).toBeNull());
});

describe('reading', () => {
  it('gives fields as they are, and texts with words and whole numbers', () => {
    const json = { url: 'http://x', id: 7, deep: { list: [1], none: null, yes: false } };
    expect(read('{{ $json.url }}', json)).toBe('http://x');
    expect(read('{{ $json.deep.list }}', json)).toEqual([1]);
    expect(read('{{ $json.deep.none }}', json)).toBeNull();
    expect(read('{{ $json.deep.yes }}', json)).toBe(false);
    expect(read('{{ $json.url }}/{{ $json.id }}?a', json)).toBe('http://x/7?a');
  });

  it.each(['{{ $json.none }}', '{{ $json.list.length }}', '{{ $json.text.length }}', '{{ $json.toString }}'])(
    'leaves %s to the evaluator',
    (text) => expect(read(text, { list: [1], text: 'x' })).toBeUndefined(),
  );

  it.each([1.5, 1e21, -0, true, null, [1], { a: 1 }])('leaves %j inside a text to the evaluator', (value) => {
    const got = read('x{{ $json.value }}', { value });
    expect(got).toBe(Object.is(value, -0) ? 'x0' : undefined);
  });

  it('agrees with JavaScript on any object', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 3 }),
        fc.array(fc.constantFrom('a', 'b', 'length', 'constructor')),
        (any, path) => {
          const json = { a: any } as Json;
          const source = ['$json', 'a', ...path].join('.');
          const got = read(`{{ ${source} }}`, json);
          if (got === undefined) return;
          const wanted = ['a', ...path].reduce<unknown>(
            (value, name) => (value as Record<string, unknown>)[name],
            json,
          );
          expect(got).toEqual(wanted);
        },
      ),
    );
  });
});
