/** Tests of format.ts: the figures people read. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { bytes, count, duration, percent, plural, rate } from './format.ts';

it.each([
  [0, '0 ms'],
  [0.4, '<1 ms'],
  [340, '340 ms'],
  [999.6, '1.0 s'],
  [3_210, '3.2 s'],
  [9_960, '10 s'],
  [59_400, '59 s'],
  [59_600, '1 min'],
  [125_000, '2 min 5 s'],
  [3_599_900, '1 h'],
  [3_780_000, '1 h 3 min'],
  [86_399_999, '1 d'],
  [183_600_000, '2 d 3 h'],
])('duration %d is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

it('groups digits by three', () => {
  expect([count(7), count(1_000), count(1_234_567)]).toEqual(['7', '1,000', '1,234,567']);
  fc.assert(fc.property(fc.nat(), (n) => Number(count(n).replaceAll(',', '')) === n));
});

it('says bytes, rates and numbers of things', () => {
  expect([bytes(512), bytes(1_500), bytes(2_340_000), bytes(123_400_000)]).toEqual([
    '512 B',
    '1.5 kB',
    '2.3 MB',
    '123 MB',
  ]);
  expect([rate(1204.4), rate(12.34), rate(0.5), rate(0.001), rate(0)]).toEqual([
    '1,204/s',
    '12.3/s',
    '30.0/min',
    '3.6/h',
    '0/s',
  ]);
  expect([plural(1, 'item'), plural(2_000, 'item'), plural(2, 'fix', 'fixes')]).toEqual([
    '1 item',
    '2,000 items',
    '2 fixes',
  ]);
});

it('says 100 % only when all is done', () => {
  expect([percent(0, 0), percent(999_999, 1_000_000), percent(5, 5)]).toEqual(['100 %', '99 %', '100 %']);
});
