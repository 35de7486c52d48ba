/** Date and time by the rules of n8n, versions 1 and 2. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function item(params: Record<string, Json>, json: Json = { v: null }): Promise<Json | undefined> {
  const { output } = await runNode(node, {
    params: { zone: 'utc', semantics: 'n8n', keep: 'none', ...params },
    input: [json],
  });
  return output.main?.[0];
}
const date = async (params: Record<string, Json>): Promise<Json | undefined> =>
  ((await item(params)) as { date?: Json } | undefined)?.date;

describe('date-time, n8n', () => {
  it.each<[Json, string]>([
    [1682918315906, '2023-05-01T05:18:35.906'],
    ['1682918315.906', '2023-05-01T05:18:35.906'],
    [1682918315, '2023-05-01T05:18:35.000'],
    ['', '1970-01-01T00:00:00.000'],
    ['2023-05-01 05:18', '2023-05-01T05:18:00.000'],
    ['08/01/2022', '2022-08-01T00:00:00.000'],
    ['2022-08-01T10:00:00+02:00', '2022-08-01T10:00:00.000'],
    ['2022-08-01T10:00:00-02:00', '2022-08-01T12:00:00.000'],
    ['Mon, 01 Aug 2022 10:00:00 GMT', '2022-08-01T10:00:00.000'],
  ])('reads %j', async (value, expected) => {
    expect(await date({ operation: 'format', value, zone: '', format: "yyyy-MM-dd'T'HH:mm:ss.SSS" })).toBe(expected);
  });

  it('keeps the zone that a date has of its own', async () => {
    const value = '2024-01-02T03:04:05-05:00';
    const format = 'HH:mm ZZ';
    expect(await date({ value, zone: '', format })).toBe('08:04 +00:00');
    expect(await date({ value, zone: '', format, valueZone: 'America/New_York' })).toBe('03:04 -05:00');
  });

  it('lets null pass, and has no field for what is not there', async () => {
    expect(await item({ operation: 'format', value: '{{ $json.v }}' })).toEqual({ date: null });
    expect(await item({ operation: 'format' }, {})).toEqual({});
    await expect(item({ operation: 'format', value: 'soon' })).rejects.toThrow('Invalid date format');
  });

  it('computes', async () => {
    const value = '2024-01-31T10:20:30Z';
    expect(await date({ operation: 'add', value, amount: 1, unit: 'months' })).toBe('2024-02-29T10:20:30.000Z');
    expect(await date({ operation: 'subtract', value, amount: 1, unit: 'weeks', zone: 'Europe/Berlin' })).toBe(
      '2024-01-24T11:20:30.000+01:00',
    );
    expect(await date({ operation: 'round', value, unit: 'month' })).toBe('2024-01-01T00:00:00.000Z');
    expect(await date({ operation: 'round', value, unit: 'month', direction: 'up' })).toBe('2024-02-01T00:00:00.000Z');
    const between = { operation: 'difference', value, to: '2024-02-02T10:20:30Z' };
    expect(await date({ ...between, units: ['day', 'hour'] })).toEqual({ days: 2, hours: 0 });
    expect(await date({ ...between, units: ['day'], format: 'duration' })).toBe('P2D');
    expect(await date({ operation: 'extract', value, part: 'week' })).toBe(5);
    expect(await date({ operation: 'extract', value, part: 'month' })).toBe(1);
  });

  it('gives the present, or its midnight', async () => {
    expect(await date({ operation: 'now', time: false })).toMatch(/T00:00:00\.000Z$/);
    await expect(item({ operation: 'now', zone: 'Nowhere' })).rejects.toThrow('The timezone Nowhere is not valid');
  });
});

describe('date-time, n8n-1', () => {
  const old = (params: Record<string, Json>): Promise<Json | undefined> => date({ semantics: 'n8n-1', ...params });

  it('writes formats of Moment, between zones', async () => {
    const zones = { inputZone: 'US/Hawaii', resultZone: 'US/Pacific' };
    expect(await old({ value: '2022-08-01T00:00:00', format: 'YYYY/MM/DD HH:mm Z', ...zones })).toBe(
      '2022/08/01 03:00 -07:00',
    );
    expect(await old({ value: '08/01/2022', format: 'YYYY/MM/DD', ...zones })).toBe('2022/07/31');
    expect(await old({ value: '2022-01-12', inputFormat: 'YYYY-DD-MM', format: 'MM-DD-YYYY', ...zones })).toBe(
      '12-01-2022',
    );
    expect(await old({ value: '1663801200000', inputFormat: 'x', format: 'MM/DD/YYYY', resultZone: 'UTC' })).toBe(
      '09/21/2022',
    );
    await expect(old({ value: 'soon' })).rejects.toThrow('The date input format could not be recognized');
  });

  it('leaves items without a value out', async () => {
    expect(await item({ semantics: 'n8n-1', value: '{{ $json.gone }}' }, {})).toBeUndefined();
  });

  it('adds and subtracts', async () => {
    expect(await old({ operation: 'add', value: '08/01/2022', amount: 2, unit: 'quarters' })).toBe(
      '2023-02-01T00:00:00.000Z',
    );
    expect(
      await old({ operation: 'subtract', value: '01.08.2022', inputFormat: 'DD.MM.YYYY', amount: 2, unit: 'days' }),
    ).toBe('2022-07-30T00:00:00.000Z');
    await expect(old({ operation: 'add', value: 'soon', amount: 1, unit: 'days' })).rejects.toThrow(
      'Unrecognized date input',
    );
  });
});
