/**
 * Owns the end of a loop: what `decide` answered becomes a dataset, a failure or a stop.
 * Shared by all ways to run a loop.
 */
import { Defect, failure, FailureError } from '@rondo/core/errors.ts';
import type { Decision } from '@rondo/core/engine/loop.ts';
import type { Dataset } from '@rondo/core/events.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import { decodeItem, splitItems, splitPorts } from '@rondo/core/model/item.ts';
import type { Step } from '@rondo/core/model/plan.ts';
import { checkStop, type RunContext } from '../context.ts';
import { inline } from '../dataset.ts';
import type { LoopRun } from '../loop-run.ts';
import { outputPages } from '../output-pages.ts';

/** Why the list is longer than the loop may be. */
export function tooMany(context: RunContext, step: Step, path: string, total: number | null): FailureError {
  const { limit, over } = step.loop;
  const given = total === null ? '' : `it has ${total} to do`;
  const name = over === 'state' ? 'loop.ceiling' : 'loop.iterations';
  if (limit === context.limits[name]) return new FailureError(limitFailure(name, limit, path, given));
  return new FailureError(
    failure(
      'limit-reached',
      `${path}: its loop.limit of ${limit} iterations is reached${given === '' ? '' : `; ${given}`}. Raise loop.limit of ${step.id}.`,
    ),
  );
}

export async function endLoop(context: RunContext, step: Step, run: LoopRun, decision: Decision): Promise<Dataset> {
  const { loops, writer } = context;
  loops.close(run);
  if (decision.do === 'finish') {
    run.finish('completed');
    context.fault('loop-finished');
    return collected(context, step, run);
  }
  if (decision.do === 'fail') {
    run.finish('failed');
    await writer.recorded();
    const failed = loopFailure(context, step, run, decision.reason);
    if (step.loop.collect !== 'list') throw failed;
    throw new FailureError({ ...failed.failure, output: JSON.parse(await listText(context, run)) });
  }
  run.touchDuration();
  writer.loop(run);
  await writer.recorded();
  checkStop(context.stop);
  throw new Defect(`loop ${run.path} ended with work left: ${JSON.stringify({ decision, progress: run.progress })}`);
}

/** Leaves the loop as it is, to be gone on with later. */
export async function leaveLoop(context: RunContext, run: LoopRun): Promise<void> {
  context.loops.close(run);
  context.writer.loop(run);
  await context.writer.recorded();
}

function loopFailure(
  context: RunContext,
  step: Step,
  run: LoopRun,
  reason: 'iteration' | 'tolerance' | 'limit',
): FailureError {
  if (reason === 'limit') return tooMany(context, step, run.path, run.progress.total);
  const first = run.firstFailure;
  if (reason === 'iteration' && first !== null) {
    return new FailureError({
      ...first,
      node: first.node ?? step.id,
      path: first.path ?? `${run.path}[${first.item ?? 0}]`,
    });
  }
  const { failed, total, started } = run.progress;
  const { tolerateCount, tolerateShare } = step.loop;
  const tolerated = [
    ...(Number.isFinite(tolerateCount) ? [`${tolerateCount}`] : []),
    ...(tolerateShare < 1 ? [`${Math.round(tolerateShare * 1000) / 10} %`] : []),
  ].join(' and ');
  return new FailureError(
    failure(
      'too-many-failures',
      `${failed} of ${total ?? started} iterations of ${run.path} failed; it tolerates ${tolerated}.`,
      {
        node: step.id,
        path: run.path,
        ...(first === null ? {} : { cause: first.message }),
        ...(first?.handled === true ? { handled: true } : {}),
        fix: `See them with: rondo runs iterations ${context.runId} ${run.path} --status failed`,
      },
    ),
  );
}

/** The results by position, as the JSON text of one list. */
async function listText(context: RunContext, run: LoopRun): Promise<string> {
  await context.writer.recorded();
  const most = context.limits['step.bytes'];
  const texts: string[] = [];
  let chars = 0;
  for await (const page of outputPages(context.store, context.runId, run.record.key)) {
    for (const { output } of page) {
      const text = plainText(output);
      chars += text.length + 1;
      if (chars > most) throw new FailureError(limitFailure('step.bytes', most, run.path, 'the list of its results'));
      texts.push(text);
    }
  }
  return `[${texts.join(',')}]`;
}

/** JSON of an item's value; most items travel as that. */
function plainText(text: string): string {
  return text.startsWith('{"$item"') ? JSON.stringify(decodeItem(text).json) : text;
}

/** What the loop gives, by its `collect`. */
export async function collected(context: RunContext, step: Step, run: LoopRun): Promise<Dataset> {
  if (step.loop.collect === 'list') return inline([await listText(context, run)]);
  if (step.loop.collect !== 'last') return run.dataset();
  await context.writer.recorded();
  for (let index = run.record.cursor - 1; index >= 0; index -= 1) {
    const row = await context.store.row(context.runId, run.record.key, index);
    if (row?.status === 'completed') return inline(...splitPorts(row.output).map(splitItems));
  }
  return inline([]);
}
