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

  it.each([
    [{ message: 'no stock', code: 5 }, 'no stock'],
    ['{"error":"late"}', 'late'],
    [{ code: 5 }, '{"code":5}'],
    ['just words', 'just words'],
  ])('takes the message out of %j', async (object, message) => {
    await expect(runNode(node, { params: { object } })).rejects.toThrow(message);
  });
});
