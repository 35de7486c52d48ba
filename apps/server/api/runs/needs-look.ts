/**
 * Owns which runs need a look: of each workflow the newest that failed, or in which iterations failed, unless a later
 * run ended well. Looks back a week, over a bounded number of runs. Does not say why they failed (causes.ts).
 */
import { hasEnded } from '@rondo/core/ports.ts';
import { isInReach } from '../../access/reach.ts';
import type { Caller } from '../../http/route.ts';
import type { ApiContext } from '../context.ts';
import { summaryOf } from './views.ts';

type Summary = Awaited<ReturnType<typeof summaryOf>>;

/** Older failures are history. */
const RECENT_MS = 7 * 86_400_000;
const MOST_LOOKED_AT = 500;
const PAGE = 100;

export async function needsLook(context: ApiContext, limit: number, caller: Caller): Promise<Summary[]> {
  const since = context.clock.now() - RECENT_MS;
  const known = new Set<string>();
  const found: Summary[] = [];
  let before: string | undefined;
  for (let looked = 0; looked < MOST_LOOKED_AT; looked += PAGE) {
    const page = await context.store.listRuns({ limit: PAGE, ...(before === undefined ? {} : { before }) });
    for (const run of page) {
      if (run.createdAt < since) return found;
      const { workflowId } = context.facts.of(run);
      const key = workflowId ?? run.workflow;
      if (known.has(key) || !isInReach(caller, workflowId)) continue;
      const summary = await summaryOf(context, run);
      const isWrong = summary.failed > 0 || run.status === 'failed';
      // What runs, and has not failed so far, does not make the one before good.
      if (!isWrong && !hasEnded(run.status)) continue;
      known.add(key);
      if (isWrong && found.push(summary) >= limit) return found;
    }
    before = page.at(-1)?.id;
    if (page.length < PAGE) break;
  }
  return found;
}
