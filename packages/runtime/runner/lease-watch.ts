/**
 * Owns knowing that the lease of a run is still held: renews it, and tells by the runner's own clock
 * when that is no longer sure. A process that was stopped for a while wakes up in the middle of its
 * work; it must not act before it has asked. Does not decide who takes over.
 */
import { StoreError, type Clock, type Lease, type RunStore } from '@rondo/core/ports.ts';
import type { FaultPoint } from '../api.ts';
import type { StopSignal } from './context.ts';

export const LEASE_MS = 15_000;
/** The lease was set by another clock, and the answer took its time. */
const MARGIN_MS = 1_000;

export interface LeaseWatchOptions {
  store: RunStore;
  lease: Lease;
  clock: Clock;
  stop: StopSignal;
  fault: (point: FaultPoint) => void;
}

export class LeaseWatch {
  readonly #options: LeaseWatchOptions;
  #sureUntil: number;
  #asking: Promise<void> | null = null;

  /** Made right after the lease was claimed. */
  constructor(options: LeaseWatchOptions) {
    this.#options = options;
    this.#sureUntil = options.clock.monotonic() + LEASE_MS - MARGIN_MS;
  }

  /** Null: the lease is held. Otherwise to be awaited before acting; rejects when the lease is lost. */
  assure(): Promise<void> | null {
    if (this.#options.clock.monotonic() < this.#sureUntil) return null;
    this.#asking ??= this.renew().finally(() => (this.#asking = null));
    return this.#asking.then(() => this.#options.stop.signal.throwIfAborted());
  }

  /** Renews the lease, and sees what a person asked meanwhile. */
  async renew(): Promise<void> {
    const { store, lease, clock, stop, fault } = this.#options;
    try {
      const asked = clock.monotonic();
      const held = await store.renew(lease, LEASE_MS);
      fault('lease-renewed');
      if (!held) {
        stop.abort(new StoreError('lease-lost', `Run ${lease.run} is driven by another runner now.`));
        return;
      }
      this.#sureUntil = asked + LEASE_MS - MARGIN_MS;
      const record = await store.getRun(lease.run);
      if (record !== null && record.control !== 'none') stop.set(record.control === 'cancel' ? 'cancel' : 'pause');
    } catch (error) {
      // A store that is away now may be back before the lease runs out; the writer reports it.
      if (!(error instanceof StoreError) || error.code !== 'store-unavailable') stop.abort(error as Error);
    }
  }
}
