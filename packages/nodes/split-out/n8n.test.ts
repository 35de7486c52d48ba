/** Split out by the rules of n8n and of its older versions. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function split(params: Record<string, Json>, ...input: Json[]): Promise<Json[] | undefined> {
  return (await runNode(node, { params: { semantics: 'n8n', ...params }, input })).output.main;
}

describe('split-out, n8n', () => {
  it('splits several fields side by side under their whole names; a shorter list leaves its name out', async () => {
    expect(await split({ field: 'o.a, b' }, { o: { a: [1, 2, 3] }, b: ['x', 'y'] }, { b: null })).toEqual([
      { 'o.a': 1, 'b': 'x' },
      { 'o.a': 2, 'b': 'y' },
      { 'o.a': 3 },
      { b: null },
    ]);
    expect(await split({ field: 'a, b', destination: 'x, y' }, { a: [1], b: 2 })).toEqual([{ x: 1, y: 2 }]);
    await expect(split({ field: 'a, b', destination: 'x' }, {})).rejects.toThrow(
      'the same number of destination fields',
    );
  });

  it('makes items of objects and lists where nothing else is kept', async () => {
    expect(await split({ field: 'a' }, { a: [{ k: 1 }, ['x', 'y'], null, 5] })).toEqual([
      { k: 1 },
      { 0: 'x', 1: 'y' },
      { a: null },
      { a: 5 },
    ]);
    expect(await split({ field: '$json.a' }, { a: { p: 7, q: 8 } })).toEqual([{ a: 7 }, { a: 8 }]);
  });

  it('keeps other fields: all before the elements, selected ones behind them', async () => {
    const json = { id: 1, o: { list: ['x'], n: 2 } };
    const all = await split({ field: 'o.list', include: 'all' }, json);
    expect(JSON.stringify(all)).toBe('[{"id":1,"o":{"n":2},"o.list":"x"}]');
    const selected = await split({ field: 'o.list', include: 'selected', names: 'id, o.n, gone' }, json);
    expect(JSON.stringify(selected)).toBe('[{"o.list":"x","id":1,"o.n":2}]');
    await expect(split({ field: 'o.list', include: 'selected' }, json)).rejects.toThrow('No fields specified');
  });

  it('splits files', async () => {
    const file = { blob: 'b', size: 1 };
    const items = [[{ json: { n: 1 }, files: { a: file, b: file } }]];
    const { items: out } = await runNode(node, { params: { field: '$binary', semantics: 'n8n' }, items });
    expect(out[0]).toEqual([
      { json: {}, files: { a: file } },
      { json: {}, files: { b: file } },
    ]);
  });

  it.each<[string, Json, string | Json[]]>([
    ['n8n-1', {}, "Couldn't find the field 'f' in the input data"],
    ['n8n-1', { f: { a: 1 } }, "The provided field 'f' is not an array"],
    ['n8n-1', { f: [null] }, [{}]],
    ['n8n-2', {}, "Couldn't find the field 'f' in the input data"],
    ['n8n-2', { f: 5 }, "The provided field 'f' is not an array or object"],
    ['n8n-2.1', {}, []],
    ['n8n-2.1', { f: 5 }, "The provided field 'f' is not an array or object"],
    ['n8n', { f: 5 }, [{ f: 5 }]],
  ])('%s of %j', async (semantics, json, expected) => {
    const result = split({ field: 'f', semantics }, json);
    if (typeof expected === 'string') await expect(result).rejects.toThrow(expected);
    else expect(await result).toEqual(expected);
  });
});
