/**
 * Owns letting go of old runs: those that completed after one time, those with failures after a longer one. Looks now
 * and then, and deletes one after the other, so that nobody waits for it. Does not know settings.
 */
import type { Clock, RunStore } from '@rondo/core/ports.ts';
import type { Report } from '../log/log.ts';

export interface RetentionOptions {
  store: RunStore;
  clock: Clock;
  /** Days; 0 is for ever. */
  keep(): { runs: number; failed: number };
  onDeleted(run: string): void;
  report: Report;
}

/** What the settings do to the runs that are there. */
export interface RetentionEffect {
  oldestEndedAt: number | null;
  /** Runs that go with the next round; no more than a thousand are counted. */
  due: number;
  everyMs: number;
  /** The last round of this process. */
  last: { at: number; deleted: number } | null;
}

export interface Retention {
  effect(): Promise<RetentionEffect>;
  /** One round; answers how many runs went. */
  look(): Promise<number>;
  close(): Promise<void>;
}

const DAY_MS = 24 * 60 * 60_000;
const FIRST_MS = 60_000;
const ROUND_MS = 60 * 60_000;
const PAGE = 100;
const MOST_COUNTED = 1_000;
/** Loops that are asked for failures; nobody draws more at the top. */
const LOOPS = 200;

export function startRetention({ store, clock, keep, onDeleted, report }: RetentionOptions): Retention {
  let closed = false;
  let round: Promise<number> | null = null;
  let last: RetentionEffect['last'] = null;

  /** Ended runs that are older than their time, the oldest first. */
  async function* due(): AsyncGenerator<string> {
    const { runs, failed } = keep();
    const now = clock.now();
    const limits = { completed: limitOf(runs, now), failed: limitOf(failed, now) };
    const before = Math.max(limits.completed, limits.failed);
    let after: string | undefined;
    while (!closed && before > 0) {
      const page = await store.endedRuns({ before, limit: PAGE, ...(after === undefined ? {} : { after }) });
      let last: string | undefined;
      for (const { id, status } of page) {
        if (closed) return;
        const hasFailed = status === 'failed' || (await store.loopsIn(id, '', LOOPS)).some((loop) => loop.failed > 0);
        const limit = hasFailed ? limits.failed : limits.completed;
        const ended = (await store.getRun(id))?.finishedAt ?? now;
        if (ended < limit) yield id;
        // Who asked may have deleted it.
        if (ended >= limit || (await store.getRun(id)) !== null) last = id;
      }
      if (page.length < PAGE) return;
      // The next page begins after one that is still there.
      after = last ?? after;
    }
  }

  const look = async (): Promise<number> => {
    let gone = 0;
    for await (const id of due()) {
      if (!(await store.deleteRun(id))) continue;
      onDeleted(id);
      gone += 1;
    }
    if (gone > 0) report(`retention: ${gone} old runs were deleted.`, 'info');
    last = { at: clock.now(), deleted: gone };
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
    async effect() {
      const [oldest] = await store.endedRuns({ before: Number.MAX_SAFE_INTEGER, limit: 1 });
      const record = oldest === undefined ? null : await store.getRun(oldest.id);
      let count = 0;
      for await (const _ of due()) {
        count += 1;
        if (count >= MOST_COUNTED) break;
      }
      return { oldestEndedAt: record?.finishedAt ?? null, due: count, everyMs: ROUND_MS, last };
    },
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
