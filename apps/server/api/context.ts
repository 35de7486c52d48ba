/**
 * Owns what the handlers of the API share, and finding the workflow or run that a request names. Holds no handler.
 */
import type { NodeRegistry } from '@rondo/core/model/node-type.ts';
import type { Clock, LoopRecord, RunRecord, RunStore } from '@rondo/core/ports.ts';
import { checkReach } from '../access/reach.ts';
import { Problem } from '../http/problem.ts';
import type { Caller } from '../http/route.ts';
import type { Launcher } from '../runs/launcher.ts';
import type { Marks } from '../store/marks.ts';
import type { Versions } from '../store/versions.ts';
import type { Library } from '../workflows/library.ts';
import type { Workflow } from '../workflows/workflow.ts';
import type { RunFacts } from './runs/facts.ts';
import type { Pulse } from './runs/pulse.ts';

export interface ApiContext {
  store: RunStore;
  registry: NodeRegistry;
  clock: Clock;
  launcher: Launcher;
  library(): Library;
  /** Folder of workflow files. */
  folder: string;
  versions: Versions;
  marks: Marks;
  facts: RunFacts;
  pulse: Pulse;
  /** How people reach this server. */
  url(): string;
  report(line: string): void;
}

/** A route with a scope always has a caller. */
export function callerOf({ caller }: { caller: Caller | null }): Caller {
  if (caller === null) throw new Problem(401, 'not-authenticated', 'Sign in, or send a token.');
  return caller;
}

export function workflowOf(context: ApiContext, id: string, call: { caller: Caller | null }): Workflow {
  checkReach(callerOf(call), id, 'workflow', id);
  const workflow = context
    .library()
    .list()
    .find((one) => one.key === id);
  if (workflow === undefined) throw new Problem(404, 'not-found', `There is no workflow ${id}.`);
  return workflow;
}

export async function runOf(context: ApiContext, id: string, call: { caller: Caller | null }): Promise<RunRecord> {
  const run = await context.store.getRun(id);
  if (run === null) throw new Problem(404, 'run-not-found', `There is no run ${id}.`);
  checkReach(callerOf(call), context.facts.of(run).workflowId, 'run', id);
  return run;
}

export async function loopOf(
  context: ApiContext,
  { id, path }: { id: string; path: string },
  call: { caller: Caller | null },
): Promise<{ run: RunRecord; loop: LoopRecord }> {
  const run = await runOf(context, id, call);
  const loop = await context.store.loop(id, path);
  if (loop === null) throw new Problem(404, 'loop-not-found', `The run ${id} has no loop ${path}, or not yet.`);
  return { run, loop };
}
