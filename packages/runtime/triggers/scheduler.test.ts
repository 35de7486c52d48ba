/** Firing of schedules: once per tick, also by several schedulers, over restarts, crashes and long runs. */
import { afterEach, expect, it } from 'vitest';
import type { StatePort } from '@rondo/core/model/effect-ports.ts';
import { makeSchedule, type ScheduleSettings } from './schedule.ts';
import { createScheduler, type Scheduler, type Tick } from './scheduler.ts';
import { fakeClock, type FakeClock } from './testing/fake-clock.ts';
import { memoryState } from './testing/memory-state.ts';

const START = Date.parse('2026-05-04T08:00:30Z');
const MINUTE = 60_000;
const open: Scheduler[] = [];
afterEach(async () => {
  for (const scheduler of open.splice(0)) await scheduler.close();
});

/** What several servers share. */
function world(settings: Partial<ScheduleSettings> = {}) {
  const clock: FakeClock = fakeClock(START);
  const state: StatePort = memoryState();
  const runs = new Map<string, 'active' | 'ended'>();
  const fired: (Tick & { by: string })[] = [];
  const lines: string[] = [];
  const server = (owner: string, fire?: (tick: Tick) => Promise<void>, own: Partial<ScheduleSettings> = {}) => {
    const scheduler = createScheduler({
      state,
      clock,
      owner,
      statusOf: async (runId) => runs.get(runId) ?? 'absent',
      report: (line) => lines.push(line),
    });
    open.push(scheduler);
    const schedule = makeSchedule({
      cron: ['* * * * *'],
      timezone: 'UTC',
      missed: 'once',
      most: 10,
      overlap: 'allow',
      ...settings,
      ...own,
    });
    const start = async (tick: Tick): Promise<void> => {
      if (runs.has(tick.runId)) throw new Error('the run is there already');
      runs.set(tick.runId, 'active');
      fired.push({ ...tick, by: owner });
    };
    scheduler.set([{ key: 'w/tick', schedule, fire: fire ?? start }]);
    return scheduler;
  };
  const minutes = (): string[] => fired.map((tick) => new Date(tick.at).toISOString().slice(11, 16));
  return { clock, state, runs, fired, lines, server, minutes };
}

it('fires each tick once, with a run id that follows from it', async () => {
  const { clock, server, minutes, fired } = world();
  server('a');
  await clock.advance(3 * MINUTE);
  expect(minutes()).toEqual(['08:01', '08:02', '08:03']);
  expect(fired.every((tick) => !tick.late)).toBe(true);
  expect(new Set(fired.map((tick) => tick.runId)).size).toBe(3);
});

it('fires each tick once where two servers share the state', async () => {
  const { clock, server, minutes } = world();
  server('a');
  server('b');
  await clock.advance(20 * MINUTE);
  expect(minutes()).toHaveLength(20);
  expect(new Set(minutes()).size).toBe(20);
});

it.each<[ScheduleSettings['missed'], string[]]>([
  ['skip', ['08:01', '08:12']],
  ['once', ['08:01', '08:11', '08:12']],
  ['all', ['08:01', '08:07', '08:08', '08:09', '08:10', '08:11', '08:12']],
])('after a stop: %s', async (missed, expected) => {
  const { clock, server, minutes, fired } = world({ missed, most: 5 });
  const first = server('a');
  await clock.advance(MINUTE);
  await first.close();
  await clock.advance(10 * MINUTE);
  server('b');
  await clock.advance(MINUTE);
  expect(minutes()).toEqual(expected);
  expect(fired.filter((tick) => tick.late)).toHaveLength(expected.length - 2);
});

it('takes a sleep of the machine for a stop', async () => {
  const { clock, server, minutes } = world({ missed: 'skip' });
  server('a');
  await clock.advance(MINUTE);
  await clock.jump(60 * MINUTE);
  await clock.advance(MINUTE);
  expect(minutes()).toEqual(['08:01', '09:02']);
});

it('fires nothing twice when the clock is set back', async () => {
  const { clock, server, minutes } = world();
  server('a');
  await clock.advance(3 * MINUTE);
  await clock.jump(-2 * MINUTE);
  await clock.advance(4 * MINUTE);
  expect(minutes()).toEqual(['08:01', '08:02', '08:03', '08:04', '08:05']);
});

it('starts a changed schedule anew, without ticks of the past', async () => {
  const { clock, server, minutes } = world({ missed: 'all' });
  const first = server('a');
  await clock.advance(MINUTE);
  await first.close();
  await clock.advance(10 * MINUTE);
  server('a', undefined, { cron: ['*/2 * * * *'] });
  await clock.advance(2 * MINUTE);
  expect(minutes()).toEqual(['08:01', '08:12']);
});

it('skips a tick while the run before is going', async () => {
  const { clock, server, minutes, runs, lines } = world({ overlap: 'skip' });
  server('a');
  await clock.advance(3 * MINUTE);
  expect(minutes()).toEqual(['08:01']);
  expect(lines.at(-1)).toMatch(/08:03.*skipped/);
  for (const id of runs.keys()) runs.set(id, 'ended');
  await clock.advance(MINUTE);
  expect(minutes()).toEqual(['08:01', '08:04']);
});

it('queues ticks while the run before is going', async () => {
  const { clock, server, minutes, runs } = world({ overlap: 'queue' });
  server('a');
  await clock.advance(3 * MINUTE);
  expect(minutes()).toEqual(['08:01']);
  const end = async (): Promise<void> => {
    for (const id of runs.keys()) runs.set(id, 'ended');
    await clock.advance(1500);
  };
  await end();
  expect(minutes()).toEqual(['08:01', '08:02']);
  await end();
  expect(minutes()).toEqual(['08:01', '08:02', '08:03']);
});

it('tries again when the run could not be stored', async () => {
  const { clock, server, lines } = world();
  let tries = 0;
  const done: number[] = [];
  server('a', async (tick) => {
    tries += 1;
    if (tries < 3) throw new Error('the store is away');
    done.push(tick.at);
  });
  await clock.advance(MINUTE);
  expect(done).toEqual([Date.parse('2026-05-04T08:01Z')]);
  expect(lines.filter((line) => line.includes('the store is away'))).toHaveLength(2);
});

it('takes over the tick of a server that died between claim and run', async () => {
  const { clock, server, minutes, fired } = world({ every: '10m', cron: [] });
  // It claims, and never answers again.
  server('dead', () => new Promise(() => {}));
  await clock.advance(10 * MINUTE);
  open.length = 0;
  server('alive');
  await clock.advance(2 * MINUTE);
  expect(minutes()).toEqual(['08:10']);
  expect(fired[0]).toMatchObject({ by: 'alive' });
});

it('forgets claims of days that are over', async () => {
  const { clock, state, server } = world({ every: '6h', cron: [] });
  const cleared: string[] = [];
  const { clear } = state;
  state.clear = async (scope) => {
    cleared.push(scope);
    await clear(scope);
  };
  server('a');
  await clock.advance(3 * 24 * 60 * MINUTE);
  expect(cleared.length).toBeGreaterThanOrEqual(2);
});
