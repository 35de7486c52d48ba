/** Compare datasets by the rules of n8n and of its versions. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function compare(params: Record<string, Json>, a: Json[], b: Json[]): Promise<Record<string, Json[]>> {
  return (await runNode(node, { params: { semantics: 'n8n', keys: ['id'], ...params }, input: [a, b] })).output;
}

describe('compare-datasets, n8n', () => {
  it('pairs by key; the first of B may be the partner of several', async () => {
    const out = await compare(
      {},
      [{ id: 1, v: 1 }, { id: 1, v: 1 }, { v: 2 }, {}],
      [{ id: 1, v: 1 }, { id: 1, v: 3 }, { id: 2 }],
    );
    expect(out).toEqual({
      onlyA: [{ v: 2 }],
      same: [
        { id: 1, v: 1 },
        { id: 1, v: 1 },
      ],
      different: [],
      onlyB: [{ id: 1, v: 3 }, { id: 2 }],
    });
    const all = await compare(
      { matches: 'all', version: 'b' },
      [{ id: 1, v: 1 }],
      [
        { id: 1, v: 1 },
        { id: 1, v: 3 },
      ],
    );
    expect(all).toMatchObject({ same: [{ id: 1, v: 1 }], different: [{ id: 1, v: 3 }], onlyB: [] });
  });

  it('shows both versions, in the words of its version', async () => {
    const [a, b] = [
      { id: 1, v: 0, x: 1 },
      { id: 1, v: 2 },
    ];
    expect((await compare({}, [a], [b])).different).toEqual([
      { keys: { id: 1 }, same: { id: 1 }, different: { v: { inputA: 0, inputB: 2 }, x: { inputA: 1, inputB: null } } },
    ]);
    expect((await compare({ semantics: 'n8n-1' }, [a], [b])).different).toEqual([
      {
        keys: { id: 1 },
        same: { id: 1 },
        different: { v: { input1: null, input2: 2 }, x: { input1: 1, input2: null } },
      },
    ]);
    expect((await compare({ skip: 'v' }, [a], [b])).different).toEqual([
      {
        keys: { id: 1 },
        same: { id: 1 },
        different: { x: { inputA: 1, inputB: null } },
        skipped: { v: { inputA: 0, inputB: 2 } },
      },
    ]);
  });

  it('mixes both versions', async () => {
    const [a, b] = [
      { id: 1, v: 1, o: { p: 1 } },
      { id: 1, v: 2, o: { p: 2 } },
    ];
    const out = await compare({ version: 'a', except: 'v, o.p' }, [a], [b]);
    expect(out.different).toEqual([{ 'id': 1, 'v': 2, 'o': { p: 1 }, 'o.p': 2 }]);
  });

  it('compares loosely by the fields of A', async () => {
    const out = await compare({ loose: true }, [{ id: '1', v: '5', n: null }], [{ id: 1, v: 5, more: true }]);
    expect(out.same).toEqual([{ id: '1', v: '5', n: null }]);
  });

  it('refuses a key that no item has, before 2.2', async () => {
    await expect(compare({ semantics: 'n8n-2.1' }, [{ x: 1 }], [{ id: 1 }])).rejects.toThrow(
      "Field 'id' is not present in any of items in 'Input A'",
    );
    expect((await compare({}, [{ x: 1 }], [])).onlyA).toEqual([{ x: 1 }]);
    await expect(compare({ keys: [{ a: '', b: '' }] }, [{}], [])).rejects.toThrow('at least one pair of fields');
  });

  it('says where items come from, in both inputs', async () => {
    const params = { semantics: 'n8n', keys: ['id'] };
    const { items } = await runNode(node, {
      params,
      input: [
        [{ id: 1, v: 1 }, { id: 2 }],
        [{ id: 1, v: 2 }, { id: 3 }],
      ],
    });
    expect(items.map((list) => list.map((item) => item.from))).toEqual([[[1]], [], [[0, 2]], [[3]]]);
  });
});
