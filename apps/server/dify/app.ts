/**
 * Owns what the routes for clients of Dify share: the app that an API key is of, fields of their bodies, their errors.
 */
import { z } from 'zod';
import { isInReach } from '../access/reach.ts';
import { callerOf, type ApiContext } from '../api/context.ts';
import { Problem } from '../http/problem.ts';
import type { Caller } from '../http/route.ts';
import type { Conversations } from '../store/conversations.ts';
import type { Workflow } from '../workflows/workflow.ts';
import type { LiveRuns } from './live.ts';

export interface DifyOptions {
  context: ApiContext;
  conversations: Conversations;
  live: LiveRuns;
}

export const MAX_BYTES = 15_000_000;

export const User = z.string().max(200).default('');
export const One = z.object({ id: z.string().max(200) });
export const RunBody = z.object({
  inputs: z.record(z.string(), z.unknown()).nullish(),
  response_mode: z.enum(['blocking', 'streaming']).default('blocking'),
  user: User,
});

/** Their errors have code, message and status. */
export function refused(status: number, code: string, message: string): Problem {
  return new Problem(status, code, message, { more: { message } });
}

/** The workflow that the token is limited to, or the only one there is. */
export function appOf(context: ApiContext, call: { caller: Caller | null }): Workflow {
  const caller = callerOf(call);
  const known = context
    .library()
    .list()
    .filter((one) => isInReach(caller, one.key) && one.plan !== null);
  const [only] = known;
  if (only !== undefined && known.length === 1) return only;
  throw refused(
    400,
    'app_unavailable',
    'An API key is of one app there: limit the token to one workflow, or name it: POST /v1/workflows/{id}/run.',
  );
}
