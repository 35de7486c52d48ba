/** Set by the rules of n8n: what is converted, what is missing, where fields go. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function set(params: Record<string, Json>, json: Json = {}): Promise<Json | undefined> {
  const { output } = await runNode(node, { params: { semantics: 'n8n', keep: 'none', ...params }, input: [json] });
  return output.main?.[0];
}

const one = (type: string, value: Json): Record<string, Json> => ({ assignments: [{ name: 'v', type, value }] });

describe('types', () => {
  it.each<[string, Json, Json]>([
    ['string', { a: 1 }, '{"a":1}'],
    ['string', 12.5, '12.5'],
    ['number', '', 0],
    ['number', true, 1],
    ['boolean', 'FALSE', false],
    ['boolean', '01', true],
    ['array', "['a']", ['a']],
    ['object', "{a: 1, 'b': [true, null,], \"c\": '\\u0041'}", { a: 1, b: [true, null], c: 'A' }],
    ['array', null, null],
  ])('%s takes %j', async (type, value, expected) => {
    expect(await set(one(type, value))).toEqual({ v: expected });
  });

  it.each<[string, Json, string]>([
    ['number', 'abc', "'v' expects a number but we got 'abc' [item 0]"],
    ['boolean', 'yes', "'v' expects a boolean but we got 'yes' [item 0]"],
    ['object', [1], "'v' expects a object but we got array [item 0]"],
    ['array', { a: 1 }, "'v' expects a array but we got object [item 0]"],
    ['object', '{a: b()}', "'v' expects a object but we got '{a: b()}' [item 0]"],
  ])('%s refuses %j', async (type, value, message) => {
    await expect(set(one(type, value))).rejects.toThrow(message);
    expect(await set({ ...one(type, value), mismatch: 'keep' })).toEqual({ v: value });
  });

  it('a missing text is null, or what it was in older versions', async () => {
    expect(await set(one('string', null))).toEqual({ v: null });
    expect(await set({ ...one('string', null), semantics: 'n8n-3' })).toEqual({ v: 'null' });
    await expect(set({ ...one('string', null), semantics: 'n8n-3.1' })).rejects.toThrow(
      "expects a string but we got 'null'",
    );
  });
});

describe('fields', () => {
  it('that stay come out under their last name, and a name that is there is no path', async () => {
    const json = { 'a.b': 1, 'a': { b: 2, c: 3 }, 'd': [{ e: 4 }] };
    const params = { keep: 'selected', names: 'a.b, a.c, d[0].e, nope', assignments: [] };
    expect(await set(params, json)).toEqual({ b: 1, c: 3, e: 4 });
    expect(await set({ keep: 'except', names: 'a.c, d' }, json)).toEqual({ 'a.b': 1, 'a': { b: 2 } });
    expect(await set({ keep: 'all', assignments: [{ name: 'a.b', value: 9 }] }, json)).toMatchObject({ 'a.b': '9' });
  });

  it('make lists where the name counts', async () => {
    const assignments = [
      { name: 'list.0', value: 'x' },
      { name: 'list[1]', value: 'y' },
    ];
    expect(await set({ assignments })).toEqual({ list: ['x', 'y'] });
    expect(await set({ assignments, dotPaths: false })).toEqual({ 'list.0': 'x', 'list[1]': 'y' });
  });

  it('of JSON in pieces take objects as JSON, and say what is wrong with the whole', async () => {
    expect(
      await set({ value: ['{"o": ', '{{ $json.o }}', ', "t": "', '{{ $json.t }}', '"}'] }, { o: [1], t: 'x' }),
    ).toEqual({
      o: [1],
      t: 'x',
    });
    await expect(set({ value: '{"a": ' })).rejects.toThrow("The 'JSON Output' in item 0 contains invalid JSON");
    await expect(set({ value: '[1]' })).rejects.toThrow(
      "The 'JSON Output' in item 0 does not contain a valid JSON object",
    );
  });

  it('keep every name a name', async () => {
    const json = JSON.parse('{"__proto__":{"x":1}}') as Json;
    const out = await set({ keep: 'all', assignments: [{ name: '__proto__.y', value: 'z' }] }, json);
    expect(JSON.stringify(out)).toBe('{"__proto__":{"x":1,"y":"z"}}');
  });
});
