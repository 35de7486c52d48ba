/** Owns the definition of the Schedule trigger. When it fires is the server's (runtime/triggers). */
import { defineNode, MAIN } from '../kit/define.ts';

export const node = defineNode({
  type: 'schedule',
  title: 'Schedule trigger',
  description:
    'Starts the workflow at times of day, on dates or every so long, while "rondo serve" is running. A tick starts one run, also where several servers share the data.',
  group: 'trigger',
  trigger: 'schedule',
  work: 'kernel',
  module: new URL('./kernel.ts', import.meta.url).href,
  inputs: [],
  outputs: MAIN,
  runsOnEmpty: true,
  parameters: {
    cron: {
      type: 'any',
      description:
        'Cron pattern, or a list of them: minute hour day month weekday, with seconds in front where there are six; @daily and the like. "0 9 * * 1-5" is 9:00 from Monday to Friday.',
      evaluate: 'never',
    },
    every: {
      type: 'duration',
      description: 'Instead of cron: a fixed interval such as 15m or 6h, at multiples since 1970 in UTC. At least 1s.',
      evaluate: 'never',
    },
    timezone: {
      type: 'string',
      description:
        'Time zone of cron, such as Europe/Berlin. Default: settings.timezone of the workflow, else UTC. A time that a change of the clocks leaves out comes right after it; one that comes twice fires once.',
      evaluate: 'never',
    },
    missed: {
      type: 'string',
      description:
        'What happens to ticks that came while no server was running: skip them, make up for the last one (once), or for all of them in order.',
      default: 'once',
      enum: ['skip', 'once', 'all'],
      evaluate: 'never',
    },
    overlap: {
      type: 'string',
      description:
        'When the run before is still going: start anyway (allow), leave the tick out (skip), or wait for its end (queue).',
      default: 'allow',
      enum: ['allow', 'skip', 'queue'],
      evaluate: 'never',
    },
    fields: {
      type: 'object',
      description: 'Fields of the item besides those of the tick, which win.',
      default: {},
    },
    most: {
      type: 'integer',
      description: 'Most ticks that missed: all makes up for and overlap: queue holds. Older ones are given up.',
      default: 100,
      min: 1,
      max: 1000,
      evaluate: 'never',
    },
  },
  examples: [
    {
      title: 'Every working day at nine',
      input: [{ scheduledAt: '2030-01-07T08:00:00.000Z', late: false }],
      with: { cron: '0 9 * * 1-5', timezone: 'Europe/Berlin' },
      output: [{ scheduledAt: '2030-01-07T08:00:00.000Z', late: false }],
    },
    {
      title: 'Every quarter of an hour, one run at a time',
      input: [{ scheduledAt: '2030-01-07T08:15:00.000Z', late: false }],
      with: { every: '15m', overlap: 'skip' },
      output: [{ scheduledAt: '2030-01-07T08:15:00.000Z', late: false }],
    },
    {
      title: 'With a field of its own',
      input: [{ late: true }],
      with: { cron: '@daily', fields: { source: 'clock', late: false } },
      output: [{ source: 'clock', late: true }],
    },
  ],
});
