/**
 * Owns which items an item was made from, one step back: positions of outputs to positions of what came in, through
 * the runs of a walk and out of the bodies of containers. Reads an item only where its step may have said so itself.
 * Does not go further back (lineage.ts, walk/pairs.ts).
 */
import { decodeItem, itemsOfPort } from '@rondo/core/model/item.ts';
import type { Source, Step } from '@rondo/core/model/plan.ts';
import type { RunContext } from './context.ts';
import { countAll, countOf, readBlocks, type Feed } from './dataset.ts';
import { feedsOf, type Frame } from './frame.ts';
import { outputPages } from './output-pages.ts';

/** A position in the output of a step of a frame, or (step null) in what the frame was given. */
export interface Place {
  frame: Frame;
  step: Step | null;
  /** Of the step, in a walk; else 0. */
  run: number;
  port: number;
  position: number;
}

/** Name of the node that gave the item: of what a frame was given, the container around it. */
export const nodeOf = ({ frame, step }: Place): string | undefined => step?.id ?? frame.around?.step.id;

/** Where the item at this position of the sources was put out; null: nobody put it out. */
export function placeAt(frame: Frame, sources: readonly Source[], position: number): Place | null {
  let left = position;
  for (const source of sources) {
    const count = countAll(feedsOf(frame, [source]));
    if (left >= count) {
      left -= count;
      continue;
    }
    const { step, port, run = 0 } = source;
    if (run < 0) return null;
    return { frame, step: step < 0 ? null : (frame.region.steps[step] as Step), run, port, position: left };
  }
  return null;
}

export class Origins {
  readonly #context: RunContext;
  /** Row of each item, for outputs whose rows differ in length. */
  readonly #rows = new Map<string, Uint32Array>();
  #window: { key: string; first: number; items: string[] } | null = null;

  constructor(context: RunContext) {
    this.#context = context;
  }

  /** The items that this one was made from; null when that cannot be told. */
  async of(place: Place): Promise<Place[] | null> {
    const { frame, step, run, port, position } = place;
    if (step === null) return outside(frame, position);
    const record = frame.walk?.runs[step.index]?.[run];
    if (record?.origins !== undefined) return stretched(frame, record.origins, position);
    const sources = (record?.sources ?? step.inputs).flat();
    const positions = record?.failure === undefined ? await this.#positions(place, sources) : [position];
    if (positions === null || (port > 0 && record?.failure !== undefined)) return null;
    return positions.flatMap((at) => placeAt(frame, sources, at) ?? []);
  }

  /** The same as positions in what came to the step, for expressions that look at them. */
  async positionsOf(place: Place): Promise<number[] | null> {
    const { frame, step, run } = place;
    if (step === null) return null;
    const record = frame.walk?.runs[step.index]?.[run];
    const sources = (record?.sources ?? step.inputs).flat();
    // A trigger makes its items of the one that starts it.
    return sources.every((source) => source.step < 0) ? [0] : this.#positions(place, sources);
  }

  async #positions(place: Place, sources: readonly Source[]): Promise<number[] | null> {
    const { frame, step, port, position } = place;
    if (step === null) return null;
    const [feed] = feedsOfPlace(place);
    if (feed === undefined) return null;
    const given = countAll(sources.flatMap((source) => feedsOf(frame, [source])));
    if (step.disabled || step.type === 'manual' || step.type === 'no-op') return [position];
    if (given === 1) return [0];
    const { dataset } = feed;
    if (dataset.kind === 'inline') {
      const stated = step.container === undefined ? statedBy(dataset.ports[port]?.[position]) : null;
      const base = dataset.from?.[port]?.[position];
      if (base !== undefined) return stated === null ? [base] : stated.map((at) => base + at);
      return (
        stated ??
        this.#guess(
          place,
          given,
          dataset.ports.map((items) => items.length),
        )
      );
    }
    if (step.paged) return statedBy(await this.item(place));
    if (step.loopTemplates.over !== undefined || step.loop.over === 'state') return null;
    const { size } = step.loop;
    if (!Number.isFinite(size)) {
      const stated = step.container === undefined ? statedBy(await this.item(place)) : null;
      return stated ?? this.#guess(place, given, dataset.counts);
    }
    const { row, offset, count } = await this.#rowAt(feed, position);
    const start = row * size;
    if (size === 1) return [start];
    const batch = Math.min(size, given - start);
    return [count === batch ? start + offset : start];
  }

  /**
   * What a step did not say: one to one where the numbers are equal. In n8n what is folded comes from all, one item
   * of code from the first.
   */
  #guess({ frame, step, position }: Place, given: number, counts: readonly number[]): number[] | null {
    const all = counts.reduce((sum, count) => sum + count, 0);
    if (all === given && counts.length === 1) return [position];
    if (frame.owner.dialect !== 'n8n') return null;
    if (step?.work === 'fold' || step?.container?.kind === 'sub-workflow')
      return Array.from({ length: given }, (_, at) => at);
    return all === 1 ? [0] : null;
  }

  /** Row of an item in the output of a loop, its place in the row, and how many are there. */
  async #rowAt(feed: Feed, position: number): Promise<{ row: number; offset: number; count: number }> {
    const per = feed.dataset.kind === 'rows' ? (feed.dataset.per[feed.port] ?? null) : null;
    if (per !== null && per > 0) return { row: Math.floor(position / per), offset: position % per, count: per };
    const rows = await this.#rowsOf(feed);
    const row = rows[position] ?? 0;
    let first = position;
    let last = position;
    while (rows[first - 1] === row) first -= 1;
    while (rows[last + 1] === row) last += 1;
    return { row, offset: position - first, count: last - first + 1 };
  }

  async #rowsOf(feed: Feed): Promise<Uint32Array> {
    if (feed.dataset.kind === 'inline') return new Uint32Array();
    const { loop } = feed.dataset;
    const key = `${loop}:${feed.port}`;
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const rows = new Uint32Array(countOf(feed));
    let at = 0;
    await this.#context.writer.recorded();
    for await (const page of outputPages(this.#context.store, this.#context.runId, loop)) {
      for (const { index, output } of page)
        for (let n = itemsOfPort(output, feed.port).length; n > 0; n -= 1) rows[at++] = index;
    }
    this.#rows.set(key, rows);
    return rows;
  }

  /** The item as text. Neighbours are asked for one after the other, so a stretch is read at a time. */
  async item(place: Place): Promise<string> {
    const { position } = place;
    const feeds = feedsOfPlace(place);
    const [only] = feeds;
    if (feeds.length === 1 && only?.dataset.kind === 'inline')
      return only.dataset.ports[only.port]?.[position] ?? 'null';
    // Rows never change, but what several feeds hold together is not kept by one key.
    const key = feeds.length === 1 && only?.dataset.kind === 'rows' ? `${only.dataset.loop}:${only.port}` : null;
    if (key === null) return firstItem(this.#context, feeds, position);
    const held = this.#window;
    if (held === null || held.key !== key || position < held.first || position >= held.first + held.items.length) {
      let items: string[] = [];
      for await (const block of readBlocks(this.#context, feeds, position)) {
        items = block;
        break;
      }
      this.#window = { key, first: position, items };
    }
    return this.#window?.items[position - (this.#window?.first ?? 0)] ?? 'null';
  }
}

async function firstItem(context: RunContext, feeds: readonly Feed[], position: number): Promise<string> {
  for await (const block of readBlocks(context, feeds, position, 1)) return block[0] ?? 'null';
  return 'null';
}

function feedsOfPlace({ frame, step, run, port }: Place): Feed[] {
  if (step === null) return frame.input;
  return feedsOf(frame, [frame.walk === undefined ? { step: step.index, port } : { step: step.index, port, run }]);
}

/** Positions that the step itself gave, counted over all its inputs. */
function statedBy(text: string | undefined): number[] | null {
  return text?.startsWith('{"$item"') ? (decodeItem(text).from ?? null) : null;
}

/** From the input of a body's frame to what the container around it was given. */
function outside({ parent, around }: Frame, position: number): Place[] | null {
  if (parent === null || around === null) return null;
  const { step, index } = around;
  const { size, over } = step.loop;
  const isOwnList = step.loopTemplates.over !== undefined || over === 'state';
  const at = isOwnList ? 0 : (Number.isFinite(size) ? index * size : 0) + position;
  const place = placeAt(parent, step.inputs[0] ?? [], at);
  return place === null ? null : [place];
}

function stretched(
  frame: Frame,
  origins: readonly { source: Source; from: number; count: number }[],
  position: number,
): Place[] | null {
  let left = position;
  for (const { source, from, count } of origins) {
    if (left < count) {
      const place = placeAt(frame, [source], from + left);
      return place === null ? null : [place];
    }
    left -= count;
  }
  return null;
}
