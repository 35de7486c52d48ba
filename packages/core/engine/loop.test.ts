/** Exhaustive exploration of `decide` over small cases: every order of outcomes of every small loop. */
import { describe, expect, it } from 'vitest';
import { decide, inFlight, retryDelay, type Loop, type Progress } from './loop.ts';

const LOOP: Loop = {
  over: 'items',
  size: 1,
  parallel: 1,
  carry: 'none',
  limit: 100,
  atLimit: 'fail',
  onError: 'stop',
  tolerateCount: Number.POSITIVE_INFINITY,
  tolerateShare: 1,
  rate: null,
  retry: { times: 0, delayMs: 0, backoff: 1, maxDelayMs: 0, jitter: 0 },
  timeoutMs: null,
  pauseMs: 0,
  collect: 'concat',
  flatten: false,
};

const START: Progress = {
  total: 0,
  available: 0,
  started: 0,
  completed: 0,
  failed: 0,
  skipped: 0,
  ended: false,
  cancelled: false,
  paused: false,
};

interface End {
  how: string;
  progress: Progress;
  mostInFlight: number;
}

/** Follows every choice of what settles next and how. */
function explore(loop: Loop, total: number, known: boolean, visit: (end: End) => void): number {
  let visited = 0;
  const walk = (p: Progress, most: number): void => {
    visited += 1;
    const now = { ...p, available: Math.max(0, total - p.started), ended: p.ended || (!known && p.started >= total) };
    const d = decide(loop, now);
    const flying = inFlight(now);
    expect(flying).toBeGreaterThanOrEqual(0);
    if (d.do === 'start') {
      expect(d.count).toBeGreaterThan(0);
      expect(flying + d.count).toBeLessThanOrEqual(loop.carry === 'previous' ? 1 : loop.parallel);
      walk({ ...now, started: now.started + d.count }, Math.max(most, flying + d.count));
    } else if (d.do === 'wait') {
      // Nothing in flight and waiting would be a loop that never ends.
      expect(flying).toBeGreaterThan(0);
      walk({ ...now, completed: now.completed + 1 }, most);
      walk({ ...now, failed: now.failed + 1 }, most);
    } else {
      expect(flying).toBe(0);
      visit({
        how: d.do === 'finish' || d.do === 'fail' ? `${d.do}:${d.reason}` : d.do,
        progress: now,
        mostInFlight: most,
      });
    }
  };
  walk({ ...START, total: known ? total : null }, 0);
  return visited;
}

describe('decide', () => {
  it.each([1, 2, 3])('starts every item exactly once and never waits for nothing, %i in flight', (parallel) => {
    for (let total = 0; total <= 5; total += 1) {
      for (const known of [true, false]) {
        for (const onError of ['stop', 'null', 'drop'] as const) {
          explore({ ...LOOP, parallel, onError }, total, known, ({ how, progress }) => {
            const settled = progress.completed + progress.failed + progress.skipped;
            expect(settled).toBe(progress.started);
            if (onError === 'stop' && progress.failed > 0) expect(how).toBe('fail:iteration');
            else {
              expect(how).toMatch(/^finish/);
              expect(progress.started).toBe(total);
            }
          });
        }
      }
    }
  });

  it('drains what is in flight after the first failure and starts nothing new', () => {
    explore({ ...LOOP, parallel: 3 }, 5, true, ({ how, progress }) => {
      if (how === 'fail:iteration') expect(progress.started).toBeLessThanOrEqual(5);
    });
    expect(decide({ ...LOOP, parallel: 3 }, { ...START, total: 9, available: 6, started: 3, failed: 1 })).toEqual({
      do: 'wait',
    });
    expect(
      decide({ ...LOOP, parallel: 3 }, { ...START, total: 9, available: 6, started: 3, failed: 1, completed: 2 }),
    ).toEqual({ do: 'fail', reason: 'iteration' });
  });

  it('fails when more than the tolerated number failed, and not before', () => {
    explore({ ...LOOP, onError: 'drop', tolerateCount: 2, parallel: 2 }, 5, true, ({ how, progress }) => {
      expect(how).toBe(progress.failed > 2 ? 'fail:tolerance' : 'finish:exhausted');
    });
  });

  it.each([true, false])('judges a tolerated share (total known: %s)', (known) => {
    explore({ ...LOOP, onError: 'null', tolerateShare: 0.4 }, 5, known, ({ how, progress }) => {
      expect(how.startsWith('fail')).toBe(progress.failed > 2);
    });
  });

  it('never has more than one iteration in flight with a carry', () => {
    explore({ ...LOOP, carry: 'previous', parallel: 7 }, 4, true, ({ mostInFlight }) =>
      expect(mostInFlight).toBeLessThanOrEqual(1),
    );
  });

  it('ends or fails at the limit, as the loop says', () => {
    explore({ ...LOOP, limit: 3, atLimit: 'end', onError: 'drop' }, 5, true, ({ how, progress }) => {
      expect(how).toBe('finish:limit');
      expect(progress.started).toBe(3);
    });
    explore({ ...LOOP, limit: 3, onError: 'drop', over: 'state' }, 5, false, ({ how }) =>
      expect(how).toBe('fail:limit'),
    );
  });

  it('keeps what is in flight when it is stopped early or cancelled', () => {
    const flying = { ...START, total: 9, available: 5, started: 4, completed: 2 };
    expect(decide({ ...LOOP, parallel: 2 }, { ...flying, ended: true })).toEqual({ do: 'wait' });
    expect(decide({ ...LOOP, parallel: 2 }, { ...flying, ended: true, completed: 4 })).toEqual({
      do: 'finish',
      reason: 'stopped',
    });
    expect(decide({ ...LOOP, parallel: 2 }, { ...flying, cancelled: true })).toEqual({ do: 'wait' });
    expect(decide({ ...LOOP, parallel: 2 }, { ...flying, cancelled: true, completed: 4 })).toEqual({ do: 'cancel' });
  });

  it('starts nothing while paused', () => {
    expect(decide(LOOP, { ...START, total: 3, available: 3, paused: true })).toEqual({ do: 'wait' });
  });
});

describe('retryDelay', () => {
  const policy = { times: 9, delayMs: 100, backoff: 2, maxDelayMs: 1000, jitter: 0.5 };
  it('grows by the factor up to the most', () => {
    expect([1, 2, 3, 4, 5, 6].map((n) => retryDelay(policy, n, 0))).toEqual([100, 200, 400, 800, 1000, 1000]);
  });
  it('takes off at most the share that is random', () => {
    expect(retryDelay(policy, 1, 1)).toBe(50);
    expect(retryDelay(policy, 1, 0.5)).toBe(75);
  });
});
