/** Respond and Output: the body, or the item. */
import { describe, expect, it } from 'vitest';
import { runNode } from '../kit/run.ts';
import { node as output } from '../output/node.ts';
import { node as respond } from './node.ts';

describe.each([
  ['respond', respond],
  ['output', output],
])('%s', (_, node) => {
  it('does not show the item where the body came to nothing', async () => {
    const run = await runNode(node, { params: { body: '{{ $json.missing }}' }, input: [{ secret: 1 }] });
    expect(run.output).toEqual({ main: [null] });
  });
});
