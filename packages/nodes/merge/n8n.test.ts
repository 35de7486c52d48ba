/** Merge by the rules of n8n: order, sides that are empty, and who wins. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function merge(params: Record<string, Json>, ...input: Json[][]): Promise<Json[]> {
  const { output } = await runNode(node, { params: { semantics: 'n8n', ...params }, input });
  return output.main ?? [];
}

const A = [{ id: 1, n: 'a' }, { id: 2, n: 'b', q: { x: 1 } }, { n: 'c' }];
const B = [
  { id: 2, n: '', q: { y: 2 } },
  { id: 3, n: 'd' },
];

describe('by key', () => {
  it('gives pairs first, then what has no partner; the second input wins, field by field', async () => {
    const pair = { id: 2, n: '', q: { x: 1, y: 2 } };
    expect(await merge({ mode: 'key', keys: 'id', join: 'outer' }, A, B)).toEqual([pair, A[0], A[2], B[1]]);
    expect(await merge({ mode: 'key', keys: ['id'], keepFilled: true }, A, B)).toEqual([{ ...pair, n: 'b' }]);
    expect(await merge({ mode: 'key', keys: ['id'], deep: false }, A, B)).toEqual([{ id: 2, n: '', q: { y: 2 } }]);
  });

  it('lets the second input be enriched by the first, which wins then', async () => {
    expect(await merge({ mode: 'key', keys: 'id', join: 'right' }, A, B)).toEqual([
      { id: 2, n: 'b', q: { x: 1, y: 2 } },
      { id: 3, n: 'd' },
    ]);
  });

  it('marks what has no partner, and names every field with suffixes', async () => {
    expect(await merge({ mode: 'key', keys: 'id', join: 'anti' }, A.slice(0, 2), B)).toEqual([
      { id: 1, n: 'a', _source: 'input1' },
      { id: 3, n: 'd', _source: 'input2' },
    ]);
    const suffixed = { mode: 'key', keys: 'id', join: 'left', clash: 'suffix-all' };
    expect(await merge(suffixed, A.slice(0, 2), B)).toEqual([
      { id_1: 2, n_1: 'b', q_1: { x: 1 }, id_2: 2, n_2: '', q_2: { y: 2 } },
      { id_1: 1, n_1: 'a' },
    ]);
  });

  it('passes a lone side through where the join wants it', async () => {
    const key = { mode: 'key', keys: 'id' };
    expect(await merge(key, A, [])).toEqual([]);
    expect(await merge({ ...key, semantics: 'n8n-2' }, A, [])).toEqual(A);
    expect(await merge({ ...key, join: 'left' }, [], B)).toEqual([]);
    expect(await merge({ ...key, join: 'left' }, A, [])).toEqual(A);
    expect(await merge({ ...key, join: 'anti' }, [], B)).toEqual(B);
  });

  it('compares loosely when asked: "2" is 2', async () => {
    expect(await merge({ mode: 'key', keys: 'id', loose: true }, [{ id: '2', a: 1 }], [{ id: 2 }])).toEqual([
      { id: 2, a: 1 },
    ]);
    expect(await merge({ mode: 'key', keys: 'id' }, [{ id: '2', a: 1 }], [{ id: 2 }])).toEqual([]);
  });
});

describe('by position', () => {
  it('sets the fields of the preferred input last, without suffix', async () => {
    const [a, b] = [[{ x: 1, y: 1 }], [{ x: 2 }, { x: 3 }]];
    expect(await merge({ mode: 'position', prefer: 1 }, a, b)).toEqual([{ x: 1, y: 1 }]);
    expect(await merge({ mode: 'position', clash: 'suffix-all', unpaired: true }, a, b)).toEqual([
      { x_1: 1, y_1: 1, x_2: 2, x: 2 },
      { x_2: 3, x: 3 },
    ]);
    expect(await merge({ mode: 'position', clash: 'suffix-all', semantics: 'n8n-2' }, a, b)).toEqual([
      { x_1: 1, y_1: 1, x_2: 2 },
    ]);
  });
});

it('says from which items each comes', async () => {
  const items = [A, B].map((list) => list.map((json) => ({ json })));
  const { items: out } = await runNode(node, {
    params: { semantics: 'n8n', mode: 'key', keys: 'id', join: 'outer' },
    items,
  });
  expect(out[0]?.map((item) => item.from)).toEqual([[1, 3], [0], [2], [4]]);
});
