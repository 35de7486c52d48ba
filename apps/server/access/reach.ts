/**
 * Owns the limit of a token to some workflows. Whatever loads a workflow, or a run of one, asks here; what is out of
 * reach is as if it were not there. Does not load anything.
 */
import { Problem } from '../http/problem.ts';
import type { Caller } from '../http/route.ts';

/** Whether the caller may know of this workflow, and of its runs. Null: of no known workflow. */
export function isInReach(caller: Pick<Caller, 'workflows'>, workflow: string | null): boolean {
  return caller.workflows === null || (workflow !== null && caller.workflows.has(workflow));
}

/** Throws Problem 404, the same as for what does not exist. `what`: "workflow", "run". */
export function checkReach(caller: Pick<Caller, 'workflows'>, workflow: string | null, what: string, id: string): void {
  if (!isInReach(caller, workflow)) throw new Problem(404, 'not-found', `There is no ${what} ${id}.`);
}

/** For what cannot be told apart by workflow: making new ones, lists of secrets. Throws Problem 403. */
export function checkUnlimited(caller: Pick<Caller, 'workflows'>): void {
  if (caller.workflows !== null) {
    throw new Problem(403, 'token-limited', 'This token is limited to some workflows and cannot do this.');
  }
}
