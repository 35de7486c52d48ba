/**
 * Owns rate limits: at most `count` starts in any window of `perMs`. Waits on the given clock.
 */
import type { Clock } from '@rondo/core/ports.ts';

export class RateGate {
  readonly #count: number;
  readonly #perMs: number;
  readonly #clock: Clock;
  /** Start times of the last `count` starts, oldest first, as a ring. */
  readonly #starts: number[] = [];
  #tail: Promise<void> = Promise.resolve();

  constructor(count: number, perMs: number, clock: Clock) {
    this.#count = count;
    this.#perMs = perMs;
    this.#clock = clock;
  }

  /** Resolves when one more start is allowed; callers are served in order. */
  take(signal: AbortSignal): Promise<void> {
    const mine = this.#tail.then(() => this.#wait(signal));
    this.#tail = mine.catch(() => {});
    return mine;
  }

  async #wait(signal: AbortSignal): Promise<void> {
    if (this.#starts.length >= this.#count) {
      const oldest = this.#starts.shift() as number;
      const wait = oldest + this.#perMs - this.#clock.monotonic();
      if (wait > 0) await this.#clock.sleep(Math.ceil(wait), signal);
    }
    this.#starts.push(this.#clock.monotonic());
  }
}
