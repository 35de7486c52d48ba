/**
 * Owns firing schedules: sleeps until the next tick, applies the policies for missed ticks and for runs
 * that are still going, and sees to it that a tick is fired once, however many schedulers share the state.
 * When a schedule is due is schedule.ts; starting a run is the caller's.
 *
 * Durable per job: the last tick that was dealt with. A tick is claimed in the state before it is fired. Its
 * run id is made of job and tick, so that a claim whose owner died before the run was there shows, and
 * another one takes over.
 */
import { createHash } from 'node:crypto';
import type { Json } from '@rondo/core/model/item.ts';
import type { StatePort } from '@rondo/core/model/effect-ports.ts';
import type { Clock } from '@rondo/core/ports.ts';
import type { Schedule } from './schedule.ts';

export interface Tick {
  /** When it was due, ms since 1970. */
  at: number;
  /** It came while nobody was there, and is made up for. */
  late: boolean;
  runId: string;
}

export interface ScheduleJob {
  /** The same over restarts: workflow and node. */
  key: string;
  schedule: Schedule;
  /** Resolves when the run is stored. May be called again for a tick after a crash, or by two at once. */
  fire(tick: Tick): Promise<void>;
}

export interface SchedulerOptions {
  state: StatePort;
  clock: Clock;
  /** Of this scheduler, different from those of all others on the same state. */
  owner: string;
  /** `absent`: there is no such run. */
  statusOf(runId: string): Promise<'absent' | 'active' | 'ended'>;
  report(line: string): void;
}

export interface Scheduler {
  /** Replaces all jobs; one that stays the same keeps going. */
  set(jobs: readonly ScheduleJob[]): void;
  /** Looks at once: a run has ended, or the state came back. */
  wake(): void;
  close(): Promise<void>;
}

/** Longest sleep, so that a clock that was set or a machine that slept is noticed. */
const LONGEST_SLEEP_MS = 30_000;
/** How often a queued tick looks whether its turn has come. */
const QUEUE_MS = 1_000;
/** A claim without a run is another scheduler at work, until it is this old. */
const CLAIM_MS = 60_000;
const DAY_MS = 86_400_000;

interface Remembered {
  last: number;
  schedule: string;
  run: string | null;
}

interface Live {
  job: ScheduleJob;
  /** Ticks up to here were missed. */
  from: number;
  /** Nothing is due before. */
  lookAt: number;
}

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { clock, report } = options;
  const live = new Map<string, Live>();
  const ended = new AbortController();
  let nap = new AbortController();
  let lookedAt = clock.now();

  const look = async (): Promise<number> => {
    const now = clock.now();
    // The machine slept, or the clock was set: what lies between was missed.
    const slept = now - lookedAt > LONGEST_SLEEP_MS + CLAIM_MS;
    lookedAt = now;
    let wait = LONGEST_SLEEP_MS;
    for (const entry of live.values()) {
      if (ended.signal.aborted) break;
      if (slept) entry.from = now;
      if (slept || entry.lookAt <= now || entry.lookAt > now + LONGEST_SLEEP_MS) {
        try {
          entry.lookAt = now + Math.min(LONGEST_SLEEP_MS, await step(options, entry, now));
        } catch (error) {
          report(`schedule ${entry.job.key}: ${error instanceof Error ? error.message : String(error)}`);
          entry.lookAt = now + QUEUE_MS;
        }
      }
      wait = Math.min(wait, entry.lookAt - now);
    }
    return wait;
  };

  const loop = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      const woken = new AbortController();
      nap = woken;
      const wait = await look();
      if (ended.signal.aborted) return;
      await clock.sleep(Math.max(1, wait), AbortSignal.any([woken.signal, ended.signal])).catch((error: unknown) => {
        if (!woken.signal.aborted && !ended.signal.aborted) throw error;
      });
    }
  };
  const running = loop();

  return {
    set(jobs) {
      const now = clock.now();
      const before = new Map(live);
      live.clear();
      for (const job of jobs) {
        const had = before.get(job.key);
        live.set(job.key, { job, from: had?.job.schedule.id === job.schedule.id ? had.from : now, lookAt: 0 });
      }
      nap.abort();
    },
    wake() {
      for (const entry of live.values()) entry.lookAt = 0;
      nap.abort();
    },
    async close() {
      ended.abort();
      await running;
    },
  };
}

/** Fires what is due of one job; answers how long nothing is. */
async function step(options: SchedulerOptions, entry: Live, now: number): Promise<number> {
  const { state } = options;
  const { job, from } = entry;
  const { schedule } = job;
  const stored = readState(await state.get('schedules', job.key));
  // A new or changed schedule has missed nothing.
  const known = stored?.schedule === schedule.id ? stored : { last: from, schedule: schedule.id, run: null };
  if (known !== stored) await state.set('schedules', job.key, { ...known });
  const { due, dropped } = dueTicks(schedule, known.last, from, now);
  for (const tick of due) {
    const runId = runIdOf(job.key, tick);
    const active =
      schedule.overlap !== 'allow' && known.run !== null && (await options.statusOf(known.run)) === 'active';
    if (active && schedule.overlap === 'queue') return QUEUE_MS;
    if (active) {
      options.report(
        `schedule ${job.key}: ${new Date(tick).toISOString()} skipped, the run before (${known.run}) is still going.`,
      );
    } else {
      const claimed = await claim(options, job.key, tick, runId, now);
      if (claimed === 'taken') return QUEUE_MS;
      if (claimed === 'ours') await job.fire({ at: tick, late: tick <= from, runId });
    }
    if (!active) known.run = runId;
    await advance(state, job.key, known, tick);
  }
  // What was missed and is not made up for is dealt with, too.
  if (dropped !== null && dropped > known.last) await advance(state, job.key, known, dropped);
  const next = schedule.next(now);
  return next === null ? LONGEST_SLEEP_MS : next - now;
}

/** Ticks to fire, oldest first, and the latest one that is given up. */
export function dueTicks(
  schedule: Schedule,
  last: number,
  from: number,
  now: number,
): { due: number[]; dropped: number | null } {
  const missed =
    last < from ? schedule.latest(last, Math.min(from, now), schedule.missed === 'all' ? schedule.most : 1) : [];
  const kept = schedule.missed === 'skip' ? [] : missed;
  const live = schedule.latest(Math.max(last, from), now, schedule.most);
  return { due: [...kept, ...live], dropped: kept.length === missed.length ? null : (missed.at(-1) ?? null) };
}

/** `taken`: another scheduler is about to start the run, or died before it did. */
async function claim(
  options: SchedulerOptions,
  key: string,
  tick: number,
  runId: string,
  now: number,
): Promise<'ours' | 'taken' | 'done'> {
  const [isNew = false] = await options.state.add(claims(key, tick), [String(tick)], options.owner);
  // The owner is answered "new" again, which is right only while there is no run.
  if ((await options.statusOf(runId)) !== 'absent') return 'done';
  return isNew || now - tick > CLAIM_MS ? 'ours' : 'taken';
}

async function advance(state: StatePort, key: string, known: Remembered, tick: number): Promise<void> {
  const before = known.last;
  known.last = tick;
  await state.set('schedules', key, { ...known });
  // Claims are kept by day; those of the day before the last tick's are of no use any more.
  if (Math.floor(before / DAY_MS) !== Math.floor(tick / DAY_MS)) await state.clear(claims(key, before - DAY_MS));
}

function claims(key: string, tick: number): string {
  return `schedule:${key}:${Math.floor(tick / DAY_MS)}`;
}

/** Sorts by time like other run ids; the same for everybody. */
function runIdOf(key: string, tick: number): string {
  const hash = createHash('sha256').update(`${key}\n${tick}`).digest('hex').slice(0, 12);
  return `r${tick.toString(36)}${hash}`;
}

function readState(value: Json | undefined): Remembered | null {
  if (value === undefined || value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  const { last, schedule, run } = value;
  if (typeof last !== 'number' || typeof schedule !== 'string') return null;
  return { last, schedule, run: typeof run === 'string' ? run : null };
}
