/**
 * Owns `$('X').item` of n8n: the way back from an item to the one of X that it was made from, over the runs of all
 * steps between. Ways that end nowhere do not count while another one arrives; two that arrive at different items are
 * a problem. Messages are those of n8n.
 */
import { decodeItem, encodeItem } from '@rondo/core/model/item.ts';
import type { PairProblem, WalkPairs } from '@rondo/core/ports.ts';
import type { Source } from '@rondo/core/model/plan.ts';
import type { RunContext } from '../context.ts';
import type { Frame } from '../frame.ts';
import { nodeOf, Origins, placeAt, type Place } from '../origins.ts';

/** Ways that are followed from one item; a list made of more is not told apart. */
const MOST_WAYS = 10_000;

const unavailable = (node: string): PairProblem => ({
  message: `Paired item data for item from node '${node}' is unavailable. Ensure '${node}' is providing the required output.`,
});

const several: PairProblem = { message: 'Multiple matches found' };

export const noPath = (node: string): PairProblem => ({
  message: 'Invalid expression',
  description: `No path back to referenced node '${node}'`,
});

/** What was read for one run of a step is of use to the next. */
const known = new WeakMap<RunContext, Origins>();

export class Pairing {
  readonly #origins: Origins;
  #ways = 0;

  constructor(context: RunContext) {
    const origins = known.get(context) ?? new Origins(context);
    known.set(context, origins);
    this.#origins = origins;
  }

  /** What the items at these positions of the sources were made from in `node`. `lineage`: the items say theirs, too. */
  async pairs(
    frame: Frame,
    sources: readonly Source[],
    from: number,
    count: number,
    node: string,
    lineage: boolean,
  ): Promise<WalkPairs> {
    const items: string[] = [];
    const known = new Map<string, number>();
    const of: (number | PairProblem)[] = [];
    for (let position = from; position < from + count; position += 1) {
      const start = placeAt(frame, sources, position);
      this.#ways = 0;
      const found = start === null ? unavailable(node) : await this.#find(start, node);
      if ('message' in found) {
        of.push(found);
        continue;
      }
      const key = keyOf(found);
      let at = known.get(key);
      if (at === undefined) {
        at = items.push(await this.#text(found, lineage)) - 1;
        known.set(key, at);
      }
      of.push(at);
    }
    return { items, of, first: from };
  }

  async #text(place: Place, lineage: boolean): Promise<string> {
    const text = await this.#origins.item(place);
    const from = lineage ? await this.#origins.positionsOf(place) : null;
    return from === null ? text : encodeItem({ ...decodeItem(text), from });
  }

  async #find(start: Place, node: string): Promise<Place | PairProblem> {
    let place = start;
    for (;;) {
      const name = nodeOf(place);
      if (name === node) return place;
      const before = await this.#origins.of(place);
      const [first, ...others] = before ?? [];
      if (first === undefined) return unavailable(name ?? node);
      if (others.length > 0) return this.#oneOf([first, ...others], node);
      place = first;
    }
  }

  async #oneOf(places: readonly Place[], node: string): Promise<Place | PairProblem> {
    let found: Place | null = null;
    let problem: PairProblem | null = null;
    for (const place of places) {
      if ((this.#ways += 1) > MOST_WAYS) break;
      const one = await this.#find(place, node);
      if ('message' in one) {
        if (one === several) return several;
        problem ??= one;
      } else if (found !== null && keyOf(found) !== keyOf(one)) return several;
      else found = one;
    }
    return found ?? problem ?? unavailable(node);
  }
}

const keyOf = ({ frame, step, run, port, position }: Place): string =>
  `${frame.path} ${step?.index ?? -1} ${run} ${port} ${position}`;
