/** Remove duplicates by the rules of n8n. */
import { describe, expect, it } from 'vitest';
import type { Item, Json } from '@rondo/core/model/item.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function kept(params: Record<string, Json>, input: Json[]): Promise<Item[]> {
  return (await runNode(node, { params: { semantics: 'n8n', ...params }, input })).items[0] ?? [];
}
const json = async (params: Record<string, Json>, input: Json[]): Promise<Json[]> =>
  (await kept(params, input)).map((item) => item.json);

describe('remove-duplicates, n8n', () => {
  it('keeps the first of each in the order of the input', async () => {
    const input = [{ a: 2 }, { a: 1 }, { a: 2 }, { a: 1 }];
    expect(await kept({}, input)).toEqual([
      { json: { a: 2 }, from: [0] },
      { json: { a: 1 }, from: [1] },
    ]);
    const deep = [{ a: { b: [1, { c: 2 }] } }, { a: { b: [1, { c: 2 }] } }, { a: { b: [1, { c: 3 }] } }];
    expect(await json({}, deep)).toEqual([deep[0], deep[2]]);
  });

  it('compares some fields, or all but some', async () => {
    const input = [
      { a: 1, b: { c: 1, d: 1 } },
      { a: 2, b: { c: 1, d: 1 } },
    ];
    expect(await json({ compare: 'selected', names: 'b.c, b.d' }, input)).toEqual([input[0]]);
    expect(await json({ compare: 'except', names: ['a'] }, input)).toEqual([input[0]]);
    expect(
      await kept({ compare: 'selected', names: ['a'], onlyCompared: true }, [{ z: 0, a: 1 }, { a: 1 }, { a: 2 }]),
    ).toEqual([
      { json: { a: 1 }, from: [0] },
      { json: { a: 2 }, from: [1] },
    ]);
  });

  it('refuses fields that are missing or of several types, as its versions do', async () => {
    const selected = { compare: 'selected', names: ['a'] };
    await expect(json(selected, [{ a: 1 }, {}])).rejects.toThrow("'a' field is missing from some input items");
    await expect(json(selected, [{ a: 1 }, { a: '1' }])).rejects.toThrow("'a' isn't always the same type");
    expect(await json(selected, [{ a: 1 }, { a: null }])).toHaveLength(2);
    await expect(json({ ...selected, semantics: 'n8n-1' }, [{ a: 1 }, { a: null }])).rejects.toThrow('the same type');
    expect(await json({ ...selected, semantics: 'n8n-lists' }, [{ a: 1 }, { a: '1' }, { a: 1 }])).toEqual([
      { a: 1 },
      { a: '1' },
    ]);
    await expect(json({ compare: 'except' }, [{}])).rejects.toThrow('Please add a field to exclude from comparison');
  });
});

describe('remove-duplicates', () => {
  it('keeps only what was compared, on request', async () => {
    const { output } = await runNode(node, {
      params: { compare: 'except', names: ['at'], onlyCompared: true },
      input: [
        { id: 1, at: 1 },
        { id: 1, at: 2 },
      ],
    });
    expect(output).toEqual({ kept: [{ id: 1 }], removed: [{ id: 1 }] });
  });
});
