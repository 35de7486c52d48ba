/**
 * Owns paired items: which item of an earlier node the current one was made from, so that
 * `$('node').item` means the same as everywhere. Walks positions up the finished steps of the
 * frames; reads only the items that are asked for.
 */
import { decodeItem, itemsOfPort } from '@rondo/core/model/item.ts';
import type { Reference, Source, Step } from '@rondo/core/model/plan.ts';
import type { ProgramContext } from '@rondo/core/ports.ts';
import type { RunContext } from './context.ts';
import { countAll, countOf, readAll, readBlocks, type Feed } from './dataset.ts';
import { feedsOf, type Frame } from './frame.ts';
import { outputPages } from './output-pages.ts';
import { contextFor } from './programs.ts';

/** Context for the units `first` to `first + units` of a step, whose units take `size` items each. */
export type ScopeSource = (first: number, units: number, size: number) => Promise<ProgramContext>;

/** A position in the output of a step of a frame. */
interface Place {
  frame: Frame;
  step: Step;
  port: number;
  position: number;
}

export async function scopeSource(
  context: RunContext,
  frame: Frame,
  references: readonly Reference[],
  where: string,
  sources: readonly Source[],
  /** The step goes through a list of its own: every unit stems from its first item. */
  listed = false,
  /** `$input` of a unit sees the whole list that its node goes through. */
  whole = false,
): Promise<ScopeSource> {
  const paired = references.filter((r) => r.uses.includes('item'));
  const known = await contextFor(
    context,
    frame,
    references.filter((r) => !isOnlyItem(r)),
    where,
  );
  const shared = whole
    ? { ...known, input: await readAll(context, feedsOf(frame, sources), `${where}, reading $input`) }
    : known;
  if (paired.length === 0) return async () => shared;
  const walker = new Walker(context);
  return async (first, units, size) => {
    const nodes = { ...shared.nodes };
    const itemOf: Record<string, number[]> = {};
    for (const reference of paired) {
      const positions: number[] = [];
      const places: (Place | null)[] = [];
      for (let unit = 0; unit < units; unit += 1) {
        const position = listed ? 0 : (first + unit) * (Number.isFinite(size) ? size : 0);
        places.push(await walker.up(frame, sources, position, reference.node));
      }
      if (nodes[reference.node] !== undefined) {
        itemOf[reference.node] = places.map((place) => place?.position ?? -1);
        continue;
      }
      // Only the items that are needed travel; equal neighbours once.
      const items: string[] = [];
      let last: Place | null = null;
      for (const place of places) {
        if (place === null) positions.push(-1);
        else {
          if (last === null || last.position !== place.position || last.port !== place.port)
            items.push(await walker.item(place));
          last = place;
          positions.push(items.length - 1);
        }
      }
      nodes[reference.node] = [items];
      itemOf[reference.node] = positions;
    }
    return { ...shared, nodes, itemOf };
  };
}

/** A node that goes through its items one by one and whose expressions look at the list. */
export function readsInput(step: Step): boolean {
  return Number.isFinite(step.loop.size) && step.names.includes('$input');
}

const isOnlyItem = (reference: Reference): boolean => reference.uses.every((use) => use === 'item');

class Walker {
  readonly #context: RunContext;
  /** Row of each item, for outputs whose rows differ in length. */
  readonly #rows = new Map<string, Uint32Array>();
  #window: { key: string; first: number; items: string[] } | null = null;

  constructor(context: RunContext) {
    this.#context = context;
  }

  /** Where in `node` the item at `position` of these sources comes from; null when that cannot be told. */
  async up(frame: Frame, sources: readonly Source[], position: number, node: string): Promise<Place | null> {
    let left = position;
    for (const source of sources) {
      const feeds: Feed[] = feedsOf(frame, [source]);
      const count = countAll(feeds);
      if (left >= count) {
        left -= count;
        continue;
      }
      if (source.step < 0) return this.#outside(frame, left, node);
      const step = frame.region.steps[source.step] as Step;
      const place: Place = { frame, step, port: source.port, position: left };
      if (step.id === node) return place;
      const before = await this.#inputOf(place);
      return before === null ? null : this.up(frame, step.inputs[0] ?? [], before, node);
    }
    return null;
  }

  /** From the input of a body's frame to the container around it. */
  async #outside(frame: Frame, left: number, node: string): Promise<Place | null> {
    const { parent, around } = frame;
    if (parent === null || around === null) return null;
    const { step, index } = around;
    const position =
      step.loopTemplates.over !== undefined || step.loop.over === 'state' ? 0 : index * finite(step.loop.size) + left;
    return this.up(parent, step.inputs[0] ?? [], position, node);
  }

  /** Position in its step's first input that an output item was made from. */
  async #inputOf(place: Place): Promise<number | null> {
    const { frame, step, port, position } = place;
    const dataset = frame.outputs[step.index];
    if (dataset === null || dataset === undefined) return null;
    const given = countAll(feedsOf(frame, step.inputs[0] ?? []));
    if (given === 1) return 0;
    if (dataset.kind === 'inline') {
      const text = dataset.ports[port]?.[position];
      const from = text?.startsWith('{"$item"') ? decodeItem(text).from?.[0] : undefined;
      if (from !== undefined) return from;
      return dataset.ports.reduce((n, items) => n + items.length, 0) === given && dataset.ports.length === 1
        ? position
        : null;
    }
    if (step.type === 'manual' || step.type === 'no-op' || step.disabled) return position;
    if (
      step.paged ||
      step.loopTemplates.over !== undefined ||
      step.loop.over === 'state' ||
      !Number.isFinite(step.loop.size)
    )
      return null;
    const per = dataset.per[port] ?? null;
    const row =
      per !== null && per > 0
        ? Math.floor(position / per)
        : ((await this.#rowsOf({ dataset, port }))[position] ?? null);
    return row === null ? null : row * step.loop.size;
  }

  async #rowsOf(feed: Feed): Promise<Uint32Array> {
    if (feed.dataset.kind === 'inline') return new Uint32Array();
    const { loop } = feed.dataset;
    const key = `${loop}:${feed.port}`;
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const rows = new Uint32Array(countOf(feed));
    let at = 0;
    for await (const page of outputPages(this.#context.store, this.#context.runId, loop)) {
      for (const { index, output } of page)
        for (let n = itemsOfPort(output, feed.port).length; n > 0; n -= 1) rows[at++] = index;
    }
    this.#rows.set(key, rows);
    return rows;
  }

  /** Neighbours are asked for one after the other, so a stretch is read at a time. */
  async item(place: Place): Promise<string> {
    const dataset = place.frame.outputs[place.step.index];
    if (dataset === null || dataset === undefined) return 'null';
    if (dataset.kind === 'inline') return dataset.ports[place.port]?.[place.position] ?? 'null';
    const key = `${dataset.loop}:${place.port}`;
    const held = this.#window;
    if (
      held === null ||
      held.key !== key ||
      place.position < held.first ||
      place.position >= held.first + held.items.length
    ) {
      let items: string[] = [];
      for await (const block of readBlocks(this.#context, [{ dataset, port: place.port }], place.position)) {
        items = block;
        break;
      }
      this.#window = { key, first: place.position, items };
    }
    return this.#window?.items[place.position - (this.#window?.first ?? 0)] ?? 'null';
  }
}

const finite = (size: number): number => (Number.isFinite(size) ? size : 0);
