/** Template: what it can name, and where the text goes. Jinja2 itself is tested with its engine. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function write(params: Record<string, Json>, json: Json): Promise<Json | undefined> {
  return (await runNode(node, { params, input: [json] })).output.main?.[0];
}

describe('template', () => {
  it('names the fields, the whole item, and its values', async () => {
    const params = { template: '{{ a }} {{ json.a }} {{ more }}', values: { more: '{{ $json.a + 1 }}' }, keep: 'none' };
    expect(await write(params, { a: 1 })).toEqual({ text: '1 1 2' });
    expect(await write({ template: '{{ json }}', keep: 'none' }, 'x')).toEqual({ text: 'x' });
  });

  it('leaves text from data alone, even when it looks like a template', async () => {
    expect(await write({ template: '{{ a }}', keep: 'none' }, { a: '{{ b }}' })).toEqual({ text: '{{ b }}' });
  });

  it('sets a field at a path', async () => {
    expect(await write({ template: 'x', field: 'mail.body' }, { mail: { to: 'a' } })).toEqual({
      mail: { to: 'a', body: 'x' },
    });
  });
});
