import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { openServices, type Services } from '@rondo/runtime/services/services.ts';
import { bench, failureOf } from '../kit/ai/model.testing.ts';
import { nodeContract } from '../kit/contract.ts';
import { runNode } from '../kit/run.ts';
import { chunksOf, type ChunkSettings } from './chunks.ts';
import { node } from './node.ts';

const at = bench();
let services: Services;
beforeAll(async () => {
  services = await openServices({ path: ':memory:', key: new Uint8Array(32) });
});
afterAll(() => services.close());

type Fields = { [key: string]: Json };

const store = async (params: Fields, input: Json = {}): Promise<Fields> => {
  const ports = { ...at.ports, knowledge: services.knowledge };
  const { output } = await runNode(node, { params: { base: 'b', document: 'd', ...params }, input: [input], ports });
  return output['main']?.[0] as Fields;
};
const byWords = (text: string, base = 'b'): ReturnType<Services['knowledge']['search']> =>
  services.knowledge.search(base, { mode: 'text', text, vector: null, limit: 10 });

describe('contract', () => {
  for (const { name, check } of nodeContract(node)) it(name, check);
});

describe('chunks', () => {
  const settings = (more: Partial<ChunkSettings> = {}): ChunkSettings => ({
    size: 40,
    overlap: 0,
    separators: [],
    markdown: false,
    ...more,
  });

  it('hold what belongs together: paragraphs, then lines, then sentences', () => {
    const text = 'First paragraph.\n\nSecond one, longer. It has two sentences.\n\nThird.';
    expect(chunksOf(text, settings())).toEqual([
      'First paragraph.\n\nSecond one, longer.',
      'It has two sentences.\n\nThird.',
    ]);
  });

  it('cut at separators that were given before all others', () => {
    expect(chunksOf('a b\n\nc---d e---f', settings({ size: 8, separators: ['---'] }))).toEqual([
      'a b',
      'c---',
      'd e---f',
    ]);
  });

  it('repeat the end of the one before', () => {
    const words = Array.from({ length: 30 }, (_, i) => `w${i}`).join(' ');
    const chunks = chunksOf(words, settings({ size: 30, overlap: 10 }));
    for (const [i, chunk] of chunks.entries()) {
      if (i === 0) continue;
      const first = chunk.split(' ')[0] as string;
      expect(chunks[i - 1]?.split(' ')).toContain(first);
    }
  });

  it('of Markdown begin with the headings above them, and leave code blocks alone', () => {
    const text = '# Guide\n\nIntro.\n\n## Setup ##\n\n```sh\n# no heading\nrun\n```\n\n# Other\n\nEnd.';
    expect(chunksOf(text, settings({ size: 200, markdown: true }))).toEqual([
      'Guide\n\nIntro.',
      'Guide > Setup\n\n```sh\n# no heading\nrun\n```',
      'Other\n\nEnd.',
    ]);
  });

  it('are never longer than allowed, lose nothing and tear no character', () => {
    const letters = fc.string({ unit: 'grapheme', maxLength: 400 });
    fc.assert(
      fc.property(letters, fc.integer({ min: 20, max: 60 }), fc.integer({ min: 0, max: 19 }), (text, size, overlap) => {
        const chunks = chunksOf(text, settings({ size, overlap }));
        for (const chunk of chunks) {
          expect(chunk.length).toBeLessThanOrEqual(size);
          expect(chunk.isWellFormed()).toBe(text.isWellFormed());
        }
        if (overlap === 0) expect(chunks.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
      }),
      { numRuns: 200 },
    );
  });

  it('take a long text without any place to cut', () => {
    const chunks = chunksOf('x'.repeat(1_000_000), settings({ size: 1000, overlap: 100 }));
    expect(chunks.length).toBeGreaterThan(1000);
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThanOrEqual(1000);
  });
});

describe('knowledge store', () => {
  it('stores a document by its words, without a model', async () => {
    const item = await store({ title: 'T', text: '{{ $json.text }}', meta: { page: 3 } }, { text: 'Whales sleep.' });
    expect(item).toEqual({
      base: 'b',
      document: 'd',
      title: 'T',
      chunks: 1,
      usage: { tokensIn: 0, tokensOut: 0, cost: 0 },
    });
    expect(await byWords('whales')).toMatchObject([
      { document: 'd', title: 'T', text: 'Whales sleep.', meta: { page: 3 } },
    ]);
  });

  it('replaces a document of the same id, and removes it', async () => {
    await store({ text: 'Bread needs flour.' });
    expect(await byWords('whales')).toEqual([]);
    expect(await byWords('flour')).toMatchObject([{ title: 'd', meta: null }]);
    expect(await store({ operation: 'remove' })).toEqual({ base: 'b', document: 'd', removed: true });
    expect(await store({ operation: 'remove' })).toMatchObject({ removed: false });
    expect(await byWords('flour')).toEqual([]);
  });

  it('embeds its chunks, some with each request', async () => {
    const before = at.facts().embeddings;
    const text = Array.from({ length: 5 }, (_, i) => `Paragraph number ${i} about whales.`).join('\n\n');
    const item = await store({
      base: 'v',
      text,
      connection: at.embedding,
      chunking: { size: 40, overlap: 0 },
      batch: 2,
    });
    expect(item).toMatchObject({ chunks: 5, usage: { tokensIn: 25 } });
    expect(at.facts().embeddings - before).toBe(3);
    expect(at.used).toHaveLength(3);
  });

  it('keeps hostile data as data', async () => {
    const meta = JSON.parse('{"__proto__": {"polluted": 1}}') as Json;
    await store(
      { base: "x'; DROP TABLE x; --", text: '{{ $json.t }}', meta: '{{ $json.meta }}' },
      { t: '{{ 1 + 1 }} quark', meta },
    );
    const [hit] = await byWords('quark', "x'; DROP TABLE x; --");
    expect(hit?.text).toBe('{{ 1 + 1 }} quark');
    expect(JSON.stringify(hit?.meta)).toBe(JSON.stringify(meta));
    expect('polluted' in {}).toBe(false);
  });

  it.each<[Fields, RegExp]>([
    [{ base: ' ', text: 'x' }, /base must be a text that is not empty/],
    [{ document: '' }, /document must be/],
    [{}, /text must be text/],
    [{ text: 'x', chunking: { size: 50, overlap: 50 } }, /chunking\.overlap must be less than/],
    [{ text: 'x', chunking: { by: 'magic' } }, /chunking\.by/],
  ])('refuses %j', async (params, message) => {
    expect((await failureOf(store(params))).message).toMatch(message);
  });

  it('names the limit of chunks before it pays for embeddings', async () => {
    const before = at.facts().embeddings;
    const limit = (name: string): number => (name === 'knowledge.chunks' ? 2 : (at.ports.limit?.(name) ?? 0));
    const ports = { ...at.ports, limit, knowledge: services.knowledge };
    const params = {
      base: 'b',
      document: 'd',
      text: 'word '.repeat(100),
      connection: at.embedding,
      chunking: { size: 20, overlap: 0 },
    };
    const failed = await failureOf(runNode(node, { params, ports }));
    expect(failed).toMatchObject({ code: 'limit-reached', retry: 'no' });
    expect(failed.message).toContain('knowledge.chunks');
    expect(at.facts().embeddings).toBe(before);
  });

  it('stores nothing when the model fails', async () => {
    const connection = { ...at.embedding, model: 'none' };
    expect(await failureOf(store({ base: 'new', text: 'quasar', connection }))).toMatchObject({ code: 'http-status' });
    expect(await byWords('quasar', 'new')).toEqual([]);
  });
});
