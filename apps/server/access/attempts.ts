/**
 * Owns how often signing in may fail, per key (an address, a name). An attempt counts as failed until it is known to
 * be right, so that many at once gain nothing. Bounded. Does not know passwords.
 */
export interface Attempts {
  /** Counts an attempt. Milliseconds to wait when there were too many; then it does not count. 0: go on. */
  begin(key: string, now: number): number;
  /** It was right: it does not count. */
  forgive(key: string): void;
}

const MOST_KEYS = 10_000;

/** `most` failures at once; each is forgotten after `everyMs`. */
export function createAttempts(most: number, everyMs: number): Attempts {
  const failed = new Map<string, { count: number; at: number }>();
  return {
    begin(key, now) {
      const had = failed.get(key) ?? { count: 0, at: now };
      const count = Math.max(0, had.count - Math.max(0, now - had.at) / everyMs);
      if (count + 1 > most) return Math.ceil((count + 1 - most) * everyMs);
      failed.delete(key);
      failed.set(key, { count: count + 1, at: now });
      if (failed.size > MOST_KEYS) {
        const oldest = failed.keys().next().value;
        if (oldest !== undefined) failed.delete(oldest);
      }
      return 0;
    },
    forgive(key) {
      const had = failed.get(key);
      if (had === undefined) return;
      if (had.count <= 1) failed.delete(key);
      else had.count -= 1;
    },
  };
}
