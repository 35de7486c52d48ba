/**
 * Owns limits per host: how many calls may be under way at once, and how many may begin in a second. Calls that come
 * too early wait in order. One gate is for everything that counts together: a process, or all runners of a server.
 * Does not send anything.
 */
import type { Clock } from '@rondo/core/ports.ts';

export interface HostLimit {
  /** Calls under way; null: any number. */
  parallel: number | null;
  /** Calls begun a second; null: any number. */
  perSecond: number | null;
}

export interface HostLimits {
  /** For every host that has none of its own. */
  each: HostLimit;
  /** By name, in lower case; `*.example.org` stands for all below example.org, counted together. */
  own: ReadonlyMap<string, HostLimit>;
}

/** Waits until a call to this host may begin; answers what to call at its end. Rejects with the reason of the signal. */
export type EnterHost = (host: string, signal?: AbortSignal) => Promise<() => void>;

export interface HostGate {
  enter: EnterHost;
  /** Whether any call may have to wait. */
  isOpen(): boolean;
  /** From now on, these. Calls under way go on. */
  set(limits: HostLimits): void;
}

export const NO_HOST_LIMIT: HostLimit = { parallel: null, perSecond: null };

interface Host {
  running: number;
  /** When the next call may begin, by the rate. */
  nextAt: number;
  waiting: { go(): void; signal: AbortSignal | undefined }[];
  timer: boolean;
}

const nothing = (): void => {};

export function createHostGate(clock: Pick<Clock, 'monotonic' | 'sleep'>): HostGate {
  let limits: HostLimits = { each: NO_HOST_LIMIT, own: new Map() };
  const hosts = new Map<string, Host>();

  /** Under which name a host is counted, and its limit. */
  const find = (host: string): [string, HostLimit] => {
    const name = host.toLowerCase();
    const exact = limits.own.get(name);
    if (exact !== undefined) return [name, exact];
    for (let at = name.indexOf('.'); at >= 0; at = name.indexOf('.', at + 1)) {
      const pattern = `*${name.slice(at)}`;
      const limit = limits.own.get(pattern);
      if (limit !== undefined) return [pattern, limit];
    }
    return [name, limits.each];
  };

  const isFree = ({ parallel, perSecond }: HostLimit): boolean => parallel === null && perSecond === null;

  const advance = (name: string, host: Host): void => {
    for (;;) {
      const [, { parallel, perSecond }] = find(name);
      const first = host.waiting[0];
      if (first === undefined) break;
      if (parallel !== null && host.running >= parallel) return;
      const now = clock.monotonic();
      if (perSecond !== null && host.nextAt > now) {
        if (host.timer) return;
        host.timer = true;
        void clock.sleep(host.nextAt - now).then(() => {
          host.timer = false;
          advance(name, host);
        }, nothing);
        return;
      }
      host.waiting.shift();
      // What was not used a moment ago is not saved up.
      host.nextAt = perSecond === null ? 0 : Math.max(host.nextAt, now) + 1000 / perSecond;
      host.running += 1;
      first.go();
    }
    if (host.running === 0 && host.nextAt <= clock.monotonic()) hosts.delete(name);
  };

  return {
    isOpen: () => isFree(limits.each) && [...limits.own.values()].every(isFree),
    set(next) {
      limits = next;
      for (const [name, host] of hosts) advance(name, host);
    },
    enter(host, signal) {
      const [name, limit] = find(host);
      if (isFree(limit)) return Promise.resolve(nothing);
      if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
      const known = hosts.get(name) ?? { running: 0, nextAt: 0, waiting: [], timer: false };
      hosts.set(name, known);
      return new Promise((resolve, reject) => {
        const onAbort = (): void => {
          known.waiting = known.waiting.filter((other) => other !== one);
          reject(signal?.reason as Error);
        };
        const one = {
          signal,
          go: () => {
            signal?.removeEventListener('abort', onAbort);
            let left = false;
            resolve(() => {
              if (left) return;
              left = true;
              known.running -= 1;
              advance(name, known);
            });
          },
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        known.waiting.push(one);
        advance(name, known);
      });
    },
  };
}
