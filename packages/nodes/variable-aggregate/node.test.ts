/** Variable aggregate: what counts as being there, and what happens where nothing is. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function take(params: Record<string, Json>, json: Json = {}): Promise<Json | undefined> {
  return (await runNode(node, { params, input: [json] })).output.main?.[0];
}

describe('variable aggregate', () => {
  it.each<[string, Json[], Json]>([
    ['filled', ['{{ undefined }}', null, '', [], {}, 0], 0],
    ['filled', ['', '{{ false }}', 1], false],
    ['notNull', ['{{ undefined }}', null, ''], ''],
    ['present', ['{{ undefined }}', null, 1], null],
  ])('takes the first that is %s of %j', async (accept, values, expected) => {
    expect(await take({ values, accept })).toEqual({ value: expected });
  });

  it('gives null, nothing or a failure where nothing is there', async () => {
    const values = ['{{ $json.a }}', '{{ $json.b }}'];
    expect(await take({ values })).toEqual({ value: null });
    expect(await take({ values, missing: 'omit' })).toEqual({});
    await expect(take({ values, missing: 'fail' })).rejects.toThrow('No value was there for value.');
  });

  it('keeps groups with hostile names apart', async () => {
    const groups = JSON.parse('{"__proto__":["x"],"b":["y"]}') as Json;
    expect(JSON.stringify(await take({ groups }))).toBe('{"__proto__":"x","b":"y"}');
  });

  it('says what is missing', async () => {
    await expect(take({})).rejects.toThrow('values must be a list of at least one value');
    await expect(take({ groups: { a: 'x' } })).rejects.toThrow('groups.a must be a list of values');
  });
});
