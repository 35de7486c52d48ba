/**
 * Owns letting go of old runs: those that completed after one time, those with failures after a longer one. Looks now
 * and then, and deletes one after the other, so that nobody waits for it. Does not know settings.
 */
import type { Clock, RunStore } from '@rondo/core/ports.ts';

export interface RetentionOptions {
  store: RunStore;
  clock: Clock;
  /** Days; 0 is for ever. */
  keep(): { runs: number; failed: number };
  onDeleted(run: string): void;
  report(line: string): void;
}

export interface Retention {
  /** One round; answers how many runs went. */
  look(): Promise<number>;
  close(): Promise<void>;
}

const DAY_MS = 24 * 60 * 60_000;
const FIRST_MS = 60_000;
const ROUND_MS = 60 * 60_000;
const PAGE = 100;
/** Loops that are asked for failures; nobody draws more at the top. */
const LOOPS = 200;

export function startRetention({ store, clock, keep, onDeleted, report }: RetentionOptions): Retention {
  let closed = false;
  let round: Promise<number> | null = null;

  const look = async (): Promise<number> => {
    const { runs, failed } = keep();
    const now = clock.now();
    const limits = { completed: limitOf(runs, now), failed: limitOf(failed, now) };
    const before = Math.max(limits.completed, limits.failed);
    let gone = 0;
    let after: string | undefined;
    while (!closed && before > 0) {
      const page = await store.endedRuns({ before, limit: PAGE, ...(after === undefined ? {} : { after }) });
      let last: string | undefined;
      for (const { id, status } of page) {
        if (closed) return gone;
        const hasFailed = status === 'failed' || (await store.loopsIn(id, '', LOOPS)).some((loop) => loop.failed > 0);
        const limit = hasFailed ? limits.failed : limits.completed;
        const ended = (await store.getRun(id))?.finishedAt ?? now;
        if (ended < limit && (await store.deleteRun(id))) {
          onDeleted(id);
          gone += 1;
        } else last = id;
      }
      if (page.length < PAGE) break;
      // The next page begins after one that is still there.
      after = last ?? after;
    }
    if (gone > 0) report(`retention: ${gone} old runs were deleted.`);
    return gone;
  };
  const once = (): Promise<number> =>
    (round ??= look().finally(() => {
      round = null;
    }));
  const quietly = (): void => {
    once().catch((error: unknown) => report(`retention: ${error instanceof Error ? error.message : String(error)}`));
  };
  const first = setTimeout(quietly, FIRST_MS);
  const ticker = setInterval(quietly, ROUND_MS);
  first.unref();
  ticker.unref();
  return {
    look: once,
    async close() {
      closed = true;
      clearTimeout(first);
      clearInterval(ticker);
      await round?.catch(() => {});
    },
  };
}

/** What ended before this goes; 0: nothing does. */
function limitOf(days: number, now: number): number {
  return days === 0 ? 0 : now - days * DAY_MS;
}
