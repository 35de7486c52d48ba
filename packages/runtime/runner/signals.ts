/**
 * Owns durable waits for a signal: a token that nobody can guess for each wait, its delivery from
 * anywhere that has the same state, the waiting. The first delivery counts. Does not know nodes.
 */
import { randomBytes } from 'node:crypto';
import type { StatePort } from '@rondo/core/model/effect-ports.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { Clock } from '@rondo/core/ports.ts';

/** A delivery in another process is seen this late. */
const POLL_MS = 1000;

const TOKENS = 'signal-tokens';
const OPEN = 'signals-open';
const DELIVERED = 'signals-delivered';
const VALUES = 'signal-values';

export interface Signals {
  /** The token of a wait; the same for the same key, over retries and resumes. */
  token(key: string): Promise<string>;
  /** What the signal brought, as soon as it is there; undefined when `until` (ms since 1970) comes first. */
  wait(token: string, until: number | undefined, signal: AbortSignal): Promise<Json | undefined>;
  /** False when nobody waits for this token, or it was delivered before. */
  deliver(token: string, value: Json): Promise<boolean>;
}

export function createSignals(state: StatePort, clock: Pick<Clock, 'now' | 'sleep'>): Signals {
  const wakers = new Map<string, () => void>();
  return {
    async token(key) {
      const known = await state.get(TOKENS, key);
      if (typeof known === 'string') return known;
      const token = randomBytes(24).toString('base64url');
      await state.set(TOKENS, key, token);
      await state.set(OPEN, token, true);
      return token;
    },
    async wait(token, until, signal) {
      for (;;) {
        signal.throwIfAborted();
        const value = await state.get(VALUES, token);
        if (value !== undefined) return value;
        const left = until === undefined ? Number.POSITIVE_INFINITY : until - clock.now();
        if (left <= 0) return undefined;
        const woken = new AbortController();
        const onAbort = (): void => woken.abort();
        wakers.set(token, onAbort);
        signal.addEventListener('abort', onAbort, { once: true });
        // Woken early is no error.
        await clock.sleep(Math.min(left, POLL_MS), woken.signal).catch(() => {});
        signal.removeEventListener('abort', onAbort);
        wakers.delete(token);
      }
    },
    async deliver(token, value) {
      if ((await state.get(OPEN, token)) === undefined) return false;
      const [first] = await state.add(DELIVERED, [token], randomBytes(8).toString('hex'));
      if (first !== true) return false;
      await state.set(VALUES, token, value);
      await state.set(OPEN, token, undefined);
      wakers.get(token)?.();
      return true;
    },
  };
}
