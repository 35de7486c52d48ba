/** Filter: nothing gets lost between its two outputs. */
import { describe, expect, it } from 'vitest';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

describe('filter', () => {
  it('gives every item to exactly one output, in order', async () => {
    const input = Array.from({ length: 100 }, (_, n) => ({ n }));
    const { output } = await runNode(node, { params: { when: '{{ $json.n % 3 === 0 }}' }, input });
    expect(output.kept).toEqual(input.filter(({ n }) => n % 3 === 0));
    expect(output.discarded).toEqual(input.filter(({ n }) => n % 3 !== 0));
  });

  it('names the condition that does not fit', async () => {
    const conditions = [
      { left: 1, op: 'gt', right: 0 },
      { left: '{{ $json.n }}', op: 'gt', right: 0 },
    ];
    const run = runNode(node, { params: { conditions }, input: [{ n: '7' }] });
    await expect(run).rejects.toThrow('conditions[1].left must be a number, not the text "7".');
  });
});
