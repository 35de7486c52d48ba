/** Code: which results become items, and what the others are told. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

const code = (body: string, mode: string, input: Json[] = [{ n: 1 }]): ReturnType<typeof runNode> =>
  runNode(node, { params: { code: body, mode }, input });

describe.each(['item', 'all'])('code, mode %s', (mode) => {
  it.each<[string, Json[]]>([
    ['return { a: 1 };', [{ a: 1 }]],
    ['return { json: { a: 1 } };', [{ a: 1 }]],
    ['return { json: 5 };', [5]],
    ['return { json: 1, other: 2 };', [{ json: 1, other: 2 }]],
    ['return [{ a: 1 }, { json: { b: 2 } }];', [{ a: 1 }, { b: 2 }]],
    ['return null;', []],
    ['return [];', []],
    ['return await Promise.resolve({ a: 1 });', [{ a: 1 }]],
    ['return Object.create(null);', [{}]],
  ])('%s', async (body, expected) => {
    expect((await code(body, mode)).output.main).toEqual(expected);
  });

  it.each([
    ['const x = 1;', 'The code returned nothing.'],
    ['return "text";', 'The code returned the text "text", not an object.'],
    ['return 5;', 'The code returned the number 5, not an object.'],
    ['return [{}, 5];', 'The code returned the number 5 at position 1 of its list, not an object.'],
    ['return [null];', 'The code returned null at position 0 of its list'],
    ['return new Map();', 'The code returned a Map, not an object.'],
    ['return new Date();', 'The code returned a Date, not an object.'],
    ['return () => 1;', 'The code returned a function, not an object.'],
    ['return { json: {}, files: 5 };', 'The code returned files that are the number 5.'],
    ['return { json: {}, from: ["a"] };', 'The code returned from that is a list.'],
    ['throw new Error("mine");', 'mine'],
  ])('%s', async (body, message) => {
    await expect(code(body, mode)).rejects.toThrow(message);
  });
});

describe('code', () => {
  it('runs once per item, or once in all', async () => {
    const input = [{ n: 1 }, { n: 2 }, { n: 3 }];
    expect((await code('return { n: $json.n, i: $itemIndex };', 'item', input)).output.main).toHaveLength(3);
    expect((await code('return { n: $json.n, count: $input.all().length };', 'all', input)).output.main).toEqual([
      { n: 1, count: 3 },
    ]);
  });

  it('keeps files and lineage that it is given', async () => {
    const body = 'return { json: {}, files: { f: { blob: "b", size: 1 } }, from: [0] };';
    expect((await code(body, 'all')).items[0]).toEqual([{ json: {}, files: { f: { blob: 'b', size: 1 } }, from: [0] }]);
  });
});

describe('code, mode main', () => {
  const main = (
    body: string,
    more: Record<string, Json> = {},
    input: Json[] = [{ n: 1 }],
  ): ReturnType<typeof runNode> => runNode(node, { params: { code: body, mode: 'main', ...more }, input });

  it('calls main for each item with the named inputs as one object', async () => {
    const body = 'const twice = (x) => x * 2;\nfunction main({ a, b }) { return { sum: twice(a) + b }; }';
    const { output } = await main(body, { inputs: { a: '{{ $json.n }}', b: 5 }, outputs: { sum: 'number' } }, [
      { n: 1 },
      { n: 2 },
    ]);
    expect(output.main).toEqual([{ sum: 7 }, { sum: 9 }]);
  });

  it.each([
    ['async function', 'async function main({ a }) { return { r: await Promise.resolve(a) }; }'],
    ['arrow', 'const main = ({ a }) => ({ r: a });'],
    ['with names of the scope', 'function main({ a }) { return { r: a, n: $json.n }; }'],
  ])('%s', async (_, body) => {
    expect((await main(body, { inputs: { a: 'x' } })).output.main).toMatchObject([{ r: 'x' }]);
  });

  it('takes any object where nothing is declared', async () => {
    expect((await main('function main() { return { a: [1, "x"], b: null }; }')).output.main).toEqual([
      { a: [1, 'x'], b: null },
    ]);
  });

  it.each<[string, Record<string, Json>, string]>([
    ['const other = 1;', {}, 'The code defines no function main.'],
    ['function main() { return [1]; }', {}, 'main returned a list, not an object.'],
    ['function main() {}', { outputs: { r: 'string' } }, 'main returned nothing, not an object.'],
    ['function main() { return { s: 1 }; }', { outputs: { r: 'string' } }, 'main returned s, which is not declared.'],
    ['function main() { return {}; }', { outputs: { r: 'string' } }, 'main did not return r.'],
    ['function main() { return { r: 5 }; }', { outputs: { r: 'string' } }, 'Output r must be text, not the number 5.'],
    ['function main() { return { r: new Date(0) }; }', { outputs: { r: 'object' } }, 'must be an object, not a Date'],
    ['function main() { return { r: 1 }; }', { outputs: { r: 'text' } }, 'outputs.r must be one of string, number'],
    ['function main() { return { r: 1 }; }', { outputs: 5 }, 'outputs must be an object of types by name'],
    ['function main() { return { r: 1 }; }', { outputs: { r: 'any' }, check: 'dify' }, 'outputs.r must be one of'],
  ])('%s %j', async (body, more, message) => {
    await expect(main(body, more)).rejects.toThrow(message);
  });
});
