/**
 * Owns the budget of unpacking: bytes, ratio and entries, so that a small archive cannot fill memory or disk; and
 * inflating within it. Does not know archives.
 */
import { Readable, type Transform, pipeline } from 'node:stream';
import { FailureError } from '@rondo/core/errors.ts';
import { limitFailure, type LimitName } from '@rondo/core/model/limits.ts';
import { unreadable } from './source.ts';

/** Small things may repeat themselves as much as they like. */
const RATIO_FROM = 8 * 1024 * 1024;

export class UnpackBudget {
  readonly name: string;
  readonly #limit: (name: string) => number;
  #bytes = 0;
  #entries = 0;

  constructor(name: string, limit: (name: string) => number) {
    this.name = name;
    this.#limit = limit;
  }

  entry(): void {
    this.#entries += 1;
    this.#check('archive.entries', this.#entries);
  }

  /** `out` further bytes; `unpacked` of `packed` so far in this stream. */
  add(out: number, unpacked: number, packed: number, where: string): void {
    this.#bytes += out;
    this.#check('archive.bytes', this.#bytes, where);
    if (unpacked > RATIO_FROM) this.#check('archive.ratio', Math.floor(unpacked / Math.max(1, packed)), where);
  }

  #check(limit: LimitName, value: number, where = ''): void {
    const most = this.#limit(limit);
    if (value <= most) return;
    const place = where === '' ? this.name : `${this.name}, ${where}`;
    throw new FailureError({ ...limitFailure(limit, most, place), retry: 'no' });
  }
}

/** Pieces through a stream of node:zlib. What is wrong with the packed bytes is a failure that names `where`. */
export async function* through(
  pieces: AsyncIterable<Uint8Array>,
  transform: Transform,
  name: string,
  where: string,
): AsyncGenerator<Uint8Array> {
  let reading: unknown;
  const watched = (async function* () {
    try {
      yield* pieces;
    } catch (error) {
      reading = error;
      throw error;
    }
  })();
  // The end and the errors arrive through the loop; the callback is there so that none goes unheard.
  pipeline(Readable.from(watched, { objectMode: true }), transform, () => {});
  try {
    for await (const piece of transform as AsyncIterable<Uint8Array>) yield piece;
  } catch (error) {
    if (reading !== undefined) throw reading;
    if (error instanceof FailureError) throw error;
    const { message, code } = error as { message: string; code?: string };
    const reason =
      code === 'Z_BUF_ERROR' || /unexpected end/.test(message) ? 'it is cut off' : `it is damaged (${message})`;
    throw unreadable(name, where === '' ? reason : `${where}: ${reason}`);
  }
}
