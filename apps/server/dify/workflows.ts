/** Owns the routes by which clients of Dify run a workflow, read a run and stop it. */
import type { z } from 'zod';
import type { Json } from '@rondo/core/model/item.ts';
import { callerOf, runOf, workflowOf } from '../api/context.ts';
import { cancel } from '../api/runs/control.ts';
import { route, type Call, type Route } from '../http/route.ts';
import type { Workflow } from '../workflows/workflow.ts';
import { appOf, MAX_BYTES, One, RunBody, type DifyOptions } from './app.ts';
import { finishedData, outputsOf, seconds, statusOf } from './events.ts';
import { perform } from './perform.ts';
import { openStream } from './stream.ts';

export function workflowRoutes(options: DifyOptions): Route[] {
  const { context } = options;

  const runWorkflow = async (
    workflow: Workflow,
    { body, caller, reply }: Call<unknown, unknown, z.output<typeof RunBody>>,
  ) => {
    const input = (body.inputs ?? {}) as Record<string, Json>;
    const by = callerOf({ caller });
    if (body.response_mode === 'blocking') {
      const { runId, result, begunAt } = await perform(options, workflow, { input }, by, null);
      const tokens = (result.stats.usage?.tokensIn ?? 0) + (result.stats.usage?.tokensOut ?? 0);
      const data = finishedData(result, workflow.key, begunAt, context.clock.now(), tokens);
      return { workflow_run_id: runId, task_id: runId, data };
    }
    const stream = openStream(reply);
    try {
      await perform(options, workflow, { input }, by, (runId, { event, data }) => {
        stream.send({ event, workflow_run_id: runId, task_id: runId, data });
      });
    } catch (error) {
      stream.fail(error, context.report);
    }
    stream.end();
    return reply;
  };

  return [
    route({
      method: 'POST',
      path: '/v1/workflows/run',
      scope: 'run:start',
      summary: "Runs the token's workflow, as Dify's API does.",
      body: RunBody,
      maxBytes: MAX_BYTES,
      timeoutMs: null,
      handler: async (call) => runWorkflow(appOf(context, call), call),
    }),
    route({
      method: 'POST',
      path: '/v1/workflows/:id/run',
      scope: 'run:start',
      summary: "Runs a workflow, as Dify's API does.",
      params: One,
      body: RunBody,
      maxBytes: MAX_BYTES,
      timeoutMs: null,
      handler: async (call) => runWorkflow(workflowOf(context, call.params.id, call), call),
    }),
    route({
      method: 'GET',
      path: '/v1/workflows/run/:id',
      scope: 'run:read',
      summary: 'A run in the words of Dify.',
      params: One,
      handler: async (call) => {
        const run = await runOf(context, call.params.id, call);
        const { workflowId, options } = context.facts.of(run);
        const end = run.finishedAt ?? context.clock.now();
        // Steps outside iterations: those inside are in the rows and have no events.
        const ended = (await context.store.journal(run.id)).filter(
          ({ type }) => type === 'step-completed' || type === 'step-failed',
        );
        return {
          id: run.id,
          workflow_id: workflowId,
          status: statusOf(run.status),
          inputs: JSON.stringify(options.input ?? {}),
          outputs: run.output === null ? null : outputsOf(JSON.parse(run.output) as Json),
          error: run.failure?.message ?? null,
          total_steps: ended.length,
          total_tokens: (run.usage?.tokensIn ?? 0) + (run.usage?.tokensOut ?? 0),
          created_at: seconds(run.createdAt),
          finished_at: run.finishedAt === null ? null : seconds(run.finishedAt),
          elapsed_time: run.startedAt === null ? 0 : (end - run.startedAt) / 1000,
        };
      },
    }),
    ...['/v1/workflows/tasks/:id/stop', '/v1/chat-messages/:id/stop', '/v1/completion-messages/:id/stop'].map((path) =>
      route({
        method: 'POST',
        path,
        scope: 'run:start',
        summary: 'Stops a run.',
        params: One,
        handler: async (call) => {
          await cancel(context, await runOf(context, call.params.id, call));
          return { result: 'success' };
        },
      }),
    ),
  ];
}
