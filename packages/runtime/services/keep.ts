/**
 * Owns what a run keeps open between iterations (pools of connections): opened once per key, closed
 * with the run. Does not know what is kept, and retries nothing.
 */
import { FailureError, failure } from '@rondo/core/errors.ts';
import type { EffectPorts, Kept } from '@rondo/core/model/effect-ports.ts';
import { LIMITS, limitFailure } from '@rondo/core/model/limits.ts';

export interface KeeperOptions {
  /** How long closing may take, all together; what takes longer is left to itself. Default 5 s. */
  closeMs?: number;
  /** Most keys at a time; default limit run.kept. */
  most?: number;
  /** Told of errors at closing: they are nobody's failure. */
  onError?: (error: unknown, key: string) => void;
}

export interface Keeper {
  keep: EffectPorts['keep'];
  drop: EffectPorts['drop'];
  /** Closes everything, also what is being opened. Never rejects. */
  close(): Promise<void>;
}

const CLOSE_MS = 5_000;

function ended(key: string): FailureError {
  return new FailureError(failure('cancelled', `${key}: the run has ended, nothing is opened for it any more`));
}

export function createKeeper(options: KeeperOptions = {}): Keeper {
  const most = options.most ?? LIMITS['run.kept'].default;
  const closeMs = options.closeMs ?? CLOSE_MS;
  const kept = new Map<string, Promise<Kept<unknown>>>();
  /** Closings that were begun and have not ended. */
  const closing = new Set<Promise<void>>();
  let closed = false;

  /** Closes it when it is open; one that could not be opened needs no closing. */
  const shut = (key: string, opening: Promise<Kept<unknown>>): Promise<void> => {
    kept.delete(key);
    const done = opening
      .then(
        (thing) => thing.close(),
        () => undefined,
      )
      .catch((error: unknown) => options.onError?.(error, key))
      .finally(() => closing.delete(done));
    closing.add(done);
    return done;
  };

  const inTime = async (work: Promise<unknown>, what: string): Promise<void> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        options.onError?.(new Error(`not closed within ${closeMs} ms`), what);
        resolve();
      }, closeMs);
    });
    await Promise.race([work, late]);
    clearTimeout(timer);
  };

  return {
    async keep<T>(key: string, open: () => Promise<Kept<T>>): Promise<T> {
      if (closed) throw ended(key);
      let opening = kept.get(key) as Promise<Kept<T>> | undefined;
      if (opening === undefined) {
        if (kept.size >= most) throw new FailureError(limitFailure('run.kept', most, key));
        // An `open` that throws at once is the same as one that rejects.
        opening = (async () => open())();
        const entry = opening;
        kept.set(key, entry);
        entry.catch(() => {
          if (kept.get(key) === entry) kept.delete(key);
        });
      }
      const { value } = await opening;
      // Closed while it was opened: it is being closed under whoever waited for it.
      if (closed) throw ended(key);
      return value;
    },

    async drop(key) {
      const opening = kept.get(key);
      if (opening !== undefined) await inTime(shut(key, opening), key);
    },

    async close() {
      closed = true;
      for (const [key, opening] of kept) void shut(key, opening);
      await inTime(Promise.all(closing), 'what the run kept');
    },
  };
}
