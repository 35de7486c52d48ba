/** Owns how long a caller waits for a run: a duration with a longest value. */
import { z } from 'zod';
import { parseDuration } from '@rondo/core/model/duration.ts';

const LONGEST_MS = 15 * 60_000;

/** Milliseconds. */
export const WaitTime = z
  .union([z.string(), z.number()])
  .default('60s')
  .transform((value, context) => {
    const ms = parseDuration(value);
    if (ms !== null && ms <= LONGEST_MS) return ms;
    context.addIssue({ code: 'custom', message: 'must be a duration of at most 15m' });
    return z.NEVER;
  });
