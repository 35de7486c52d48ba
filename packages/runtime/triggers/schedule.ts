/**
 * Owns when a schedule is due: cron patterns in a time zone, and fixed intervals. Pure: it is asked about
 * moments and knows no clock, no store and no runs (scheduler.ts).
 *
 * Daylight saving: a time of day that does not exist on a day runs right after the gap, one that exists
 * twice runs once; patterns that repeat within the hour follow elapsed time.
 */
import { Cron } from 'croner';
import { parseDuration } from '@rondo/core/model/duration.ts';

export type MissedPolicy = 'skip' | 'once' | 'all';
export type OverlapPolicy = 'allow' | 'skip' | 'queue';

export interface ScheduleSettings {
  /** Cron patterns with five or six fields, or @daily and the like. */
  cron?: readonly string[];
  /** Instead of cron: every so long, at multiples since 1970 in UTC. */
  every?: number | string;
  timezone: string;
  missed: MissedPolicy;
  /** Most ticks that `all` repeats and `queue` holds; the latest are kept. */
  most: number;
  overlap: OverlapPolicy;
}

export interface Schedule extends Omit<ScheduleSettings, 'cron' | 'every'> {
  /** What the schedule says, as text: a changed one starts anew. */
  id: string;
  /** First tick after `at`; null when there is none. */
  next(at: number): number | null;
  /** Up to `count` latest ticks in (after, until], oldest first. */
  latest(after: number, until: number, count: number): number[];
}

/** Shortest interval; faster than that is a loop, not a schedule. */
const SHORTEST_MS = 1000;
const MOST_PATTERNS = 20;
/** Ticks that are looked for from the front; where there are more, the search goes back from the end. */
const FORWARD = 3;

/** Throws Error with a message for the author. */
export function makeSchedule(settings: ScheduleSettings): Schedule {
  const { cron = [], every, timezone, missed, most, overlap } = settings;
  checkZone(timezone);
  if (every !== undefined && cron.length > 0) throw new Error('give cron or every, not both.');
  const ticks = every === undefined ? ticksOfPatterns(cron, timezone) : ticksOfInterval(every);
  return { id: JSON.stringify([cron, every ?? null, timezone]), timezone, missed, most, overlap, ...ticks };
}

type Ticks = Pick<Schedule, 'next' | 'latest'>;

function ticksOfInterval(every: number | string): Ticks {
  const ms = parseDuration(every);
  if (ms === null || ms < SHORTEST_MS) throw new Error('every must be a duration of at least 1s, such as 15m or 6h.');
  return {
    next: (at) => (Math.floor(at / ms) + 1) * ms,
    latest: (after, until, count) => {
      const last = Math.floor(until / ms);
      const first = Math.max(Math.floor(after / ms) + 1, last - count + 1);
      return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * ms);
    },
  };
}

function ticksOfPatterns(patterns: readonly string[], timezone: string): Ticks {
  if (patterns.length === 0) throw new Error('give cron (a pattern such as "0 9 * * 1-5") or every (such as 15m).');
  if (patterns.length > MOST_PATTERNS)
    throw new Error(`cron has ${patterns.length} patterns; ${MOST_PATTERNS} are the most.`);
  const crons = patterns.map((pattern) => readPattern(pattern, timezone));
  const next = (at: number): number | null => {
    const found = crons.flatMap((cron) => cron.nextRun(new Date(at))?.getTime() ?? []);
    return found.length === 0 ? null : Math.min(...found);
  };
  return {
    next,
    latest: (after, until, count) => {
      const near = forward(next, after, until);
      if (near !== null) return near.slice(-count);
      // The search goes back from its reference, which it leaves out.
      const reference = new Date(Math.floor(until / 1000) * 1000 + 1000);
      const found = crons.flatMap((cron) => cron.previousRuns(count, reference).map((date) => date.getTime()));
      const inside = [...new Set(found)].filter((tick) => tick > after && tick <= until);
      return inside.sort((a, b) => a - b).slice(-count);
    },
  };
}

/** All ticks in (after, until]; null where they are too many to walk through. */
function forward(next: (at: number) => number | null, after: number, until: number): number[] | null {
  const found: number[] = [];
  for (let at = next(after); at !== null && at <= until; at = next(at)) {
    if (found.length === FORWARD) return null;
    found.push(at);
  }
  return found;
}

function readPattern(pattern: string, timezone: string): Cron {
  const shown = JSON.stringify(pattern.slice(0, 80));
  if (!/^(@\w+|\S+(\s+\S+){4,5})$/.test(pattern.trim())) {
    throw new Error(`cron ${shown} must have five fields (minute hour day month weekday), or six with seconds first.`);
  }
  let cron: Cron;
  try {
    cron = new Cron(pattern.trim(), { timezone, paused: true });
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^Cron\w+: /, '') : String(error);
    throw new Error(`cron ${shown} is not valid: ${why}`, { cause: error });
  }
  if (cron.nextRun() === null) throw new Error(`cron ${shown} never comes: no date fits it.`);
  return cron;
}

function checkZone(timezone: string): void {
  try {
    Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch (error) {
    throw new Error(
      `there is no time zone ${JSON.stringify(timezone.slice(0, 80))}; write one such as Europe/Berlin.`,
      {
        cause: error,
      },
    );
  }
}
