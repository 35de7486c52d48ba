/**
 * Owns the way of a Respond node's answer to the request that waits for it: by run id, the first answer
 * counts. Does not send anything.
 */
import type { RunResponse } from '@rondo/nodes/respond/response.ts';

export interface Answers {
  /** Calls with the first answer of the run; call the result to stop waiting. */
  wait(runId: string, listener: (response: RunResponse) => void): () => void;
  give(runId: string, response: RunResponse): void;
}

export function createAnswers(): Answers {
  const waiting = new Map<string, Set<(response: RunResponse) => void>>();
  return {
    wait(runId, listener) {
      // Several, where a request was sent again while the first one still waits.
      const listeners = waiting.get(runId) ?? new Set();
      waiting.set(runId, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && waiting.get(runId) === listeners) waiting.delete(runId);
      };
    },
    give(runId, response) {
      const listeners = waiting.get(runId) ?? [];
      waiting.delete(runId);
      for (const listener of listeners) listener(response);
    },
  };
}
