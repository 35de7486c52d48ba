/** Formats of Moment.js: what they write, and what Luxon makes of them. */
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { readingFormat, writeMoment } from './moment-format.ts';

const AT = DateTime.fromISO('2024-02-29T03:04:05.678', { zone: 'Europe/Berlin' });

describe('writing', () => {
  it.each([
    ['YYYY-MM-DD', '2024-02-29'],
    ['MMMM DD YYYY', 'February 29 2024'],
    ['ddd, Do MMM YY', 'Thu, 29th Feb 24'],
    ['h:mm A / H:m:s a', '3:04 AM / 3:4:5 am'],
    ['SSS S SSSS', '678 6 6780'],
    ['Z ZZ', '+01:00 +0100'],
    ['X x', '1709172245 1709172245678'],
    ['[on] dddd \\d Q [Q]', 'on Thursday d 1 Q'],
    ['DDDD DDDo W GGGG E e', '060 60th 9 2024 4 4'],
    ['ww gggg', '09 2024'],
    ['LLL', 'February 29, 2024 3:04 AM'],
    ['dd k', 'Th 3'],
  ])('%s', (format, expected) => expect(writeMoment(AT, format)).toBe(expected));

  it('counts weeks from Sunday, the first with the first of January', () => {
    const week = (iso: string): string => writeMoment(DateTime.fromISO(iso, { zone: 'utc' }), 'gggg-w');
    expect([
      week('2023-12-31'),
      week('2024-01-01'),
      week('2023-12-30'),
      week('2023-01-01'),
      week('2023-01-08'),
    ]).toEqual(['2024-1', '2024-1', '2023-52', '2023-1', '2023-2']);
  });

  it('says that there is no date', () => {
    expect(writeMoment(DateTime.invalid('x'), 'YYYY')).toBe('Invalid date');
  });
});

describe('reading', () => {
  it.each([
    ['YYYY-DD-MM', '2022-12-01', '2022-01-12'],
    ['DD.MM.YYYY HH:mm', '01.02.2024 10:30', '2024-02-01'],
    ['[day] D MMMM YYYY', 'day 3 May 2024', '2024-05-03'],
  ])('%s', (format, text, expected) => {
    const own = readingFormat(format);
    expect(DateTime.fromFormat(text, own ?? '', { zone: 'utc' }).toISODate()).toBe(expected);
  });

  it('knows what it cannot read', () => {
    expect([readingFormat('Do MMM'), readingFormat('x')]).toEqual([null, null]);
  });
});
