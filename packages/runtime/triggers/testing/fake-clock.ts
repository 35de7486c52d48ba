/** Owns a clock that stands still until a test moves it. */
import type { Clock } from '@rondo/core/ports.ts';

export interface FakeClock extends Clock {
  /** Moves on in steps of what is slept for, and lets everybody work in between. */
  advance(ms: number): Promise<void>;
  /** Sets it without waking anybody in between: a machine that slept. */
  jump(ms: number): Promise<void>;
  /** Lets everybody work who is awake. */
  settle(): Promise<void>;
}

export function fakeClock(start: number): FakeClock {
  let now = start;
  const sleepers = new Set<{ at: number; wake: () => void }>();
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const wakeDue = (): void => {
    for (const sleeper of sleepers) if (sleeper.at <= now) sleeper.wake();
  };
  return {
    now: () => now,
    monotonic: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const end = (settled: () => void): void => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', onAbort);
          settled();
        };
        const onAbort = (): void => end(() => reject(signal?.reason));
        const sleeper = { at: now + ms, wake: () => end(resolve) };
        sleepers.add(sleeper);
        if (signal?.aborted) onAbort();
        else signal?.addEventListener('abort', onAbort, { once: true });
      }),
    async advance(ms) {
      const until = now + ms;
      await settle();
      for (;;) {
        const next = Math.min(...[...sleepers].map((sleeper) => sleeper.at));
        if (next > until) break;
        now = Math.max(now, next);
        wakeDue();
        await settle();
      }
      now = until;
    },
    async jump(ms) {
      now += ms;
      wakeDue();
      await settle();
    },
    settle,
  };
}
