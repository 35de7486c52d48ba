/** Owns what every KnowledgePort must do: one test per sentence of the port (core/model/effect-ports.ts). */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KnowledgeChunk, KnowledgeHit, KnowledgePort } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { resolveLimits } from '@rondo/core/model/limits.ts';
import type { Services } from './services.ts';
import { codeUnit } from './testing/code-units.ts';
import type { OpenServices } from './testing/open-services.ts';

const text = (...texts: string[]): KnowledgeChunk[] => texts.map((one) => ({ text: one, vector: null }));
const at = (...vectors: number[][]): KnowledgeChunk[] =>
  vectors.map((vector) => ({ text: `at ${vector.join(' ')}`, vector }));
const about = (id: string, meta: Json = null) => ({ id, title: `Title of ${id}`, meta });
const found = (hits: KnowledgeHit[]): string[] => hits.map((hit) => `${hit.document}[${hit.position}]`);

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = a.reduce((sum, number, index) => sum + number * (b[index] ?? 0), 0);
  return dot / Math.hypot(...a) / Math.hypot(...b);
}

export function describeKnowledge(name: string, open: OpenServices): void {
  describe(`knowledge in ${name}`, () => {
    let services: Services;
    let knowledge: KnowledgePort;

    beforeEach(async () => {
      services = await open({ now: () => 1_000, key: new Uint8Array(32) });
      knowledge = services.knowledge;
    });
    afterEach(() => services.close());

    const byText = (question: string, limit = 10, base = 'b') =>
      knowledge.search(base, { mode: 'text', text: question, vector: null, limit });
    const byVector = (vector: number[], limit = 10, base = 'b') =>
      knowledge.search(base, { mode: 'vector', text: '', vector, limit });

    it('answers what was put: document, title, position, text, meta, score', async () => {
      const meta = JSON.parse('{"source":"a.pdf","page":3,"__proto__":{"x":1}}') as Json;
      await knowledge.put('b', about('doc', meta), text('about cats', 'about dogs'));
      const hits = await byText('dogs');
      expect(hits).toEqual([
        { document: 'doc', title: 'Title of doc', position: 1, text: 'about dogs', meta, score: 1 },
      ]);
      expect(JSON.stringify(hits[0]?.meta)).toBe(JSON.stringify(meta));
    });

    it('keeps bases apart, and finds nothing in one that does not exist', async () => {
      await knowledge.put('b', about('doc'), text('cats'));
      await knowledge.put('c', about('doc'), text('cats too'));
      expect(await byText('cats')).toHaveLength(1);
      expect((await byText('cats', 10, 'c'))[0]?.text).toBe('cats too');
      expect(await byText('cats', 10, 'nowhere')).toEqual([]);
      expect(await byVector([1, 2], 10, 'nowhere')).toEqual([]);
      expect(await knowledge.remove('nowhere', 'doc')).toBe(false);
    });

    it('replaces a document of the same id, wholly', async () => {
      await knowledge.put('b', about('doc', 1), text('cats', 'dogs', 'birds'));
      await knowledge.put('b', about('other'), text('dogs'));
      await knowledge.put('b', { id: 'doc', title: 'New', meta: 2 }, text('fish'));
      expect(found(await byText('cats dogs birds'))).toEqual(['other[0]']);
      expect(await byText('fish')).toMatchObject([{ document: 'doc', title: 'New', meta: 2 }]);
    });

    it('removes a document from every kind of search', async () => {
      await knowledge.put('b', about('doc'), [{ text: 'cats', vector: [1, 0] }]);
      await knowledge.put('b', about('other'), [{ text: 'cats', vector: [0, 1] }]);
      expect(found(await byVector([1, 0]))).toEqual(['doc[0]', 'other[0]']);
      expect(await knowledge.remove('b', 'doc')).toBe(true);
      expect(await knowledge.remove('b', 'doc')).toBe(false);
      expect(found(await byText('cats'))).toEqual(['other[0]']);
      expect(found(await byVector([1, 0]))).toEqual(['other[0]']);
      expect(await knowledge.remove('b', 'other')).toBe(true);
      expect(await byText('cats')).toEqual([]);
      await knowledge.put('b', about('doc'), text('cats again'));
      expect(await byText('cats')).toHaveLength(1);
      // A document without chunks is one that cannot be found.
      await knowledge.put('b', about('doc'), []);
      expect(await byText('cats')).toEqual([]);
      expect(await knowledge.remove('b', 'doc')).toBe(false);
    });

    it('ranks text by how well it fits, with 1 for the best', async () => {
      await knowledge.put('b', about('one'), text('the cat sat', 'the dog sat', 'the cat and the cat', 'nothing'));
      const hits = await byText('cat dog');
      expect(hits.map((hit) => hit.position).sort()).toEqual([0, 1, 2]);
      expect(hits[0]).toMatchObject({ position: 1, score: 1 });
      for (const { score } of hits) expect(score).toBeGreaterThan(0);
      expect(hits.map((hit) => hit.score)).toEqual(hits.map((hit) => hit.score).sort((a, b) => b - a));
      expect(await byText('cat dog', 2)).toEqual(hits.slice(0, 2));
    });

    it('finds words whatever their case and accents, and parts of CJK text', async () => {
      await knowledge.put(
        'b',
        about('doc'),
        text('Ein schönes Café', '人工智能改变世界', '東京タワーの高さ', '서울은 도시다'),
      );
      for (const [question, position] of [
        ['CAFE', 0],
        ['schones', 0],
        ['智能', 1],
        ['什么是人工智能？', 1],
        ['世', 1],
        ['タワー', 2],
        ['서울', 3],
      ] as const) {
        expect((await byText(question)).map((hit) => hit.position)).toEqual([position]);
      }
      expect(await byText('能人')).toEqual([]);
    });

    it('takes nothing in a question for syntax', async () => {
      await knowledge.put('b', about('doc'), text('near not and or text cats "quoted" a*b'));
      for (const question of [
        'NEAR(cats text)',
        '"cats',
        'cats"',
        'cats*',
        'text:cats',
        '-cats',
        '^cats',
        '(cats',
        'NOT cats',
        'cats AND',
        'a" OR "cats',
        '{text}: cats',
        'cats \u0000 x',
        'cats \ud800',
        "cats'; drop table chunks; --",
      ]) {
        expect(found(await byText(question))).toEqual(['doc[0]']);
      }
      for (const nothing of ['', '  ', '***', '"', '""', '()', '\u0000', '🙂'])
        expect(await byText(nothing)).toEqual([]);
    });

    it('answers any question about any text', async () => {
      const words = fc.string({ unit: codeUnit, maxLength: 60 });
      await fc.assert(
        fc.asyncProperty(words, words, async (content, question) => {
          await knowledge.put('b', about('doc'), text(content));
          await byText(question);
          // ASCII words of a text find it.
          const word = /[a-z0-9]+/i.exec(content)?.[0];
          if (word !== undefined && /^[\x20-\x7e]*$/.test(content)) expect(await byText(word)).toHaveLength(1);
        }),
        { numRuns: 60 },
      );
    });

    it('ranks vectors by their cosine, exactly', async () => {
      const vector = fc
        .array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 3, maxLength: 3 })
        .filter((numbers) => Math.hypot(...numbers) > 1e-3);
      let bases = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(vector, { minLength: 1, maxLength: 30 }),
          vector,
          fc.integer({ min: 1, max: 12 }),
          async (vectors, query, limit) => {
            bases += 1;
            const base = `base ${bases}`;
            await knowledge.put(base, about('doc'), at(...vectors));
            const hits = await byVector(query, limit, base);
            const scores = vectors.map((one) => Math.max(0, cosine(one, query))).sort((a, b) => b - a);
            expect(hits).toHaveLength(Math.min(limit, vectors.length));
            for (const [rank, hit] of hits.entries()) {
              expect(hit.score).toBeCloseTo(scores[rank] ?? Number.NaN, 5);
              expect(hit.score).toBeCloseTo(Math.max(0, cosine(vectors[hit.position] ?? [], query)), 5);
            }
          },
        ),
        { numRuns: 40 },
      );
    });

    it('finds vectors of any length, and sees each change at once', async () => {
      await knowledge.put('b', about('small'), at([1e-200, 0]));
      await knowledge.put('b', about('large'), at([0, 1e200]));
      expect(await byVector([1e300, 0])).toMatchObject([
        { document: 'small', score: 1 },
        { document: 'large', score: 0 },
      ]);
      for (let n = 2; n < 22; n += 1) {
        await knowledge.put('b', about(`doc ${n}`), at([1, n], [n, 1]));
        if (n % 3 === 1) await knowledge.remove('b', `doc ${n - 1}`);
        if (n % 4 === 3) await knowledge.put('b', about('small'), at([1, -n]));
        const hits = await byVector([1, n]);
        expect(hits[0]).toMatchObject({ document: `doc ${n}`, position: 0 });
        expect(hits[0]?.score).toBeCloseTo(1, 5);
      }
      expect(found(await byVector([1, 0], 100))).toHaveLength(30);
    });

    it('puts both kinds together by rank: what is good in both is best', async () => {
      await knowledge.put('b', about('doc'), [
        { text: 'cats and dogs', vector: [0, 1] },
        { text: 'cats', vector: [1, 0.1] },
        { text: 'birds', vector: [1, 0] },
        { text: 'no vector, but cats', vector: null },
      ]);
      const hits = await knowledge.search('b', { mode: 'hybrid', text: 'cats', vector: [1, 0], limit: 10 });
      expect(hits[0]?.position).toBe(1);
      expect(hits.map((hit) => hit.position).sort()).toEqual([0, 1, 2, 3]);
      for (const { score } of hits) expect(score > 0 && score <= 1).toBe(true);
      const first = await knowledge.search('b', { mode: 'hybrid', text: 'birds', vector: [1, 0], limit: 1 });
      expect(first).toMatchObject([{ position: 2, score: 1 }]);
      expect(await knowledge.search('b', { mode: 'hybrid', text: '?', vector: [1, 0], limit: 1 })).toHaveLength(1);
    });

    it('says when the length of a vector does not fit, and changes nothing', async () => {
      await knowledge.put('b', about('doc'), at([1, 2, 3]));
      const wrong = {
        failure: { code: 'node-failed', retry: 'no', message: expect.stringContaining('3 numbers') as string },
      };
      await expect(knowledge.put('b', about('other'), at([1, 2]))).rejects.toMatchObject(wrong);
      await expect(byVector([1, 2])).rejects.toMatchObject(wrong);
      await expect(knowledge.put('n', about('doc'), at([1, 2, 3], [1, 2]))).rejects.toMatchObject(wrong);
      expect(found(await byVector([1, 2, 3]))).toEqual(['doc[0]']);
      // The last vectors of one length make room for those of another.
      await knowledge.put('b', about('doc'), at([1, 2]));
      expect(found(await byVector([1, 2]))).toEqual(['doc[0]']);
      await knowledge.put('b', about('doc'), text('words only'));
      expect(await byVector([1, 2, 3, 4])).toEqual([]);
    });

    it.each([[[]], [[0, 0]], [[1, Number.NaN]], [[Number.POSITIVE_INFINITY, 1]]])(
      'refuses %j for a vector',
      async (vector) => {
        const wrong = {
          failure: { code: 'node-failed', retry: 'no', message: expect.stringContaining('vector') as string },
        };
        await expect(knowledge.put('b', about('doc'), at(vector))).rejects.toMatchObject(wrong);
        await knowledge.put('b', about('doc'), at([1, 2]));
        await expect(byVector(vector)).rejects.toMatchObject(wrong);
      },
    );

    it('refuses a search by vectors without one, names that are none, and no hits', async () => {
      await knowledge.put('b', about('doc'), at([1, 2]));
      for (const mode of ['vector', 'hybrid'] as const) {
        await expect(knowledge.search('b', { mode, text: 'x', vector: null, limit: 1 })).rejects.toMatchObject({
          failure: { code: 'node-failed', message: expect.stringContaining('needs the vector') as string },
        });
      }
      for (const bad of ['', 'x'.repeat(201)]) await expect(byText('x', 1, bad)).rejects.toThrow('cannot be the name');
      await expect(knowledge.put('b', about(''), text('x'))).rejects.toThrow('has no id');
      for (const limit of [0, -1, 1.5, Number.NaN]) await expect(byText('x', limit)).rejects.toThrow('number of hits');
    });

    it('keeps hostile names', async () => {
      for (const id of ['__proto__', "'; drop table documents; --", 'a\u0000b', '人', 'https://a.test/?x=1']) {
        await knowledge.put(id, about(id, id), text(`word ${id}`));
        expect(await byText('word', 10, id)).toMatchObject([{ document: id, meta: id, text: `word ${id}` }]);
        expect(await knowledge.remove(id, id)).toBe(true);
      }
    });

    it('has limits, which name themselves', async () => {
      const bounded = services.within({
        ...resolveLimits(),
        'knowledge.bytes': 30,
        'knowledge.chunks': 2,
        'knowledge.bases': 1,
        'knowledge.dimensions': 3,
        'knowledge.hits': 5,
      }).knowledge;
      const refused = (name: string) => ({
        failure: { code: 'limit-reached', retry: 'no', message: expect.stringContaining(name) as string },
      });
      await expect(bounded.put('b', about('d'), text('x'.repeat(31)))).rejects.toMatchObject(
        refused('knowledge.bytes'),
      );
      await expect(bounded.put('b', about('d', 'x'.repeat(30)), text('x'))).rejects.toMatchObject(
        refused('knowledge.bytes'),
      );
      await expect(bounded.put('b', about('d'), text('x', 'y', 'z'))).rejects.toMatchObject(
        refused('knowledge.chunks'),
      );
      await expect(bounded.put('b', about('d'), at([1, 2, 3, 4]))).rejects.toMatchObject(
        refused('knowledge.dimensions'),
      );
      await bounded.put('b', about('d'), text('x'));
      await bounded.put('b', about('e'), text('y'));
      await expect(bounded.put('b', about('f'), text('z'))).rejects.toMatchObject(refused('knowledge.chunks'));
      await bounded.put('b', about('e'), text('z'));
      await expect(bounded.put('c', about('d'), text('x'))).rejects.toMatchObject(refused('knowledge.bases'));
      const search = bounded.search('b', { mode: 'text', text: 'x', vector: null, limit: 6 });
      await expect(search).rejects.toMatchObject(refused('knowledge.hits'));
    });
  });
}
