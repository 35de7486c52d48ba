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
