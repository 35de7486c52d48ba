/** Owns what webhooks and forms share: how a request becomes a run, and what goes wrong on the way. */
import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import type { FileRef, Json } from '@rondo/core/model/item.ts';
import type { Clock } from '@rondo/core/ports.ts';
import { FILES_FIELD } from '@rondo/nodes/kit/received.ts';
import { InvalidWorkflow } from '@rondo/runtime/api.ts';
import type { BlobStore } from '@rondo/runtime/blobs/blobs.ts';
import { Problem } from '../http/problem.ts';
import { Busy, newRunId, type Launcher } from '../runs/launcher.ts';
import { launchAndWait, type Outcome } from '../runs/outcome.ts';
import type { Answers } from '../runs/answers.ts';
import type { PathPattern, PathTable } from '../triggers/paths.ts';
import type { WebhookSettings } from '../triggers/read.ts';
import type { FormSettings } from '../forms/settings.ts';
import type { Workflow } from '../workflows/workflow.ts';
import type { SecretReader } from './auth.ts';

interface Bound {
  workflow: Workflow;
  node: string;
  path: PathPattern;
}
export type Hook = Bound & { webhook: WebhookSettings };
export type Form = Bound & { form: FormSettings };

export interface HookContext {
  launcher: Launcher;
  answers: Answers;
  clock: Clock;
  blobs: BlobStore | null;
  secret: SecretReader;
  hooks(): PathTable<Hook>;
  forms(): PathTable<Form>;
  /** Host and port by which people reach this server, where a proxy hides it. */
  publicHost: string | null;
  report(line: string): void;
}

export interface RunOrder {
  bound: Bound;
  item: Record<string, Json>;
  files: Record<string, FileRef>;
  mode: 'immediately' | 'done' | 'node';
  timeoutMs: number;
  /** The same for requests that are the same; null when they never are. */
  key: string | null;
}

/** Starts the run of a request and waits for what its caller wants. Throws Problem. */
export async function runFor(context: HookContext, order: RunOrder, reply: FastifyReply): Promise<Outcome> {
  const { workflow, node } = order.bound;
  const item: Record<string, Json> = Object.assign(Object.create(null) as Record<string, Json>, order.item);
  if (Object.keys(order.files).length > 0) item[FILES_FIELD] = order.files as unknown as Json;
  const most = workflow.plan?.limits['item.bytes'] ?? Number.POSITIVE_INFINITY;
  const size = JSON.stringify(item).length;
  if (size > most) {
    throw new Problem(
      413,
      'body-too-large',
      `The request makes an item of ${size} characters; ${most} are the most (limit item.bytes). Send it as a file.`,
    );
  }
  const now = context.clock.now();
  const gone = new AbortController();
  const onClose = (): void => gone.abort();
  reply.raw.once('close', onClose);
  try {
    return await launchAndWait(
      context,
      {
        definition: workflow.text,
        file: workflow.file,
        trigger: node,
        items: [item],
        ...(order.key === null
          ? { runId: newRunId(now) }
          : { runId: keyedRunId(workflow.key, node, order.key), once: true }),
      },
      order.mode,
      order.timeoutMs,
      gone.signal,
    );
  } catch (error) {
    throw startProblem(error);
  } finally {
    reply.raw.off('close', onClose);
  }
}

function keyedRunId(workflow: string, node: string, key: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([workflow, node, key]))
    .digest('hex');
  return `rkey${hash.slice(0, 32)}`;
}

function startProblem(error: unknown): unknown {
  if (error instanceof Busy) {
    return new Problem(503, 'busy', 'Too many runs are going. Nothing was started; try again.', {
      headers: { 'retry-after': '1' },
    });
  }
  if (error instanceof InvalidWorkflow) {
    const wrong = error.diagnostics.filter((one) => one.severity === 'error');
    const input = wrong.length > 0 && wrong.every((one) => one.code === 'input-invalid');
    if (input) return new Problem(422, 'input-invalid', wrong.map((one) => one.message).join(' '));
    return new Problem(503, 'workflow-invalid', 'The workflow behind this address is not valid now.');
  }
  return error;
}
