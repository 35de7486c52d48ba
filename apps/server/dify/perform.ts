/** Owns one run for a client of Dify: started, heard, told in their events. Does not send. */
import type { Json } from '@rondo/core/model/item.ts';
import type { RunResult } from '@rondo/runtime/api.ts';
import { startRun, type StartBody } from '../api/runs/start.ts';
import { Problem } from '../http/problem.ts';
import type { Caller } from '../http/route.ts';
import { newRunId } from '../runs/launcher.ts';
import type { Workflow } from '../workflows/workflow.ts';
import { refused, type DifyOptions } from './app.ts';
import { createTeller, type Told } from './events.ts';
import type { LiveRuns } from './live.ts';

export interface Performed {
  runId: string;
  result: RunResult;
  /** What the workflow said while it ran. */
  answer: string;
  begunAt: number;
}

/** Runs, and tells it as it goes. */
export async function perform(
  { context, live }: Pick<DifyOptions, 'context' | 'live'>,
  workflow: Workflow,
  body: StartBody & { input: Record<string, Json> },
  caller: Caller,
  tell: ((runId: string, told: Told) => void) | null,
): Promise<Performed> {
  const begunAt = context.clock.now();
  let answer = '';
  const early: Parameters<Parameters<LiveRuns['on']>[1]>[0][] = [];
  let hear = (progress: (typeof early)[number]): void => void early.push(progress);
  let forget = (): void => {};
  try {
    const runId = newRunId(context.clock.now());
    forget = live.on(runId, (progress) => {
      if (progress.type === 'answer') answer += progress.text;
      hear(progress);
    });
    const { done } = await startRun(context, workflow, body, caller, runId).catch((error: unknown) => {
      if (error instanceof Problem)
        throw refused(error.status, error.status === 422 ? 'invalid_param' : error.code, error.message);
      throw error;
    });
    if (done === null) throw refused(409, 'run-exists', 'There is such a run already.');
    if (tell !== null) {
      const plan = workflow.plan;
      const record = await context.store.getRun(runId);
      const teller = createTeller({
        runId,
        workflowId: workflow.key,
        inputs: body.input,
        now: context.clock.now,
        title: (node) => plan?.titles[node] ?? node,
        step: (node) => (record === null ? null : context.facts.step(record, node)),
      });
      tell(runId, teller.begun());
      hear = (progress) => {
        for (const told of teller.of(progress)) tell(runId, told);
      };
      for (const progress of early.splice(0)) hear(progress);
      const result = await done;
      tell(runId, teller.finished(result));
      return { runId, result, answer, begunAt };
    }
    hear = () => {};
    return { runId, result: await done, answer, begunAt };
  } finally {
    forget();
  }
}
