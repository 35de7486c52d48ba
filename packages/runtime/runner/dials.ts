/**
 * Owns what people change of loops while they run: looks for it in the store, puts it in force in the loops of this
 * run, and says so there. Lowering stops nothing that is in flight. Does not decide what a loop does next.
 */
import type { Loop } from '@rondo/core/engine/loop.ts';
import { StoreError, type Dials, type Lease, type RunStore } from '@rondo/core/ports.ts';
import type { LoopRun } from './loop-run.ts';
import type { RateGate } from './rate.ts';

export interface DialsOptions {
  store: RunStore;
  lease: Lease;
  rates: ReadonlyMap<string, RateGate>;
  /** Loops that run now. */
  active: () => Iterable<LoopRun>;
}

/** A loop with what was changed of it. */
export function turned(defined: Loop, { parallel, perSecond, tolerateCount, tolerateShare }: Dials): Loop {
  const count = perSecond === null ? 0 : Math.max(1, Math.round(perSecond));
  return {
    ...defined,
    parallel: parallel ?? defined.parallel,
    tolerateCount: tolerateCount ?? defined.tolerateCount,
    tolerateShare: tolerateShare ?? defined.tolerateShare,
    rate:
      perSecond === null ? defined.rate : { key: defined.rate?.key ?? null, count, perMs: (count * 1000) / perSecond },
  };
}

/** Loops with the same key share one rate; so do those of the same place in all iterations around it. */
export function rateKey(loop: Loop, path: string): string {
  return loop.rate?.key ?? path.replace(/\[\d+\]/g, '');
}

export class DialWatch {
  readonly #options: DialsOptions;
  readonly #asked = new Map<string, { dials: Dials; revision: number }>();
  #seen = 0;
  #looking = false;

  constructor(options: DialsOptions) {
    this.#options = options;
  }

  /** A loop begins, or is gone on with: what was asked of it before holds. */
  opened(run: LoopRun): void {
    const asked = this.#asked.get(run.path);
    if (asked !== undefined) this.#turn(run, asked.dials);
  }

  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const { store, lease, active } = this.#options;
    try {
      for (const { path, revision, asked, confirmed } of await store.dials(lease.run, this.#seen)) {
        this.#seen = Math.max(this.#seen, revision);
        this.#asked.set(path, { dials: asked, revision });
        for (const run of active()) if (run.path === path) this.#turn(run, asked);
        if (confirmed < revision) await store.confirmDials(lease, path, revision);
      }
    } catch (error) {
      // The lease is watched elsewhere; a store that is away is asked again.
      if (!(error instanceof StoreError)) throw error;
    } finally {
      this.#looking = false;
    }
  }

  #turn(run: LoopRun, dials: Dials): void {
    run.turn(dials);
    const gate = this.#options.rates.get(rateKey(run.loop, run.path));
    const { rate } = run.loop;
    if (rate === null) gate?.set(Number.POSITIVE_INFINITY, 1);
    else gate?.set(rate.count, rate.perMs);
  }
}
