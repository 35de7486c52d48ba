/** Owns tests of the pure parts of the score: bytes, places, pixels, words. */
import { describe, expect, it } from 'vitest';
import { setLocale } from '../ui/format.ts';
import { CELL, changedColumns, condense, decodeCells, failuresOf, statusOf } from './decode.ts';
import {
  axisOf,
  bracketOf,
  cellAt,
  cellCount,
  cellOf,
  gridOf,
  mapWidth,
  nearestCell,
  place,
  rangeOf,
} from './geometry.ts';
import { markHeights, paintColumns, type Palette } from './paint.ts';
import { causesAt, cellWords, scaleWords, valueText } from './words.ts';

setLocale('en');
const byte = (status: number, low = 0): number => (status << 4) | low;

describe('bytes', () => {
  it('says status and, to a power of two, how many failed', () => {
    const cells = decodeCells(btoa(String.fromCharCode(byte(5, 3), byte(2), byte(0))));
    expect([...cells].map(statusOf)).toEqual([CELL.failed, CELL.completed, CELL.notStarted]);
    expect(failuresOf(cells[0] ?? 0, 125)).toEqual({ least: 4, most: 7 });
    expect(failuresOf(byte(5, 1), 1)).toEqual({ least: 1, most: 1 });
    expect(statusOf(0xff)).toBe(CELL.notStarted);
  });

  it('never loses a failure when cells merge', () => {
    const cells = new Uint8Array(8000).fill(byte(2));
    cells[4711] = byte(5, 1);
    const small = condense(cells, 44);
    expect(small).toHaveLength(44);
    expect([...small].filter((one) => statusOf(one) === CELL.failed)).toHaveLength(1);
    expect(statusOf(small[Math.floor((4711 / 8000) * 44)] ?? 0)).toBe(CELL.failed);
  });

  it('finds the columns that changed, as runs', () => {
    const before = new Uint8Array(320);
    const after = before.slice();
    after[33] = 1;
    after[70] = 1;
    after[319] = 1;
    expect(changedColumns(before, after, 32)).toEqual([
      [1, 3],
      [9, 10],
    ]);
    expect(changedColumns(before, before.slice(), 32)).toEqual([]);
    expect(changedColumns(before, new Uint8Array(5), 32)).toBeNull();
  });
});

describe('places', () => {
  it.each([
    [3, 1, 1, 3],
    [40, 1, 1, 40],
    [150, 1, 1, 150],
    [251, 1, 2, 126],
    [1_284, 1, 8, 161],
    [8_000, 1, 32, 250],
    [40_000, 5, 32, 250],
    [1_000_000, 125, 32, 250],
  ])('%i elements: %i a cell, %i rows, %i columns', (total, per, rows, columns) => {
    expect(gridOf(total)).toEqual({ total, per, rows, columns });
  });

  it('has a map of 1000 px at 1440 and of 1250 px at 1920', () => {
    expect(mapWidth(1392 - 392)).toBe(1000);
    expect(mapWidth(1872 - 392)).toBe(1250);
    expect(place(gridOf(1_000_000), 1000)).toMatchObject({ columnPitch: 4, rowPitch: 4, height: 128 });
    expect(place(gridOf(1_000_000), 1250)).toMatchObject({ columnPitch: 5, rowPitch: 5, height: 160 });
    expect(place(gridOf(14), 1000)).toMatchObject({ few: true, height: 40, rows: 1 });
  });

  it('leads from a point to iterations and back', () => {
    const placed = place(gridOf(1_000_000), 1000);
    const cell = cellOf(placed, 701_111);
    const { first, last } = rangeOf(placed, cell);
    expect([first, last]).toEqual([701_000, 701_124]);
    const x = Math.floor(cell / 32) * 4 + 1;
    const y = (cell % 32) * 4 + 1;
    expect(cellAt(placed, x, y)).toBe(cell);
    expect(cellAt(placed, -1, 4)).toBeNull();
    expect(nearestCell(placed, 5_000, 5_000)).toBe(7_999);
  });

  it('gives beside the last element of a list no cell', () => {
    const placed = place(gridOf(1_284), 1000);
    expect(cellCount(placed)).toBe(1_284);
    expect(cellAt(placed, 999, placed.height - 1)).toBeNull();
    expect(rangeOf(gridOf(1_000_001), 7_936)).toEqual({ first: 1_000_000 - 64, last: 1_000_000 });
  });

  it('shows a bracket that can be seen, whatever the table shows', () => {
    const placed = place(gridOf(1_000_000), 1000);
    expect(bracketOf(placed, 701_112, 701_123).width).toBeGreaterThanOrEqual(4);
    expect(bracketOf(placed, 0, 999_999)).toEqual({ left: 0, width: 1000 });
  });

  it('has an axis of round numbers', () => {
    expect(axisOf(gridOf(1_000_000)).map(({ index }) => index + 1)).toEqual([1, 250_000, 500_000, 750_000, 1_000_000]);
    expect(axisOf(gridOf(1_284)).map(({ index }) => index + 1)).toEqual([1, 300, 650, 950, 1_284]);
  });
});

describe('pixels', () => {
  const palette: Palette = {
    ground: 9,
    notStarted: 1,
    skipped: 2,
    completed: 3,
    inFlight: 4,
    failed: 5,
    hatched: false,
  };
  const grid = { total: 4, per: 1, columns: 2, rows: 2 };
  const placed = { ...place(grid, 8), few: false, columns: 2, rows: 2, height: 8, columnPitch: 4, rowPitch: 4, gap: 1 };

  it('fills a cell in the colour of its worst and leaves the gap', () => {
    const out = new Uint32Array(64);
    paintColumns(out, 8, placed, new Uint8Array([byte(5, 1), byte(2), byte(3), 0]), palette);
    expect([...out.subarray(0, 8)]).toEqual([5, 5, 5, 9, 4, 4, 4, 9]);
    expect([...out.subarray(32, 40)]).toEqual([3, 3, 3, 9, 1, 1, 1, 9]);
    expect([...out.subarray(24, 32)]).toEqual([9, 9, 9, 9, 9, 9, 9, 9]);
  });

  it('writes only the columns it is told to', () => {
    const out = new Uint32Array(64).fill(7);
    paintColumns(out, 8, placed, new Uint8Array([byte(5, 1), byte(5, 1), byte(5, 1), byte(5, 1)]), palette, {
      from: 1,
      to: 2,
    });
    expect([...out.subarray(0, 8)]).toEqual([7, 7, 7, 7, 5, 5, 5, 9]);
  });

  it('tells statuses by pattern where colours are forced', () => {
    const out = new Uint32Array(64);
    paintColumns(out, 8, placed, new Uint8Array([byte(5, 1), byte(2), byte(4), byte(1)]), {
      ...palette,
      hatched: true,
    });
    expect(out[0]).toBe(5);
    expect([...out.subarray(32, 35)]).toEqual([3, 9, 3]);
    expect(out[8 + 5]).toBe(9);
    expect([...out.subarray(32 + 8 + 4, 32 + 8 + 7)]).toEqual([2, 2, 2]);
  });

  it('makes one failure among thousands visible', () => {
    const [one, none, all] = markHeights([1, 0, 4_000], 4_000);
    expect(one).toBeGreaterThan(0.3);
    expect(none).toBe(0);
    expect(all).toBe(1);
  });
});

describe('words', () => {
  const grid = gridOf(1_000_000);
  const cells = new Uint8Array(8_000).fill(byte(2));
  cells[5_608] = byte(5, 3);

  it('says what a cell holds, from 1', () => {
    expect(cellWords(grid, cells, 5_608)).toEqual({
      title: 'Iterations 701,001 to 701,125',
      facts: '4 to 7 failed of 125',
    });
    expect(cellWords(grid, cells, 0)).toEqual({ title: 'Iterations 1 to 125', facts: '125 completed' });
    expect(cellWords(gridOf(3), new Uint8Array([byte(5, 1)]), 0)).toEqual({ title: 'Iteration 1', facts: 'failed' });
  });

  it('names the causes of a column, most frequent first', () => {
    const columns = Array.from({ length: 250 }, (_, at) => (at === 175 ? 3 : 0));
    const other = columns.map((value) => value * 2);
    const causes = [
      { id: 'a', message: 'one', count: 3, columns },
      { id: 'b', message: 'two', count: 6, columns: other },
    ];
    expect(causesAt(grid, causes, 5_608)).toEqual([
      { message: 'two', count: 6 },
      { message: 'one', count: 3 },
    ]);
  });

  it('speaks to screen readers', () => {
    expect(valueText(701_111, 1_000_000, 'failed', 'Reply is not valid JSON')).toBe(
      'Iteration 701,112 of 1,000,000, failed, Reply is not valid JSON',
    );
    expect(valueText(4, null, 'completed', null)).toBe('Iteration 5, completed');
    expect(scaleWords(grid)).toContain('1 cell = 125 iterations');
  });
});
