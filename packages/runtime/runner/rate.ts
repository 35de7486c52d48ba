/**
 * Owns rate limits: at most `count` starts in any window of `perMs`. Waits on the given clock. The rate may change
 * while somebody waits.
 */
import type { Clock } from '@rondo/core/ports.ts';

export class RateGate {
  #count: number;
  #perMs: number;
  readonly #clock: Clock;
  /** Start times of the last `count` starts, oldest first. */
  readonly #starts: number[] = [];
  #tail: Promise<void> = Promise.resolve();
  #changed = new AbortController();

  constructor(count: number, perMs: number, clock: Clock) {
    this.#count = count;
    this.#perMs = perMs;
    this.#clock = clock;
  }

  /** From now on; an infinite count is no limit. Whoever waits is asked again. */
  set(count: number, perMs: number): void {
    if (count === this.#count && perMs === this.#perMs) return;
    this.#count = count;
    this.#perMs = perMs;
    this.#changed.abort();
    this.#changed = new AbortController();
  }

  /** Resolves when one more start is allowed; callers are served in order. */
  take(signal: AbortSignal): Promise<void> {
    const mine = this.#tail.then(() => this.#wait(signal));
    this.#tail = mine.catch(() => {});
    return mine;
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const starts = this.#starts;
    for (;;) {
      if (this.#count === Number.POSITIVE_INFINITY) return;
      while (starts.length > this.#count) starts.shift();
      if (starts.length < this.#count) break;
      const wait = (starts[0] as number) + this.#perMs - this.#clock.monotonic();
      if (wait <= 0) {
        starts.shift();
        break;
      }
      const changed = this.#changed.signal;
      await this.#clock.sleep(Math.ceil(wait), AbortSignal.any([signal, changed])).catch((error: unknown) => {
        if (signal.aborted || !changed.aborted) throw error;
      });
    }
    starts.push(this.#clock.monotonic());
  }
}
