/**
 * Owns which items of a unit were made from which: kept only for programs whose expressions ask.
 * Does not run steps.
 */
import type { Item } from '@rondo/core/model/item.ts';
import type { Source } from '@rondo/core/model/plan.ts';
import type { CompiledStep } from './program.ts';

/** Positions in the inputs of a step that an output item was made from. */
type Origin = number | readonly number[];

export class Lineage {
  readonly #steps: readonly CompiledStep[];
  readonly #itemsOf: (source: Source) => readonly Item[];
  /** By step, output port and item. */
  readonly #origins: Origin[][][] = [];

  constructor(steps: readonly CompiledStep[], itemsOf: (source: Source) => readonly Item[]) {
    this.#steps = steps;
    this.#itemsOf = itemsOf;
  }

  begin(step: number): void {
    this.#origins[step] = [];
  }

  /** Output of one call over `count` items from position `start` of the step's inputs. */
  add(step: number, ports: readonly (readonly Item[])[], start: number, count: number): void {
    const whole: Origin = count === 1 ? start : Array.from({ length: count }, (_, i) => start + i);
    const origins = this.#origins[step] as Origin[][];
    for (let p = 0; p < ports.length; p += 1) {
      const into = (origins[p] ??= []);
      for (const { from } of ports[p] as readonly Item[])
        into.push(from === undefined ? whole : from.map((at) => at + start));
    }
  }

  /** The item of step `target` that the item at `position` of the inputs of step `from` comes from. */
  trace(target: number, from: number, position: number): Item | null {
    let at = position;
    for (const source of (this.#steps[from] as CompiledStep).inputs.flat()) {
      const items = this.#itemsOf(source);
      if (at >= items.length) {
        at -= items.length;
        continue;
      }
      if (source.step === target) return items[at] as Item;
      const origin = source.step < 0 ? undefined : this.#origins[source.step]?.[source.port]?.[at];
      if (origin === undefined) return null;
      for (const one of typeof origin === 'number' ? [origin] : origin) {
        const found = this.trace(target, source.step, one);
        if (found !== null) return found;
      }
      return null;
    }
    return null;
  }
}
