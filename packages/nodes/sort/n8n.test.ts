/** Sort by the rules of n8n, and in any order. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function sort(params: Record<string, Json>, input: Json[]): Promise<Json[] | undefined> {
  return (await runNode(node, { params, input })).output.main;
}
const by = (field: string, order = 'ascending'): Record<string, Json> => ({
  fields: [{ field, order }],
  semantics: 'n8n',
});

describe('sort, n8n', () => {
  it('does not tell upper from lower case, keeps equal items in order, and takes texts as numbers beside numbers', async () => {
    expect(await sort(by('k'), [{ k: 'b' }, { k: 'A' }, { k: 'a' }])).toEqual([{ k: 'A' }, { k: 'a' }, { k: 'b' }]);
    expect(await sort(by('k', 'descending'), [{ k: 9 }, { k: '10' }, { k: null }])).toEqual([
      { k: '10' },
      { k: 9 },
      { k: null },
    ]);
    expect(await sort(by('a.b'), [{ 'a.b': 2 }, { a: { b: 1 } }])).toEqual([{ a: { b: 1 } }, { 'a.b': 2 }]);
  });

  it('says what it cannot sort by', async () => {
    await expect(sort(by('x'), [{ k: 1 }])).rejects.toThrow("Couldn't find the field 'x' in the input data");
    await expect(sort({ ...by('a.b'), dotPaths: false }, [{ a: { b: 1 } }])).rejects.toThrow("Couldn't find the field");
    await expect(sort({ semantics: 'n8n' }, [{}])).rejects.toThrow('No sorting specified');
  });
});

describe('sort, shuffled', () => {
  it('loses nothing', async () => {
    const input = Array.from({ length: 200 }, (_, n) => ({ n }));
    const out = await sort({ shuffle: true }, input);
    expect(out).not.toEqual(input);
    expect([...(out as { n: number }[])].sort((a, b) => a.n - b.n)).toEqual(input);
  });
});
