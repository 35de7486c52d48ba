/**
 * Owns nodes that take blocks of many items in order (a file that is written): each block is
 * an iteration, what it returned is the carry of the next. A last call without items closes.
 */
import type { Dataset } from '@rondo/core/events.ts';
import { FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { Step } from '@rondo/core/model/plan.ts';
import { attempt, failedAttempts } from '../attempt.ts';
import { checkStop, type RunContext } from '../context.ts';
import { BLOCK, countAll, inline, readBlocks } from '../dataset.ts';
import { feedsOf, pathIn, type Frame } from '../frame.ts';
import { splitItems } from '@rondo/core/model/item.ts';
import { doorsOf, Notes } from '../doors.ts';
import { completedText, failedText } from '../trace.ts';
import { effectCaller, encodeOutput } from './effect.ts';
import { endLoop, leaveLoop } from './settle.ts';

export async function runBlocks(context: RunContext, frame: Frame, step: Step): Promise<Dataset> {
  const path = pathIn(frame, step);
  const loop = { ...step.loop, onError: 'stop' as const, limit: Number.POSITIVE_INFINITY };
  const { run, finished } = await context.loops.open(context, path, step.id, loop, 1);
  const feeds = feedsOf(frame, step.inputs[0] ?? []);
  const count = countAll(feeds);
  const blocks = Math.ceil(count / BLOCK);
  // One more iteration closes what the blocks have written.
  run.setTotal(blocks + 1);
  const caller = await effectCaller(context, frame, step);
  if (!finished) {
    const reader = readBlocks(context, feeds, run.record.cursor * BLOCK, BLOCK);
    for (let index = run.record.cursor; index <= blocks; index += 1) {
      if (context.stop.reason !== null) {
        await leaveLoop(context, run);
        checkStop(context.stop);
      }
      const part = index < blocks ? await reader.next() : null;
      const items = part === null || part.done ? [] : part.value;
      await write(context, frame, step, path, run, caller, index, items);
    }
  }
  await endLoop(context, { ...step, loop }, run, { do: 'finish', reason: 'exhausted' });
  await context.writer.recorded();
  const last = await context.store.row(context.runId, run.record.key, blocks);
  return inline(last === null ? [] : splitItems(last.output));
}

async function write(
  context: RunContext,
  frame: Frame,
  step: Step,
  path: string,
  run: Awaited<ReturnType<RunContext['loops']['open']>>['run'],
  caller: Awaited<ReturnType<typeof effectCaller>>,
  index: number,
  items: string[],
): Promise<void> {
  const { clock, writer, stop } = context;
  run.progress.started += 1;
  context.loops.started(1, path);
  context.stats.iterations += 1;
  const at = clock.now();
  const carry = run.record.carry === null ? undefined : (JSON.parse(run.record.carry) as Json);
  // What the block before returned must be on disk before this one may write past it.
  await writer.durable();
  context.fault('before-effect');
  const begun = clock.monotonic();
  const notes = new Notes(context.limits['code.logBytes'], `${path}[${index}]`, begun);
  const doors = doorsOf(notes, frame.doors);
  const tried = await attempt(
    step.loop,
    clock,
    stop.signal,
    `${path}[${index}]`,
    (n, signal) => caller({ items, index, attempt: n, carry, signal, log: doors.log, doors }),
    null,
    null,
    context.limits['iteration.attempts'],
  );
  context.fault('after-effect');
  const spent = clock.monotonic() - begun;
  const { logs } = notes;
  context.stats.exceptions += failedAttempts(step, tried);
  if (tried.value === null) {
    const failed = tried.failure ?? { code: 'node-failed', message: 'The block could not be written.' };
    run.settle(
      index,
      '',
      {
        status: 'failed',
        output: '',
        steps: failedText(context, step, notes, tried),
        logs,
        failure: { ...failed, node: step.id },
        attempts: tried.attempts,
      },
      at,
      spent,
    );
    run.finish('failed');
    context.loops.close(run);
    await writer.recorded();
    throw new FailureError({ ...failed, node: step.id, path: `${path}[${index}]` });
  }
  if (tried.value.carry !== undefined) run.record.carry = JSON.stringify(tried.value.carry);
  const output = items.length === 0 ? encodeOutput(context, tried.value, `${path}[${index}]`) : '';
  const steps = completedText(context, step, notes, tried, '');
  run.settle(
    index,
    '',
    { status: 'completed', output, steps, logs, failure: null, attempts: tried.attempts },
    at,
    spent,
  );
}
