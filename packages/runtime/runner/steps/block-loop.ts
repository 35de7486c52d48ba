/**
 * Owns loops whose iterations are pure: a block of them at a time goes to the evaluator and
 * comes back as rows. The next block is evaluated while this one is written.
 */
import type { Failure } from '@rondo/core/errors.ts';
import type { Dataset } from '@rondo/core/events.ts';
import { ITEM_SEPARATOR } from '@rondo/core/model/item.ts';
import type { Step } from '@rondo/core/model/plan.ts';
import type { BlockResult } from '@rondo/core/ports.ts';
import { checkStop, type RunContext } from '../context.ts';
import { BLOCK, countAll, readAll, readBlocks, type Feed } from '../dataset.ts';
import type { ScopeSource } from '../lineage.ts';
import type { LoopRun } from '../loop-run.ts';
import type { Fallback } from './fallback.ts';
import { endLoop, leaveLoop, tooMany } from './settle.ts';

export interface BlockWork {
  path: string;
  program: string;
  feeds: Feed[];
  scope: ScopeSource;
  /** Over state: the variables before the first iteration, as JSON text. */
  state: string | null;
  ports: number;
  /** What a failed iteration gives; null: nothing, or null by its place. */
  fallback: Fallback | null;
}

interface Issued {
  items: string[];
  first: number;
  units: number;
  size: number;
  at: number;
  clock: number;
  answer: Promise<BlockResult>;
}

export async function blockLoop(
  context: RunContext,
  step: Step,
  work: BlockWork,
): Promise<{ dataset: Dataset; carry: string | null }> {
  const { loop } = step;
  const { run, finished } = await context.loops.open(context, work.path, step.id, loop, work.ports);
  const overState = loop.over === 'state';
  if (run.record.carry === null) run.record.carry = work.state;
  if (finished) return { dataset: await endOf(context, step, run), carry: run.record.carry };
  const count = countAll(work.feeds);
  const size = overState ? 1 : Math.min(loop.size, Math.max(count, 1));
  const total = overState ? null : Math.ceil(count / size);
  run.setTotal(total);
  if (total !== null && total > loop.limit && loop.atLimit === 'fail') {
    run.finish('failed');
    context.loops.close(run);
    throw tooMany(context, step, work.path, total);
  }
  const inOrder = overState || loop.carry === 'previous' || step.loopTemplates.stopWhen !== undefined;
  const issue = issuer(context, step, work, run, size, count, inOrder);
  let current = await issue();
  while (current !== null) {
    const next = inOrder ? null : await issue();
    const answer = await current.answer;
    settleBlock(context, run, current, answer, await fallbacks(work, current, answer));
    const decision = run.decide();
    if (decision.do === 'fail' || decision.do === 'finish') {
      await next?.answer.catch(() => {});
      return { dataset: await endLoop(context, step, run, decision), carry: run.record.carry };
    }
    if (context.writer.backlog >= 2 * BLOCK) await context.writer.recorded();
    if (context.stop.reason !== null) {
      await next?.answer.catch(() => {});
      await leaveLoop(context, run);
      checkStop(context.stop);
    }
    current = inOrder ? await issue() : next;
  }
  return { dataset: await endLoop(context, step, run, run.decide()), carry: run.record.carry };
}

function endOf(context: RunContext, step: Step, run: LoopRun): Promise<Dataset> {
  return endLoop(context, step, run, { do: 'finish', reason: 'exhausted' });
}

/** Sends the next block to the evaluator; null when there is none. */
function issuer(
  context: RunContext,
  step: Step,
  work: BlockWork,
  run: LoopRun,
  size: number,
  count: number,
  inOrder: boolean,
): () => Promise<Issued | null> {
  const { loop } = step;
  const most = Math.max(1, Math.floor(BLOCK / size));
  let first = run.record.cursor;
  const reader = loop.over === 'state' ? null : source(context, work, first * size, most * size, size >= count);
  return async () => {
    let items: string[] = [];
    let units = Math.min(BLOCK, loop.limit - first);
    if (reader !== null) {
      do {
        if (items.length > 0) first += units;
        const block = await reader.next();
        if (block.done) return null;
        items = block.value;
        units = Math.ceil(items.length / size);
      } while (!inOrder && run.areSettled(first, units));
    }
    if (units <= 0 || run.progress.ended) return null;
    context.loops.started(units, work.path);
    const issued = { items, first, units, size, at: context.clock.now(), clock: context.clock.monotonic() };
    first += units;
    const scope = await work.scope(issued.first, units, size);
    const answer = context.evaluator.run({
      program: work.program,
      items,
      size,
      first: issued.first,
      units,
      total: run.progress.total,
      carry: run.record.carry,
      context: scope,
    });
    answer.catch(() => {});
    return { ...issued, answer };
  };
}

/** Blocks of items; when one unit takes all, they must fit in memory and come at once. */
async function* source(
  context: RunContext,
  work: BlockWork,
  start: number,
  size: number,
  whole: boolean,
): AsyncGenerator<string[]> {
  if (whole && size > BLOCK) {
    if (start === 0) yield await readAll(context, work.feeds, work.path);
  } else yield* readBlocks(context, work.feeds, start, size);
}

/** By index: what the failed units of a block give. */
async function fallbacks(work: BlockWork, block: Issued, result: BlockResult): Promise<Map<number, string> | null> {
  const { fallback } = work;
  if (fallback === null) return null;
  const given = new Map<number, string>();
  const { items, size, first } = block;
  for (const [at, { failure }] of result.units.entries()) {
    if (failure !== null) {
      given.set(first + at, await fallback(failure, items.slice(at * size, (at + 1) * size), first + at));
    }
  }
  return given;
}

function settleBlock(
  context: RunContext,
  run: LoopRun,
  block: Issued,
  result: BlockResult,
  given: ReadonlyMap<number, string> | null,
): void {
  const spent = context.clock.monotonic() - block.clock;
  const each = result.units.length === 0 ? 0 : spent / result.units.length;
  if (result.carry !== null) run.record.carry = result.carry;
  const { items, size, first, at } = block;
  let index = first;
  for (const unit of result.units) {
    // After a re-run only the gaps are new.
    if (run.isSettled(index)) {
      index += 1;
      continue;
    }
    const offset = (index - first) * size;
    const input = size === 1 ? (items[offset] ?? '') : items.slice(offset, offset + size).join(ITEM_SEPARATOR);
    run.progress.started += 1;
    run.settle(
      index,
      input,
      {
        status: unit.status,
        output: given?.get(index) ?? unit.output,
        steps: unit.steps,
        logs: unit.logs,
        failure: placed(unit.failure, run, index),
        attempts: 1,
      },
      at,
      each,
    );
    index += 1;
    if (unit.status === 'failed') context.stats.exceptions += 1;
    // The rest of the block has not happened when this failure ends the loop.
    if (unit.status === 'failed' && run.decide().do === 'fail') break;
  }
  context.stats.iterations += index - first;
  if (result.ended) run.progress.ended = true;
  context.fault('cursor-moved');
}

/** A failure inside a unit, with the iteration it belongs to. */
function placed(failure: Failure | null, run: LoopRun, index: number): Failure | null {
  if (failure === null) return null;
  const inside = failure.node === undefined || failure.node === run.record.node ? '' : `/${failure.node}`;
  return { ...failure, item: index, path: `${run.path}[${index}]${inside}` };
}
