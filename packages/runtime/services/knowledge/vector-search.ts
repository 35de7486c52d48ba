/**
 * Owns finding the nearest vectors of a base, exactly: the vectors of the bases in use are kept in
 * memory, up to a bound; a base beyond it is read through each time. Does not write.
 *
 * Ids of chunks only rise, so that what was kept is brought up to date by taking away what is gone
 * and adding what has a higher id. A long scan lets others work in between.
 */
import { setImmediate as pause } from 'node:timers/promises';
import { corrupt } from '../../stores/sqlite/connection.ts';
import type { Database } from '../database.ts';
import { Nearest, type Scored } from './nearest.ts';
import { nearness, vectorOf } from './unit-vector.ts';

export interface VectorBase {
  id: number;
  dimensions: number;
  /** How many it has. */
  vectors: number;
  /** Another one after each change. */
  revision: number;
}

/** Multiplications without a break: a few ms. */
const WORK_AT_ONCE = 4_000_000;
const ROWS_AT_ONCE = 1_000;

/** The first `count` never change while somebody scans them; more may be added behind. */
interface Known {
  revision: number;
  dimensions: number;
  count: number;
  ids: Float64Array;
  numbers: Float32Array;
}

type Row = [chunk: number, numbers: Uint8Array];

function bytesFor(vectors: number, dimensions: number): number {
  return vectors * (dimensions * 4 + 8);
}

export class VectorSearch {
  readonly #database: Database;
  readonly #mostBytes: number;
  /** The least recently used first. */
  readonly #known = new Map<number, Known>();
  readonly #refreshing = new Map<number, Promise<Known>>();

  constructor(database: Database, mostBytes: number) {
    this.#database = database;
    this.#mostBytes = mostBytes;
  }

  async nearest(base: VectorBase, query: Float32Array, limit: number): Promise<Scored[]> {
    const best = new Nearest(limit);
    if (bytesFor(base.vectors, base.dimensions) > this.#mostBytes) {
      for await (const rows of this.#pages(base, -1)) {
        for (const [chunk, numbers] of rows) best.offer(chunk, nearness(query, vectorOf(numbers), 0));
      }
      return best.list();
    }
    const { ids, numbers, count } = await this.#upToDate(base);
    const atOnce = Math.ceil(WORK_AT_ONCE / base.dimensions);
    for (let at = 0; at < count; at += 1) {
      if (at > 0 && at % atOnce === 0) await pause();
      best.offer(ids[at] as number, nearness(query, numbers, at * base.dimensions));
    }
    return best.list();
  }

  /** Bytes that are held; for tests and figures. */
  get bytes(): number {
    let sum = 0;
    for (const { ids, numbers } of this.#known.values()) sum += ids.byteLength + numbers.byteLength;
    return sum;
  }

  async #upToDate(base: VectorBase): Promise<Known> {
    for (;;) {
      const running = this.#refreshing.get(base.id);
      if (running !== undefined) {
        await running.catch(() => undefined);
        continue;
      }
      const known = this.#known.get(base.id);
      if (known !== undefined && known.revision >= base.revision) {
        this.#known.delete(base.id);
        this.#known.set(base.id, known);
        return known;
      }
      const refresh = this.#refresh(base, known);
      this.#refreshing.set(base.id, refresh);
      try {
        return await refresh;
      } finally {
        this.#refreshing.delete(base.id);
      }
    }
  }

  async #refresh(base: VectorBase, before: Known | undefined): Promise<Known> {
    const { dimensions } = base;
    let known =
      before === undefined || before.dimensions !== dimensions
        ? { revision: 0, dimensions, count: 0, ids: new Float64Array(0), numbers: new Float32Array(0) }
        : this.#database.read(() => this.#withoutRemoved(base, before));
    for await (const rows of this.#pages(base, known.ids[known.count - 1] ?? -1)) {
      known = grown(known, known.count + rows.length, base.vectors);
      for (const [chunk, numbers] of rows) {
        known.ids[known.count] = chunk;
        known.numbers.set(vectorOf(numbers), known.count * dimensions);
        known.count += 1;
      }
    }
    // What came while it was read has a later revision, and is looked for the next time.
    known = { ...known, revision: base.revision };
    this.#known.delete(base.id);
    this.#known.set(base.id, known);
    for (const oldest of this.#known.keys()) {
      if (this.bytes <= this.#mostBytes || this.#known.size === 1) break;
      this.#known.delete(oldest);
    }
    return known;
  }

  #withoutRemoved(base: VectorBase, known: Known): Known {
    const last = known.ids[known.count - 1] ?? -1;
    const left = 'from vectors where base = ? and chunk <= ?';
    const count = Number(this.#database.first(`select count(*) ${left}`, base.id, last)?.[0]);
    if (count === known.count) return { ...known };
    const { dimensions } = known;
    const ids = new Float64Array(count);
    const numbers = new Float32Array(count * dimensions);
    let at = 0;
    let kept = 0;
    for (const [chunk] of this.#database.all(`select chunk ${left} order by chunk`, base.id, last)) {
      while (at < known.count && (known.ids[at] as number) < Number(chunk)) at += 1;
      if (known.ids[at] !== chunk) throw corrupt(`${this.#database.path}, vectors of base ${base.id}`);
      ids[kept] = Number(chunk);
      numbers.set(known.numbers.subarray(at * dimensions, (at + 1) * dimensions), kept * dimensions);
      kept += 1;
    }
    return { ...known, count, ids, numbers };
  }

  /** The vectors after one chunk, some at a time; the last page is the first one that is not full. */
  async *#pages(base: VectorBase, after: number): AsyncGenerator<Row[]> {
    const page = 'select chunk, numbers from vectors where base = ? and chunk > ? order by chunk limit ?';
    for (let last = after; ; ) {
      const rows = this.#database.read(() => this.#database.all(page, base.id, last, ROWS_AT_ONCE)) as Row[];
      const broken = rows.find(([, numbers]) => numbers.byteLength !== base.dimensions * 4);
      // All of a base that were written in the meantime with another length: the old ones are gone.
      if (broken !== undefined) return;
      yield rows;
      if (rows.length < ROWS_AT_ONCE) return;
      last = rows.at(-1)?.[0] ?? last;
      await pause();
    }
  }
}

/** With room for `count`; half as much again when it has to grow, but what is expected to come at first. */
function grown(known: Known, count: number, expected: number): Known {
  if (count <= known.ids.length) return known;
  const size = known.count === 0 ? Math.max(count, expected) : Math.ceil(count * 1.5);
  const ids = new Float64Array(size);
  const numbers = new Float32Array(size * known.dimensions);
  ids.set(known.ids.subarray(0, known.count));
  numbers.set(known.numbers.subarray(0, known.count * known.dimensions));
  return { ...known, ids, numbers };
}
