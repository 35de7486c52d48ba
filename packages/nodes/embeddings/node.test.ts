import { describe, expect, it } from 'vitest';
import type { Item, Json } from '@rondo/core/model/item.ts';
import type { EffectPorts } from '@rondo/core/model/effect-ports.ts';
import { bench, failureOf, serverThat } from '../kit/ai/model.testing.ts';
import { nodeContract } from '../kit/contract.ts';
import { runNode } from '../kit/run.ts';
import { getPath } from '../kit/paths.ts';
import { node } from './node.ts';

const at = bench();

type Fields = { [key: string]: Json };

const embed = async (params: Fields, input: Json[] = [{}]): Promise<Fields[]> =>
  (await runNode(node, { params: { connection: at.embedding, ...params }, input, ports: at.ports })).output[
    'main'
  ] as Fields[];

/** One call with several items, as the engine makes it with loop.size. */
async function batch(params: Fields, values: Json[]): Promise<Item[]> {
  const result = await node.run?.({
    params: { connection: at.embedding, ...params },
    items: values.map((json) => ({ json })),
    carry: undefined,
    index: 0,
    attempt: 1,
    idempotencyKey: 'k',
    signal: new AbortController().signal,
    ports: at.ports as EffectPorts,
    evaluate: async () => null,
  });
  return result?.items ?? [];
}

const near = (a: Json | undefined, b: Json | undefined): number =>
  (a as number[]).reduce((sum, value, i) => sum + value * ((b as number[])[i] ?? 0), 0);

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe('embeddings', () => {
  it('gives each item the vector of its text', async () => {
    const input = [{ t: 'Whales sleep in the sea' }, { t: 'Sleeping whales' }, { t: 'Bread and butter' }];
    const [a, b, c] = await embed({ text: '{{ $json.t }}', output: 'meta.vector', dimensions: 64 }, input);
    const vector = (item: Fields | undefined): Json | undefined => getPath(item, 'meta.vector');
    expect(vector(a)).toHaveLength(64);
    expect(a?.['t']).toBe('Whales sleep in the sea');
    expect(near(vector(a), vector(b))).toBeGreaterThan(near(vector(a), vector(c)));
    expect(at.used).toHaveLength(3);
    expect(at.used[0]).toMatchObject({ tokensIn: 5, tokensOut: 0 });
  });

  it('serves a batch with one request', async () => {
    const before = at.facts().embeddings;
    const items = await batch({ field: 'a.t', dimensions: 8 }, [{ a: { t: 'one' } }, { a: { t: 'two' } }]);
    expect(at.facts().embeddings - before).toBe(1);
    expect(items.map((item) => ((item.json as Fields)['embedding'] as number[]).length)).toEqual([8, 8]);
    expect(items[0]?.json).toMatchObject({ a: { t: 'one' } });
  });

  it('takes a list of texts, also an empty one', async () => {
    const [two] = await embed({ text: ['one', 'two'], dimensions: 4 });
    expect(two?.['embedding']).toHaveLength(2);
    expect(await embed({ text: '{{ [] }}' })).toEqual([{ embedding: [] }]);
  });

  it('names what is no text', async () => {
    expect((await failureOf(embed({ text: '{{ $json.missing }}' }))).message).toContain(
      'text must be a text that is not empty',
    );
    expect((await failureOf(embed({ text: ['a', ' '] }))).message).toContain('text[1]');
    expect((await failureOf(batch({ field: 't' }, [{ t: 'a' }, {}]))).message).toContain('"t" of item 2');
    expect((await failureOf(embed({ text: 'a', field: 't' }))).message).toContain('left out when field is given');
  });

  it('refuses what is no answer of an embedding model', async () => {
    for (const data of [[], [{ embedding: [] }], [{ embedding: [1, 2] }, { embedding: [1] }]]) {
      await using server = await serverThat((_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
      });
      const connection = { baseUrl: server.url, model: 'm' };
      const failed = await failureOf(batch({ connection, text: ['a', 'b'] }, [{}]));
      expect(failed.code).toBe('http-failed');
    }
  });

  it('says that the model does not exist', async () => {
    const failed = await failureOf(embed({ connection: { ...at.embedding, model: 'toy-chat' }, text: 'a' }));
    expect(failed).toMatchObject({ code: 'http-status', data: { status: 404 } });
  });
});
