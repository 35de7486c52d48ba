/**
 * Owns token buckets by key: so many requests a second, with a burst. Holds a bounded number of keys.
 * Does not know requests.
 */
export interface RateLimiter {
  /** Milliseconds to wait; 0 when the request may pass. */
  take(key: string, now: number): number;
}

/** Keys that are remembered; one that was quiet longest is forgotten first, with a full bucket. */
const MOST_KEYS = 10_000;

export function rateLimiter(perSecond: number, burst: number): RateLimiter {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take(key, now) {
      const had = buckets.get(key);
      const passed = had === undefined ? 0 : Math.max(0, now - had.at);
      const tokens = Math.min(burst, (had?.tokens ?? burst) + (passed / 1000) * perSecond);
      // Puts the key last in the order of the map.
      buckets.delete(key);
      buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
      if (buckets.size > MOST_KEYS) {
        const oldest = buckets.keys().next().value;
        if (oldest !== undefined) buckets.delete(oldest);
      }
      return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) / perSecond) * 1000);
    },
  };
}
