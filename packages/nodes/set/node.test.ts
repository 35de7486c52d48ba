/** Set: what stays, what is set, and in what order. The contract is in registry.test.ts. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function set(params: Record<string, Json>, json: Json): Promise<Json | undefined> {
  const { output } = await runNode(node, { params, input: [json] });
  return output.main?.[0];
}

describe('set', () => {
  it('keeps the other fields, and changes below the top without touching the input', async () => {
    const json = { a: { b: 1, c: 2 } };
    expect(await set({ fields: { 'a.b': 9, 'a.d[1]': 'x' } }, json)).toEqual({ a: { b: 9, c: 2, d: [null, 'x'] } });
    expect(json).toEqual({ a: { b: 1, c: 2 } });
  });

  it('sets null where an expression finds nothing, so that the field is there', async () => {
    expect(await set({ fields: { x: '{{ $json.missing }}' } }, {})).toEqual({ x: null });
  });

  it('keeps the type of a value that is one expression, and makes text around others', async () => {
    const fields = { n: '{{ $json.n }}', list: '{{ [1, 2] }}', text: 'n={{ $json.n }}' };
    expect(await set({ keep: 'none', fields }, { n: 5 })).toEqual({ n: 5, list: [1, 2], text: 'n=5' });
  });

  it('sets fields over value, and value over the item', async () => {
    expect(await set({ value: { a: 2, b: 2 }, fields: { b: 3 } }, { a: 1, b: 1, c: 1 })).toEqual({ a: 2, b: 3, c: 1 });
  });

  it('keeps selected fields only, where they are', async () => {
    expect(await set({ keep: 'selected', names: ['a.b', 'nope'] }, { a: { b: 1, c: 2 }, d: 3 })).toEqual({
      a: { b: 1 },
    });
  });

  it('defines __proto__ as a field', async () => {
    const out = await set({ fields: JSON.parse('{"__proto__.x":1,"constructor":2}') as Json }, {});
    expect(JSON.stringify(out)).toBe('{"__proto__":{"x":1},"constructor":2}');
  });

  it('makes an object of an item that is a value only', async () => {
    expect(await set({ fields: { n: '{{ $json }}' } }, 5)).toEqual({ n: 5 });
  });

  it('fails where a list is taken for an object, and says so', async () => {
    await expect(set({ fields: { 'a.name': 1 } }, { a: [] })).rejects.toThrow('"name" is not a position of the list');
  });

  it('keeps files unless told otherwise', async () => {
    const items = [[{ json: {}, files: { f: { blob: 'b', size: 1 } } }]];
    expect((await runNode(node, { items })).items).toEqual(items);
    expect((await runNode(node, { params: { keepFiles: false }, items })).items).toEqual([[{ json: {} }]]);
  });
});
