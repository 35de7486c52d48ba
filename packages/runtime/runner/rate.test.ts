/** Rates under a clock of the test's own: never more starts in a window than allowed, and no fewer. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '@rondo/core/ports.ts';
import { RateGate } from './rate.ts';

/** A clock that jumps to the end of each sleep. */
function jumpingClock(): Clock & { at: number } {
  const clock = {
    at: 0,
    now: () => clock.at,
    monotonic: () => clock.at,
    sleep: async (ms: number) => {
      clock.at += ms;
    },
  };
  return clock;
}

describe('a rate', () => {
  it('allows `count` starts in any window of `per`, and does not waste time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 1000 }),
        fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 80 }),
        async (count, perMs, gaps) => {
          const clock = jumpingClock();
          const gate = new RateGate(count, perMs, clock);
          const starts: number[] = [];
          for (const gap of gaps) {
            clock.at += gap;
            const asked = clock.at;
            await gate.take(new AbortController().signal);
            const before = starts[starts.length - count];
            expect(clock.at).toBe(before === undefined ? asked : Math.max(asked, before + perMs));
            starts.push(clock.at);
          }
        },
      ),
    );
  });

  it('serves in the order of asking', async () => {
    const gate = new RateGate(1, 10, jumpingClock());
    const order: number[] = [];
    await Promise.all([1, 2, 3].map((n) => gate.take(new AbortController().signal).then(() => order.push(n))));
    expect(order).toEqual([1, 2, 3]);
  });
});
