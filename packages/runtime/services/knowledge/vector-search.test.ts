import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveLimits } from '@rondo/core/model/limits.ts';
import { Database } from '../database.ts';
import { findBase } from './documents.ts';
import { createKnowledge } from './knowledge.ts';
import { Nearest, type Scored } from './nearest.ts';
import { unitVector } from './unit-vector.ts';
import { VectorSearch } from './vector-search.ts';

const DIMENSIONS = 8;
let database: Database;
let seed = 1;
beforeEach(() => {
  database = new Database(':memory:');
  seed = 1;
});
afterEach(() => database.close());

/** The same numbers each time; from -1 to 1. */
function vector(): number[] {
  return Array.from({ length: DIMENSIONS }, () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return seed / 0x40000000 - 1;
  });
}

async function fill(base: string, id: string, count: number): Promise<void> {
  const chunks = Array.from({ length: count }, (_, n) => ({ text: `${id} ${n}`, vector: vector() }));
  const cache = new VectorSearch(database, 0);
  await createKnowledge(database, cache, resolveLimits()).put(base, { id, title: '', meta: null }, chunks);
}

function find(search: VectorSearch, base: string, query: readonly number[], limit = 10): Promise<Scored[]> {
  const at = findBase(database, base);
  if (at === null) throw new Error(`no base ${base}`);
  return search.nearest({ ...at, dimensions: DIMENSIONS }, unitVector(query) ?? new Float32Array(), limit);
}

const MEGABYTE = 1024 * 1024;

describe('vectors in memory', () => {
  it('answer the same as those that are read each time, over many pages', async () => {
    await fill('b', 'one', 2_500);
    const [kept, read] = [new VectorSearch(database, MEGABYTE), new VectorSearch(database, 0)];
    for (let n = 0; n < 10; n += 1) {
      const query = vector();
      expect(await find(kept, 'b', query)).toEqual(await find(read, 'b', query));
    }
    expect(kept.bytes).toBeGreaterThan(2_500 * DIMENSIONS * 4);
    expect(read.bytes).toBe(0);
  });

  it('follow every change: more, fewer, replaced, all new', async () => {
    const kept = new VectorSearch(database, MEGABYTE);
    const knowledge = createKnowledge(database, kept, resolveLimits());
    const same = async (): Promise<void> => {
      const query = vector();
      expect(await find(kept, 'b', query, 1_000)).toEqual(await find(new VectorSearch(database, 0), 'b', query, 1_000));
    };
    for (let n = 0; n < 12; n += 1) {
      await fill('b', `document ${n}`, 10 + n * 7);
      await same();
      if (n % 3 === 1) await fill('b', `document ${n - 1}`, 5);
      if (n % 4 === 2) await knowledge.remove('b', `document ${n - 2}`);
      if (n % 5 === 4) await fill('b', `document ${n}`, 3);
      await same();
    }
  });

  it('are loaded once by searches at the same time', async () => {
    await fill('b', 'one', 3_000);
    const kept = new VectorSearch(database, MEGABYTE);
    const query = vector();
    const [first, ...others] = await Promise.all(Array.from({ length: 8 }, () => find(kept, 'b', query)));
    for (const other of others) expect(other).toEqual(first);
    expect(kept.bytes).toBeLessThan(2 * 3_000 * (DIMENSIONS * 4 + 8));
  });

  it('are bounded: the bases that were not used lately go first', async () => {
    const each = 100 * (DIMENSIONS * 4 + 8);
    const kept = new VectorSearch(database, each * 2);
    for (const base of ['a', 'b', 'c']) {
      await fill(base, 'one', 100);
      await find(kept, base, vector());
      expect(kept.bytes).toBeLessThanOrEqual(each * 2);
    }
    await fill('large', 'one', 500);
    expect(await find(kept, 'large', vector())).toHaveLength(10);
    expect(kept.bytes).toBeLessThanOrEqual(each * 2);
  });
});

it('keeps the best few of many', () => {
  const nearest = new Nearest(5);
  const scores = Array.from({ length: 200 }, (_, id) => ({ id, score: ((id * 37) % 50) / 50 }));
  for (const { id, score } of scores) nearest.offer(id, score);
  expect(nearest.list()).toEqual(scores.toSorted((a, b) => b.score - a.score || a.id - b.id).slice(0, 5));
});
