/** Rename keys by the rules of n8n. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function rename(params: Record<string, Json>, json: Json): Promise<string> {
  return JSON.stringify(
    (await runNode(node, { params: { semantics: 'n8n', ...params }, input: [json] })).output.main?.[0],
  );
}

describe('rename-keys, n8n', () => {
  it('reads all values before anything is renamed, and puts them at the end', async () => {
    const keys = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'x.y' },
      { from: 'gone', to: 'z' },
      { from: '', to: 'z' },
      { from: 'c', to: 'c' },
    ];
    expect(await rename({ keys }, { a: 1, b: 2, c: 3 })).toBe('{"c":3,"x":{"y":2}}');
    expect(await rename({ keys: { a: 'd' } }, { a: 1, c: 3 })).toBe('{"c":3,"d":1}');
  });

  it('replaces where a pattern fits first, down to a depth', async () => {
    const json = { a_b_c: { d_e_f: 1 }, list: [{ x_y: 2 }] };
    const pattern = { search: '_', replace: '-' };
    expect(await rename({ patterns: [pattern] }, json)).toBe('{"list":[{"x-y":2}],"a-b_c":{"d-e_f":1}}');
    expect(await rename({ patterns: [{ ...pattern, depth: 0 }] }, json)).toBe(
      '{"list":[{"x_y":2}],"a-b_c":{"d_e_f":1}}',
    );
    expect(await rename({ patterns: [{ search: 'A', replace: '$&$&', caseSensitive: false }] }, { a: 1 })).toBe(
      '{"aa":1}',
    );
  });
});
