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

  it('converts fields, and says which value cannot be', async () => {
    const types = { a: 'number', 'b.c': 'boolean', d: 'object', e: 'string', none: 'number' };
    const json = { a: ' 7 ', b: { c: 0 }, d: '{"x":1}', e: [1] };
    expect(await set({ types }, json)).toEqual({ a: 7, b: { c: false }, d: { x: 1 }, e: '[1]' });
    expect(json.b).toEqual({ c: 0 });
    for (const [value, type] of [
      ['', 'number'],
      ['yes', 'boolean'],
      ['[1', 'array'],
      ['1.5', 'integer'],
      ['soon', 'dateTime'],
    ]) {
      await expect(set({ types: { v: type ?? '' } }, { v: value ?? '' })).rejects.toThrow(
        `types.v: the value must be readable as ${type}`,
      );
    }
    expect(await set({ types: { v: 'number', w: 'number' }, mismatch: 'null' }, { v: 'x', w: null })).toEqual({
      v: null,
      w: null,
    });
    await expect(set({ types: { v: 'date' } }, {})).rejects.toThrow('types.v must be one of');
  });

  it('reads an object from JSON text, and says what is wrong with it', async () => {
    expect(await set({ value: '{"a": {{ $json.n }}, "__proto__": 1}' }, { n: 1 })).toEqual(
      JSON.parse('{"n":1,"a":1,"__proto__":1}'),
    );
    await expect(set({ value: '{"a": ' }, {})).rejects.toThrow('value is not valid JSON');
    await expect(set({ value: '[1]' }, {})).rejects.toThrow('value must be the JSON text of an object, not a list.');
    await expect(set({ value: 5 }, {})).rejects.toThrow('value must be an object or its JSON text');
  });

  it('keeps files unless told otherwise', async () => {
    const items = [[{ json: {}, files: { f: { blob: 'b', size: 1 } } }]];
    expect((await runNode(node, { items })).items).toEqual(items);
    expect((await runNode(node, { params: { keepFiles: false }, items })).items).toEqual([[{ json: {} }]]);
  });
});
