/** The pattern word: one test per word, and what must not be taken for another. */
import { expect, it } from 'vitest';
import { patternOf } from './pattern.ts';
import { SCORE_COLUMNS } from './score.ts';

/** Of a loop of `started` iterations, of which these failed. */
function word(started: number, failed: readonly number[], per = Math.max(1, Math.ceil(started / 8_000))): string {
  const width = per * 32;
  const columns = new Uint32Array(SCORE_COLUMNS);
  for (const index of failed) {
    const column = Math.floor(index / width);
    columns[column] = (columns[column] ?? 0) + 1;
  }
  return patternOf({
    columns,
    count: failed.length,
    first: failed[0] ?? 0,
    last: failed.at(-1) ?? 0,
    started,
    indices: failed.slice(0, 200),
  });
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
/** Not evenly, always the same. */
const spread = (count: number, over: number): number[] => {
  const out = new Set<number>();
  for (let n = 0; out.size < count; n += 1)
    out.add(Math.floor(((n * 0.618_033_988_75 + (n % 13) * 0.0031) % 1) * over));
  return [...out].sort((a, b) => a - b);
};

it('says that everything failed', () => {
  expect(word(1_000_000, range(0, 1_000_000))).toBe('all');
  expect(word(5, range(0, 5))).toBe('all');
});

it('says that the first ones failed', () => {
  expect(word(10_000, range(0, 37))).toBe('first 37');
});

it('sees a period in the indices', () => {
  expect(
    word(
      3_000,
      range(0, 1_000).map((n) => n * 3),
    ),
  ).toBe('every 3rd');
  expect(
    word(
      3_000,
      range(0, 100).map((n) => 5 + n * 22),
    ),
  ).toBe('every 22nd');
  expect(
    word(
      3_000,
      range(0, 100).map((n) => n * 11),
    ),
  ).toBe('every 11th');
  expect(word(3_000, [100, 1_100, 2_100])).toBe('scattered');
});

it('does not take the distances within a burst for a period of the whole list', () => {
  const within = (from: number, to: number): number[] => range(from, to).filter((n) => n % 53 === 0);
  expect(word(1_000_000, [...within(176_000, 192_000), ...within(398_000, 409_000)])).toBe('2 bursts');
  expect(word(1_000_000, within(980_000, 1_000_000))).toBe('still failing');
  expect(word(1_000_000, within(550_000, 560_000))).toBe('1 burst');
});

it('tells what began in the middle and goes on from what lies everywhere', () => {
  const failing = range(700_000, 740_000).filter((n) => n % 7 < 3);
  expect(word(740_001, failing, 125)).toBe('still failing');
  expect(word(1_000_000, spread(20_000, 1_000_000))).toBe('scattered');
});

it('counts bursts', () => {
  const burst = (at: number): number[] => range(at, at + 900).filter((n) => n % 5 < 2);
  expect(word(1_000_000, burst(400_000))).toBe('1 burst');
  expect(word(1_000_000, [...burst(100_000), ...burst(400_000), ...burst(800_000)])).toBe('3 bursts');
});

it('takes single failures for scattered', () => {
  expect(word(1_000_000, [10, 400_003, 800_100])).toBe('scattered');
  expect(word(1_000_000, spread(60, 1_000_000))).toBe('scattered');
});
