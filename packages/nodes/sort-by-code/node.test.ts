/** Sort by code: any comparison, and answers that are none. */
import { describe, expect, it } from 'vitest';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

const sort = (
  code: string,
  input = [{ n: 2 }, { n: 10 }, { n: 1 }, { n: 2, again: true }],
): ReturnType<typeof runNode> => runNode(node, { params: { code }, input });

describe('sort-by-code', () => {
  it('sorts as the code says, equal items in their order, each from its own', async () => {
    const { items } = await sort('return a.json.n - b.json.n;');
    expect(items[0]).toEqual([
      { json: { n: 1 }, from: [2] },
      { json: { n: 2 }, from: [0] },
      { json: { n: 2, again: true }, from: [3] },
      { json: { n: 10 }, from: [1] },
    ]);
  });

  it.each(['return undefined;', 'return "x";', 'return a.json.gone - b.json.gone;'])(
    'takes %s for equal',
    async (code) => {
      expect((await sort(code)).output.main?.[0]).toEqual({ n: 2 });
    },
  );

  it('refuses promises, and passes errors on', async () => {
    await expect(sort('return await 1;')).rejects.toThrow('answers with a promise');
    await expect(sort('throw new Error("mine");')).rejects.toThrow('mine');
  });
});
