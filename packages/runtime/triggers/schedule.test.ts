/** When schedules are due: patterns, zones, clock changes, intervals; and what is no schedule. */
import { describe, expect, it } from 'vitest';
import { makeSchedule, type ScheduleSettings } from './schedule.ts';

const at = (text: string): number => Date.parse(text);
const make = (settings: Partial<ScheduleSettings>) =>
  makeSchedule({ timezone: 'UTC', missed: 'once', most: 100, overlap: 'allow', ...settings });
const texts = (ticks: number[]): string[] => ticks.map((tick) => new Date(tick).toISOString().slice(0, 16));

it('follows the time of day through both changes of the clocks', () => {
  const { latest } = make({ cron: ['30 2 * * *'], timezone: 'Europe/Berlin' });
  // 02:30 does not exist on 29 March and exists twice on 25 October.
  expect(texts(latest(at('2026-03-28T00:00Z'), at('2026-03-31T00:00Z'), 10))).toEqual([
    '2026-03-28T01:30',
    '2026-03-29T01:00',
    '2026-03-30T00:30',
  ]);
  expect(texts(latest(at('2026-10-24T00:00Z'), at('2026-10-27T00:00Z'), 10))).toEqual([
    '2026-10-24T00:30',
    '2026-10-25T00:30',
    '2026-10-26T01:30',
  ]);
});

it('keeps elapsed time for patterns within the hour', () => {
  const { latest } = make({ cron: ['*/30 * * * *'], timezone: 'Europe/Berlin' });
  const ticks = latest(at('2026-10-24T23:30Z'), at('2026-10-25T03:00Z'), 100);
  expect(ticks.map((tick) => tick - (ticks[0] ?? 0))).toEqual([0, 1, 2, 3, 4, 5, 6].map((n) => n * 1_800_000));
});

it('answers the same from the front and from the back', () => {
  for (const cron of ['* * * * *', '0 9 * * 1-5', '15 14 1 * *', '*/7 * * * * *', '0 0 L * *']) {
    const { next, latest } = make({ cron: [cron], timezone: 'America/New_York' });
    const from = at('2026-10-31T23:59:59Z');
    const walked: number[] = [];
    for (let tick = next(from); tick !== null && walked.length < 40; tick = next(tick)) walked.push(tick);
    const until = walked.at(-1) ?? 0;
    expect(latest(from, until, 100), cron).toEqual(walked);
    expect(latest(from, until, 7), cron).toEqual(walked.slice(-7));
    expect(latest(from, until - 1, 100), cron).toEqual(walked.slice(0, -1));
  }
});

it('joins several patterns, and counts a moment once', () => {
  const { latest, next } = make({ cron: ['0 9 * * *', '0 9,17 * * *'] });
  expect(texts(latest(at('2026-01-01T00:00Z'), at('2026-01-02T12:00Z'), 10))).toEqual([
    '2026-01-01T09:00',
    '2026-01-01T17:00',
    '2026-01-02T09:00',
  ]);
  expect(next(at('2026-01-01T09:00Z'))).toBe(at('2026-01-01T17:00Z'));
});

it('puts intervals at multiples, whenever it was started', () => {
  const { next, latest } = make({ every: '15m' });
  expect(next(at('2026-01-01T00:07Z'))).toBe(at('2026-01-01T00:15Z'));
  expect(next(at('2026-01-01T00:15Z'))).toBe(at('2026-01-01T00:30Z'));
  expect(texts(latest(at('2025-01-01T00:00Z'), at('2026-01-01T00:30Z'), 2))).toEqual([
    '2026-01-01T00:15',
    '2026-01-01T00:30',
  ]);
  expect(latest(at('2026-01-01T00:15Z'), at('2026-01-01T00:16Z'), 5)).toEqual([]);
});

describe('says what is wrong', () => {
  it.each<[Partial<ScheduleSettings>, RegExp]>([
    [{}, /give cron/],
    [{ cron: ['0 9 * *'] }, /five fields/],
    [{ cron: ['61 * * * *'] }, /not valid/],
    [{ cron: ['0 0 31 2 *'] }, /never comes/],
    [{ cron: ['0 9 * * *'], timezone: 'Mars/Base' }, /no time zone "Mars\/Base"/],
    [{ every: '10ms' }, /at least 1s/],
    [{ every: 'soon' }, /duration/],
    [{ every: '1h', cron: ['* * * * *'] }, /not both/],
  ])('%j', (settings, message) => {
    expect(() => make(settings)).toThrow(message);
  });
});
