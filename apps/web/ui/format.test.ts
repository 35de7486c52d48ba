import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bytes,
  clockTime,
  count,
  counted,
  duration,
  percent,
  rate,
  relativeTime,
  setLocale,
  shortCount,
  shortTime,
} from './format.ts';

beforeAll(() => setLocale('en-GB'));
afterAll(() => setLocale(undefined));

/** No-break spaces as plain ones. */
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('numbers', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1_000_000, '1,000,000'],
  ])('count %d', (value, text) => expect(count(value)).toBe(text));

  it.each([
    [999, '999'],
    [1_000, '1 k'],
    [228_400, '228 k'],
    [1_000_000, '1 M'],
    [1_500_000, '1.5 M'],
  ])('shortCount %d', (value, text) => expect(plain(shortCount(value))).toBe(text));

  it.each([
    [741, 1_000, '74.1 %'],
    [0, 10, '0 %'],
    [10, 10, '100 %'],
    [999_999, 1_000_000, '99.9 %'],
    [1, 1_000_000, '< 0.1 %'],
    [0, 0, '0 %'],
  ])('percent %d of %d', (part, whole, text) => expect(plain(percent(part, whole))).toBe(text));

  it.each([
    [71.4, '71/s'],
    [2.34, '2.3/s'],
    [0.05, '3/min'],
  ])('rate %d', (value, text) => expect(rate(value)).toBe(text));

  it.each([
    [999, '999 B'],
    [64_000, '64 kB'],
    [1_234_567, '1.2 MB'],
  ])('bytes %d', (value, text) => expect(plain(bytes(value))).toBe(text));

  it('counts with the noun', () => {
    expect([counted(1, 'run'), counted(2, 'run'), counted(2, 'entry', 'entries')]).toEqual([
      '1 run',
      '2 runs',
      '2 entries',
    ]);
  });
});

describe('durations have at most two units', () => {
  it.each([
    [0, '0 ms'],
    [212.4, '212 ms'],
    [4_100, '4.1 s'],
    [9_960, '10 s'],
    [52_400, '52 s'],
    [59_900, '1 min'],
    [60_000, '1 min'],
    [92_000, '1 min 32 s'],
    [119_700, '2 min'],
    [10_440_000, '2 h 54 min'],
    [3_660_000, '1 h 1 min'],
    [90_000_000, '1 d 1 h'],
    [-1, ''],
  ])('%d', (ms, text) => expect(plain(duration(ms))).toBe(text));
});

describe('times', () => {
  const now = new Date(2026, 10, 21, 15, 0).getTime();
  it.each([
    [new Date(2026, 10, 21, 14, 2).getTime(), '14:02'],
    [new Date(2026, 10, 20, 23, 59).getTime(), 'Fri'],
    [new Date(2026, 10, 1, 9, 0).getTime(), '1 Nov'],
    [new Date(2024, 4, 1, 9, 0).getTime(), '1 May 2024'],
  ])('%d', (at, text) => expect(shortTime(at, now)).toBe(text));

  it('says midnight as 00', () => expect(clockTime(new Date(2026, 10, 21, 0, 5).getTime())).toBe('00:05'));

  it.each([
    [-10_000, 'just now'],
    [-180_000, '3 min ago'],
    [-7_300_000, '2 h ago'],
    [7_200_000, 'in 2 h'],
  ])('%d from now', (ms, text) => expect(plain(relativeTime(now + ms, now))).toBe(text));
});
