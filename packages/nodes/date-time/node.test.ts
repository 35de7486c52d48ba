/** Date and time: what is read, what zones do, what is refused. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function date(params: Record<string, Json>): Promise<Json | undefined> {
  const { output } = await runNode(node, { params: { zone: 'utc', keep: 'none', ...params } });
  const [json] = (output.main ?? []) as Record<string, Json>[];
  return json?.['date'];
}

const ISO = '2024-02-01T10:30:00.000Z';

describe('date and time', () => {
  it.each<[string, Json, string]>([
    ['ISO', '2024-02-01T12:30+02:00', ISO],
    ['SQL', '2024-02-01 10:30:00', ISO],
    ['mail', 'Thu, 01 Feb 2024 10:30:00 +0000', ISO],
    ['HTTP', 'Thu, 01 Feb 2024 10:30:00 GMT', ISO],
    ['a month by name', 'Feb 1, 2024 10:30', ISO],
    ['seconds', 1706783400, ISO],
    ['milliseconds', 1706783400000, ISO],
    ['seconds as text', '1706783400', ISO],
    ['a date object', '{{ new Date(1706783400000) }}', ISO],
  ])('reads %s', async (_, value, expected) => {
    expect(await date({ value })).toBe(expected);
  });

  it('takes a time without zone as one of the zone that is asked for', async () => {
    expect(await date({ value: '2024-07-01 12:00', zone: 'Europe/Berlin' })).toBe('2024-07-01T12:00:00.000+02:00');
    expect(await date({ value: 'July 1, 2024 12:00', zone: 'Europe/Berlin' })).toBe('2024-07-01T12:00:00.000+02:00');
    expect(await date({ value: '2024-07-01T12:00Z', zone: 'Europe/Berlin', format: 'HH:mm ZZ' })).toBe('14:00 +02:00');
  });

  it('keeps the clock over daylight saving when days are added, and the length when hours are', async () => {
    const params = { value: '2024-03-30T12:00', zone: 'Europe/Berlin', operation: 'add' };
    expect(await date({ ...params, amount: 1 })).toBe('2024-03-31T12:00:00.000+02:00');
    expect(await date({ ...params, amount: 24, unit: 'hours' })).toBe('2024-03-31T13:00:00.000+02:00');
    expect(await date({ ...params, operation: 'subtract', duration: 'P1M' })).toBe('2024-02-29T12:00:00.000+01:00');
    expect(await date({ ...params, duration: { weeks: 1, minute: 5 } })).toBe('2024-04-06T12:05:00.000+02:00');
  });

  it('gives differences as a number, an object or a duration', async () => {
    const params = { operation: 'difference', value: '2024-01-01', to: '2023-12-31T12:00' };
    expect(await date(params)).toBe(-0.5);
    expect(await date({ ...params, to: '2024-03-03', units: ['months', 'days'] })).toEqual({ months: 2, days: 2 });
    expect(await date({ ...params, to: '2024-01-02T03:00', units: ['days', 'hours'], format: 'duration' })).toBe(
      'P1DT3H',
    );
  });

  it('rounds', async () => {
    const params = { operation: 'round', value: '2024-02-01T10:30:01', unit: 'hours' };
    expect(await date(params)).toBe('2024-02-01T10:00:00.000Z');
    expect(await date({ ...params, direction: 'nearest' })).toBe('2024-02-01T11:00:00.000Z');
    expect(await date({ ...params, value: '2024-02-01T10:00', direction: 'up' })).toBe('2024-02-01T10:00:00.000Z');
  });

  it('writes the present', async () => {
    const before = Date.now();
    const now = Number(await date({ operation: 'now', format: 'millis' }));
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });

  it('hands a missing date on as null, or fails', async () => {
    expect(await date({ value: null, operation: 'add', amount: 1 })).toBeNull();
    expect(await date({ value: '', operation: 'extract' })).toBeNull();
    await expect(date({ value: '{{ $json.none }}', missing: 'fail' })).rejects.toThrow(
      'value must be a date, not nothing',
    );
  });

  it.each<[Record<string, Json>, string]>([
    [{ value: '01/02/2024' }, 'value must be a date, not the text "01/02/2024"'],
    [{ value: '2024-02-31' }, 'value must be a date'],
    [{ value: true }, 'value must be a date, not true'],
    [{ value: '1.2.2024', inputFormat: 'dd.MM.yyyy' }, 'value must be a date in the format dd.MM.yyyy'],
    [{ value: ISO, zone: 'Mars/Base' }, 'zone must be a time zone such as Europe/Berlin'],
    [{ value: ISO, operation: 'add' }, 'amount must be a number'],
    [{ value: ISO, operation: 'add', amount: 1, unit: 'eons' }, 'unit must be one of years,'],
    [{ value: ISO, operation: 'add', amount: 1e12, unit: 'years' }, 'the result is no date'],
    [{ value: ISO, operation: 'add', duration: 'a day' }, 'duration must be an object such as'],
    [{ value: ISO, operation: 'extract', part: 'constructor' }, 'is no part of a date'],
    [{ value: 1e300 }, 'value is no date that can be represented'],
    [{ value: ISO, format: 'LLL', locale: '!' }, 'locale must be a language'],
  ])('refuses %j', async (params, message) => {
    await expect(date(params)).rejects.toThrow(message);
  });
});
