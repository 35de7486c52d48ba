/** Stop and Error: fails with its own words. */
import { describe, expect, it } from 'vitest';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

describe('stop-and-error', () => {
  it('fails with the message and the data, and asks for no retry', async () => {
    const params = { message: 'Order {{ $json.id }} has no price', data: { id: '{{ $json.id }}' } };
    await expect(runNode(node, { params, input: [{ id: 7 }] })).rejects.toMatchObject({
      failure: { code: 'stopped-by-node', message: 'Order 7 has no price', data: { id: 7 }, retry: 'no' },
    });
  });
});
