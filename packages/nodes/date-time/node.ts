/** Owns Date and time: reading, computing and writing dates. */
import { defineNode, MAIN } from '../kit/define.ts';
import { semanticsParameter } from '../kit/n8n-values.ts';
import { resultParameters } from '../kit/result.ts';

export const node = defineNode({
  type: 'date-time',
  title: 'Date and time',
  description:
    'Reads dates as they come (ISO 8601, SQL, mail, epoch, or a format you say), adds, subtracts, compares, rounds, takes parts, and writes them.',
  group: 'data',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: MAIN,
  outputs: MAIN,
  parameters: {
    operation: {
      type: 'string',
      description:
        'now: the present. format: write value in another format or zone. add, subtract: a length of time. ' +
        'difference: from value to to. round: to a unit. extract: a part such as the year.',
      enum: ['now', 'format', 'add', 'subtract', 'difference', 'round', 'extract'],
      default: 'format',
    },
    value: {
      type: 'any',
      description: 'The date. A number below 100000000000 is seconds since 1970, others are milliseconds.',
    },
    inputFormat: {
      type: 'string',
      description:
        'How value is written, in tokens of Luxon such as dd.MM.yyyy HH:mm; or unix or millis. Default: found out.',
    },
    zone: {
      type: 'string',
      description:
        'Time zone of the result, and of a value without one, such as Europe/Berlin. Default: that of the workflow.',
      default: '{{ $now.zoneName }}',
    },
    format: {
      type: 'string',
      description:
        'How dates are written: iso, date, time, sql, rfc2822, http, unix, millis, or tokens of Luxon such as dd LLL yyyy. ' +
        'With difference: duration gives a text such as P1DT2H.',
      default: 'iso',
    },
    locale: { type: 'string', description: 'Language of the names of months and days.', default: 'en' },
    amount: { type: 'number', description: 'For add and subtract: how many units.' },
    unit: {
      type: 'string',
      description:
        'For add, subtract and round: years, quarters, months, weeks, days, hours, minutes, seconds or milliseconds.',
      default: 'days',
    },
    duration: {
      type: 'any',
      description: 'For add and subtract, instead of amount and unit: { days: 1, hours: 2 } or P1DT2H.',
    },
    direction: {
      type: 'string',
      description: 'For round: to the start of the unit (down), of the next one (up), or whichever is nearer.',
      enum: ['down', 'up', 'nearest'],
      default: 'down',
    },
    to: { type: 'any', description: 'For difference: the other date; the result is negative where it is earlier.' },
    units: {
      type: 'list',
      description: 'For difference: one unit gives a number, several an object.',
      default: ['days'],
    },
    part: {
      type: 'string',
      description:
        'For extract: year, quarter, month, monthName, week, weekYear, weekday (Monday is 1), weekdayName, day, dayOfYear, ' +
        'hour, minute, second, millisecond, daysInMonth, isWeekend, isLeapYear, offset (minutes) or zone.',
      default: 'year',
    },
    missing: {
      type: 'string',
      description: 'Where value is null, missing or empty text: the result is null, or the item fails.',
      enum: ['null', 'fail'],
      default: 'null',
    },
    time: { type: 'boolean', description: 'For now: the present moment; with false its midnight.', default: true },
    valueZone: {
      type: 'string',
      description:
        'For semantics n8n: the zone that value keeps, where it is a date and not a text, such as {{ $json.at.zoneName }}.',
    },
    inputZone: { type: 'string', description: 'For semantics n8n-1: zone of a value that does not say its own.' },
    resultZone: {
      type: 'string',
      description: 'For semantics n8n-1: zone of the result. Default: that of the workflow.',
    },
    semantics: semanticsParameter(
      ['n8n', 'n8n-1'],
      'With n8n, numbers below 12 digits are seconds, texts are read leniently, an empty zone means that of the text, and ' +
        'differences are objects. n8n-1 is its version 1, with formats of Moment.js.',
    ),
    ...resultParameters('date'),
  },
  examples: [
    {
      title: 'A German date to ISO',
      input: [{ at: '01.02.2024 10:30' }],
      with: { value: '{{ $json.at }}', inputFormat: 'dd.MM.yyyy HH:mm', zone: 'Europe/Berlin', field: 'iso' },
      output: [{ at: '01.02.2024 10:30', iso: '2024-02-01T10:30:00.000+01:00' }],
    },
    {
      title: 'Epoch seconds, written out in French',
      input: [{ at: 1706783400 }],
      with: {
        operation: 'format',
        value: '{{ $json.at }}',
        zone: 'utc',
        format: 'd LLLL yyyy',
        locale: 'fr',
        keep: 'none',
      },
      output: [{ date: '1 février 2024' }],
    },
    {
      title: 'A month later, the month end kept',
      input: [{ due: '2024-01-31' }],
      with: {
        operation: 'add',
        value: '{{ $json.due }}',
        amount: 1,
        unit: 'months',
        format: 'date',
        zone: 'utc',
        missing: 'fail',
        field: 'due',
      },
      output: [{ due: '2024-02-29' }],
    },
    {
      title: 'How long it took',
      input: [{ from: '2024-02-01T10:00Z', to: '2024-02-02T12:30Z' }],
      with: {
        operation: 'difference',
        value: '{{ $json.from }}',
        to: '{{ $json.to }}',
        units: ['days', 'hours'],
        zone: 'utc',
        keep: 'none',
        field: 'took',
      },
      output: [{ took: { days: 1, hours: 2.5 } }],
    },
    {
      title: 'The quarter that begins next',
      input: [{ at: '2024-05-17' }],
      with: {
        operation: 'round',
        value: '{{ $json.at }}',
        unit: 'quarter',
        direction: 'up',
        format: 'date',
        zone: 'utc',
        keep: 'none',
      },
      output: [{ date: '2024-07-01' }],
    },
    {
      title: 'The day of the week',
      input: [{ at: '2024-02-29' }],
      with: {
        operation: 'extract',
        value: '{{ $json.at }}',
        part: 'weekdayName',
        zone: 'utc',
        field: 'day',
        keep: 'none',
      },
      output: [{ day: 'Thursday' }],
    },
    {
      title: 'As n8n does',
      input: [{ at: '1682918315' }],
      with: {
        value: '{{ $json.at }}',
        format: 'yyyy/MM/dd',
        zone: '',
        keep: 'none',
        semantics: 'n8n',
      },
      output: [{ date: '2023/05/01' }],
    },
    {
      title: 'As the old Date & Time of n8n does',
      input: [{ at: '2022-01-31T10:00:00' }],
      with: {
        value: '{{ $json.at }}',
        format: 'Do MMM YYYY, HH:mm',
        inputZone: 'Europe/Berlin',
        resultZone: 'America/New_York',
        keep: 'none',
        semantics: 'n8n-1',
      },
      output: [{ date: '31st Jan 2022, 04:00' }],
    },
  ],
});
