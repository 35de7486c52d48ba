/**
 * Owns reading the items of finished steps, block by block, and spilling long lists to the
 * store. Never holds more than a block. Does not evaluate.
 */
import type { Dataset } from '@rondo/core/events.ts';
import { FailureError } from '@rondo/core/errors.ts';
import { itemsOfPort, ITEM_SEPARATOR, splitItems, splitPorts } from '@rondo/core/model/item.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';
import type { RunContext } from './context.ts';
import { outputPages } from './output-pages.ts';

/** Items per block: one message to the evaluator, one transaction. */
export const BLOCK = 1000;
/** A list up to this many characters stays in the journal; a longer one becomes rows. */
const INLINE_CHARS = 256 * 1024;

/** One output port of a dataset. */
export interface Feed {
  dataset: Dataset;
  port: number;
}

export function inline(...ports: string[][]): Dataset {
  return { kind: 'inline', ports };
}

/** The outputs of the units of a loop, which take `size` items each, as one list per port. */
export function inlineOf(outputs: readonly string[], count: number, size: number): Dataset {
  const ports: string[][] = Array.from({ length: count }, () => []);
  const from: number[][] = Array.from({ length: count }, () => []);
  for (const [unit, output] of outputs.entries()) {
    for (const [port, text] of splitPorts(output).entries()) {
      for (const item of splitItems(text)) {
        ports[port]?.push(item);
        from[port]?.push(unit * size);
      }
    }
  }
  const isOneToOne = size === 1 && count === 1 && from[0]?.every((at, position) => at === position);
  return outputs.length < 2 || isOneToOne ? { kind: 'inline', ports } : { kind: 'inline', ports, from };
}

export function countOf(feed: Feed): number {
  const { dataset, port } = feed;
  return dataset.kind === 'inline' ? (dataset.ports[port]?.length ?? 0) : (dataset.counts[port] ?? 0);
}

export function countsOf(dataset: Dataset): number[] {
  return dataset.kind === 'inline' ? dataset.ports.map((items) => items.length) : dataset.counts;
}

export function countAll(feeds: readonly Feed[]): number {
  return feeds.reduce((sum, feed) => sum + countOf(feed), 0);
}

/** No more than the first item of all of them. */
export function firstOnly(feeds: readonly Feed[]): Feed[] {
  const feed = feeds.find((one) => countOf(one) > 0);
  if (feed === undefined) return [];
  const { dataset, port } = feed;
  if (dataset.kind === 'inline') return [{ dataset: inline((dataset.ports[port] ?? []).slice(0, 1)), port: 0 }];
  return [{ dataset: { ...dataset, counts: dataset.counts.map((n, at) => (at === port ? 1 : n)) }, port }];
}

/** Item texts of all feeds in order, from position `start`, in blocks of at most `size`. */
export async function* readBlocks(
  context: RunContext,
  feeds: readonly Feed[],
  start = 0,
  size = BLOCK,
): AsyncGenerator<string[]> {
  let held: string[] = [];
  let skip = start;
  for (const feed of feeds) {
    const count = countOf(feed);
    if (skip >= count) {
      skip -= count;
      continue;
    }
    for await (const part of readFeed(context, feed, skip)) {
      held = held.length === 0 ? part : held.concat(part);
      let at = 0;
      for (; held.length - at >= size; at += size) yield held.slice(at, at + size);
      if (at > 0) held = held.slice(at);
    }
    skip = 0;
  }
  if (held.length > 0) yield held;
}

/** Never more items than the dataset counts: a list that was written again may have left rows behind it. */
async function* readFeed(context: RunContext, feed: Feed, start: number): AsyncGenerator<string[]> {
  let left = countOf(feed) - start;
  for await (const part of readRows(context, feed, start)) {
    if (part.length >= left) {
      if (left > 0) yield part.length === left ? part : part.slice(0, left);
      return;
    }
    left -= part.length;
    yield part;
  }
}

async function* readRows(context: RunContext, feed: Feed, start: number): AsyncGenerator<string[]> {
  const { dataset, port } = feed;
  if (dataset.kind === 'inline') {
    const items = dataset.ports[port] ?? [];
    yield start === 0 ? items : items.slice(start);
    return;
  }
  const short = context.loops.outputsOf(dataset.loop);
  if (short !== undefined) {
    const items =
      short.length === 1 ? itemsOfPort(short[0] as string, port) : short.flatMap((output) => itemsOfPort(output, port));
    yield start === 0 ? items : items.slice(start);
    return;
  }
  // Rows that still wait for their commit cannot be read yet.
  await context.writer.recorded();
  const per = dataset.per[port] ?? null;
  // With the same number of items in every row a position is found without a scan.
  const row = per === null || per === 0 ? 0 : Math.floor(start / per);
  let skip = per === null || per === 0 ? start : start - row * per;
  const firstPage = per === null || per === 0 ? undefined : Math.max(1, Math.floor(BLOCK / per));
  for await (const page of outputPages(context.store, context.runId, dataset.loop, row - 1, firstPage)) {
    let items: string[] = [];
    for (const { output } of page) {
      const texts = itemsOfPort(output, port);
      if (texts.length === 1) items.push(texts[0] as string);
      else items = items.concat(texts);
      // Rows of many items (pages, chunks) must not pile up to a thousand chunks.
      if (items.length >= 4 * BLOCK) {
        yield skip > 0 ? items.slice(skip) : items;
        skip = Math.max(0, skip - items.length);
        items = [];
      }
    }
    if (items.length > 0) {
      yield skip > 0 ? items.slice(skip) : items;
      skip = Math.max(0, skip - items.length);
    }
  }
}

/** All items of the feeds at once; longer than step.bytes is a failure that names the limit. */
export async function readAll(context: RunContext, feeds: readonly Feed[], where: string): Promise<string[]> {
  const most = context.limits['step.bytes'];
  const all: string[] = [];
  let chars = 0;
  const [only] = feeds;
  // What one iteration hands on from step to step is short and here already.
  if (feeds.length === 1 && only?.dataset.kind === 'inline') {
    const items = only.dataset.ports[only.port] ?? [];
    for (const text of items) chars += text.length;
    if (chars <= most) return items.slice();
    chars = 0;
  }
  for await (const block of readBlocks(context, feeds)) {
    for (const text of block) {
      chars += text.length;
      all.push(text);
    }
    if (chars > most)
      throw new FailureError(limitFailure('step.bytes', most, where, 'its input does not fit in memory at once'));
  }
  return all;
}

const SPILL_LOOP = {
  over: 'items',
  size: BLOCK,
  parallel: 1,
  carry: 'none',
  limit: Number.POSITIVE_INFINITY,
  atLimit: 'end',
  onError: 'stop',
  tolerateCount: 0,
  tolerateShare: 1,
  rate: null,
  retry: { times: 0, delayMs: 0, backoff: 1, maxDelayMs: 0, jitter: 0 },
  timeoutMs: null,
  pauseMs: 0,
  collect: 'concat',
  flatten: false,
} as const;

/** Loops that only hold lists are told apart by their path; screens leave them out. */
export const SPILL_MARK = '#';

/** Keeps one list of items: inline when short, else as rows of a loop at `path`. */
export class Spill {
  readonly #context: RunContext;
  readonly #path: string;
  #items: string[] = [];
  #chars = 0;
  #run: Awaited<ReturnType<RunContext['loops']['open']>>['run'] | null = null;

  constructor(context: RunContext, path: string) {
    this.#context = context;
    this.#path = `${path}${SPILL_MARK}`;
  }

  async add(items: readonly string[]): Promise<void> {
    for (const text of items) {
      this.#items.push(text);
      this.#chars += text.length;
    }
    if (this.#run === null && this.#chars > INLINE_CHARS) {
      this.#run = (await this.#context.loops.open(this.#context, this.#path, '', { ...SPILL_LOOP }, 1, true)).run;
    }
    if (this.#run !== null) await this.#write(false);
  }

  async #write(rest: boolean): Promise<void> {
    const run = this.#run;
    if (run === null) return;
    let at = 0;
    for (; this.#items.length - at >= (rest ? 1 : BLOCK); at += BLOCK) {
      const chunk = this.#items.slice(at, at + BLOCK);
      const index = run.nextIndex();
      run.progress.started += 1;
      run.settle(
        index,
        '',
        { status: 'completed', output: chunk.join(ITEM_SEPARATOR), steps: '', logs: '', failure: null, attempts: 1 },
        this.#context.clock.now(),
        0,
      );
    }
    this.#items = this.#items.slice(at);
    // A row here is a whole block, so a few of them are already much.
    if (this.#context.writer.backlog > 20) await this.#context.writer.recorded();
  }

  async end(): Promise<Dataset> {
    const run = this.#run;
    if (run === null) return inline(this.#items);
    await this.#write(true);
    this.#context.loops.close(run);
    run.finish('completed');
    return run.dataset();
  }
}
