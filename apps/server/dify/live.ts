/** Owns handing on what runs of this server tell, to those who wait for one of them. Keeps nothing. */
import type { Progress } from '@rondo/runtime/api.ts';

export interface LiveRuns {
  /** From now on; answers the way to stop. */
  on(runId: string, listener: (progress: Progress) => void): () => void;
  tell(runId: string, progress: Progress): void;
}

export function createLiveRuns(): LiveRuns {
  const listeners = new Map<string, Set<(progress: Progress) => void>>();
  return {
    on(runId, listener) {
      const own = listeners.get(runId) ?? new Set();
      listeners.set(runId, own.add(listener));
      return () => {
        own.delete(listener);
        if (own.size === 0 && listeners.get(runId) === own) listeners.delete(runId);
      };
    },
    tell(runId, progress) {
      for (const listener of listeners.get(runId) ?? []) listener(progress);
    },
  };
}
