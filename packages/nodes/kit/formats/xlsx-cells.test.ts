/** Owns the tests of what cells mean: dates of both systems, number formats, ranges. */
import { expect, it } from 'vitest';
import { columnOf, dateKind, dateText, parseRange, plainText } from './xlsx-cells.ts';

it.each<[number, boolean, string | number]>([
  [1, false, '1900-01-01'],
  [59, false, '1900-02-28'],
  [61, false, '1900-03-01'],
  [25_569, false, '1970-01-01'],
  [45_351.5, false, '2024-02-29T12:00:00'],
  [45_351.999_999_5, false, '2024-02-29T23:59:59.957'],
  [0, true, '1904-01-01'],
  [43_889, true, '2024-02-29'],
  [2_958_465, false, '9999-12-31'],
  [-1, false, -1],
  [1e9, false, 1e9],
])('serial %d (1904: %s) is %s', (serial, since1904, expected) => {
  expect(dateText(serial, 'date', since1904)).toBe(expected);
});

it('times of day and durations have no date', () => {
  expect(dateText(0.5, 'time', false)).toBe('12:00:00');
  expect(dateText(1.5, 'time', false)).toBe('1900-01-01T12:00:00');
  expect(dateText(1.5, 'elapsed', false)).toBe('36:00:00');
});

it.each([
  [14, undefined, 'date'],
  [20, undefined, 'time'],
  [46, undefined, 'elapsed'],
  [2, undefined, null],
  [164, 'yyyy-mm-dd', 'date'],
  [164, '[$-409]h:mm AM/PM;@', 'time'],
  [164, '[h]:mm:ss', 'elapsed'],
  [164, '0.00" days"', null],
  [164, '#,##0.00 \\d', null],
  [164, '[Red]General', null],
  [164, 'mmm', 'date'],
] as const)('format %d %j shows %s', (id, code, expected) => {
  expect(dateKind(id, code)).toBe(expected);
});

it('columns, ranges and escapes', () => {
  expect(['A', 'Z', 'AA', 'XFD', 'a1', '1', ''].map(columnOf)).toEqual([0, 25, 26, 16_383, 0, -1, -1]);
  expect(parseRange('$B$2:AA10')).toEqual({ left: 1, right: 26, top: 2, bottom: 10 });
  expect(plainText('a_x0041__x005F_x0041_')).toBe('aA_x0041_');
});
