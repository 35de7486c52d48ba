/**
 * Owns starting runs for the API: what a request asks, as one for the launcher; what it is told when it cannot be.
 * Does not wait or stream.
 */
import type { z } from 'zod';
import type { startBody } from '@rondo/api/schemas/run.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { Problem } from '../../http/problem.ts';
import { InvalidWorkflow } from '@rondo/runtime/api.ts';
import type { Caller } from '../../http/route.ts';
import { Busy, newRunId, type Launched, type LaunchRequest } from '../../runs/launcher.ts';
import type { Workflow } from '../../workflows/workflow.ts';
import type { ApiContext } from '../context.ts';
import { diagnosticView } from '../workflows/views.ts';
import { cutAt } from './up-to.ts';

export type StartBody = Partial<Omit<z.output<typeof startBody>, 'mode'>>;

export async function startRun(
  context: ApiContext,
  workflow: Workflow,
  body: StartBody,
  caller: Pick<Caller, 'name'>,
  runId = newRunId(context.clock.now()),
  /** Whether the output is waited for. */
  output = true,
): Promise<Launched> {
  const { text, version } = textOf(context, workflow, body.version);
  const { input, items, trigger, conversation, pins, limit, upTo } = body;
  if (items !== undefined && input !== undefined)
    throw new Problem(400, 'input-twice', 'Give input or items, not both.');
  const request: LaunchRequest = {
    definition: upTo === undefined ? text : cutAt(text, workflow.shown, upTo),
    file: workflow.file,
    runId,
    output,
    ...(items === undefined ? {} : { items: items as Json[] }),
    ...(input === undefined ? {} : { input: input as Json }),
    ...(trigger === undefined ? {} : { trigger }),
    ...(conversation === undefined ? {} : { conversation }),
    ...(pins === undefined ? {} : { pins: pins as Record<string, Json> }),
    ...(limit === undefined ? {} : { limit }),
  };
  // Known before the run is: whoever looks at it at once sees whose it is.
  context.versions.asked(runId, { workflow: workflow.key, version, startedBy: caller.name });
  try {
    return await context.launcher.start(request);
  } catch (error) {
    context.versions.forgetRun(runId);
    throw startProblem(error);
  }
}

function textOf(
  context: ApiContext,
  workflow: Workflow,
  version: number | undefined,
): { text: string; version: number } {
  const newest = context.versions.record(workflow.key, workflow.text, null);
  if (version === undefined || version === newest.version) return { text: workflow.text, version: newest.version };
  const had = context.versions.get(workflow.key, version);
  if (had === undefined) throw new Problem(404, 'version-not-found', `${workflow.name} has no version ${version}.`);
  return { text: had.text, version };
}

/** What keeps a run from being started, for the client. */
export function startProblem(error: unknown): unknown {
  if (error instanceof Busy) return new Problem(503, 'busy', error.message, { headers: { 'retry-after': '5' } });
  if (error instanceof InvalidWorkflow) {
    return new Problem(422, 'workflow-invalid', error.message, {
      more: { diagnostics: error.diagnostics.map(diagnosticView) },
    });
  }
  return error;
}
